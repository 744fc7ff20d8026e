package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/internal/config"
	"ekc/internal/coretest"
)

// pemFiles writes a certificate that signs itself, and its key.
func pemFiles(t *testing.T) config.TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ekc"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"ekc"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
		return path
	}
	cert := write("cert.pem", "CERTIFICATE", der)
	return config.TLS{Cert: cert, Key: write("key.pem", "PRIVATE KEY", private), ClientCA: cert}
}

func TestListenOverTLS(t *testing.T) {
	t.Parallel()
	files := pemFiles(t)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	secured, err := overTLS(plain, files, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(secured) }()
	t.Cleanup(func() { _ = server.Close() })
	roots, err := authorities(files.ClientCA)
	require.NoError(t, err)
	conn, err := tls.Dial("tcp", plain.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "ekc", MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	same, err := overTLS(plain, config.TLS{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, plain, same)
	for name, spoil := range map[string]func(*config.TLS){
		"no certificate": func(c *config.TLS) { c.Cert += ".none" },
		"no authority":   func(c *config.TLS) { c.ClientCA += ".none" },
		"an empty one":   func(c *config.TLS) { c.ClientCA = c.Key },
	} {
		c := files
		spoil(&c)
		_, err := overTLS(plain, c, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, "EKC_TLS_", name)
	}
}

func TestLogoutOfNobody(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	service, err := access.New(core.Client, log, access.Options{Hash: access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(t, err)
	refused := 0
	handler := logoutHandler(service, slog.New(slog.DiscardHandler), func(*http.Request) { refused++ })
	for _, body := range []string{"", url.Values{"logout_token": {"x"}}.Encode(), strings.Repeat("x", maxLogout+1)} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, logoutPath, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusBadRequest, w.Code)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
	require.Equal(t, 2, refused, "a form that cannot be read holds no token")
}
