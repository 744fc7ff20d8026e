package recording

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
)

// Storage keeps finished recordings. Objects never change. Implementations are safe for concurrent use.
type Storage interface {
	// Put stores an object of known size and hash (SHA-256, hex). The same again is no error; another under the same key is
	// ErrExists.
	Put(ctx context.Context, key string, content io.ReadSeeker, size int64, sha256 string) error
	// Open reads an object; seeking is cheap, so that byte ranges can be served. ErrNotFound when there is none. The object
	// is read until ctx ends.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Remove destroys an object; one that is not there is no error.
	Remove(ctx context.Context, key string) error
}

// Adopter is a Storage that can keep a file where it lies, without reading and writing all of it once more.
type Adopter interface {
	// Adopt is Put of a file of the local disk that is synced and will not be written again; it is made read-only. The file keeps its
	// own name too, until its owner removes it. errors.ErrUnsupported where the storage cannot: then Put it.
	Adopt(ctx context.Context, key, path, sha256 string) error
}

// Errors of a Storage.
var (
	ErrNotFound = errors.New("no such recording in the storage")
	ErrExists   = errors.New("another recording has this key")
	ErrKey      = errors.New("not a key of a recording")
)

var goodKey = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

func checkKey(key string) error {
	if len(key) > 200 || !goodKey.MatchString(key) || strings.Contains(key, "..") {
		return ErrKey
	}
	return nil
}
