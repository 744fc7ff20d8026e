package knowledge_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
	"ekc/knowledge/embed"
)

// patience is how long a test waits for what happens in the background.
const patience = 90 * time.Second

// gated is an embedder of n dimensions that lets so many texts pass and then waits until it is let go or given up.
type gated struct {
	dimensions int
	left       atomic.Int64
	gate       chan struct{}
	queries    atomic.Int64
}

func newGated(dimensions, texts int) *gated {
	g := &gated{dimensions: dimensions, gate: make(chan struct{})}
	g.left.Store(int64(texts))
	return g
}

func (g *gated) Name() string    { return "stub-gated-" + strconv.Itoa(g.dimensions) }
func (g *gated) Source() string  { return "stub:" + strconv.Itoa(g.dimensions) }
func (g *gated) Dimensions() int { return g.dimensions }

// EmbedQuery is not gated: a query is answered while the base is embedded.
func (g *gated) EmbedQuery(context.Context, string) ([]float32, error) {
	g.queries.Add(1)
	return g.vector("комиссия врачей"), nil
}

func (g *gated) vector(s string) []float32 {
	v := make([]float32, g.dimensions)
	if v[g.dimensions-1] = 1; strings.Contains(s, "медико") || strings.Contains(s, "комиссия врачей") {
		v[0], v[g.dimensions-1] = 1, 0
	}
	return v
}

func (g *gated) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if g.left.Add(-int64(len(texts))) < 0 {
		select {
		case <-g.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	out := make([][]float32, len(texts))
	for i, s := range texts {
		out[i] = g.vector(s)
	}
	return out, nil
}

// watch remembers what the base tells of its vectors.
type watch struct {
	mu      sync.Mutex
	done    map[string]int
	removed []string
}

func (w *watch) VectorsCover(embedder string, done, _ int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done == nil {
		w.done = make(map[string]int)
	}
	w.done[embedder] = done
}

func (w *watch) VectorsRemoved(embedder string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.removed = append(w.removed, embedder)
}

func (w *watch) gone() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.removed...)
}

// sets gives the states of the sets of vectors by name.
func sets(t *testing.T, b *knowledge.Base) map[string]knowledge.VectorSet {
	t.Helper()
	all, err := b.VectorSets(t.Context())
	require.NoError(t, err)
	out := make(map[string]knowledge.VectorSet)
	for _, s := range all {
		out[s.Embedder] = s
	}
	return out
}

// lines are n records of one shape.
func lines(n int) []string {
	out := make([]string, n)
	for i := range out {
		id := strconv.Itoa(i)
		out[i] = `{"id":"r` + id + `","question":"Вопрос номер ` + id + ` про справку","answer":"Ответ ` + id + `.","topic":"Справки"}`
	}
	return out
}

const builtinName = "builtin-1-128"

func TestChangingTheEmbedderNeedsNoDowntime(t *testing.T) {
	t.Parallel()
	url := database(t)
	known := sync.Map{}
	options := func(e embed.Embedder) knowledge.Options {
		return knowledge.Options{
			URL: url, Embedder: e, Logger: slog.New(slog.DiscardHandler), PollEvery: 20 * time.Millisecond, BackfillEvery: 20 * time.Millisecond, KeepVectors: time.Millisecond,
			OpenEmbedder: func(_ context.Context, source string) (embed.Embedder, error) {
				if e, ok := known.Load(source); ok {
					return e.(embed.Embedder), nil
				}
				return nil, errors.New("not here")
			},
		}
	}
	first := open(t, options(nil))
	all := append(lines(900), small...)
	importLines(t, first, all...)

	// One batch passes, then the new embedder hangs, and its node is killed in the middle.
	killed := newGated(5, 450)
	second, err := knowledge.Open(t.Context(), options(killed))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return sets(t, second)[killed.Name()].Done >= 400 }, patience, 20*time.Millisecond)
	before := sets(t, second)
	require.Equal(t, knowledge.VectorsActive, before[builtinName].State, "the old vectors are searched")
	require.Equal(t, knowledge.VectorsBuilding, before[killed.Name()].State)
	require.Less(t, before[killed.Name()].Done, len(all))
	require.NotEmpty(t, search(t, second, knowledge.Query{Text: "когда выйти на пенсию"}))
	require.Zero(t, killed.queries.Load())
	require.NoError(t, second.Close())

	// Another node goes on where it stopped. While it hangs too, a publication gets both vectors.
	resumed := newGated(5, 0)
	resumed.left.Store(math.MaxInt32)
	known.Store(resumed.Source(), resumed)
	third := open(t, options(resumed))
	require.Eventually(t, func() bool { return sets(t, third)[resumed.Name()].State == knowledge.VectorsActive }, patience, 20*time.Millisecond)
	require.LessOrEqual(t, math.MaxInt32-resumed.left.Load(), int64(len(all)-400+100), "what was done is not done again")
	require.Equal(t, 1, count(t, url, `SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND indexdef LIKE '%stub-gated-5%'`))

	// Every node switches, the one too that was configured otherwise, and the old vectors go.
	for _, b := range []*knowledge.Base{first, third} {
		require.Eventually(t, func() bool {
			asked := resumed.queries.Load()
			return contains(search(t, b, knowledge.Query{Text: "комиссия врачей"}), "disability") && resumed.queries.Load() > asked
		}, patience, 20*time.Millisecond)
	}
	require.Eventually(t, func() bool { _, there := sets(t, third)[builtinName]; return !there }, patience, 20*time.Millisecond)
	require.Zero(t, count(t, url, `SELECT count(*) FROM embeddings WHERE embedder = '`+builtinName+`'`))
	require.Zero(t, count(t, url, `SELECT count(*) FROM pg_indexes WHERE indexname = 'embeddings_builtin_hnsw'`))
}

