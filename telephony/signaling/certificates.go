package signaling

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"time"

	"ekc/internal/reread"
)

// CertificateFiles are PEM files for SIP over TLS.
type CertificateFiles struct {
	// Certificate and Key are ours, shown to who connects and, when asked, to carriers that we connect to. Both or none.
	Certificate, Key string
	// Authorities are whose certificates of carriers that we connect to are believed; empty: the system's.
	Authorities string
	// ClientAuthorities, when set, make carriers that connect to us show a certificate signed by one of them. Phones need not: they have
	// passwords.
	ClientAuthorities string
}

// certificatesEvery is how often at most the files are looked at.
const certificatesEvery = 10 * time.Second

// Certificates are the contents of CertificateFiles, read again when the files change: connections that are up keep what they began with.
type Certificates struct{ files *reread.Files[trust] }

// trust is one state of the files.
type trust struct {
	own         *tls.Certificate
	authorities *x509.CertPool
	clients     *x509.CertPool
}

// NewCertificates reads the files. now and log may be nil.
func NewCertificates(files CertificateFiles, now func() time.Time, log *slog.Logger) (*Certificates, error) {
	held, err := reread.New(reread.Options[trust]{
		What: "certificates of SIP over TLS", Every: certificatesEvery, Read: files.read, Now: now, Log: log,
		Paths: []string{files.Certificate, files.Key, files.Authorities, files.ClientAuthorities},
	})
	if err != nil {
		return nil, err
	}
	return &Certificates{held}, nil
}

func (f CertificateFiles) read() (t trust, err error) {
	if (f.Certificate == "") != (f.Key == "") {
		return t, errors.New("signaling: a certificate needs its key")
	}
	if f.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
		if err != nil {
			return t, fmt.Errorf("signaling: certificate: %w", err)
		}
		t.own = &pair
	}
	if t.authorities, err = pool(f.Authorities); err != nil {
		return t, err
	}
	t.clients, err = pool(f.ClientAuthorities)
	return t, err
}

func pool(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil are the system's, or nobody is asked
	}
	data, err := os.ReadFile(file) //nolint:gosec // the administrator names it
	if err != nil {
		return nil, fmt.Errorf("signaling: authorities: %w", err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("signaling: authorities: no certificate in %s", file)
	}
	return p, nil
}

// client is for connections that we open.
func (c *Certificates) client() *tls.Config {
	t := c.files.Current()
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.authorities}
	if t.own != nil {
		config.Certificates = []tls.Certificate{*t.own}
	}
	return config
}

// server is for connections that others open: carrier tells whether an address is a carrier's.
func (c *Certificates) server(carrier func(netip.Addr) bool) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		t := c.files.Current()
		if t.own == nil {
			return nil, errors.New("signaling: no certificate")
		}
		config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*t.own}}
		remote, err := netip.ParseAddrPort(hello.Conn.RemoteAddr().String())
		if t.clients != nil && (err != nil || carrier(remote.Addr().Unmap())) {
			config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, t.clients
		}
		return config, nil
	}}
}
