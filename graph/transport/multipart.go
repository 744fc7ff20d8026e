package transport

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
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
	leave, err := h.beginUpload(r.Context())
	if err != nil {
		return nil, statusOf(fail.CodeOf(err)), err
	}
	defer leave()
	maxText := h.maxBody(r.Context())
	most := maxText + h.o.MaxFile + maxMap + maxHeaders
	r.Body = http.MaxBytesReader(w, r.Body, most)
	deadline(w, h.o.UploadTimeout)
	defer deadline(w, 0)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, http.StatusBadRequest, errForm()
	}
	in := &request{}
	done := false
	defer func() {
		if !done { // also when something panics: nobody else would remove the file
			in.release()
		}
	}()
	if err = h.readParts(parts, in, maxText); err == nil {
		done = true
		return in, 0, nil
	}
	if _, expected := fail.As(err); !expected {
		err = bodyError(err, most)
	}
	if fail.CodeOf(err) == fail.TooLarge {
		return nil, http.StatusRequestEntityTooLarge, err
	}
	return nil, http.StatusBadRequest, err
}

// beginUpload counts a file that comes in, for each takes room on disk until it is read.
func (h *Handler) beginUpload(ctx context.Context) (leave func(), err error) {
	if err := h.o.AdmitUpload(ctx); err != nil {
		return nil, err
	}
	return h.uploads.enter(ratelimit.AddressKey(viewer.From(ctx).Address))
}

func errForm() error {
	return fail.New(fail.Invalid, "an upload has the parts operations, map and one file, in this order")
}

func (h *Handler) readParts(parts *multipart.Reader, in *request, maxText int64) error {
	operations, err := readPart(parts, "operations", maxText)
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
	if !place(in.params.Variables, path, upload) {
		return fail.New(fail.Invalid, "map names no variable that can take a file")
	}
	return nil
}

// place puts a file where the path leads, such as variables.input.file, and reports whether there is such a place: null
// until now, or a field that was left out. The path is the client's, so every step is checked; gqlgen's own is not.
func place(variables map[string]any, path string, file graphql.Upload) bool {
	names := strings.Split(path, ".")
	if len(names) < 2 || names[0] != "variables" {
		return false
	}
	var at any = variables
	for i, name := range names[1:] {
		last := i == len(names)-2
		switch in := at.(type) {
		case map[string]any:
			if at = in[name]; last && at == nil && in != nil && name != "" {
				in[name] = file
				return true
			}
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(in) {
				return false
			}
			if at = in[n]; last && at == nil {
				in[n] = file
				return true
			}
		default:
			return false
		}
	}
	return false
}

// formError keeps the error of a body that is too large and hides the others.
func formError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errForm()
}
