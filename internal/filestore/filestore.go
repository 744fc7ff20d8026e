// Package filestore keeps small files in a folder, each under the id of its row: it tells a file's type by its content, refuses what is
// not accepted, and has it on disk before the row is committed. It knows nothing of what the files belong to.
package filestore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"ekc/internal/fail"
	"ekc/internal/ids"
)

// accepted are the types that may be sent; a file's type is told by its content, never by its name.
var accepted = []string{
	"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// incoming is the folder of what is not kept yet.
const incoming = "incoming"

// MaxBytes is the largest file that is taken.
const MaxBytes = 10 << 20

// Store is a folder of files. It may be shared by several nodes.
type Store struct{ dir string }

// New makes the folder in the data directory unless it is there.
func New(dataDir, folder string) (*Store, error) {
	if dataDir == "" {
		return nil, errors.New("no data directory")
	}
	f := &Store{dir: filepath.Join(dataDir, folder)}
	return f, os.MkdirAll(filepath.Join(f.dir, incoming), 0o700)
}

// Dir is the folder.
func (f *Store) Dir() string { return f.dir }

// Received is a file that is on disk but not kept yet.
type Received struct {
	// MediaType is told by the content; Size is in bytes, SHA256 in hexadecimal.
	MediaType string
	Size      int64
	SHA256    string

	store *Store
	path  string
}

// Receive writes the content to disk, synced, and tells its type. TOO_LARGE beyond MaxBytes; INVALID for an empty file, and for a type
// that is not accepted.
func (f *Store) Receive(content io.Reader) (*Received, error) {
	path := filepath.Join(f.dir, incoming, ids.New("tmp"))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the name is ours
	if err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	r := &Received{store: f, path: path}
	if err := r.fill(file, content); err != nil {
		r.Discard()
		return nil, errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		r.Discard()
		return nil, fmt.Errorf("receive file: %w", err)
	}
	return r, nil
}

func (r *Received) fill(file *os.File, content io.Reader) error {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(content, MaxBytes+1))
	if err != nil {
		return fmt.Errorf("receive file: %w", err)
	}
	switch {
	case size > MaxBytes:
		return fail.Field("file", fail.TooLarge, "is larger than %d MiB", MaxBytes>>20)
	case size == 0:
		return fail.Field("file", fail.Invalid, "is empty")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("receive file: %w", err)
	}
	if r.MediaType, err = typeOf(file); err != nil {
		return err
	}
	r.Size, r.SHA256 = size, hex.EncodeToString(sum.Sum(nil))
	if err := file.Sync(); err != nil {
		return fmt.Errorf("receive file: %w", err)
	}
	return nil
}

// typeOf tells the type by content and refuses what is not accepted.
func typeOf(file *os.File) (string, error) {
	found, err := mimetype.DetectReader(file)
	if err != nil {
		return "", fmt.Errorf("type of file: %w", err)
	}
	for _, want := range accepted {
		if found.Is(want) {
			return want, checkText(file, want)
		}
	}
	return "", fail.Field("file", fail.Invalid, "is of a type that is not accepted (%s)", found.String())
}

// checkText makes sure that a text is one to its end: UTF-8 without NUL.
func checkText(file *os.File, mediaType string) error {
	if mediaType != "text/plain" {
		return nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("type of file: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxBytes))
	if err != nil {
		return fmt.Errorf("type of file: %w", err)
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return fail.Field("file", fail.Invalid, "is neither UTF-8 text nor another accepted type")
	}
	return nil
}

// Keep moves the file to its place, for good: without the sync of the folder a power cut could undo the move, but not the
// row that is committed next.
func (r *Received) Keep(id string) error {
	if err := os.Rename(r.path, r.store.Path(id)); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	r.path = r.store.Path(id)
	folder, err := os.Open(r.store.dir)
	if err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

// Discard removes a file that was not kept; one that was is left alone.
func (r *Received) Discard() {
	if filepath.Base(filepath.Dir(r.path)) == incoming {
		_ = os.Remove(r.path) // the sweep finds what is left
	}
}

// Path is where the file of an id lies.
func (f *Store) Path(id string) string { return filepath.Join(f.dir, filepath.Base(id)) }

// Open opens the file of an id.
func (f *Store) Open(id string) (*os.File, error) {
	return os.Open(f.Path(id)) //nolint:gosec // the name is an id of ours
}
