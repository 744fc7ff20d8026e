package interaction

import (
	"context"
	"fmt"
	"net/http"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/filestore"
)

const (
	// AttachmentPath is where AttachmentHandler must be served.
	AttachmentPath = "/attachments/"
	linkSecret     = "attachment_links"
)

// AttachmentURL is a link, relative to the server's root, that works for 15 minutes. Give it only to who may see the file.
func (s *Service) AttachmentURL(a *ent.Attachment) string { return s.links.URL(a.ID) }

// AttachmentHandler serves signed links: 404 for whatever is not one. Files are always downloads, never pages. forged, which may be nil, is
// told of links that nobody made.
func (s *Service) AttachmentHandler(forged func(*http.Request)) http.Handler {
	return s.links.Files(s.files, s.o.Logger, forged, func(ctx context.Context, id string) (filestore.Row, error) {
		a, err := s.client.Attachment.Get(viewer.AsSystem(ctx), id)
		if ent.IsNotFound(err) {
			return filestore.Row{}, filestore.ErrNoRow
		}
		if err != nil {
			return filestore.Row{}, fmt.Errorf("read attachment: %w", err)
		}
		return filestore.Row{Name: a.FileName, MediaType: a.MediaType, CreatedAt: a.CreatedAt}, nil
	})
}
