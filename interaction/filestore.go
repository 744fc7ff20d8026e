package interaction

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ekc/access/viewer"
	"ekc/ent/attachment"
)

// forgotten is the age at which a file that was not sent, or never got its row, is removed.
const forgotten = 24 * time.Hour

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
	err = filepath.WalkDir(s.files.Dir(), func(path string, entry fs.DirEntry, err error) error {
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
