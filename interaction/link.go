package interaction

import (
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

// AttachmentHandler serves signed links: 404 for whatever is not one. Files are always downloads, never pages.
func (s *Service) AttachmentHandler() http.Handler { return s.links.Handler(s.serveAttachment) }

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
	file, err := s.files.Open(id)
	if err != nil {
		s.o.Logger.ErrorContext(r.Context(), "attachment without its file", "attachment", id, "error", err)
		http.NotFound(w, r)
		return
	}
	defer closeQuietly(file)
	filestore.Serve(w, r, a.FileName, a.MediaType, a.CreatedAt, file)
}
