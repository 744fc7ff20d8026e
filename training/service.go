package training

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/repeat"
)

// KindTraining is the event of an assignment, attempt or admission that was made or has changed. It names the trainee, and in its data, as
// "assignment" and "admission", which; one of them may be absent.
const KindTraining = "training.changed"

// The keys of the event's data.
const (
	DataAssignment = "assignment"
	DataAdmission  = "admission"
)

// Log is the event log; *eventlog.Log fulfils it.
type Log interface {
	// InTx runs work in one transaction, perhaps several times, and commits.
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
	// Append writes events in tx.
	Append(ctx context.Context, tx *ent.Tx, events ...eventlog.Event) error
}

// Record is a record of the base in its published version.
type Record struct{ ID, VersionID, Question, Answer string }

// Base is the question base.
type Base interface {
	// Published gives a record. NOT_FOUND when there is none, or none of its versions is published.
	Published(ctx context.Context, id string) (Record, error)
}

// Options sets the service. Client, Log and Base are required.
type Options struct {
	Client *ent.Client
	Log    Log
	Base   Base
	// Clock tells the time; nil means time.Now.
	Clock  func() time.Time
	Logger *slog.Logger
	// Shuffle mixes questions and options; nil: at random.
	Shuffle func(n int, swap func(i, j int))
	// SweepEvery is how often attempts whose time is over are looked for; 0 means 10 seconds.
	SweepEvery time.Duration
	// Wake is told that somebody may be offered more, or less, than before; nil: nobody.
	Wake func()
}

// Service is the domain on one node. It is safe for concurrent use.
type Service struct {
	o    Options
	inTx eventlog.SystemTx
}

const defaultSweep = 10 * time.Second

// New returns the service.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Shuffle == nil {
		o.Shuffle = rand.Shuffle
	}
	if o.SweepEvery <= 0 {
		o.SweepEvery = defaultSweep
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	return &Service{o: o, inTx: eventlog.AsSystem(o.Log)}
}

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// Run ends attempts whose time is over until ctx ends, on every node side by side.
func (s *Service) Run(ctx context.Context) error {
	return repeat.Work{Name: "sweep of training", Do: s.Sweep, Pause: s.o.SweepEvery, Logger: s.o.Logger}.Run(ctx)
}

// mayTo decides whether the viewer may do the action to somebody: NOT_FOUND when no role of theirs is reached.
func (s *Service) mayTo(ctx context.Context, tx *ent.Tx, action access.Action, field, accountID string) error {
	v := viewer.From(ctx)
	var grants []viewer.Grant
	for _, g := range v.Grants {
		if access.ReachOf(action, g.Role) == access.Covered {
			grants = append(grants, g)
		}
	}
	if v.Kind != viewer.Account || len(grants) == 0 {
		return access.CheckObject(ctx, action, access.Object{Seen: true})
	}
	known, err := tx.Account.Query().Where(account.ID(accountID), account.Active(true), policy.Reached(grants, s.now())).Exist(viewer.AsSystem(ctx))
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	if !known {
		return fail.Field(field, fail.NotFound, "no such account")
	}
	return nil
}

func checkText(field, text string, most int) error {
	if n := utf8.RuneCountInString(text); strings.TrimSpace(text) == "" || n > most || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fail.Field(field, fail.Invalid, "must be 1 to %d characters", most)
	}
	return nil
}

// trainingEvent names what has changed; either id may be empty.
func trainingEvent(accountID, assignmentID, admissionID string) eventlog.Event {
	data := map[string]string{}
	if assignmentID != "" {
		data[DataAssignment] = assignmentID
	}
	if admissionID != "" {
		data[DataAdmission] = admissionID
	}
	return eventlog.Event{Kind: KindTraining, AccountID: accountID, Data: data}
}

// wrap says in an error what was done; nil stays nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
