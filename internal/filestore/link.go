package filestore

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// KeySize is the length of a key of Links in bytes.
	KeySize  = sha256.Size
	linkLife = 15 * time.Minute
)

// Links makes links to files that work for 15 minutes without a token, on every node that has the same key.
type Links struct {
	path  string
	key   []byte
	clock func() time.Time
}

// NewLinks makes links below a path, which ends with a slash; whoever has the key can make them too.
func NewLinks(path string, key []byte, clock func() time.Time) *Links {
	return &Links{path: path, key: key, clock: clock}
}

func (l *Links) sign(id string, expires int64) string {
	mac := hmac.New(sha256.New, l.key)
	_, _ = fmt.Fprintf(mac, "%s\n%d", id, expires) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// URL is a link to a file, relative to the server's root. Give it only to who may see the file.
func (l *Links) URL(id string) string {
	expires := l.clock().Add(linkLife).Unix()
	return fmt.Sprintf("%s%s?expires=%d&signature=%s", l.path, id, expires, l.sign(id, expires))
}

// Handler serves links: 404 for whatever is not one, 405 for what is not GET or HEAD. serve gets the id of the file; forged, which may be
// nil, is told of links that nobody made, before they are answered. One whose time is over is no forgery.
func (l *Links) Handler(forged func(*http.Request), serve func(w http.ResponseWriter, r *http.Request, id string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		id := strings.TrimPrefix(r.URL.Path, l.path)
		query := r.URL.Query()
		expires, genuine := l.genuine(id, query.Get("expires"), query.Get("signature"))
		if !genuine && forged != nil {
			forged(r)
		}
		if !genuine || l.clock().Unix() > expires {
			http.NotFound(w, r)
			return
		}
		serve(w, r, id)
	})
}

// genuine reports whether a link was made here, and until when, in Unix seconds, it works.
func (l *Links) genuine(id, expires, signature string) (until int64, genuine bool) {
	until, err := strconv.ParseInt(expires, 10, 64)
	return until, err == nil && hmac.Equal([]byte(signature), []byte(l.sign(id, until)))
}
