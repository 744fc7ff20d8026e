package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"ekc/internal/config"
	"ekc/internal/reread"
)

// certificatesEvery is how often at most the files of the API's certificates are looked at.
const certificatesEvery = time.Second

// apiCertificates are what the API's TLS rests on, read again when a file changes: a handshake looks. Connections that are up keep what
// they began with.
type apiCertificates struct{ files *reread.Files[*tls.Config] }

// newAPICertificates reads the files.
func newAPICertificates(files config.TLS, now func() time.Time, log *slog.Logger) (*apiCertificates, error) {
	held, err := reread.New(reread.Options[*tls.Config]{
		What: "certificates of the API", Paths: []string{files.Cert, files.Key, files.ClientCA}, Every: certificatesEvery,
		Read: func() (*tls.Config, error) { return apiTLS(files) }, Now: now, Log: log,
	})
	return &apiCertificates{held}, err
}

// apiTLS makes the settings of a handshake from the files as they are.
func apiTLS(files config.TLS) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, fmt.Errorf("EKC_TLS_CERT, EKC_TLS_KEY: %w", err)
	}
	settings := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if files.ClientCA != "" {
		if settings.ClientCAs, err = authorities(files.ClientCA); err != nil {
			return nil, fmt.Errorf("EKC_TLS_CLIENT_CA: %w", err)
		}
		settings.ClientAuth = tls.VerifyClientCertIfGiven
		settings.SessionTicketsDisabled = true // a resumed session would not ask the authorities of today
	}
	return settings, nil
}

// forClient gives a handshake the settings of now.
func (c *apiCertificates) forClient(*tls.ClientHelloInfo) (*tls.Config, error) {
	return c.files.Current(), nil
}
