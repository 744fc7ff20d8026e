package interaction

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/filestore"
	"ekc/internal/seal"
	"ekc/internal/together"
)

// Router is what an interaction asks of routing. Methods with a tx work in the caller's transaction; after it commits the
// caller calls Wake.
type Router interface {
	// ChooseQueue finds the queue that fits best; NOT_FOUND when none takes such interactions.
	ChooseQueue(ctx context.Context, tx *ent.Tx, want Want) (*ent.Queue, error)
	// OpenNow reports whether the queue is open and, if not, when it opens; zero when it never does.
	OpenNow(ctx context.Context, queue *ent.Queue) (open bool, next time.Time, err error)
	// WithdrawOffer takes back the pending offer of an interaction, if there is one.
	WithdrawOffer(ctx context.Context, tx *ent.Tx, interactionID, reason string) error
	// WrappingUp says that operators record an interaction each; Released that it left them.
	WrappingUp(ctx context.Context, tx *ent.Tx, accountIDs ...string) error
	Released(ctx context.Context, tx *ent.Tx, accountIDs ...string) error
	// Occupy makes sure, until tx ends, that the operator has room for one more of the channel; CONFLICT when not.
	Occupy(ctx context.Context, tx *ent.Tx, accountID string, channel interaction.Channel) error
	// OfferTo offers a waiting interaction to this operator and no other; CONFLICT when they take nothing now.
	OfferTo(ctx context.Context, tx *ent.Tx, interactionID, accountID string) error
	// DeviceLost pauses an operator whose device has vanished.
	DeviceLost(ctx context.Context, tx *ent.Tx, accountID string) error
	// DirectQueue finds a queue of the channel in which the operator works, preferably the given one; NOT_FOUND without one.
	DirectQueue(ctx context.Context, tx *ent.Tx, accountID, preferred string, channel interaction.Channel) (*ent.Queue, error)
	// Wake makes the router look for a match now.
	Wake()
}

// Want says what queue is looked for.
type Want struct {
	Channel  interaction.Channel
	Line     int
	AgencyID string
	RegionID string
}

// Assistant is Yana.
type Assistant interface {
	// Notify tells her that a citizen spoke in an interaction that is with her. It must not block.
	Notify(interactionID string)
	// Compose returns the words and the citation of a published record, for an operator who sends it.
	Compose(ctx context.Context, recordID string) (string, dialogue.Citation, error)
}

// Options sets the service. DataDir is required; zero values of the others take the defaults that are named.
type Options struct {
	// DataDir is where attachments are kept, in a folder of their own.
	DataDir string
	// Ring encrypts what is personal; nil: one with the master key of DataDir.
	Ring *seal.Ring
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// NoDrafts keeps what citizens write from suggestions until it is sent.
	NoDrafts bool
	// Logger gets what an operator of the server should know; nil discards it.
	Logger *slog.Logger
	// AssistantIdle is the silence after which a dialogue with Yana is closed; 30 minutes.
	AssistantIdle time.Duration
	// TalkIdle is the silence after which a talk with an operator is closed; 24 hours.
	TalkIdle time.Duration
	// QueueIdle is how long a citizen may wait in a queue without a word; 14 days. It is the centre that is silent then, and
	// a closed line promises to answer when it opens, which may be after the longest holidays.
	QueueIdle time.Duration
	// SweepEvery is how often wrap-ups and silences are looked for; 1 second.
	SweepEvery time.Duration
}

// Service is the interaction domain. It is safe for concurrent use.
type Service struct {
	client *ent.Client
	log    *eventlog.Log
	inTx   eventlog.SystemTx
	o      Options
	links  *filestore.Links
	files  *filestore.Store

	router    Router
	assistant Assistant
	closings  together.Group[*closing]
	// audited are readings that the audit log has already (auditEnquiry).
	audited *lru.Cache[string, struct{}]
}

// New returns the service; Bind must give it its siblings before it is used.
func New(ctx context.Context, client *ent.Client, log *eventlog.Log, o Options) (*Service, error) {
	o = o.withDefaults()
	s := &Service{client: client, log: log, inTx: eventlog.AsSystem(log), o: o}
	s.closings.Write = s.writeClosings
	var err error
	if s.audited, err = lru.New[string, struct{}](auditedKept); err != nil {
		return nil, fmt.Errorf("memory of readings: %w", err)
	}
	if s.o.Ring == nil {
		if s.o.Ring, err = ownRing(ctx, client, o.DataDir); err != nil {
			return nil, err
		}
	}
	key, err := database.Secret(viewer.AsSystem(ctx), client, linkSecret, filestore.KeySize)
	if err != nil {
		return nil, fmt.Errorf("attachment links: %w", err)
	}
	s.links = filestore.NewLinks(AttachmentPath, key, o.Clock)
	if s.files, err = filestore.New(o.DataDir, attachmentsFolder); err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	return s, nil
}

// Bind gives the service its siblings, which need the service themselves. Call it before anything else.
func (s *Service) Bind(router Router, assistant Assistant) { s.router, s.assistant = router, assistant }

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&o.AssistantIdle, 30 * time.Minute},
		{&o.TalkIdle, 24 * time.Hour},
		{&o.QueueIdle, 14 * 24 * time.Hour},
		{&o.SweepEvery, time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	return o
}

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// Lock reads an interaction and keeps others from changing it until tx ends. It comes before every other lock. NOT_FOUND.
func (s *Service) Lock(ctx context.Context, tx *ent.Tx, id string) (*ent.Interaction, error) {
	return lock(viewer.AsSystem(ctx), tx, id)
}

// lock reads an interaction and keeps others from changing it until the transaction ends. It decides no rights.
func lock(system context.Context, tx *ent.Tx, id string) (*ent.Interaction, error) {
	if r := roundOf(system); r != nil && r.rows[id] != nil {
		return r.rows[id], nil
	}
	i, err := tx.Interaction.Query().Where(interaction.ID(id)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		return nil, errNoInteraction
	}
	if err != nil {
		return nil, fmt.Errorf("lock interaction: %w", err)
	}
	return i, nil
}
