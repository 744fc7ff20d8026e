package recording

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folder keeps recordings as read-only files below a folder.
type Folder struct{ dir string }

// NewFolder makes the folder.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	return &Folder{dir: dir}, nil
}

func (f *Folder) path(key string) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	return filepath.Join(f.dir, filepath.FromSlash(key)), nil
}

// Put writes the file under another name and links it into its place, so that it is whole or not there.
func (f *Folder) Put(_ context.Context, key string, content io.ReadSeeker, size int64, sum string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".storing-*")
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	err = copyWhole(temp, content, size, sum)
	if err == nil {
		err = os.Link(temp.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		err = same(path, sum)
	}
	err = errors.Join(err, os.Remove(temp.Name()))
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

// Adopt links the file into its place.
func (f *Folder) Adopt(_ context.Context, key, file, sum string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = os.Chmod(file, 0o400)
	}
	if err == nil {
		err = os.Link(file, path)
	}
	switch {
	case err == nil:
		err = syncDir(filepath.Dir(path))
	case errors.Is(err, fs.ErrExist):
		err = same(path, sum)
	case errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EMLINK), errors.Is(err, syscall.ENOTSUP):
		return errors.ErrUnsupported // another disk, or one without links
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

// copyWhole writes, checks and syncs.
func copyWhole(to *os.File, content io.Reader, size int64, want string) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(content, size+1))
	if err == nil && (n != size || hex.EncodeToString(sum.Sum(nil)) != want) {
		err = errors.New("the content is not what was announced")
	}
	if err == nil {
		err = to.Chmod(0o400)
	}
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

func same(path, sum string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := hashOf(file)
	if err == nil && found != sum {
		err = ErrExists
	}
	return err
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Open opens the file.
func (f *Folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	path, err := f.path(key)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return file, err
}

// Remove deletes the file.
func (f *Folder) Remove(_ context.Context, key string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}
