package app

import (
	"context"
	"io"
	"log/slog"

	"ekc/access/viewer"
	"ekc/interaction"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/privacy"
	"ekc/internal/seal"
	"ekc/telephony/recording"
)

// newPrivacy makes what looks after the data of citizens.
func newPrivacy(core *database.Core, events *eventlog.Log, ring *seal.Ring, dataDir string, terms config.Retention, sounds recording.Storage,
	log *slog.Logger,
) (*privacy.Service, error) {
	files, err := interaction.OpenFiles(dataDir)
	if err != nil {
		return nil, err
	}
	o := privacy.Options{
		Client: core.Client, Log: events, Ring: ring, Files: files, PhonePurpose: interaction.PhonePurpose, PhonePlace: interaction.PhonePlace,
		Terms: privacy.Terms{Dialogue: terms.DialogueTerm(), Identity: terms.IdentityTerm()}, Logger: log,
	}
	if sounds != nil {
		o.Recordings = sounds
	}
	return privacy.New(o), nil
}

// Privacy is the data of citizens for a command, with nothing running but the database.
type Privacy struct {
	coreStore
	service *privacy.Service
}

// OpenPrivacy opens the core's database, migrated, attachments and recordings.
func OpenPrivacy(ctx context.Context, c config.Storage, r config.Recordings, terms config.Retention, log *slog.Logger) (*Privacy, error) {
	p := &Privacy{}
	if err := p.openAlone(ctx, c, log, func() error { return p.open(ctx, c, r, terms, log) }); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Privacy) open(ctx context.Context, c config.Storage, r config.Recordings, terms config.Retention, log *slog.Logger) error {
	if err := p.openKeys(ctx, c); err != nil {
		return err
	}
	sounds, err := newRecordings(config.Config{Storage: c, Recordings: r})
	if err != nil {
		return err
	}
	events := eventlog.New(p.core.DB, p.core.Client, p.core.URL, log)
	p.service, err = newPrivacy(p.core, events, p.ring, c.DataDir, terms, sounds, log)
	return err
}

// Retain applies the rules of retention once.
func (p *Privacy) Retain(ctx context.Context, dry bool) ([]privacy.Outcome, error) {
	return p.service.Retain(ctx, dry)
}

// Export writes the copy of an approved request.
func (p *Privacy) Export(ctx context.Context, requestID string, w io.Writer) error {
	return p.service.Export(viewer.AsSystem(ctx), requestID, w)
}

// Rotate begins a data key where that is wanted, and writes anew what older ones encrypted; it returns the new key's number.
func (p *Privacy) Rotate(ctx context.Context, begin bool) (number, written int, err error) {
	if begin {
		if number, err = p.ring.Rotate(ctx); err != nil {
			return 0, 0, err
		}
	}
	written, err = p.ring.Renew(ctx, privacy.Columns)
	return number, written, err
}
