package knowledge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/lib/pq" // the driver named below

	"ekc/internal/fail"
	"ekc/knowledge/embed"
	"ekc/knowledge/ent"
	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

// Options make a Base.
type Options struct {
	// URL of the base's database, already migrated (migrations/knowledge).
	URL string
	// ValidAgency and ValidRegion tell whether a code exists; nil accepts every code.
	ValidAgency, ValidRegion func(code string) bool
	// ZoneOf gives the time zone of a region, by which its days begin; nil, or a nil zone: Moscow's.
	ZoneOf func(region string) *time.Location
	// Embedder for semantic search; nil: embed.Builtin. Where the base has the vectors of another one, these are searched until
	// this one's are complete; the embedder of the node that started last counts.
	Embedder embed.Embedder
	// KeepEmbedder leaves the base with the embedder that it has, whatever Embedder is: for commands that come and go, and for
	// a node that cannot reach the configured one. It fills in vectors that are missing, and builds and removes none.
	KeepEmbedder bool
	// LaterEmbedder, with KeepEmbedder, is asked now and then for the configured embedder, until it comes: from then on the base is as if it
	// had been opened with it. For a server of embeddings that is away at the start. nil: nobody is asked.
	LaterEmbedder func(ctx context.Context) (embed.Embedder, error)
	// OpenEmbedder opens the embedder of vectors that are still, or already, in use, by its source (embed.Sourced); nil: only
	// Embedder and the built-in one are known.
	OpenEmbedder func(ctx context.Context, source string) (embed.Embedder, error)
	// KeepVectors is how long the vectors of the embedder before are kept after a switch. Zero: one minute.
	KeepVectors time.Duration
	// Adviser is asked about searches in the middle band; nil: nobody is.
	Adviser Adviser
	// Observer is told how far the vectors are; nil: nobody is.
	Observer Observer
	// Logger gets what nobody else is told; nil: slog.Default. Texts of queries are never logged.
	Logger *slog.Logger
	// Clock gives the time; nil: time.Now.
	Clock func() time.Time
	// SemanticTimeout bounds the embedding of a query and the search for its neighbours; after it the lexical index answers
	// alone. Zero: 400 milliseconds.
	SemanticTimeout time.Duration
	// BackfillEvery is how often the base looks for records whose vectors are missing. Zero: one minute.
	BackfillEvery time.Duration
	// PollEvery is how often the base looks for changes whose announcement was lost. Zero: one second.
	PollEvery time.Duration
}

// Observer is told what becomes of the vectors. Its methods may be called from many goroutines.
type Observer interface {
	// VectorsCover tells how many of the versions in force have their vectors of an embedder.
	VectorsCover(embedder string, done, total int)
	// VectorsRemoved tells that an embedder's vectors are gone.
	VectorsRemoved(embedder string)
}

type nobody struct{}

func (nobody) VectorsCover(string, int, int) {}
func (nobody) VectorsRemoved(string)         {}

// Base is the question base in this process: Service over Postgres, with the index in memory. Close it after use.
type Base struct {
	db       *sql.DB
	ent      *ent.Client
	ranker   *rank.Model
	log      *slog.Logger
	clock    func() time.Time
	poll     time.Duration
	semantic time.Duration
	codes    codeBook
	zoneOf   func(region string) *time.Location
	observe  Observer
	adviser  Adviser

	// embedder is the configured one, nil with keepEmbedder; see Options for these. After the start they belong to the tending of the vectors.
	embedder      embed.Embedder
	keepEmbedder  bool
	laterEmbedder func(ctx context.Context) (embed.Embedder, error)
	askLater      time.Time
	openEmbedder  func(ctx context.Context, source string) (embed.Embedder, error)
	keepVectors   time.Duration
	backfillEvery time.Duration
	meanings      atomic.Pointer[meanings]
	// others are the embedders opened by source, reopen when to try again. switched wakes the tending of the vectors.
	others   map[string]embed.Embedder
	reopen   map[string]time.Time
	switched chan struct{}

	state     atomic.Pointer[snapshot]
	refreshMu sync.Mutex  // one refresh at a time
	learning  atomic.Bool // words are learned beside what goes on
	lastSeen  atomic.Int64
	stop      context.CancelFunc
	wait      sync.WaitGroup
	closed    sync.Once
}

