package signaling_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
)

// authority signs certificates and writes them into a folder.
type authority struct {
	t      *testing.T
	folder string
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
	serial int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, folder: t.TempDir()}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.write("ca.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	require.NoError(a.t, os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func (a *authority) file(name string) string { return filepath.Join(a.folder, name) }

// issue writes name.pem and name.key.
func (a *authority) issue(name string) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	a.serial++
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(100 + a.serial), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	a.write(name+".pem", "CERTIFICATE", der)
	der, err = x509.MarshalECPrivateKey(key)
	require.NoError(a.t, err)
	a.write(name+".key", "EC PRIVATE KEY", der)
}

func (a *authority) files(name string) signaling.CertificateFiles {
	return signaling.CertificateFiles{Certificate: a.file(name + ".pem"), Key: a.file(name + ".key"), Authorities: a.file("ca.pem")}
}

// secure is a centre on TLS.
func secure(t *testing.T, files signaling.CertificateFiles, now func() time.Time) *centre {
	t.Helper()
	certificates, err := signaling.NewCertificates(files, now, nil)
	require.NoError(t, err)
	return newCentre(t, func(c *signaling.Config) { c.ListenTLS, c.Certificates = "127.0.0.1:0", certificates })
}

// shown is the name in the certificate that the centre shows.
func (c *centre) shown(t *testing.T, a *authority) string {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	conn, err := tls.Dial("tcp", c.Addr(signaling.TLS).String(), &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue("first")
	a.issue("second-name")
	var later atomic.Int64
	c := secure(t, a.files("first"), func() time.Time { return time.Unix(1e9, 0).Add(time.Duration(later.Load())) })
	require.Equal(t, "first", c.shown(t, a))
	for _, kind := range []string{".pem", ".key"} {
		require.NoError(t, os.Rename(a.file("second-name"+kind), a.file("first"+kind)))
	}
	require.Equal(t, "first", c.shown(t, a), "the files are not looked at for every connection")
	later.Add(int64(11 * time.Second))
	require.Equal(t, "second-name", c.shown(t, a))
	require.NoError(t, os.WriteFile(a.file("first.key"), []byte("half a file"), 0o600))
	later.Add(int64(11 * time.Second))
	require.Equal(t, "second-name", c.shown(t, a), "what cannot be read changes nothing")
}

func TestCarriersShowCertificates(t *testing.T) {
	t.Parallel()
	a, strange := newAuthority(t), newAuthority(t)
	a.issue("centre")
	a.issue("carrier")
	strange.issue("thief")
	files := a.files("centre")
	files.ClientAuthorities = a.file("ca.pem")
	c := secure(t, files, nil)
	call := func(files signaling.CertificateFiles) (*centre, *leg) {
		far := secure(t, files, nil)
		far.trunk(t, c.Addr(signaling.TLS).String(), func(tr *signaling.Trunk) { tr.Transport = signaling.TLS })
		return far, far.dial(t, nil)
	}
	_, l := call(a.files("carrier")) // not known as a carrier: nobody asks for a certificate, and nobody reaches anything
	require.Equal(t, 403, next[signaling.Ended](t, l).Code)

	c.trunk(t, "127.0.0.1:5061", nil) // from now on the address is a carrier's
	thief := strange.files("thief")
	thief.Authorities = a.file("ca.pem")
	_, l = call(thief)
	require.Equal(t, 503, next[signaling.Ended](t, l).Code, "signed by somebody else")
	bare := signaling.CertificateFiles{Authorities: a.file("ca.pem")}
	unsigned, err := signaling.NewCertificates(bare, nil, nil)
	require.NoError(t, err)
	far := newCentre(t, func(config *signaling.Config) { config.Certificates = unsigned })
	far.trunk(t, c.Addr(signaling.TLS).String(), func(tr *signaling.Trunk) { tr.Transport = signaling.TLS })
	require.Equal(t, 503, next[signaling.Ended](t, far.dial(t, nil)).Code, "shows none")
	_, l = call(a.files("carrier"))
	in := c.incoming(t)
	require.Equal(t, signaling.TLS, in.call.Transport)
	require.NoError(t, in.Answer([]byte(answerSDP)))
	next[signaling.Answered](t, l)
}

func TestCentreThatIsNotBelieved(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	a.issue("centre")
	other.issue("carrier")
	c := secure(t, a.files("centre"), nil)
	far := secure(t, other.files("carrier"), nil)
	far.trunk(t, c.Addr(signaling.TLS).String(), func(tr *signaling.Trunk) { tr.Transport = signaling.TLS })
	require.Equal(t, 503, next[signaling.Ended](t, far.dial(t, nil)).Code)
}

func TestWrongCertificateFiles(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue("centre")
	for name, files := range map[string]signaling.CertificateFiles{
		"no key":         {Certificate: a.file("centre.pem")},
		"no such file":   {Certificate: a.file("nobody.pem"), Key: a.file("centre.key")},
		"no certificate": {Authorities: a.file("centre.key")},
		"another's key":  {Certificate: a.file("centre.pem"), Key: a.file("ca.pem")},
	} {
		_, err := signaling.NewCertificates(files, nil, nil)
		require.Error(t, err, name)
	}
}

// TestSipgoCallsOverTLS has another implementation as the carrier: the distribution's SIPp speaks no TLS.
func TestSipgoCallsOverTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue("centre")
	a.issue("carrier")
	files := a.files("centre")
	files.ClientAuthorities = a.file("ca.pem")
	c := secure(t, files, nil)
	c.trunk(t, "127.0.0.1:5061", nil)
	pair, err := tls.LoadX509KeyPair(a.file("carrier.pem"), a.file("carrier.key"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	_, client := sipgoAgent(t, sipgo.WithUserAgenTLSConfig(&tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12,
	}))
	dialogs := sipgo.NewDialogClientCache(client, sip.ContactHeader{Address: sip.Uri{User: "peer", Host: "127.0.0.1", Port: 5099}})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var target sip.Uri
	require.NoError(t, sip.ParseUri("sip:88006000000@"+c.Addr(signaling.TLS).String()+";transport=tls", &target))
	session, err := dialogs.Invite(ctx, target, []byte(offerSDP), sip.NewHeader("Content-Type", "application/sdp"))
	require.NoError(t, err)
	in := c.incoming(t)
	require.Equal(t, signaling.TLS, in.call.Transport)
	require.Equal(t, "carrier", in.call.TrunkID)
	require.NoError(t, in.Answer([]byte(answerSDP)))
	require.NoError(t, session.WaitAnswer(ctx, sipgo.AnswerOptions{}))
	require.NoError(t, session.Ack(ctx))
	next[signaling.Confirmed](t, in)
	require.NoError(t, session.Bye(ctx))
	require.True(t, next[signaling.Ended](t, in).ByPeer)
}
