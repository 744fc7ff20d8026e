package voice

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/internal/seal"
	"ekc/internal/together"
	"ekc/routing"
	"ekc/telephony"
	"ekc/telephony/ivr/numbering"
	"ekc/telephony/signaling"
)

// Board is the switchboard of this node; *telephony.Switchboard fulfils it.
type Board interface {
	Follow(c telephony.Change)
	Call(r telephony.CallRequest) (callID string, err error)
	Calls() []telephony.CallView
	Find(interactionID string) (telephony.CallView, error)
	Join(ctx context.Context, interactionID, accountID, offer string) (telephony.Joined, error)
	AddCandidate(ctx context.Context, interactionID, legID, candidate string) error
	Mute(ctx context.Context, interactionID, accountID string, on bool) error
	SendDTMF(ctx context.Context, interactionID, accountID, digits string) error
	PauseRecording(ctx context.Context, interactionID, accountID string, limit time.Duration) error
	ResumeRecording(ctx context.Context, interactionID, accountID string) error
	Supervise(ctx context.Context, interactionID, accountID string, mode telephony.Mode) error
	StopSupervising(ctx context.Context, interactionID, accountID string) error
	TakeOver(ctx context.Context, interactionID, accountID string) error
	Consult(ctx context.Context, interactionID, accountID string, t telephony.Target) error
	CompleteConsult(ctx context.Context, interactionID, accountID string) error
	Decline(ctx context.Context, interactionID, accountID string) error
	CancelConsult(ctx context.Context, interactionID, accountID string) error
	Conference(ctx context.Context, interactionID, accountID string) error
	PassOn(ctx context.Context, interactionID, accountID string, t telephony.Target) error
	HangUp(ctx context.Context, interactionID, accountID string) error
}

// Options are what a Service is made of. Client, DB, Log, Interactions, Routing and Assistant are required.
type Options struct {
	Client       *ent.Client
	DB           *sql.DB
	Log          *eventlog.Log
	Interactions *interaction.Service
	Routing      *routing.Service
	Assistant    *assistant.Service
	// Ring encrypts numbers, and the words of recordings where personal data is masked in them; nil: that of Interactions.
	Ring *seal.Ring
	// Host names the machine, for people.
	Host string
	// Region tells the region of a caller by the number, as the switchboards do. Nil: the built-in table of telephony/ivr/numbering.
	Region func(number string) (numbering.Region, bool)
	// Recordings opens and destroys what was recorded; nil: nothing is played or destroyed.
	Recordings Recordings
	// Transcribe understands recordings; nil: there are no transcripts.
	Transcribe Transcriber
	// OnDrain is told that the process must end when the last of its calls has; it must not block. Nil: it cannot.
	OnDrain func()
	// TrunkStatus says how the trunks are, seen from here; nil: nobody knows.
	TrunkStatus func() []signaling.TrunkStatus
	// OnTrunks is told the trunks at the beginning and whenever they change. It may be nil.
	OnTrunks func([]signaling.Trunk) error
	// Tick is how often callbacks, dead nodes and trunks are looked after; 0 means a second.
	Tick time.Duration
	// Clock and Logger may be nil.
	Clock  func() time.Time
	Logger *slog.Logger
}

// Service is the phone's side of the centre on one node.
type Service struct {
	o     Options
	node  string
	log   *slog.Logger
	links *signedLinks

	board    Board
	lines    lines
	wake     chan struct{}
	pulses   pulses
	trickles trickles
	steps    together.Group[*telling]
	apart    chan struct{} // holds an element for each step that is done by itself
	zones    sync.Map      // of regions, see knownZone
	relay    *relay
	states   trunkStates
	consoles consoles
	draining atomic.Bool
}

const defaultTick = time.Second

// New returns the service; Bind gives it the switchboard before Run, if there is one.
func New(ctx context.Context, o Options) (*Service, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Region == nil {
		o.Region = numbering.ByNumber
	}
	if o.Ring == nil {
		o.Ring = o.Interactions.Ring()
	}
	if o.Tick <= 0 {
		o.Tick = defaultTick
	}
	s := &Service{o: o, node: ids.New("nod"), log: o.Logger, wake: make(chan struct{}, 1), relay: newRelay()}
	s.steps.Most = stepsAtOnce
	s.steps.Write, s.steps.Writers, s.apart = s.writeSteps, stepWriters, make(chan struct{}, stepsApart)
	var err error
	if s.links, err = newLinks(ctx, o.Client, s.now); err != nil {
		return nil, err
	}
	return s, s.loadLines(viewer.AsSystem(ctx))
}

// Bind gives the service the switchboard of this node. Call it before Run; without one only what needs none works.
func (s *Service) Bind(b Board) { s.board = b }

// Node names this node; the switchboard must bear the same name.
func (s *Service) Node() string { return s.node }

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// inTx runs work as the system and wakes the router.
func (s *Service) inTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error {
	err := s.o.Log.InTx(viewer.AsSystem(ctx), work)
	if err != nil {
		return away(err)
	}
	s.o.Routing.Wake()
	return nil
}

// away says UNAVAILABLE of what will go by itself: a lost connection, a server that stops or starts, a time that ran out.
// Class 08 and 57P are those of the PostgreSQL manual, appendix A.
func away(err error) error {
	var refused *pq.Error
	var network *net.OpError
	switch {
	case err == nil || fail.CodeOf(err) != fail.Internal:
		return err
	case errors.As(err, &refused) && (refused.Code.Class() == "08" || strings.HasPrefix(string(refused.Code), "57") || refused.Code.Class() == "53"),
		errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded):
		return errors.Join(fail.New(fail.Unavailable, "the database is away for now"), err)
	default:
		return err
	}
}

// asOperator acts as the account within what is its own.
func asOperator(ctx context.Context, accountID string) context.Context {
	return viewer.With(ctx, viewer.Viewer{
		Kind: viewer.Account, AccountID: accountID, Grants: []viewer.Grant{{Role: viewer.Operator}},
	})
}

// poke looks after the callbacks now.
func (s *Service) poke() { poke(s.wake) }
