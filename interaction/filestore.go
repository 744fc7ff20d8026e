package interaction

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"ekc/access/viewer"
	"ekc/ent/attachment"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// accepted are the types that may be sent; a file's type is told by its content, never by its name.
var accepted = []string{
	"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

const (
	incoming = "incoming"
	// forgotten is the age at which a file that was not sent, or never got its row, is removed.
	forgotten = 24 * time.Hour
)

// fileStore keeps attachments in a folder, each under its id.
type fileStore struct{ dir string }

func newFileStore(dataDir string) (*fileStore, error) {
	if dataDir == "" {
		return nil, errors.New("no data directory")
	}
	f := &fileStore{dir: filepath.Join(dataDir, "attachments")}
	return f, os.MkdirAll(filepath.Join(f.dir, incoming), 0o700)
}

// received is a file that is on disk but not kept yet.
type received struct {
	store     *fileStore
	path      string
	mediaType string
	size      int64
	sha256    string
}

// receive writes the content to disk, synced, and tells its type.
func (f *fileStore) receive(content io.Reader) (*received, error) {
	path := filepath.Join(f.dir, incoming, ids.New("tmp"))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the name is ours
	if err != nil {
		return nil, fmt.Errorf("receive attachment: %w", err)
	}
	r := &received{store: f, path: path}
	if err := r.fill(file, content); err != nil {
		r.discard()
		return nil, errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		r.discard()
		return nil, fmt.Errorf("receive attachment: %w", err)
	}
	return r, nil
}

func (r *received) fill(file *os.File, content io.Reader) error {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(content, MaxAttachmentBytes+1))
	if err != nil {
		return fmt.Errorf("receive attachment: %w", err)
	}
	switch {
	case size > MaxAttachmentBytes:
		return fail.Field("file", fail.TooLarge, "is larger than %d MiB", MaxAttachmentBytes>>20)
	case size == 0:
		return fail.Field("file", fail.Invalid, "is empty")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("receive attachment: %w", err)
	}
	if r.mediaType, err = typeOf(file); err != nil {
		return err
	}
	r.size, r.sha256 = size, hex.EncodeToString(sum.Sum(nil))
	if err := file.Sync(); err != nil {
		return fmt.Errorf("receive attachment: %w", err)
	}
	return nil
}

// typeOf tells the type by content and refuses what is not accepted.
func typeOf(file *os.File) (string, error) {
	found, err := mimetype.DetectReader(file)
	if err != nil {
		return "", fmt.Errorf("type of attachment: %w", err)
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
		return fmt.Errorf("type of attachment: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxAttachmentBytes))
	if err != nil {
		return fmt.Errorf("type of attachment: %w", err)
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return fail.Field("file", fail.Invalid, "is neither UTF-8 text nor another accepted type")
	}
	return nil
}

// keep moves the file to its place, for good: without the sync of the folder a power cut could undo the move, but not the
// row that is committed next.
func (r *received) keep(id string) error {
	if err := os.Rename(r.path, r.store.path(id)); err != nil {
		return fmt.Errorf("keep attachment: %w", err)
	}
	r.path = r.store.path(id)
	folder, err := os.Open(r.store.dir)
	if err != nil {
		return fmt.Errorf("keep attachment: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("keep attachment: %w", err)
	}
	return nil
}

// discard removes a file that was not kept; one that was is left alone.
func (r *received) discard() {
	if filepath.Base(filepath.Dir(r.path)) == incoming {
		_ = os.Remove(r.path) // the sweep finds what is left
	}
}

func (f *fileStore) path(id string) string { return filepath.Join(f.dir, filepath.Base(id)) }

func (f *fileStore) open(id string) (*os.File, error) {
	return os.Open(f.path(id)) //nolint:gosec // the name is an id of ours
}

// SweepFiles removes uploads that were never sent and files without a row, a day after they came.
func (s *Service) SweepFiles(ctx context.Context) error {
	system := viewer.AsSystem(ctx)
	before := s.now().Add(-forgotten)
	_, err := s.client.Attachment.Delete().
		Where(attachment.MessageIDIsNil(), attachment.CreatedAtLT(before)).Exec(system)
	if err != nil {
		return fmt.Errorf("remove unsent attachments: %w", err)
	}
	var old []string
	err = filepath.WalkDir(s.files.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err != nil || info.ModTime().After(before) {
			return nil //nolint:nilerr // removed by another node meanwhile
		}
		if old = append(old, path); len(old) < filesBatch {
			return nil
		}
		err = s.removeUnkept(system, old)
		old = old[:0]
		return err
	})
	return errors.Join(err, s.removeUnkept(system, old))
}

// filesBatch is how many files are looked up at once.
const filesBatch = 500

// removeUnkept removes those of the files that have no row.
func (s *Service) removeUnkept(system context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	names := make([]string, len(paths))
	for n, path := range paths {
		names[n] = filepath.Base(path)
	}
	kept, err := s.client.Attachment.Query().Where(attachment.IDIn(names...)).IDs(system)
	if err != nil {
		return fmt.Errorf("look for attachments: %w", err)
	}
	for n, path := range paths {
		if slices.Contains(kept, names[n]) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // another node may have been faster
			return fmt.Errorf("remove a file without a row: %w", err)
		}
	}
	return nil
}
