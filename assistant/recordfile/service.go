// Package recordfile keeps the files that records of the question base give along with their answers. The base keeps references,
// version by version (knowledge.File); the bytes lie here, in the centre, because it is the centre that citizens and editors reach: its
// folder, its check of types and its signed links serve attachments already, the base stays text that can be exported and asked
// over RPC in small messages, and a base that is away takes no file with it that was told.
//
// It imports the contract of knowledge and must not import interaction, routing or graph.
package recordfile

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recordfile"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/filestore"
	"ekc/internal/ids"
	"ekc/knowledge"
)

const (
	// Path is where Handler must be served.
	Path       = "/record-files/"
	linkSecret = "record_file_links" //nolint:gosec // the name of a secret, not one
	// maxUnattached bounds the files of one person that no version names.
	maxUnattached = 50
	// forgotten is the age at which a file that no version names is removed; sweepEvery is how often such files are looked for.
	forgotten  = 24 * time.Hour
	sweepEvery = time.Hour
)

// Options sets the service. Client and DataDir are required.
type Options struct {
	Client *ent.Client
	// DataDir holds the files, in a folder of their own, which all nodes share.
	DataDir string
	Logger  *slog.Logger
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// Service keeps the files. It is safe for concurrent use.
type Service struct {
	o     Options
	files *filestore.Store
	links *filestore.Links
}

// New returns the service.
func New(ctx context.Context, o Options) (*Service, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	key, err := database.Secret(viewer.AsSystem(ctx), o.Client, linkSecret, filestore.KeySize)
	if err != nil {
		return nil, fmt.Errorf("links to files of records: %w", err)
	}
	files, err := filestore.New(o.DataDir, "record-files")
	if err != nil {
		return nil, fmt.Errorf("files of records: %w", err)
	}
	return &Service{o: o, files: files, links: filestore.NewLinks(Path, key, o.Clock)}, nil
}

// Upload keeps a file for who may edit records. TOO_LARGE, INVALID for an empty file or a type that is not accepted, RATE_LIMITED.
func (s *Service) Upload(ctx context.Context, fileName string, content io.Reader) (*ent.RecordFile, error) {
	if err := mayUpload(ctx); err != nil {
		return nil, err
	}
	name, err := filestore.CleanName(fileName)
	if err != nil {
		return nil, err
	}
	system, account := viewer.AsSystem(ctx), viewer.From(ctx).AccountID
	waiting, err := s.o.Client.RecordFile.Query().Where(recordfile.AccountID(account), recordfile.Attached(false)).Count(system)
	if err != nil {
		return nil, fmt.Errorf("count files of records: %w", err)
	}
	if waiting >= maxUnattached {
		return nil, fail.Field("file", fail.RateLimited, "%d files wait for a record already", waiting)
	}
	file, err := s.files.Receive(content)
	if err != nil {
		return nil, err
	}
	defer file.Discard()
	id := ids.New("rfl")
	if err := file.Keep(id); err != nil { // before its row: a row always has its file, a file without a row is swept
		return nil, err
	}
	kept, err := s.o.Client.RecordFile.Create().SetID(id).SetFileName(name).SetMediaType(file.MediaType).SetSize(file.Size).
		SetSha256(file.SHA256).SetAccountID(account).SetCreatedAt(s.o.Clock().UTC()).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write file of a record: %w", err)
	}
	return kept, nil
}

// mayUpload lets whoever edits the records of some segment.
func mayUpload(ctx context.Context) error {
	v := viewer.From(ctx)
	for _, g := range v.Grants {
		if access.ReachOf(access.EditRecord, g.Role) != access.None {
			return nil
		}
	}
	if err := access.CheckObject(ctx, access.EditRecord, access.Object{Seen: true}); err != nil {
		return err
	}
	if v.Kind != viewer.System {
		return fail.New(fail.Forbidden, "only who edits records may upload files for them")
	}
	return nil
}

// Reference names a file for a version.
type Reference struct{ ID, Title string }

// Attach turns what an editor names into references of the base, and keeps the files for good. A file that is not here, because the
// record came from elsewhere, may be named where the version has it already. NOT_FOUND for another.
func (s *Service) Attach(ctx context.Context, wanted []Reference, had []knowledge.File) ([]knowledge.File, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	names := make([]string, len(wanted))
	for i, w := range wanted {
		names[i] = w.ID
	}
	system := viewer.AsSystem(ctx)
	found, err := s.o.Client.RecordFile.Query().Where(recordfile.IDIn(names...)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read files of records: %w", err)
	}
	known := make(map[string]knowledge.File, len(found))
	for _, f := range had {
		known[f.ID] = f
	}
	for _, f := range found {
		known[f.ID] = knowledge.File{ID: f.ID, Name: f.FileName, MediaType: f.MediaType, Size: f.Size, SHA256: f.Sha256}
	}
	all := make([]knowledge.File, len(wanted))
	for i, w := range wanted {
		f, ok := known[w.ID]
		if !ok {
			return nil, fail.Field("files", fail.NotFound, "no file %q", w.ID)
		}
		f.Title = w.Title
		all[i] = f
	}
	err = s.o.Client.RecordFile.Update().Where(recordfile.IDIn(names...), recordfile.Attached(false)).SetAttached(true).Exec(system)
	if err != nil {
		return nil, fmt.Errorf("keep files of records: %w", err)
	}
	return all, nil
}

// URL is a link to a file, relative to the server's root, that works for 15 minutes; empty when the file is not here. What is
// published is no secret, so it decides no rights: give it to who may see the version.
func (s *Service) URL(id string) string {
	if _, err := os.Stat(s.files.Path(id)); err != nil {
		return ""
	}
	return s.links.URL(id)
}

// Handler serves the links, as downloads. forged, which may be nil, is told of links that nobody made.
func (s *Service) Handler(forged func(*http.Request)) http.Handler {
	return s.links.Files(s.files, s.o.Logger, forged, func(ctx context.Context, id string) (filestore.Row, error) {
		f, err := s.o.Client.RecordFile.Get(viewer.AsSystem(ctx), id)
		if ent.IsNotFound(err) {
			return filestore.Row{}, filestore.ErrNoRow
		}
		if err != nil {
			return filestore.Row{}, fmt.Errorf("read file of a record: %w", err)
		}
		return filestore.Row{Name: f.FileName, MediaType: f.MediaType, CreatedAt: f.CreatedAt}, nil
	})
}

// Run sweeps now and then until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.o.Logger.WarnContext(ctx, "sweep of record files failed, trying again", "error", err)
		}
	}
}

// Sweep removes files that no version names, and what was left without a row, a day after they came.
func (s *Service) Sweep(ctx context.Context) error {
	system, before := viewer.AsSystem(ctx), s.o.Clock().Add(-forgotten)
	if _, err := s.o.Client.RecordFile.Delete().Where(recordfile.Attached(false), recordfile.CreatedAtLT(before)).Exec(system); err != nil {
		return fmt.Errorf("remove files of no record: %w", err)
	}
	return s.files.Sweep(system, before, func(ctx context.Context, ids []string) ([]string, error) {
		return s.o.Client.RecordFile.Query().Where(recordfile.IDIn(ids...)).IDs(ctx)
	})
}
