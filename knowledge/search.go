package knowledge

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/internal/fail"
	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

// lexicalCandidates is how many records the ranker looks at, besides the semantic neighbours.
const lexicalCandidates = 100

// Search finds the records that may answer the query; see Service.
func (b *Base) Search(ctx context.Context, q Query) ([]Hit, error) {
	if q.Limit < 0 || q.Limit > MaxHits {
		return nil, fail.Field("limit", fail.Invalid, "must be 1 to %d", MaxHits)
	}
	if !utf8.ValidString(q.Text) {
		return nil, fail.Field("text", fail.Invalid, "is not valid UTF-8")
	}
	if q.Limit == 0 {
		q.Limit = DefaultHits
	}
	q.On = b.dayIn(q.On, q.Region)
	q.Text = cut(q.Text, MaxQueryRunes)
	hits, err := b.find(ctx, q)
	if err != nil {
		return nil, err
	}
	return b.advised(ctx, q, hits), nil
}

// find is the search itself, for a query that is complete.
func (b *Base) find(ctx context.Context, q Query) ([]Hit, error) {
	s := b.state.Load()
	near, fitted := b.nearest(ctx, q.Text)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := s.index.Search(q.Text, lexical.Options{
		Candidates: lexicalCandidates, Also: keys(near), Allowed: s.visibleTo(q),
	})
	ranked := b.ranked(found, near, fitted)
	if twins := s.twins(q, ranked); len(twins) > 0 { // one answer in two places would pass for two that compete
		found = slices.DeleteFunc(found, func(c lexical.Candidate) bool { return twins[c.Key] })
		ranked = b.ranked(found, near, fitted)
	}
	return s.hits(q, ranked), nil
}

// twins are the later ones of candidates that stand for the same answer: a federal record and the one that overrides it in the
// query's region.
func (s *snapshot) twins(q Query, ranked []rank.Ranked) map[string]bool {
	day := Date(q.On.Format(time.DateOnly))
	twins, seen := map[string]bool{}, make(map[string]bool, len(ranked))
	for _, r := range ranked {
		answer := r.Key
		if v, ok := s.variantFor(r.Key, q, day); ok {
			answer = v.hit.RecordID
		}
		twins[r.Key] = seen[answer]
		seen[answer] = true
	}
	maps.DeleteFunc(twins, func(_ string, twin bool) bool { return !twin })
	return twins
}

func keys(near map[string]float64) []string {
	out := make([]string, 0, len(near))
	for id := range near {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// cut keeps the first n runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// visibleTo tells which records the query may find.
func (s *snapshot) visibleTo(q Query) func(id string) bool {
	day := Date(q.On.Format(time.DateOnly))
	return func(id string) bool {
		e, ok := s.entry(id)
		return ok && e.visible(q, day)
	}
}

func (e *entry) visible(q Query, day Date) bool {
	h := &e.hit
	switch {
	case q.IntentsOnly && !h.Intent:
		return false
	case q.Agency != "" && h.Agency != "" && h.Agency != q.Agency:
		return false
	case !q.AllRegions && h.Region != "" && h.Region != q.Region:
		return false
	}
	return (h.ValidFrom == "" || h.ValidFrom <= day) && (h.ValidTo == "" || h.ValidTo >= day)
}

// hits turns ranked candidates into hits. A federal record that a visible regional one overrides gives its place to it:
// the citizen's question may well be worded like the federal one.
func (s *snapshot) hits(q Query, ranked []rank.Ranked) []Hit {
	day := Date(q.On.Format(time.DateOnly))
	out := make([]Hit, 0, q.Limit)
	seen := make(map[string]bool, q.Limit)
	for _, r := range ranked {
		if len(out) == q.Limit {
			break
		}
		e, ok := s.entry(r.Key)
		if !ok {
			continue // retired since the index was read
		}
		if v, ok := s.variantFor(r.Key, q, day); ok {
			e = v
		}
		if seen[e.hit.RecordID] {
			continue
		}
		seen[e.hit.RecordID] = true
		h := e.hit
		h.LegalBasis = slices.Clone(h.LegalBasis)
		h.MatchedPhrasing, h.Score, h.Probability = r.Text, r.Score, r.Probability
		h.Snippet = snippet(h.Answer, q.Text)
		out = append(out, h)
	}
	return out
}

// variantFor finds the record that overrides a federal one in the query's region.
func (s *snapshot) variantFor(id string, q Query, day Date) (*entry, bool) {
	if q.Region == "" || q.AllRegions {
		return nil, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.variants[id] {
		if e, ok := s.entries[v]; ok && e.visible(q, day) {
			return e, true
		}
	}
	return nil, false
}

// maxSnippet is the length of a snippet in characters.
const maxSnippet = 240

// snippet is the sentence of the answer that shares most with the query, or its beginning.
func snippet(answer, query string) string {
	best := lexical.BestSentence(answer, query)
	if utf8.RuneCountInString(best) <= maxSnippet {
		return best
	}
	short := cut(best, maxSnippet-1)
	if i := strings.LastIndexByte(short, ' '); i > len(short)/2 {
		short = short[:i]
	}
	return short + "…"
}
