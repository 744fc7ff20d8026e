package transport

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"

	"github.com/99designs/gqlgen/graphql"

	"ekc/access/viewer"
	"ekc/internal/fail"
)

const (
	maxMap     = 4 << 10
	maxHeaders = 64 << 10 // boundaries and headers of the parts
	maxName    = 255      // bytes of a file's name
)

func (h *Handler) isMultipart(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "multipart/form-data"
}

// readMultipart reads the three parts of an upload: operations, map, one file. The file goes to disk.
func (h *Handler) readMultipart(w http.ResponseWriter, r *http.Request) (*request, int, error) {
	if !asked(r) {
		return nil, http.StatusBadRequest, fail.New(fail.Invalid, "an upload needs the header %s", preflightHeader)
	}
	if viewer.From(r.Context()).Kind == viewer.Nobody {
		return nil, http.StatusUnauthorized, fail.New(fail.Unauthenticated, "an upload needs a token")
	}
	most := h.o.MaxBody + h.o.MaxFile + maxMap + maxHeaders
	r.Body = http.MaxBytesReader(w, r.Body, most)
	deadline(w, h.o.UploadTimeout)
	defer deadline(w, 0)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, http.StatusBadRequest, errForm()
	}
	in := &request{}
	err = h.readParts(parts, in)
	if err == nil {
		return in, 0, nil
	}
	in.release()
	if _, expected := fail.As(err); !expected {
		err = bodyError(err, most)
	}
	if fail.CodeOf(err) == fail.TooLarge {
		return nil, http.StatusRequestEntityTooLarge, err
	}
	return nil, http.StatusBadRequest, err
}

func errForm() error {
	return fail.New(fail.Invalid, "an upload has the parts operations, map and one file, in this order")
}

func (h *Handler) readParts(parts *multipart.Reader, in *request) error {
	operations, err := readPart(parts, "operations", h.o.MaxBody)
	if err != nil {
		return err
	}
	if err := decodeParams(operations, &in.params); err != nil {
		return err
	}
	text, err := readPart(parts, "map", maxMap)
	if err != nil {
		return err
	}
	var paths map[string][]string
	if err := decode(text, &paths); err != nil || len(paths) != 1 {
		return fail.New(fail.Invalid, "map must name exactly one file")
	}
	for name, targets := range paths {
		if len(targets) != 1 {
			return fail.New(fail.Invalid, "map must name exactly one variable of the file")
		}
		if err := h.readFile(parts, in, name, targets[0]); err != nil {
			return err
		}
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return errForm()
	}
	return nil
}

// readPart returns the next part, which must have the name.
func readPart(parts *multipart.Reader, name string, most int64) ([]byte, error) {
	part, err := parts.NextPart()
	if err != nil {
		return nil, formError(err)
	}
	if part.FormName() != name {
		return nil, errForm()
	}
	content, err := io.ReadAll(io.LimitReader(part, most+1))
	if err != nil {
		return nil, formError(err)
	}
	if int64(len(content)) > most {
		return nil, fail.New(fail.TooLarge, "the part %s is larger than %d bytes", name, most)
	}
	return content, nil
}

func (h *Handler) readFile(parts *multipart.Reader, in *request, name, path string) error {
	part, err := parts.NextPart()
	if err != nil {
		return formError(err)
	}
	if part.FormName() != name || len(part.FileName()) > maxName {
		return errForm()
	}
	file, err := os.CreateTemp("", "ekc-upload-*")
	if err != nil {
		return fail.New(fail.Unavailable, "no room for the file, try again later")
	}
	in.cleanup = func() { _ = file.Close(); _ = os.Remove(file.Name()) }
	size, err := io.Copy(file, io.LimitReader(part, h.o.MaxFile+1))
	if err != nil {
		return formError(err)
	}
	if size > h.o.MaxFile {
		return fail.New(fail.TooLarge, "the file is larger than %d bytes", h.o.MaxFile)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fail.New(fail.Unavailable, "the file could not be kept, try again later")
	}
	upload := graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}
	if err := in.params.AddUpload(upload, name, path); err != nil {
		return fail.New(fail.Invalid, "map names no variable that can take a file")
	}
	return nil
}

// formError keeps the error of a body that is too large and hides the others.
func formError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errForm()
}
