package interaction

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"ekc/access/viewer"
	"ekc/ent/attachment"
	"ekc/internal/filestore"
)

// forgotten is the age at which a file that was not sent, or never got its row, is removed.
const forgotten = 24 * time.Hour

// attachmentsFolder is where the files lie in the data directory.
const attachmentsFolder = "attachments"

// Files are the attachments of a data directory, by their ids, for those who look after personal data.
type Files struct{ store *filestore.Store }

// OpenFiles opens the attachments of a data directory.
func OpenFiles(dataDir string) (Files, error) {
	store, err := filestore.New(dataDir, attachmentsFolder)
	return Files{store}, err
}

// OpenFile opens an attachment.
func (f Files) OpenFile(id string) (io.ReadCloser, error) { return f.store.Open(id) }

// RemoveFile destroys an attachment; one that is not there is no error.
func (f Files) RemoveFile(id string) error {
	if err := os.Remove(f.store.Path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove attachment: %w", err)
	}
	return nil
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
	return s.files.Sweep(system, before, func(ctx context.Context, ids []string) ([]string, error) {
		return s.client.Attachment.Query().Where(attachment.IDIn(ids...)).IDs(ctx)
	})
}
