package onboarding

import (
	"context"
	"log/slog"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/eventlog"
	"ekc/internal/ids"
	"ekc/internal/repeat"
)

// KindSite is the event of a site that was planned anew or is further, or less far, than before; its data names the site as DataSite.
const (
	KindSite = "onboarding.site"
	DataSite = "site"
)

// kindQueue is routing's event of a queue that was closed here.
const kindQueue = "queue.changed"

// Log is the event log; *eventlog.Log fulfils it.
type Log interface {
	// InTx runs work in one transaction, perhaps several times, and commits.
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
	// Append writes events in tx.
	Append(ctx context.Context, tx *ent.Tx, events ...eventlog.Event) error
}

// Base is the question base.
type Base interface {
	// Published counts the records of an agency, by its code, that are published: for all regions, and by region those for one only.
	Published(ctx context.Context, agency string) (federal int, regional map[string]int, err error)
}

// Options sets the service. Client and Log are required; without a Base nothing is checked.
type Options struct {
	Client *ent.Client
	Log    Log
	Base   Base
	// Clock tells the time; nil means time.Now.
	Clock  func() time.Time
	Logger *slog.Logger
	// Every is how often all sites are checked; 0 means two minutes.
	Every time.Duration
}

// Service is the domain on one node. It is safe for concurrent use.
type Service struct {
	o    Options
	inTx eventlog.SystemTx
	node string // of this process, for the duty of checking
}

// Checking all sites is one node's duty at a time.
const (
	duty         = "onboarding"
	defaultEvery = 2 * time.Minute
)

// New returns the service.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Every <= 0 {
		o.Every = defaultEvery
	}
	return &Service{o: o, inTx: eventlog.AsSystem(o.Log), node: ids.New("onb")}
}

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// Run checks all sites again and again, on one node at a time, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	return repeat.Work{
		Name: "check of the sites", Do: s.checkOnDuty, Pause: s.o.Every, Logger: s.o.Logger,
		Later: true, // a node has more urgent things to do when it starts
	}.Run(viewer.AsSystem(ctx))
}

func (s *Service) checkOnDuty(system context.Context) error {
	mine, err := s.holds(system)
	if err != nil || !mine {
		return err
	}
	return s.CheckAll(system)
}
