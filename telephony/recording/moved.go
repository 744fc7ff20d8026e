package recording

import (
	"context"
	"errors"
	"io"
)

// Moved is a storage that has taken over from another: new recordings go into New, older ones are read from Old, and what is
// destroyed is destroyed in both.
type Moved struct{ New, Old Storage }

// Put stores in New.
func (m Moved) Put(ctx context.Context, key string, content io.ReadSeeker, size int64, sha256 string) error {
	return m.New.Put(ctx, key, content, size, sha256)
}

// Adopt stores in New.
func (m Moved) Adopt(ctx context.Context, key, path, sha256 string) error {
	if a, ok := m.New.(Adopter); ok {
		return a.Adopt(ctx, key, path, sha256)
	}
	return errors.ErrUnsupported
}

// Open reads from New, else from Old. While New does not answer, what is not in Old is an error and not ErrNotFound.
func (m Moved) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	object, err := m.New.Open(ctx, key)
	if err == nil {
		return object, nil
	}
	old, oldErr := m.Old.Open(ctx, key)
	switch {
	case oldErr == nil:
		return old, nil
	case errors.Is(oldErr, ErrNotFound):
		return nil, err
	default:
		return nil, errors.Join(err, oldErr)
	}
}

// Remove destroys in both.
func (m Moved) Remove(ctx context.Context, key string) error {
	return errors.Join(m.New.Remove(ctx, key), m.Old.Remove(ctx, key))
}
