package filestore

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"
)

// Row is what is told of a file when it is served.
type Row struct {
	Name, MediaType string
	CreatedAt       time.Time
}

// ErrNoRow says that there is no file of an id.
var ErrNoRow = errors.New("no such file")

// Files serves links to the files of a store as downloads: see [Links.Handler], also for forged. row finds what a file is, with
// ErrNoRow where there is none; other errors are answered with 503.
func (l *Links) Files(f *Store, log *slog.Logger, forged func(*http.Request), row func(ctx context.Context, id string) (Row, error)) http.Handler {
	return l.Handler(forged, func(w http.ResponseWriter, r *http.Request, id string) {
		found, err := row(r.Context(), id)
		if errors.Is(err, ErrNoRow) {
			http.NotFound(w, r)
			return
		}
		if err != nil {
			log.ErrorContext(r.Context(), "file not readable", "file", id, "error", err)
			http.Error(w, "try again later", http.StatusServiceUnavailable)
			return
		}
		file, err := f.Open(id)
		if err != nil {
			log.ErrorContext(r.Context(), "file is missing", "file", id, "error", err)
			http.NotFound(w, r)
			return
		}
		defer func() { _ = file.Close() }() // it was only read
		serve(w, r, found, file)
	})
}

// serve answers a request with a file, as a download and never as a page.
func serve(w http.ResponseWriter, r *http.Request, row Row, file io.ReadSeeker) {
	h := w.Header()
	h.Set("Content-Type", row.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": row.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=900")
	http.ServeContent(w, r, "", row.CreatedAt, file)
}
