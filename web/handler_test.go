package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"ekc/web"
)

const script = "console.log('привет')"

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	_, err := writer.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return buffer.Bytes()
}

func built(t *testing.T) http.Handler {
	t.Helper()
	handler, err := web.Handler(fstest.MapFS{
		".keep":                    {Data: nil},
		"index.html":               {Data: []byte("<!doctype html>playground")},
		"assets/main-ABCD1234.js":  {Data: []byte("main()")},
		"assets/json.worker.js.gz": {Data: zipped(t, "worker()")},
		"widget/index.html.gz":     {Data: zipped(t, "<!doctype html>demo")},
		"widget/ekc-chat.js.gz":    {Data: zipped(t, script)},
	})
	require.NoError(t, err)
	return handler
}

func get(handler http.Handler, method, address string, header map[string]string) *http.Response {
	request := httptest.NewRequest(method, address, nil)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(content)
}

func TestPagesAndFiles(t *testing.T) {
	t.Parallel()
	handler := built(t)
	cases := []struct{ address, contentType, cache, content string }{
		{"/", "text/html; charset=utf-8", "no-cache", "<!doctype html>playground"},
		{"/widget/", "text/html; charset=utf-8", "no-cache", "<!doctype html>demo"},
		{"/widget/ekc-chat.js", "text/javascript; charset=utf-8", "public, max-age=300, stale-while-revalidate=86400", script},
		{"/assets/json.worker.js", "text/javascript; charset=utf-8", "public, max-age=300, stale-while-revalidate=86400", "worker()"},
		{"/assets/main-ABCD1234.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "main()"},
	}
	for _, c := range cases {
		response := get(handler, http.MethodGet, c.address, nil)
		require.Equal(t, http.StatusOK, response.StatusCode, c.address)
		require.Equal(t, c.contentType, response.Header.Get("Content-Type"), c.address)
		require.Equal(t, c.cache, response.Header.Get("Cache-Control"), c.address)
		require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), c.address)
		require.NotEmpty(t, response.Header.Get("Content-Security-Policy"), c.address)
		require.Equal(t, c.content, body(t, response), c.address)
	}
}

func TestGzipIsSentOnlyToThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	handler := built(t)
	for accept, packed := range map[string]bool{
		"gzip, deflate, br": true, "br;q=1.0, gzip;q=0.5": true, "*": true,
		"": false, "identity": false, "gzip;q=0": false, "br, gzip; q=0.0": false,
	} {
		response := get(handler, http.MethodGet, "/widget/ekc-chat.js", map[string]string{"Accept-Encoding": accept})
		require.Equal(t, "Accept-Encoding", response.Header.Get("Vary"))
		content := response.Body.(io.Reader)
		if packed {
			require.Equal(t, "gzip", response.Header.Get("Content-Encoding"), accept)
			reader, err := gzip.NewReader(content)
			require.NoError(t, err)
			content = reader
		} else {
			require.Empty(t, response.Header.Get("Content-Encoding"), accept)
		}
		text, err := io.ReadAll(content)
		require.NoError(t, err)
		require.Equal(t, script, string(text), accept)
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	handler := built(t)
	plain := get(handler, http.MethodGet, "/widget/ekc-chat.js", nil).Header.Get("ETag")
	packed := get(handler, http.MethodGet, "/widget/ekc-chat.js", map[string]string{"Accept-Encoding": "gzip"}).Header.Get("ETag")
	require.NotEqual(t, plain, packed, "two representations need two strong tags")
	for condition, status := range map[string]int{
		plain: http.StatusNotModified, "W/" + plain: http.StatusNotModified, `"x", ` + plain: http.StatusNotModified,
		"*": http.StatusNotModified, packed: http.StatusOK, `"x"`: http.StatusOK,
	} {
		response := get(handler, http.MethodGet, "/widget/ekc-chat.js", map[string]string{"If-None-Match": condition})
		require.Equal(t, status, response.StatusCode, condition)
	}
}

func TestWidgetMayBeLoadedByOtherSites(t *testing.T) {
	t.Parallel()
	handler := built(t)
	response := get(handler, http.MethodGet, "/widget/ekc-chat.js", nil)
	require.Equal(t, "*", response.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "cross-origin", response.Header.Get("Cross-Origin-Resource-Policy"))
	response = get(handler, http.MethodGet, "/", nil)
	require.Empty(t, response.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "same-origin", response.Header.Get("Cross-Origin-Resource-Policy"))
	require.Contains(t, response.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	handler := built(t)
	for _, address := range []string{"/x", "/assets/", "/.keep", "/widget/../.keep", "/widget/ekc-chat.js.gz", "/index.html/"} {
		require.Equal(t, http.StatusNotFound, get(handler, http.MethodGet, address, nil).StatusCode, address)
	}
	require.Equal(t, http.StatusMovedPermanently, get(handler, http.MethodGet, "/widget", nil).StatusCode)
	response := get(handler, http.MethodPost, "/", nil)
	require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	require.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
	head := get(handler, http.MethodHead, "/", nil)
	require.Equal(t, http.StatusOK, head.StatusCode)
	require.Equal(t, "25", head.Header.Get("Content-Length"))
	require.Empty(t, body(t, head))
}

func TestWithoutTheWebBuildThePagesSayHow(t *testing.T) {
	t.Parallel()
	handler, err := web.Handler(fstest.MapFS{".keep": {Data: nil}})
	require.NoError(t, err)
	for _, address := range []string{"/", "/widget/"} {
		response := get(handler, http.MethodGet, address, nil)
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		require.Contains(t, body(t, response), "make web")
	}
	require.Equal(t, http.StatusServiceUnavailable, get(handler, http.MethodGet, "/widget/ekc-chat.js", nil).StatusCode)
	require.Equal(t, http.StatusNotFound, get(handler, http.MethodGet, "/assets/x.js", nil).StatusCode)
}

func TestADamagedBuildIsReported(t *testing.T) {
	t.Parallel()
	handler, err := web.Handler(fstest.MapFS{"index.html.gz": {Data: []byte("not gzip")}})
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, get(handler, http.MethodGet, "/", nil).StatusCode)
}

func TestTheEmbeddedFilesAreServed(t *testing.T) {
	t.Parallel()
	handler, err := web.Handler(web.Files())
	require.NoError(t, err)
	response := get(handler, http.MethodGet, "/widget/ekc-chat.js", nil)
	if !web.Built(web.Files()) {
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		return
	}
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, body(t, response), "ekc-chat")
}
