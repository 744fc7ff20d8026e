package web

import (
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// Handler serves the playground at "/", the demo page at "/widget/", the widget at "/widget/ekc-chat.js" and what they
// load. Any other address is 404, so it may be mounted at "/". It fails only when files cannot be read.
func Handler(files fs.FS) (http.Handler, error) {
	if !Built(files) {
		return http.HandlerFunc(serveUnbuilt), nil
	}
	assets, err := readAssets(files)
	if err != nil {
		return nil, err
	}
	return &server{assets: assets}, nil
}

type server struct {
	assets map[string]*asset
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !readOnly(w, r) {
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "widget" {
		http.Redirect(w, r, "widget/", http.StatusMovedPermanently)
		return
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	found, ok := s.assets[name]
	if !ok {
		secure(w.Header(), "none")
		http.NotFound(w, r)
		return
	}
	secure(w.Header(), name)
	found.serve(w, r)
}

func readOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	return false
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", a.cacheControl())
	zipped := a.packed && acceptsGzip(r.Header)
	etag := `"` + a.etag + `"`
	if a.packed {
		header.Set("Vary", "Accept-Encoding")
		if !zipped {
			etag = `"` + a.etag + `-plain"`
		}
	}
	header.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if zipped {
		header.Set("Content-Encoding", "gzip")
	} else {
		plain, err := a.unpacked()
		if err != nil {
			http.Error(w, "the web build is damaged", http.StatusInternalServerError)
			return
		}
		body = plain
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // a client that went away is no fault of ours
}

// cacheControl lets files whose name changes with the content stay for a year; the widget is asked for by thousands of
// pages under one name, so it may be five minutes old; the rest is always checked.
func (a *asset) cacheControl() string {
	switch {
	case a.immutable:
		return "public, max-age=31536000, immutable"
	case strings.HasPrefix(a.contentType, "text/html"):
		return "no-cache"
	default:
		return "public, max-age=300, stale-while-revalidate=86400"
	}
}

// acceptsGzip reads Accept-Encoding as RFC 9110, § 12.5.3 says, for the one coding that we have.
func acceptsGzip(header http.Header) bool {
	for _, value := range header.Values("Accept-Encoding") {
		for _, item := range strings.Split(value, ",") {
			coding, parameters, _ := strings.Cut(strings.TrimSpace(item), ";")
			coding = strings.ToLower(strings.TrimSpace(coding))
			if coding != "gzip" && coding != "*" {
				continue
			}
			weight, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
			if !found {
				return true
			}
			q, err := strconv.ParseFloat(weight, 64)
			return err == nil && q > 0
		}
	}
	return false
}

// matches reads If-None-Match as RFC 9110, § 13.1.2 says; the comparison is weak.
func matches(header, etag string) bool {
	for _, candidate := range strings.Split(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}
