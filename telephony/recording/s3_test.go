package recording_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
	"ekc/telephony/recording/s3test"
)

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// storages are all implementations; a real server joins when EKC_TEST_S3_ENDPOINT (with _BUCKET, _ACCESS_KEY, _SECRET_KEY) names one.
func storages(t *testing.T) map[string]recording.Storage {
	t.Helper()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	prefixed := s3test.Start(t).Options()
	prefixed.Prefix = "calls/sound/"
	other, err := recording.NewS3(prefixed)
	require.NoError(t, err)
	all := map[string]recording.Storage{
		"folder": folder, "S3": s3test.Start(t).Storage(t), "S3 below a prefix": other,
		"moved": recording.Moved{New: s3test.Start(t).Storage(t), Old: folder},
	}
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
	server := s3test.Start(t)
	s := server.Storage(t)
	server.Fail(1)
	require.NoError(t, s.Put(t.Context(), "a.wav", strings.NewReader("abc"), 3, hashOf([]byte("abc"))), "503 is tried again")
	object, err := s.Open(t.Context(), "a.wav")
	require.NoError(t, err)
	require.NoError(t, object.Close())

	away, stranger, elsewhere := server.Options(), server.Options(), server.Options()
	away.Endpoint, stranger.SecretKey, elsewhere.Bucket = "127.0.0.1:1", "guessed", "other"
	for name, o := range map[string]recording.S3Options{"away": away, "a wrong key": stranger, "no such bucket": elsewhere} {
		other, err := recording.NewS3(o)
		require.NoError(t, err)
		require.Error(t, other.Put(t.Context(), "b.wav", strings.NewReader("abc"), 3, hashOf([]byte("abc"))), name)
		_, err = other.Open(t.Context(), "a.wav")
		require.Error(t, err, name)
		require.NotErrorIs(t, err, recording.ErrNotFound, "%s: that is not gone", name)
	}
}

func TestMovedReadsWhatTheOldStorageHas(t *testing.T) {
	t.Parallel()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	server := s3test.Start(t)
	moved := recording.Moved{New: server.Storage(t), Old: folder}
	put := func(s recording.Storage, key string) {
		require.NoError(t, s.Put(t.Context(), key, strings.NewReader("abc"), 3, hashOf([]byte("abc"))))
	}
	put(folder, "old.wav")
	put(moved, "new.wav")
	_, err = folder.Open(t.Context(), "new.wav")
	require.ErrorIs(t, err, recording.ErrNotFound, "new ones go to the new storage")
	for _, key := range []string{"old.wav", "new.wav"} {
		object, err := moved.Open(t.Context(), key)
		require.NoError(t, err, key)
		require.NoError(t, object.Close())
	}
	server.Fail(100)
	_, err = moved.Open(t.Context(), "new.wav")
	require.Error(t, err)
	require.NotErrorIs(t, err, recording.ErrNotFound, "away is not gone")
	server.Fail(0)
	for _, key := range []string{"old.wav", "new.wav"} {
		require.NoError(t, moved.Remove(t.Context(), key))
		_, err = moved.Open(t.Context(), key)
		require.ErrorIs(t, err, recording.ErrNotFound)
	}
}

// The spool keeps what the storage does not take, and gives it there as soon as it does; retention destroys it there.
func TestSpoolOutlastsAnOutageOfS3(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	bucket := server.Storage(t)
	studio := newStudio(t, "", func(o *recording.Options) { o.Storage = bucket })
	server.Fail(1 << 40)
	w, err := studio.Start(recording.Meta{ID: "rec_1", CallID: "call_1", BeganAt: now})
	require.NoError(t, err)
	require.True(t, w.Write(block(0, 8000, recording.ALaw, 1, 2)))
	require.Equal(t, int64(1), studio.Metrics().Open)
	w.Finish(8000)
	select {
	case trouble := <-studio.alarms:
		require.Equal(t, "store", trouble.Op)
	case <-time.After(time.Minute):
		require.Fail(t, "nobody is alarmed")
	}
	m := studio.Metrics()
	require.Equal(t, []int64{0, 1, 1}, []int64{m.Open, m.Waiting, m.Failing})
	require.Equal(t, uint64(1), m.StoreFailures)
	require.Positive(t, m.FreeBytes)
	files, err := os.ReadDir(studio.spool)
	require.NoError(t, err)
	require.Len(t, files, 2, "it is in the spool")
	server.Fail(0)
	f := studio.finished(t)
	require.Eventually(t, func() bool { m = studio.Metrics(); return m.Stored == 1 && m.Waiting == 0 && m.Failing == 0 }, time.Minute, 10*time.Millisecond)
	require.Equal(t, uint64(f.Bytes), m.StoredBytes)
	object, err := bucket.Open(t.Context(), f.Key)
	require.NoError(t, err)
	data, err := io.ReadAll(object)
	require.NoError(t, err)
	require.NoError(t, object.Close())
	require.Equal(t, f.SHA256, hashOf(data))

	certificate, err := recording.Destroy(t.Context(), bucket, recording.Due{
		Kept: recording.Kept{ID: f.ID, Key: f.Key, SHA256: f.SHA256, Bytes: f.Bytes}, Since: now,
	}, time.Now)
	require.NoError(t, err)
	require.False(t, certificate.Absent || certificate.Altered)
	_, err = bucket.Open(t.Context(), f.Key)
	require.ErrorIs(t, err, recording.ErrNotFound)
}
