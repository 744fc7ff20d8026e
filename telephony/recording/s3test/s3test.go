// Package s3test gives tests an S3 server of their own: real requests, signatures of version 4 that are checked, objects in
// memory. It can be away. It is imported by tests only.
package s3test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
)

// Names of the one bucket and of who may use it.
const (
	Bucket    = "recordings"
	AccessKey = "key"
	SecretKey = "secret"
)

// Server is an S3 server.
type Server struct {
	// Endpoint is its HOST:PORT.
	Endpoint string
	away     atomic.Int64
	store    http.Handler
}

// Start runs one until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	objects := s3mem.New()
	require.NoError(t, objects.CreateBucket(t.Context(), Bucket))
	s := &Server{store: gofakes3.New(objects, gofakes3.WithV4Auth(map[string]string{AccessKey: SecretKey})).Server()}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.Endpoint = strings.TrimPrefix(server.URL, "http://")
	return s
}

// Options are those of a client.
func (s *Server) Options() recording.S3Options {
	return recording.S3Options{Endpoint: s.Endpoint, Region: "us-east-1", Bucket: Bucket, AccessKey: AccessKey, SecretKey: SecretKey}
}

// Storage is a client.
func (s *Server) Storage(t testing.TB) *recording.S3 {
	t.Helper()
	client, err := recording.NewS3(s.Options())
	require.NoError(t, err)
	return client
}

// Fail lets the next requests fail with 503; 0 lets all work again.
func (s *Server) Fail(requests int64) { s.away.Store(requests) }

// ServeHTTP is part of http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.away.Add(-1) >= 0 {
		http.Error(w, "<Error><Code>SlowDown</Code></Error>", http.StatusServiceUnavailable)
		return
	}
	s.store.ServeHTTP(w, r)
}
