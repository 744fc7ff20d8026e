package lexical

// BM25's parameters. Questions are short and much of one length, so length counts less there than in answers.
const (
	k1       = 1.2
	bUnit    = 0.5
	bGram    = 0.6
	bBody    = 0.6
	bodyPart = 0.6 // what the answer counts beside the question when candidates are chosen
)

// Options steer one search.
type Options struct {
	// Candidates is how many records are looked at closely.
	Candidates int
	// Allowed, when set, says which records may be found. It is called with the index's read lock held.
	Allowed func(key string) bool
	// Also lists records to look at besides those the index finds (semantic neighbours); unknown keys are ignored.
	Also []string
}

// Candidate is one record looked at closely.
type Candidate struct {
	Key string
	// Unit is the index in Doc.Units of the question or phrasing nearest to the query, and Text its text.
	Unit int
	Text string
	// First is the score by which the record became a candidate.
	First float32
	// Features describe it to the ranker; see FeatureNames.
	Features []float32
}

// scratch is the working memory of one search.
type scratch struct {
	word, gram, body     []float32
	markUnit, markBody   []uint32
	touchedUnit, touched []uint32
	bestUnit             []uint32 // per record, the best unit's number plus one; 0 for none
	mark                 uint32
}

// Search gives the candidate records for a text, in no final order.
func (x *Index) Search(s string, opts Options) []Candidate {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.live == 0 {
		return nil
	}
	q := x.analyseQuery(s)
	if len(q.terms) == 0 {
		return nil
	}
	sc := x.borrow()
	defer x.giveBack(sc)
	x.scoreUnits(q, sc)
	x.scoreGrams(q, sc)
	x.scoreBodies(q, sc)
	found := x.choose(q, sc, opts)
	return x.describe(q, sc, found)
}

func (x *Index) borrow() *scratch {
	sc, _ := x.scratch.Get().(*scratch)
	if sc == nil {
		sc = &scratch{}
	}
	sc.word = grow(sc.word, len(x.units))
	sc.gram = grow(sc.gram, len(x.units))
	sc.markUnit = grow(sc.markUnit, len(x.units))
	sc.body = grow(sc.body, len(x.records))
	sc.markBody = grow(sc.markBody, len(x.records))
	sc.bestUnit = grow(sc.bestUnit, len(x.records))
	return sc
}

func grow[T any](s []T, n int) []T {
	if len(s) < n {
		s = append(s, make([]T, n-len(s)+n/8)...)
	}
	return s
}

func (x *Index) giveBack(sc *scratch) {
	for _, u := range sc.touchedUnit {
		sc.word[u], sc.gram[u] = 0, 0
	}
	for _, d := range sc.touched {
		sc.body[d], sc.bestUnit[d] = 0, 0
	}
	sc.touchedUnit, sc.touched = sc.touchedUnit[:0], sc.touched[:0]
	x.scratch.Put(sc)
}

// nextMark starts a new pass; a unit whose mark is the pass's has been counted in it.
func (sc *scratch) nextMark() uint32 {
	sc.mark++
	if sc.mark == 0 {
		clear(sc.markUnit)
		clear(sc.markBody)
		sc.mark = 1
	}
	return sc.mark
}

// scoreUnits adds up BM25 over stems; of the terms that one word may stand for, the nearest one in the unit counts.
func (x *Index) scoreUnits(q *query, sc *scratch) {
	avg := float32(x.sumUnit / float64(max(1, x.liveUnit)))
	for _, t := range q.terms {
		mark := sc.nextMark()
		for _, e := range t.expansions {
			w := min(t.weight, x.expansionWeight(t, e)) * e.sim
			for _, p := range x.terms[e.term].units {
				if sc.markUnit[p.id] == mark {
					continue
				}
				sc.markUnit[p.id] = mark
				if sc.word[p.id] == 0 && sc.gram[p.id] == 0 {
					sc.touchedUnit = append(sc.touchedUnit, p.id)
				}
				sc.word[p.id] += w * saturate(p.tf, float32(len(x.units[p.id].terms)), avg, bUnit)
			}
		}
	}
}

