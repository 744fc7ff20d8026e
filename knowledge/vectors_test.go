package knowledge_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

// meaning is an embedder that knows two meanings, whatever the words.
type meaning struct{ broken atomic.Bool }

func (*meaning) Name() string    { return "stub-meaning-3" }
func (*meaning) Dimensions() int { return 3 }

func (m *meaning) Embed(_ context.Context, texts []string) ([][]float32, error) {
	if m.broken.Load() {
		return nil, errors.New("the server is away")
	}
	out := make([][]float32, len(texts))
	for i, s := range texts {
		out[i] = []float32{0, 0, 1}
		if strings.Contains(s, "медико") || strings.Contains(s, "комиссия врачей") {
			out[i] = []float32{1, 0, 0}
		}
	}
	return out, nil
}

func TestSemanticNeighboursBecomeCandidates(t *testing.T) {
	t.Parallel()
	m := &meaning{}
	b := open(t, knowledge.Options{URL: database(t), Embedder: m})
	importLines(t, b, small...)
	hits := search(t, b, knowledge.Query{Text: "комиссия врачей"})
	require.Contains(t, idsOf(hits), "disability", "no word in common: found by meaning only")
	m.broken.Store(true)
	require.Equal(t, "capital", search(t, b, knowledge.Query{Text: "на что потратить материнский капитал"})[0].RecordID,
		"without the embedder the lexical index answers alone")
}

func TestVectorsOfAFailedImportAreFilledInLater(t *testing.T) {
	t.Parallel()
	url := database(t)
	m := &meaning{}
	b := open(t, knowledge.Options{URL: url, Embedder: m, BackfillEvery: 20 * time.Millisecond})
	m.broken.Store(true)
	_, err := b.Import(t.Context(), strings.NewReader(strings.Join(small, "\n")), knowledge.ImportOptions{Name: "a.jsonl"})
	require.ErrorContains(t, err, "away")
	require.Equal(t, len(small), count(t, url, "SELECT count(*) FROM records"), "the records are there all the same")
	m.broken.Store(false)
	require.Eventually(t, func() bool {
		return count(t, url, "SELECT count(DISTINCT version_id) FROM embeddings WHERE embedder = 'stub-meaning-3'") == len(small)
	}, 30*time.Second, 20*time.Millisecond)
}

func TestRecordsArePaged(t *testing.T) {
	t.Parallel()
	b := baseOf(t, small...)
	var got []string
	after := ""
	for range len(small) {
		page, err := b.Records(t.Context(), knowledge.RecordFilter{First: 3, After: after})
		require.NoError(t, err)
		require.Equal(t, len(small), page.Total)
		for _, r := range page.Records {
			require.NotEmpty(t, r.Version.Question)
			got = append(got, r.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, []string{"birth", "capital", "disability", "dismissal", "leave", "my-case", "pension", "sick"}, got)
	for name, f := range map[string]knowledge.RecordFilter{
		"agency": {Agency: "PFR"}, "topic": {Topic: "Пенсии"}, "text": {Text: "ПЕНСИ"},
	} {
		page, err := b.Records(t.Context(), f)
		require.NoError(t, err)
		require.Equal(t, map[string]int{"agency": 3, "topic": 2, "text": 2}[name], page.Total, name)
	}
	_, err := b.Record(t.Context(), "no-such")
	require.ErrorContains(t, err, "no record")
	_, err = b.RecordVersion(t.Context(), "no-such")
	require.ErrorContains(t, err, "no record version")
	topics, err := b.Topics(t.Context(), knowledge.TopicQuery{})
	require.NoError(t, err)
	require.Len(t, topics, 7)
}
