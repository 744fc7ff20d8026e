package knowledge

import (
	"encoding/hex"
	"regexp"
	"strings"

	"ekc/internal/fail"
)

const (
	maxFileTitle = 200
	maxFileName  = 255
)

var (
	fileID    = regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)
	mediaType = regexp.MustCompile(`^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}$`)
)

// checkFiles tells the first fault of references to files.
func checkFiles(files []File) error {
	if len(files) > MaxFiles {
		return fail.Field("files", fail.Invalid, "has %d entries, the limit is %d", len(files), MaxFiles)
	}
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.ID] {
			return fail.Field("files", fail.Invalid, "names %q twice", f.ID)
		}
		seen[f.ID] = true
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) check() error {
	if err := checkText("files", f.Title, maxFileTitle); err != nil {
		return err
	}
	sum, err := hex.DecodeString(f.SHA256)
	switch {
	case !fileID.MatchString(f.ID):
		return fail.Field("files", fail.Invalid, "%q is no id of a file", f.ID)
	case strings.TrimSpace(f.Name) == "" || len(f.Name) > maxFileName || strings.ContainsAny(f.Name, "/\\\x00\r\n"):
		return fail.Field("files", fail.Invalid, "%q is no name of a file", f.Name)
	case !mediaType.MatchString(f.MediaType):
		return fail.Field("files", fail.Invalid, "%q is no media type", f.MediaType)
	case f.Size < 1:
		return fail.Field("files", fail.Invalid, "the size of %q is missing", f.Name)
	case err != nil || len(sum) != 32:
		return fail.Field("files", fail.Invalid, "the SHA-256 of %q is missing", f.Name)
	}
	return nil
}
