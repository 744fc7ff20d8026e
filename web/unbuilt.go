package web

import (
	"io"
	"net/http"
	"strings"
)

const unbuiltPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>EKC – the web pages are not built</title>
<h1>The web pages are not built</h1>
<p>This program was compiled without the web build. The API itself works at <code>/graphql</code>.</p>
<p>To get the playground and the chat widget, with Node.js 18 or newer:</p>
<pre>make web
make build</pre>
</html>
`

// serveUnbuilt answers at the addresses of the pages; the files that they would load are 404.
func serveUnbuilt(w http.ResponseWriter, r *http.Request) {
	if !readOnly(w, r) {
		return
	}
	secure(w.Header(), "none")
	switch {
	case r.URL.Path == "/" || r.URL.Path == "/widget" || r.URL.Path == "/widget/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, unbuiltPage)
	case strings.HasPrefix(r.URL.Path, "/widget/ekc-chat."):
		http.Error(w, "the widget is not built: run make web, then make build", http.StatusServiceUnavailable)
	default:
		http.NotFound(w, r)
	}
}
