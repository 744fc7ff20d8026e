package filestore_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/filestore"
)

func TestForgedLinksAreTold(t *testing.T) {
	t.Parallel()
	now, forged, served := time.Unix(1_800_000_000, 0), 0, 0
	links := filestore.NewLinks("/files/", make([]byte, filestore.KeySize), func() time.Time { return now })
	handler := links.Handler(func(*http.Request) { forged++ }, func(_ http.ResponseWriter, _ *http.Request, id string) {
		require.Equal(t, "att_1", id)
		served++
	})
	get := func(url string) int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		return w.Code
	}
	link := links.URL("att_1")
	require.Equal(t, http.StatusOK, get(link))
	now = now.Add(15 * time.Minute)
	require.Equal(t, http.StatusOK, get(link))
	now = now.Add(time.Second)
	require.Equal(t, http.StatusNotFound, get(link))
	require.Equal(t, 2, served)
	require.Zero(t, forged, "every link comes to its end")
	for n, bad := range []string{
		strings.Replace(link, "att_1", "att_2", 1), strings.Replace(link, "expires=18", "expires=19", 1), strings.Replace(link, "signature=", "signature=A", 1),
		"/files/att_1", "/files/att_1?expires=x&signature=y",
	} {
		require.Equal(t, http.StatusNotFound, get(bad), bad)
		require.Equal(t, n+1, forged, bad)
	}
	require.Equal(t, 2, served)
}
