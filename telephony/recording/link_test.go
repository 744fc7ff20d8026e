package recording_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
)

// watch is a clock that tests set.
type watch struct{ at atomic.Int64 }

func (w *watch) now() time.Time { return time.Unix(w.at.Load(), 0) }

func newSigner(t *testing.T, key byte) (*recording.Signer, *watch) {
	t.Helper()
	w := &watch{}
	w.at.Store(1_800_000_000)
	s, err := recording.NewSigner(bytes.Repeat([]byte{key}, 32), w.now)
	require.NoError(t, err)
	return s, w
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s, clock := newSigner(t, 1)
	token := s.Sign("rec_1", "acc.Жук/1", 10*time.Minute)
	claim, err := s.Check(token)
	require.NoError(t, err)
	require.Equal(t, recording.Claim{RecordingID: "rec_1", Subject: "acc.Жук/1", Expires: clock.now().Add(10 * time.Minute)}, claim)
	require.NotContains(t, token, "/")

	other, _ := newSigner(t, 2)
	for _, bad := range []string{"", ".", "...", token + "x", token[1:], strings.Replace(token, ".18", ".19", 1), other.Sign("rec_1", "a", time.Minute)} {
		_, err := s.Check(bad)
		require.ErrorIs(t, err, recording.ErrLink, "%q", bad)
		require.NotErrorIs(t, err, recording.ErrExpired, "%q", bad)
	}
	clock.at.Add(599)
	_, err = s.Check(token)
	require.NoError(t, err)
	clock.at.Add(1)
	_, err = s.Check(token)
	require.ErrorIs(t, err, recording.ErrExpired, "too old")
	require.ErrorIs(t, err, recording.ErrLink)

	long, err := s.Check(s.Sign("rec_1", "a", 100*time.Hour))
	require.NoError(t, err)
	require.Equal(t, clock.now().Add(recording.MaxLinkLife), long.Expires)
	_, err = recording.NewSigner([]byte("short"), clock.now)
	require.Error(t, err)
}

func TestHandlerPlaysRanges(t *testing.T) {
	t.Parallel()
	for name, storage := range storages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := bytes.Repeat([]byte("0123456789"), 1000)
			require.NoError(t, storage.Put(t.Context(), "k.wav", bytes.NewReader(data), int64(len(data)), hashOf(data)))
			t.Cleanup(func() { _ = storage.Remove(context.Background(), "k.wav") })
			signer, clock := newSigner(t, 1)
			find := func(_ context.Context, c recording.Claim) (recording.Playable, error) {
				switch c.RecordingID {
				case "rec_1":
					return recording.Playable{Key: "k.wav", FileName: "звонок.wav"}, nil
				case "rec_gone":
					return recording.Playable{Key: "gone.wav"}, nil
				case "rec_withdrawn":
					return recording.Playable{}, recording.ErrWithdrawn
				case "rec_error":
					return recording.Playable{}, errors.New("database away")
				}
				return recording.Playable{}, recording.ErrNotFound
			}
			var refused atomic.Int32
			server := httptest.NewServer(recording.Handler("/recordings/", signer, storage, find, func(*http.Request) { refused.Add(1) }))
			t.Cleanup(server.Close)
			get := func(method, path, ranges string) (*http.Response, string) {
				request, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/recordings/"+path, http.NoBody)
				require.NoError(t, err)
				if ranges != "" {
					request.Header.Set("Range", ranges)
				}
				response, err := server.Client().Do(request)
				require.NoError(t, err)
				defer response.Body.Close()
				body, err := io.ReadAll(response.Body)
				require.NoError(t, err)
				return response, string(body)
			}
			link := func(id string) string { return signer.Sign(id, "acc_1", time.Minute) }

			response, body := get(http.MethodGet, link("rec_1"), "")
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Equal(t, string(data), body)
			require.Equal(t, "audio/wav", response.Header.Get("Content-Type"))
			require.Equal(t, "private, no-store", response.Header.Get("Cache-Control"))
			response, body = get(http.MethodGet, link("rec_1"), "bytes=5003-5007")
			require.Equal(t, http.StatusPartialContent, response.StatusCode)
			require.Equal(t, "34567", body)
			require.Equal(t, "bytes 5003-5007/10000", response.Header.Get("Content-Range"))
			response, _ = get(http.MethodGet, link("rec_1"), "bytes=20000-")
			require.Equal(t, http.StatusRequestedRangeNotSatisfiable, response.StatusCode)
			response, body = get(http.MethodHead, link("rec_1"), "")
			require.Equal(t, "10000", response.Header.Get("Content-Length"))
			require.Empty(t, body)
			for path, want := range map[string]int{
				link("rec_other"): 404, link("rec_gone"): 404, link("rec_error"): 503, "forged": 404, "": 404, link("rec_1") + "/x": 404,
			} {
				response, _ = get(http.MethodGet, path, "")
				require.Equal(t, want, response.StatusCode, path)
			}
			require.Equal(t, int32(3), refused.Load(), "those that nobody made")
			response, _ = get(http.MethodGet, link("rec_withdrawn"), "")
			require.Equal(t, http.StatusNotFound, response.StatusCode)
			require.Equal(t, int32(4), refused.Load())
			old := link("rec_1")
			clock.at.Add(61)
			response, _ = get(http.MethodGet, old, "")
			require.Equal(t, http.StatusNotFound, response.StatusCode)
			require.Equal(t, int32(4), refused.Load(), "its time is over, as of every link")
			response, _ = get(http.MethodPost, link("rec_1"), "")
			require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
		})
	}
}