var _ Service = (*Base)(nil)

// Open connects, reads the whole base into the index and starts to follow its changes. It takes some seconds for tens of
// thousands of records.
func Open(ctx context.Context, o Options) (*Base, error) {
	db, err := sql.Open("postgres", o.URL)
	if err != nil {
		return nil, fmt.Errorf("open the knowledge database: %w", err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	b := &Base{
		db: db, ent: ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db))),
		ranker: rank.Default(), log: o.Logger, clock: o.Clock, poll: o.PollEvery,
		semantic: o.SemanticTimeout, backfillEvery: o.BackfillEvery, codes: codeBook{o.ValidAgency, o.ValidRegion},
		zoneOf: o.ZoneOf, embedder: o.Embedder, keepEmbedder: o.KeepEmbedder, laterEmbedder: o.LaterEmbedder, openEmbedder: o.OpenEmbedder, keepVectors: o.KeepVectors,
		observe: o.Observer, adviser: o.Adviser, others: make(map[string]embed.Embedder), reopen: make(map[string]time.Time), switched: make(chan struct{}, 1),
	}
	b.defaults()
	b.state.Store(newSnapshot())
	if err := b.start(ctx, o.URL); err != nil {
		_ = b.Close() // the first failure is the one to report
		return nil, err
	}
	return b, nil
}

func (b *Base) defaults() {
	if b.keepEmbedder {
		b.embedder = nil
	} else if b.embedder == nil {
		b.embedder = embed.Builtin{}
	}
	if b.observe == nil {
		b.observe = nobody{}
	}
	if b.keepVectors == 0 {
		b.keepVectors = keepVectors
	}
	if b.log == nil {
		b.log = slog.Default()
	}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.poll == 0 {
		b.poll = time.Second
	}
	if b.backfillEvery == 0 {
		b.backfillEvery = backfillEvery
	}
	if b.semantic == 0 {
		b.semantic = semanticTimeout
	}
}

// start listens before it reads, so that no change falls between the two.
func (b *Base) start(ctx context.Context, url string) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	changes, err := b.listen(run, url)
	if err != nil {
		return err
	}
	if err := b.refresh(ctx); err != nil {
		return err
	}
	if err := b.openVectors(ctx); err != nil {
		return err
	}
	b.wait.Go(func() { b.follow(run, changes) })
	b.wait.Go(func() { b.tendVectors(run) })
	b.wait.Go(func() { b.publishScheduled(run) })
	return nil
}

// Close stops following changes and closes the connections; it may be called more than once.
func (b *Base) Close() error {
	var err error
	b.closed.Do(func() {
		if b.stop != nil {
			b.stop()
		}
		b.wait.Wait()
		err = b.db.Close()
	})
	return err
}

// staleAfter is how long the index may go without word from the database before the base counts as not ready.
const staleAfter = 15 * time.Second

// Ready is nil when the index follows the database.
func (b *Base) Ready(ctx context.Context) error {
	if err := b.db.PingContext(ctx); err != nil {
		return errors.Join(fail.New(fail.Unavailable, "the knowledge database cannot be reached"), err)
	}
	if seen := time.UnixMilli(b.lastSeen.Load()); time.Since(seen) > staleAfter {
		return fail.New(fail.Unavailable, "the index has not followed the database since %s", seen.UTC().Format(time.RFC3339))
	}
	return nil
}

// Thresholds are the product's defaults for Decide, fitted together with the ranker's weights.
func (b *Base) Thresholds() Thresholds { return DefaultThresholds() }

// DefaultThresholds are fitted together with the ranker's weights, for a precision of at least 95 % of what is answered.
func DefaultThresholds() Thresholds {
	answer, clarify := rank.Default().Thresholds()
	return Thresholds{AnswerAt: answer, ClarifyAt: clarify}
}

func docOf(e *entry) lexical.Doc {
	return lexical.Doc{
		Key: e.hit.RecordID, Units: append([]string{e.hit.Question}, e.phrasings...), Answer: e.hit.Answer, Topic: e.hit.Topic,
	}
}
