package transport

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins decides which pages may use the API from a browser.
type origins struct {
	any     bool
	allowed map[string]bool
}

func newOrigins(allowed []string, publicURL string) origins {
	o := origins{any: slices.Contains(allowed, "*"), allowed: map[string]bool{}}
	for _, origin := range append([]string{publicURL}, allowed...) {
		if u, err := url.Parse(strings.TrimSpace(origin)); err == nil && u.Host != "" {
			o.allowed[strings.ToLower(u.Scheme+"://"+u.Host)] = true
		}
	}
	return o
}

// admit reports whether a request may be served, and sets the headers that let the browser hand on the answer. Without an
// Origin it is no page of a foreign site: browsers send it with everything that can carry a token or change something.
func (o origins) admit(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !o.any && !o.allowed[strings.ToLower(origin)] && !sameOrigin(origin, r.Host) {
		return false
	}
	if o.any {
		origin = "*"
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
	return true
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}

// Headers that a page cannot send to a foreign site without asking first (Fetch standard, "CORS-safelisted
// request-header"). Any of them shows that the browser asked, or that the client is no browser.
const (
	preflightHeader       = "GraphQL-Require-Preflight"
	apolloPreflightHeader = "Apollo-Require-Preflight"
)

// preflight answers what a browser asks before a request to another origin.
func preflight(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Allow", allow)
	header.Set("Access-Control-Allow-Methods", allow)
	header.Set("Access-Control-Allow-Headers",
		"Authorization, Content-Type, Accept, "+preflightHeader+", "+apolloPreflightHeader)
	header.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

// asked reports whether the request carries a header that a page cannot send without asking.
func asked(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.Header.Get(preflightHeader) != "" || r.Header.Get(apolloPreflightHeader) != ""
}

// byAccident reports whether a GET was sent by a page without a script that asked for it: a link, an image, a form.
func byAccident(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return !asked(r) && (mode == "navigate" || mode == "no-cors" || mode == "nested-navigate")
}
