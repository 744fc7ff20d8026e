package app

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"ekc/access/viewer"
	"ekc/interaction"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/privacy"
	"ekc/internal/seal"
	"ekc/knowledge/improve"
	"ekc/telephony/recording"
)

// newPrivacy makes what looks after the data of citizens.
func newPrivacy(core *database.Core, events *eventlog.Log, ring *seal.Ring, dataDir string, terms config.Retention, sounds recording.Storage,
	better improve.Service, log *slog.Logger,
) (*privacy.Service, error) {
	files, err := interaction.OpenFiles(dataDir)
	if err != nil {
		return nil, err
	}
	o := privacy.Options{
		Client: core.Client, Log: events, Ring: ring, Files: files, PhonePurpose: interaction.PhonePurpose, PhonePlace: interaction.PhonePlace,
		Terms: privacy.Terms{Dialogue: terms.DialogueTerm(), Identity: terms.IdentityTerm()}, Base: better,
		Logger: log,
	}
	if sounds != nil {
		o.Recordings = sounds
	}
	return privacy.New(o), nil
}

// Privacy is the data of citizens for a command, with nothing running but the database.
type Privacy struct {
	stores
	service *privacy.Service
}

// PrivacyOptions say where the data of citizens are, and for how long.
type PrivacyOptions struct {
	Storage    config.Storage
	Recordings config.Recordings
	Retention  config.Retention
	Knowledge  config.Knowledge
	Models     config.Models
	Logger     *slog.Logger
}

// OpenPrivacy opens the core's database, migrated, the base that the settings name, attachments and recordings.
func OpenPrivacy(ctx context.Context, o PrivacyOptions) (*Privacy, error) {
	sounds, err := newRecordings(config.Config{Storage: o.Storage, Recordings: o.Recordings})
	if err != nil {
		return nil, err
	}
	p := &Privacy{}
	if err := p.openForCommand(ctx, o.Storage, o.Knowledge, o.Models, o.Logger); err != nil {
		return nil, err
	}
	events := eventlog.New(p.core.DB, p.core.Client, p.core.URL, o.Logger)
	p.service, err = newPrivacy(p.core, events, p.ring, o.Storage.DataDir, o.Retention, sounds, p.better, o.Logger)
	if err != nil {
		return nil, errors.Join(err, p.Close(context.WithoutCancel(ctx)))
	}
	return p, nil
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
