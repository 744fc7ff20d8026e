package privacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"ekc/access"
	"ekc/ent"
	"ekc/internal/eventlog"
	"ekc/internal/repeat"
	"ekc/internal/seal"
	"ekc/knowledge/improve"
)

// Files are attachments, by their ids. Removing one that is not there is no error.
type Files interface {
	OpenFile(id string) (io.ReadCloser, error)
	RemoveFile(id string) error
}

// Recordings are sounds, by their keys. Removing one that is not there is no error.
type Recordings interface {
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Remove(ctx context.Context, key string) error
}

// Base is what the question base keeps of dialogues: improve.Service.
type Base interface {
	Kept(ctx context.Context, d improve.Dialogues) (improve.Kept, error)
	Forget(ctx context.Context, d improve.Dialogues) (improve.Forgotten, error)
}

// Terms are how long what is kept; zero: for ever.
type Terms struct {
	// Dialogue is what was said and sent, from the end of the interaction on.
	Dialogue time.Duration
	// Identity is who the citizen was, from the end of their last interaction on.
	Identity time.Duration
}

// Options are what a Service is made of. Client, Log and Ring are required.
type Options struct {
	Client *ent.Client
	Log    *eventlog.Log
	Ring   *seal.Ring
	// Files and Recordings may be nil: then there are none.
	Files      Files
	Recordings Recordings
	// Base may be nil: then there is none.
	Base  Base
	Terms Terms
	// PhonePurpose names the blind index of citizens' numbers; PhonePlace is where they stand encrypted.
	PhonePurpose string
	PhonePlace   func(citizenID string) seal.Place
	// Every is how often it is looked what is due; zero: a minute.
	Every  time.Duration
	Clock  func() time.Time
	Logger *slog.Logger
}

// Service is safe for concurrent use, on any number of nodes.
type Service struct {
	o    Options
	inTx eventlog.SystemTx
	// lookedThrough is when SealNumbers looked through the calls last, in nanoseconds of Unix time.
	lookedThrough atomic.Int64
}

// New returns the service.
func New(o Options) *Service {
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o, inTx: eventlog.AsSystem(o.Log)}
}

// now is the present instant in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// Run does what is due until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	return repeat.Work{Name: "work on personal data", Do: s.work, Pause: s.o.Every, Logger: s.o.Logger}.Run(ctx)
}

// work does once what is due. What fails keeps nothing else from being done.
func (s *Service) work(ctx context.Context) error {
	var failure error
	for _, w := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"encryption of numbers", s.SealNumbers}, {"renewal of encrypted values", s.renew}, {"citizens' requests", s.Work}, {"retention", s.retain},
	} {
		if err := w.do(ctx); err != nil {
			failure = errors.Join(failure, fmt.Errorf("%s: %w", w.name, err))
		}
	}
	return failure
}

// may lets administrators pass.
func may(ctx context.Context) error {
	return access.Check(ctx, access.ManagePersonalData, access.Anywhere)
}

// retain applies all rules.
func (s *Service) retain(ctx context.Context) error {
	_, err := s.Retain(ctx, false)
	return err
}

// Columns are those that are encrypted.
var Columns = []seal.Column{
	{Table: "citizens", Name: "phone_sealed"},
	{Table: "messages", Name: "clear"},
	{Table: "transcripts", Name: "clear"},
	{Table: "citizen_requests", Name: "phone"},
	{Table: "calls", Name: "citizen_sealed"},
	{Table: "callbacks", Name: "number_sealed"},
	{Table: "second_factors", Name: "secret"},
}

func (s *Service) renew(ctx context.Context) error {
	n, err := s.o.Ring.Renew(ctx, Columns)
	if n > 0 {
		s.o.Logger.InfoContext(ctx, "values were encrypted anew", "count", n)
	}
	if err != nil {
		return fmt.Errorf("renew: %w", err)
	}
	return nil
}
