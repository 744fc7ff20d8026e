package recording_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
)

// bucket is the part of S3 that a recording needs, over real HTTP: PUT (plain and aws-chunked), HEAD, GET with ranges, DELETE.
type bucket struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string]s3Object
	ranges  []string
	broken  int // how many requests fail with 503
}

type s3Object struct {
	data []byte
	meta http.Header
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=key/") {
		s3Error(w, http.StatusForbidden, "AccessDenied")
		return
	}
	if b.broken > 0 {
		b.broken--
		s3Error(w, http.StatusServiceUnavailable, "SlowDown")
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/recordings/")
	object, found := b.objects[name]
	switch {
	case !ok:
		s3Error(w, http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodPut:
		data, err := s3Body(r)
		if err != nil {
			s3Error(w, http.StatusBadRequest, "IncompleteBody")
			return
		}
		b.objects[name] = s3Object{data: data, meta: r.Header.Clone()}
		w.Header().Set("ETag", etag(data))
	case r.Method == http.MethodDelete:
		delete(b.objects, name)
		w.WriteHeader(http.StatusNoContent)
	case !found:
		s3Error(w, http.StatusNotFound, "NoSuchKey")
	default:
		if r.Method == http.MethodGet {
			b.ranges = append(b.ranges, r.Header.Get("Range"))
		}
		w.Header().Set("ETag", etag(object.data))
		w.Header().Set("X-Amz-Meta-Sha256", object.meta.Get("X-Amz-Meta-Sha256"))
		http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), bytes.NewReader(object.data))
	}
}

func etag(data []byte) string { return fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(data))[:32]) }

func s3Error(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}{Code: code})
}

// s3Body reads a body; aws-chunked is how a client signs what it streams.
func s3Body(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	in := bufio.NewReader(r.Body)
	var data []byte
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		var size int64
		if _, err := fmt.Sscanf(line, "%x", &size); err != nil {
			return nil, err
		}
		if size == 0 {
			_, err := io.Copy(io.Discard, in)
			return data, err
		}
		chunk := make([]byte, size+2)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return nil, err
		}
		data = append(data, chunk[:size]...)
	}
}

func newBucket(t *testing.T) (*bucket, *recording.S3) {
	t.Helper()
	b := &bucket{t: t, objects: map[string]s3Object{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	s, err := recording.NewS3(recording.S3Options{
		Endpoint: strings.TrimPrefix(server.URL, "http://"), Region: "ru-1", Bucket: "recordings", AccessKey: "key", SecretKey: "secret",
	})
	require.NoError(t, err)
	return b, s
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// storages are all implementations; a real server joins when EKC_TEST_S3_ENDPOINT (with _BUCKET, _ACCESS_KEY, _SECRET_KEY) names one.
func storages(t *testing.T) map[string]recording.Storage {
	t.Helper()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	_, s3 := newBucket(t)
	all := map[string]recording.Storage{"folder": folder, "S3": s3}
	if endpoint := os.Getenv("EKC_TEST_S3_ENDPOINT"); endpoint != "" {
		all["S3 server"], err = recording.NewS3(recording.S3Options{
			Endpoint: endpoint, Region: os.Getenv("EKC_TEST_S3_REGION"), Bucket: os.Getenv("EKC_TEST_S3_BUCKET"),
			AccessKey: os.Getenv("EKC_TEST_S3_ACCESS_KEY"), SecretKey: os.Getenv("EKC_TEST_S3_SECRET_KEY"),
		})
		require.NoError(t, err)
	}
	return all
}

func TestStorages(t *testing.T) {
	t.Parallel()
	for name, s := range storages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := fmt.Sprintf("2026/11/22/rec_%d.wav", time.Now().UnixNano())
			data := bytes.Repeat([]byte("0123456789"), 20_000)
			put := func(data []byte) error {
				return s.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)), hashOf(data))
			}
			_, err := s.Open(t.Context(), key)
			require.ErrorIs(t, err, recording.ErrNotFound)
			require.NoError(t, put(data))
			require.NoError(t, put(data), "the same again")
			require.ErrorIs(t, put(data[1:]), recording.ErrExists, "an object never changes")

			object, err := s.Open(t.Context(), key)
			require.NoError(t, err)
			size, err := object.Seek(0, io.SeekEnd)
			require.NoError(t, err)
			require.EqualValues(t, len(data), size)
			_, err = object.Seek(100_005, io.SeekStart)
			require.NoError(t, err)
			part := make([]byte, 10)
			_, err = io.ReadFull(object, part)
			require.NoError(t, err)
			require.Equal(t, "5678901234", string(part))
			require.NoError(t, object.Close())

			require.NoError(t, s.Remove(t.Context(), key))
			require.NoError(t, s.Remove(t.Context(), key), "again")
			_, err = s.Open(t.Context(), key)
			require.ErrorIs(t, err, recording.ErrNotFound)
		})
	}
}

func TestStoragesRefuseKeys(t *testing.T) {
	t.Parallel()
	for name, s := range storages(t) {
		for _, key := range []string{"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".x", "имя", "a\x00b", strings.Repeat("a", 201)} {
			require.ErrorIs(t, s.Put(t.Context(), key, bytes.NewReader(nil), 0, hashOf(nil)), recording.ErrKey, "%s %q", name, key)
			_, err := s.Open(t.Context(), key)
			require.ErrorIs(t, err, recording.ErrKey)
			require.ErrorIs(t, s.Remove(t.Context(), key), recording.ErrKey)
		}
	}
}

func TestFolderRefusesOtherContent(t *testing.T) {
	t.Parallel()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	require.Error(t, folder.Put(t.Context(), "a.wav", strings.NewReader("abc"), 3, hashOf([]byte("abd"))))
	require.Error(t, folder.Put(t.Context(), "a.wav", strings.NewReader("abc"), 2, hashOf([]byte("ab"))))
	_, err = folder.Open(t.Context(), "a.wav")
	require.ErrorIs(t, err, recording.ErrNotFound, "nothing of it stays")
}

func TestS3FailuresAndRights(t *testing.T) {
	t.Parallel()
	b, s := newBucket(t)
	b.mu.Lock()
	b.broken = 1
	b.mu.Unlock()
	require.NoError(t, s.Put(t.Context(), "a.wav", strings.NewReader("abc"), 3, hashOf([]byte("abc"))), "503 is tried again")
	object, err := s.Open(t.Context(), "a.wav")
	require.NoError(t, err)
	require.NoError(t, object.Close())

	other, err := recording.NewS3(recording.S3Options{Endpoint: "127.0.0.1:1", Bucket: "recordings", AccessKey: "x", SecretKey: "y", Region: "r"})
	require.NoError(t, err)
	require.Error(t, other.Put(t.Context(), "a.wav", strings.NewReader("abc"), 3, hashOf([]byte("abc"))))
	_, err = other.Open(t.Context(), "a.wav")
	require.Error(t, err)
	require.NotErrorIs(t, err, recording.ErrNotFound, "away is not gone")
}