func contains(hits []knowledge.Hit, id string) bool {
	for _, h := range hits {
		if h.RecordID == id {
			return true
		}
	}
	return false
}

func TestPublicationsMeanwhileGetBothVectors(t *testing.T) {
	t.Parallel()
	url := database(t)
	importLines(t, open(t, knowledge.Options{URL: url, KeepEmbedder: true}), small...)
	g := newGated(4, len(small)+1)
	seen := &watch{}
	b := open(t, knowledge.Options{
		URL: url, Embedder: g, Observer: seen, PollEvery: 20 * time.Millisecond, BackfillEvery: 20 * time.Millisecond, KeepVectors: time.Hour,
	})
	require.Eventually(t, func() bool { return sets(t, b)[g.Name()].State == knowledge.VectorsBuilding }, patience, 20*time.Millisecond)
	g.left.Store(math.MaxInt32)
	importLines(t, b, `{"id":"late","question":"Где медико-социальная комиссия?","answer":"В бюро."}`)
	require.Equal(t, 2, count(t, url, `SELECT count(DISTINCT e.embedder) FROM embeddings e JOIN record_versions v ON v.id = e.version_id WHERE v.record_id = 'late'`))
	close(g.gate)
	require.Eventually(t, func() bool { return sets(t, b)[g.Name()].State == knowledge.VectorsActive }, patience, 20*time.Millisecond)
	old := sets(t, b)[builtinName]
	require.Equal(t, knowledge.VectorsRetired, old.State, "kept for a while")
	require.Equal(t, len(small)+1, old.Done)
	require.Empty(t, seen.gone())

	// Going back is as easy: what is still there is only completed.
	back := open(t, knowledge.Options{URL: url, PollEvery: 20 * time.Millisecond})
	require.Eventually(t, func() bool { return sets(t, back)[builtinName].State == knowledge.VectorsActive }, patience, 20*time.Millisecond)
}

// Two nodes that made or dropped the same index at once would stop each other.
func TestOpeningLeavesTheIndexToTheNodeThatIsAtIt(t *testing.T) {
	t.Parallel()
	url := database(t)
	open(t, knowledge.Options{URL: url, KeepEmbedder: true})
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	other, err := db.Conn(t.Context())
	require.NoError(t, err)
	const tending = 0x656b632d766563
	_, err = other.ExecContext(t.Context(), `SELECT pg_advisory_lock($1)`, int64(tending))
	require.NoError(t, err)

	g := newGated(7, math.MaxInt32)
	b := open(t, knowledge.Options{URL: url, Embedder: g, PollEvery: 20 * time.Millisecond, BackfillEvery: 20 * time.Millisecond})
	const indexes = `SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%stub-gated-7%'`
	require.Equal(t, knowledge.VectorsBuilding, sets(t, b)[g.Name()].State)
	require.Zero(t, count(t, url, indexes))

	require.NoError(t, other.Close())
	require.NoError(t, db.Close())
	require.Eventually(t, func() bool { return sets(t, b)[g.Name()].State == knowledge.VectorsActive }, patience, 20*time.Millisecond)
	require.Equal(t, 1, count(t, url, indexes))
}

