package web

import (
	"net/http"
	"strings"
)

// Everything that a page may do is listed; nothing comes from outside.
const (
	// The playground's editor measures text with inline styles and runs its language services in workers.
	playgroundPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; " +
		"font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'none'"
	// The demo page is as strict as an agency's page may be; the widget must work there.
	demoPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	filePolicy = "default-src 'none'; frame-ancestors 'none'"
)

// secure sets the security headers of the file with the given name. Workers of the playground need no policy of their
// own: they inherit nothing and load nothing.
func secure(header http.Header, name string) {
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	switch name {
	case "index.html":
		header.Set("Content-Security-Policy", playgroundPolicy)
	case "widget/index.html":
		header.Set("Content-Security-Policy", demoPolicy)
	default:
		header.Set("Content-Security-Policy", filePolicy)
	}
	if strings.HasPrefix(name, "widget/ekc-chat.") {
		// The script is there to be loaded by other sites, with or without the attribute crossorigin.
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return
	}
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}
