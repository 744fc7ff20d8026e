package interaction

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/database"
)

const (
	// AttachmentPath is where AttachmentHandler must be served.
	AttachmentPath = "/attachments/"
	linkLife       = 15 * time.Minute
	linkSecret     = "attachment_links"
)

// linkSigner makes links to attachments that work for a while without a token, on every node.
type linkSigner struct {
	key   []byte
	clock func() time.Time
}

func newLinkSigner(ctx context.Context, client *ent.Client, clock func() time.Time) (*linkSigner, error) {
	key, err := database.Secret(viewer.AsSystem(ctx), client, linkSecret, sha256.Size)
	return &linkSigner{key: key, clock: clock}, err
}

func (l *linkSigner) sign(id string, expires int64) string {
	mac := hmac.New(sha256.New, l.key)
	_, _ = fmt.Fprintf(mac, "%s\n%d", id, expires) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// AttachmentURL is a link, relative to the server's root, that works for 15 minutes. Give it only to who may see the file.
func (s *Service) AttachmentURL(a *ent.Attachment) string {
	expires := s.links.clock().Add(linkLife).Unix()
	return fmt.Sprintf("%s%s?expires=%d&signature=%s", AttachmentPath, a.ID, expires, s.links.sign(a.ID, expires))
}

func (l *linkSigner) valid(id, expires, signature string) bool {
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || l.clock().Unix() > at {
		return false
	}
	return hmac.Equal([]byte(signature), []byte(l.sign(id, at)))
}

// AttachmentHandler serves signed links: 404 for whatever is not one. Files are always downloads, never pages.
func (s *Service) AttachmentHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		id := strings.TrimPrefix(r.URL.Path, AttachmentPath)
		query := r.URL.Query()
		if !s.links.valid(id, query.Get("expires"), query.Get("signature")) {
			http.NotFound(w, r)
			return
		}
		s.serveAttachment(w, r, id)
	})
}

func (s *Service) serveAttachment(w http.ResponseWriter, r *http.Request, id string) {
	a, err := s.client.Attachment.Get(viewer.AsSystem(r.Context()), id)
	if ent.IsNotFound(err) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		s.o.Logger.ErrorContext(r.Context(), "attachment not readable", "attachment", id, "error", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	file, err := s.files.open(id)
	if err != nil {
		s.o.Logger.ErrorContext(r.Context(), "attachment without its file", "attachment", id, "error", err)
		http.NotFound(w, r)
		return
	}
	defer closeQuietly(file)
	h := w.Header()
	h.Set("Content-Type", a.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.FileName}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=900")
	http.ServeContent(w, r, "", a.CreatedAt, file)
}
