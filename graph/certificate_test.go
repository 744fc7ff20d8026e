package graph_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
)

// authority signs certificates of clients.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{t, cert, key}
}

func (a authority) client(name string) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name, Organization: []string{"SFR"}}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestTokensBoundToACertificateOverTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, token := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	ca, stranger := newAuthority(t), newAuthority(t)
	server := httptest.NewUnstartedServer(w.handler)
	server.TLS = &tls.Config{ClientCAs: x509.NewCertPool(), ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12}
	server.TLS.ClientCAs.AddCert(ca.cert)
	server.StartTLS()
	t.Cleanup(server.Close)
	ask := func(certificates ...tls.Certificate) (status int, err error) {
		settings := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		settings.Certificates = certificates
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: settings, DisableKeepAlives: true}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, bytes.NewReader([]byte(`{"query":"{ viewer { account { login } } }"}`)))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		defer func() { _ = response.Body.Close() }()
		_, err = io.Copy(io.Discard, response.Body)
		return response.StatusCode, err
	}
	status, err := ask()
	require.NoError(t, err)
	require.Equal(t, 200, status, "nothing is bound yet")
	got := w.ask(root, `mutation($a: ID!) { accountCertificateBind(input: {accountId: $a, subject: "CN=supervisor,O=SFR"}) { userErrors { message } } }`,
		map[string]any{"a": a.ID})
	require.Empty(t, got.path("accountCertificateBind", "userErrors"), got.raw)
	for name, c := range map[string]struct {
		certificates []tls.Certificate
		status       int
	}{
		"none": {nil, 401}, "somebody else's": {[]tls.Certificate{ca.client("petrov")}, 401},
		"their own": {[]tls.Certificate{ca.client("supervisor")}, 200},
	} {
		status, err := ask(c.certificates...)
		require.NoError(t, err, name)
		require.Equal(t, c.status, status, name)
	}
	_, err = ask(stranger.client("supervisor"))
	require.Error(t, err, "of an authority that is not believed")
}