func (x *Index) expansionWeight(t queryTerm, e expansion) float32 {
	w := idf(x.df(e.term), x.live)
	if t.word.Function {
		w *= functionWeight
	}
	return w
}

func (x *Index) scoreGrams(q *query, sc *scratch) {
	avg := float32(x.sumGram / float64(max(1, x.liveUnit)))
	for _, g := range q.grams {
		for _, p := range x.grams[g.id].units {
			if sc.word[p.id] == 0 && sc.gram[p.id] == 0 {
				sc.touchedUnit = append(sc.touchedUnit, p.id)
			}
			sc.gram[p.id] += g.weight * saturate(p.tf, x.units[p.id].grams, avg, bGram)
		}
	}
}

func (x *Index) scoreBodies(q *query, sc *scratch) {
	avg := float32(x.sumBody / float64(max(1, x.live)))
	for _, t := range q.terms {
		mark := sc.nextMark()
		for _, e := range t.expansions {
			w := min(t.weight, x.expansionWeight(t, e)) * e.sim
			for _, p := range x.terms[e.term].bodies {
				if sc.markBody[p.id] == mark {
					continue
				}
				sc.markBody[p.id] = mark
				if sc.body[p.id] == 0 {
					sc.touched = append(sc.touched, p.id)
				}
				sc.body[p.id] += w * saturate(p.tf, x.records[p.id].size, avg, bBody)
			}
		}
	}
}

// saturate is BM25's weight of tf occurrences in a text of the given length, scaled to 1 for one occurrence in a text
// of average length.
func saturate(tf, length, avg, b float32) float32 {
	return tf * (k1 + 1) / (tf + k1*(1-b+b*length/max(avg, 1)))
}

// found is a candidate with its three scores, each a share of what a perfect match would get.
type found struct {
	record           uint32
	unit             uint32
	word, gram, body float32
	first            float32
}

// choose picks the candidates: the best by questions and answers together, and those asked for by name.
func (x *Index) choose(q *query, sc *scratch, opts Options) []found {
	for _, u := range sc.touchedUnit {
		d := x.units[u].doc
		old := sc.bestUnit[d]
		if old == 0 {
			if sc.body[d] == 0 {
				sc.touched = append(sc.touched, d)
			}
			sc.bestUnit[d] = u + 1
		} else if x.unitScore(q, sc, u) > x.unitScore(q, sc, old-1) {
			sc.bestUnit[d] = u + 1
		}
	}
	best := newTop(opts.Candidates)
	for _, d := range sc.touched {
		r := &x.records[d]
		if !r.live {
			continue
		}
		f := x.found(q, sc, d, x.bestUnitOf(sc, d))
		if best.accepts(f) && (opts.Allowed == nil || opts.Allowed(r.key)) {
			best.add(f)
		}
	}
	return x.addNamed(q, sc, best.sorted(), opts)
}

func (x *Index) bestUnitOf(sc *scratch, d uint32) uint32 {
	if u := sc.bestUnit[d]; u > 0 {
		return u - 1
	}
	return x.records[d].units[0]
}

func (x *Index) addNamed(q *query, sc *scratch, kept []found, opts Options) []found {
	have := make(map[uint32]bool, len(kept))
	for _, f := range kept {
		have[f.record] = true
	}
	for _, key := range opts.Also {
		d, ok := x.byKey[key]
		if ok && !have[d] && (opts.Allowed == nil || opts.Allowed(key)) {
			have[d] = true
			kept = append(kept, x.found(q, sc, d, x.bestUnitOf(sc, d)))
		}
	}
	return kept
}

func (x *Index) unitScore(q *query, sc *scratch, u uint32) float32 {
	return sc.word[u]/q.self + sc.gram[u]/q.selfGram
}

func (x *Index) found(q *query, sc *scratch, d, u uint32) found {
	f := found{
		record: d, unit: u,
		word: sc.word[u] / q.self, gram: sc.gram[u] / q.selfGram, body: sc.body[d] / q.self,
	}
	f.first = f.word + f.gram + bodyPart*f.body
	return f
}