func TestAWishGivenUp(t *testing.T) {
	t.Parallel()
	url := database(t)
	importLines(t, open(t, knowledge.Options{URL: url}), small...)
	stuck := newGated(6, 0)
	seen := &watch{}
	o := knowledge.Options{URL: url, Embedder: stuck, PollEvery: 20 * time.Millisecond, BackfillEvery: 20 * time.Millisecond, KeepVectors: time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
	b, err := knowledge.Open(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, knowledge.VectorsBuilding, sets(t, b)[stuck.Name()].State)
	require.NoError(t, b.Close())
	o.Embedder, o.Observer = nil, seen
	back := open(t, o)
	require.Eventually(t, func() bool { return len(sets(t, back)) == 1 }, patience, 20*time.Millisecond)
	require.Equal(t, knowledge.VectorsActive, sets(t, back)[builtinName].State)
	require.Eventually(t, func() bool { return len(seen.gone()) == 1 }, patience, 20*time.Millisecond)
}

func TestLongVectorsAreIndexedInHalfPrecision(t *testing.T) {
	t.Parallel()
	url := database(t)
	g := newGated(2600, 1000)
	b := open(t, knowledge.Options{URL: url, Embedder: g})
	importLines(t, b, small...)
	require.True(t, contains(search(t, b, knowledge.Query{Text: "комиссия врачей"}), "disability"))
	require.Equal(t, 1, count(t, url, `SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%halfvec(2600)%'`))
	_, err := knowledge.Open(t.Context(), knowledge.Options{URL: url, Embedder: newGated(4001, 0)})
	require.ErrorContains(t, err, "4001 dimensions")
}

// A strange embedder's order is heard, and what the model makes of it is no probability.
func TestProbabilitiesDoNotHearAStrangeEmbedder(t *testing.T) {
	t.Parallel()
	plain := baseOf(t, small...)
	url := database(t)
	strange := open(t, knowledge.Options{URL: url, Embedder: newGated(4, 1000)})
	importLines(t, strange, small...)
	for _, text := range []string{"на что потратить материнский капитал", "когда выйти на пенсию", "комиссия врачей"} {
		known := make(map[string]float64)
		for _, h := range search(t, plain, knowledge.Query{Text: text, Limit: 50}) {
			known[h.RecordID] = h.Probability
		}
		last := 1.0
		for _, h := range search(t, strange, knowledge.Query{Text: text, Limit: 50}) {
			require.LessOrEqual(t, h.Probability, last)
			last = h.Probability
			if h.RecordID == "disability" && known["disability"] == 0 {
				require.Less(t, h.Probability, 0.5, "found by the strange vectors alone")
			}
		}
	}
}

func TestAnEmbedderThatWasAwayAtTheStart(t *testing.T) {
	t.Parallel()
	url := database(t)
	first := open(t, knowledge.Options{URL: url})
	importLines(t, first, small...)
	before := activeSet(t, first)
	require.NoError(t, first.Close())
	there := make(chan struct{})
	asked := make(chan struct{}, 100)
	b := open(t, knowledge.Options{
		URL: url, KeepEmbedder: true, BackfillEvery: 10 * time.Millisecond, PollEvery: 10 * time.Millisecond,
		LaterEmbedder: func(context.Context) (embed.Embedder, error) {
			select {
			case <-there:
				return newGated(8, 1<<20), nil
			case asked <- struct{}{}:
			default:
			}
			return nil, errors.New("away")
		},
	})
	for range 3 { // it goes on asking
		<-asked
	}
	require.Equal(t, before, activeSet(t, b), "the old vectors serve meanwhile")
	close(there)
	require.Eventually(t, func() bool { return activeSet(t, b) == "stub-gated-8" }, patience, 10*time.Millisecond)
}

func activeSet(t *testing.T, b *knowledge.Base) string {
	t.Helper()
	sets, err := b.VectorSets(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, sets)
	require.Equal(t, knowledge.VectorsActive, sets[0].State)
	return sets[0].Embedder
}
