package filestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// sweepBatch is how many files are looked up at once.
const sweepBatch = 500

// Sweep removes the files that came before a time and that nothing knows: uploads whose row was never committed, or is gone. known
// gives those of at most 500 ids that have a row. Other nodes may sweep the same folder at the same time.
func (f *Store) Sweep(ctx context.Context, before time.Time, known func(ctx context.Context, ids []string) ([]string, error)) error {
	var old []string
	err := filepath.WalkDir(f.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err != nil || info.ModTime().After(before) {
			return nil //nolint:nilerr // removed by another node meanwhile
		}
		if old = append(old, path); len(old) < sweepBatch {
			return nil
		}
		err = removeUnknown(ctx, old, known)
		old = old[:0]
		return err
	})
	return errors.Join(err, removeUnknown(ctx, old, known))
}

func removeUnknown(ctx context.Context, paths []string, known func(context.Context, []string) ([]string, error)) error {
	if len(paths) == 0 {
		return nil
	}
	names := make([]string, len(paths))
	for n, path := range paths {
		names[n] = filepath.Base(path)
	}
	kept, err := known(ctx, names)
	if err != nil {
		return fmt.Errorf("look for the rows of files: %w", err)
	}
	stays := make(map[string]bool, len(kept))
	for _, id := range kept {
		stays[id] = true
	}
	for n, path := range paths {
		if stays[names[n]] {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // another node may have been faster
			return fmt.Errorf("remove a file without a row: %w", err)
		}
	}
	return nil
}
