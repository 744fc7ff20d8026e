package app

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// replace writes what one file holds over another, with a time of change of its own.
func replace(t *testing.T, path, with string, at time.Time) {
	t.Helper()
	content, err := os.ReadFile(with)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	require.NoError(t, os.Chtimes(path, at, at))
}

func TestCertificatesAreReadAgainWhenTheyChange(t *testing.T) {
	t.Parallel()
	files, next := pemFiles(t), pemFiles(t)
	var ahead atomic.Int64
	var logged bytes.Buffer
	began := time.Now()
	held, err := newAPICertificates(files, func() time.Time { return began.Add(time.Duration(ahead.Load())) }, slog.New(slog.NewTextHandler(&logged, nil)))
	require.NoError(t, err)
	// shake is a handshake with who believes the authority of one of the pairs and shows its certificate; the error is that of either side.
	shake := func(believed, shown string, key string) error {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = listener.Close() }()
		b, err := net.Dial("tcp", listener.Addr().String())
		require.NoError(t, err)
		a, err := listener.Accept()
		require.NoError(t, err)
		t.Cleanup(func() { _ = a.Close(); _ = b.Close() })
		roots, err := authorities(believed)
		require.NoError(t, err)
		pair, err := tls.LoadX509KeyPair(shown, key)
		require.NoError(t, err)
		server := tls.Server(a, &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: held.forClient})
		done := make(chan error, 1)
		go func() { done <- server.HandshakeContext(t.Context()); _ = a.Close() }()
		client := tls.Client(b, &tls.Config{RootCAs: roots, ServerName: "ekc", MinVersion: tls.VersionTLS12, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &pair, nil // whoever is asked for
		}})
		if err := client.HandshakeContext(t.Context()); err != nil {
			return err
		}
		go func() { _, _ = client.Read(make([]byte, 1)) }() // an alert of the server
		return <-done
	}
	require.NoError(t, shake(files.Cert, files.Cert, files.Key))
	old, oldKey := next.Cert+".old", next.Key+".old"
	replace(t, old, files.Cert, began)
	replace(t, oldKey, files.Key, began)

	later := func(step time.Duration) time.Time {
		ahead.Add(int64(step))
		return began.Add(time.Duration(ahead.Load()))
	}
	replace(t, files.Cert, next.Cert, later(2*time.Second)) // the key is still that of before, and the authority is in the same file
	require.NoError(t, shake(old, old, oldKey), "half of a new pair is none")
	require.NoError(t, shake(old, old, oldKey))
	require.Equal(t, 1, strings.Count(logged.String(), "cannot be used"), "told once")

	replace(t, files.Key, next.Key, later(time.Millisecond))
	require.NoError(t, shake(old, old, oldKey), "not looked at twice a second")
	later(time.Second)
	require.NoError(t, shake(next.Cert, next.Cert, next.Key))
	require.Error(t, shake(old, next.Cert, next.Key), "the certificate of before is shown no more")
	require.Error(t, shake(next.Cert, old, oldKey), "the authority of before is believed no more")

	require.NoError(t, os.Remove(files.Cert))
	later(2 * time.Second)
	require.NoError(t, shake(next.Cert, next.Cert, next.Key), "without the file the pair in use stays")
	replace(t, files.Cert, next.Cert, later(2*time.Second))
	require.NoError(t, shake(next.Cert, next.Cert, next.Key))
	require.Equal(t, 2, strings.Count(logged.String(), "are new"))
}
