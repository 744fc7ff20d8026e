package knowledge

import (
	"context"
	"maps"
	"slices"
	"unicode/utf8"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/embed"
	"ekc/knowledge/lexical"
)

// MaxRehearsed is how many queries one rehearsal takes.
const MaxRehearsed = 500

// Rehearsal is what one query finds now, and what it would find.
type Rehearsal struct{ Now, Then []Hit }

// around are the records nearest to a query in meaning, and whether the ranker was fitted with such vectors.
type around struct {
	records map[string]float64
	fitted  bool
}

// Rehearse runs queries as Search does, without the advice of a chat model, first as the base is, then as if a version were published that is not; without a version, only
// the first, and Then is the same. Nothing is published: the draft lies over the snapshot that is searched, under a key that other
// searches do not see; all that they could notice is its share in how frequent its words are, while it lasts.
func (b *Base) Rehearse(ctx context.Context, versionID string, queries []Query) ([]Rehearsal, error) {
	if len(queries) > MaxRehearsed {
		return nil, fail.New(fail.Invalid, "at most %d queries at once", MaxRehearsed)
	}
	var draft *entry
	if versionID != "" {
		var err error
		if draft, err = b.draftEntry(ctx, versionID); err != nil {
			return nil, err
		}
	}
	s := b.state.Load()
	all := make([]Rehearsal, len(queries))
	near := make([]around, len(queries))
	queries = slices.Clone(queries)
	for i := range queries {
		q := &queries[i]
		if q.Limit == 0 {
			q.Limit = DefaultHits
		}
		if q.Limit < 0 || q.Limit > MaxHits || !utf8.ValidString(q.Text) {
			return nil, fail.Field("queries", fail.Invalid, "holds one that cannot be searched for")
		}
		q.On, q.Text = b.dayIn(q.On, q.Region), cut(q.Text, MaxQueryRunes)
		near[i].records, near[i].fitted = b.nearest(ctx, q.Text)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := s.index.Search(q.Text, lexical.Options{Candidates: lexicalCandidates, Also: keys(near[i].records), Allowed: s.visibleTo(*q)})
		all[i].Now = s.hits(*q, b.ranked(found, near[i].records, near[i].fitted))
		all[i].Then = all[i].Now
	}
	if draft == nil {
		return all, nil
	}
	return all, b.rehearse(ctx, s.with(draft), draft, queries, near, all)
}

// rehearse fills in what would be found with the draft.
func (b *Base) rehearse(ctx context.Context, laid *snapshot, draft *entry, queries []Query, near []around, all []Rehearsal) error {
	asker := b.meanings.Load().asker
	var vectors [][]float32
	if asker != nil {
		var err error
		if vectors, err = asker.Embed(ctx, append([]string{draft.hit.Question}, draft.phrasings...)); err != nil {
			return err
		}
	}
	doc, record := docOf(draft), draft.hit.RecordID
	key := record + "\x00" + ids.New("ver") // equals are ordered by their keys: it stands where the record would
	doc.Key = key
	laid.index.Put(doc)
	defer laid.index.Remove(key)
	for i, q := range queries {
		if err := ctx.Err(); err != nil {
			return err
		}
		var asked []float32
		if asker != nil {
			var err error
			if asked, err = embed.Query(ctx, asker, q.Text); err != nil {
				return err
			}
		}
		others := beside(near[i].records, record, key, asked, vectors)
		visible := laid.visibleTo(q)
		found := laid.index.Search(q.Text, lexical.Options{
			Candidates: lexicalCandidates, Also: keys(others),
			Allowed: func(k string) bool { return k == key && visible(record) || k != key && k != record && visible(k) },
		})
		ranked := b.ranked(found, others, near[i].fitted)
		for k := range ranked {
			if ranked[k].Key == key {
				ranked[k].Key = record
			}
		}
		all[i].Then = laid.hits(q, ranked)
	}
	return nil
}

// beside are the semantic neighbours of a query with a draft, under its key, in the place of its record.
func beside(near map[string]float64, record, key string, asked []float32, vectors [][]float32) map[string]float64 {
	others := make(map[string]float64, len(near)+1)
	maps.Copy(others, near)
	delete(others, record)
	best, least := -1.0, -1.0
	for _, v := range vectors {
		dot := 0.0
		for i, x := range v {
			dot += float64(x) * float64(asked[i])
		}
		best = max(best, dot)
	}
	if len(others) >= neighbours {
		least = slices.Min(slices.Collect(maps.Values(others)))
	}
	if len(vectors) > 0 && best >= least {
		others[key] = best
	}
	return others
}

// draftEntry is a version as the snapshot would hold it. CONFLICT for the published one, and for one that never will be.
func (b *Base) draftEntry(ctx context.Context, versionID string) (*entry, error) {
	v, err := b.RecordVersion(ctx, versionID)
	if err != nil {
		return nil, err
	}
	if v.Status == StatusPublished || v.Status == StatusArchived {
		return nil, fail.Field("versionId", fail.Conflict, "the version is %s", v.Status)
	}
	r, err := b.Record(ctx, v.RecordID)
	if err != nil {
		return nil, err
	}
	return &entry{variantOf: r.VariantOf, phrasings: v.Phrasings, hit: Hit{
		RecordID: r.ID, VersionID: v.ID, Version: v.Number, Question: v.Question, Answer: v.Answer, Short: v.Short, Topic: v.Topic,
		Agency: r.Agency, Region: r.Region, LegalBasis: v.LegalBasis, ValidFrom: v.ValidFrom, ValidTo: v.ValidTo,
		Intent: v.Intent, Personal: v.Personal, Links: v.Links, Files: v.Files,
	}}, nil
}

// with is the snapshot with one record in another form; the index is the same.
func (s *snapshot) with(e *entry) *snapshot {
	s.mu.RLock()
	laid := &snapshot{index: s.index, revision: s.revision, entries: maps.Clone(s.entries), variants: maps.Clone(s.variants)}
	s.mu.RUnlock()
	laid.unlink(e.hit.RecordID)
	laid.entries[e.hit.RecordID] = e
	if e.variantOf != "" {
		laid.variants[e.variantOf] = append(slices.Clip(laid.variants[e.variantOf]), e.hit.RecordID)
	}
	return laid
}
