package lexical

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"ekc/knowledge/text"
)

// Bounds on a query, so that a long letter costs no more than a long sentence.
const (
	maxQueryWords = 64
	maxQueryGrams = 320
	maxExpansions = 12
)

// kinWeight is what "my mother" counts against another word: it tells for whom the citizen asks, not what.
const kinWeight = 0.35

// expansion is a term of the base that a query's word may stand for.
type expansion struct {
	term   uint32
	sim    float32 // 1 for the word itself
	weight float32 // what it counts: no more than the word does
}

// queryTerm is one distinct stem of a query.
type queryTerm struct {
	word       text.Word
	form       uint32  // its number in the base, or noForm
	weight     float32 // how much it says about what is asked: its idf, less for function words
	known      bool    // some live record has the very stem
	unitDF     int     // questions and phrasings with the very stem
	expansions []expansion
}

type queryGram struct {
	id     uint32
	weight float32 // idf times the weight of its words
}

// query is an analysed text together with what the index knows of its words.
type query struct {
	words    []text.Word
	terms    []queryTerm
	grams    []queryGram
	self     float32 // sum of the terms' weights
	selfGram float32
	maxTerm  float32
	seq      []uint32 // the query's stems as terms of the index, unknown ones as sentenceEnd
	classes  map[string]bool
	negated  bool
	// definition: the query asks what something is.
	definition bool
	// matches are the query's terms that each term of the base met in it answers; scratch.slot tells where a term's are.
	matches [][]match
}

type match struct {
	term  int // index in query.terms
	place int // of the expansion among the term's, nearest first
	sim   float32
}

// noForm stands for a word that the base does not have.
const noForm = ^uint32(0)

func (x *Index) analyseQuery(s string, sc *scratch) *query {
	q := &query{words: text.WithoutCourtesy(text.Words(s, maxQueryWords)), classes: make(map[string]bool)}
	seen := make(map[string]bool, len(q.words))
	for i, w := range q.words {
		q.noteGrammar(w)
		id, ok := x.termID[w.Stem]
		if !ok {
			id = sentenceEnd
		}
		q.seq = append(q.seq, id)
		if seen[w.Stem] {
			continue
		}
		seen[w.Stem] = true
		t := x.queryTerm(w, sc)
		if text.Kin(w.Surface) && i > 0 && text.Possessive(q.words[i-1].Surface) {
			t.weight *= kinWeight
		}
		x.weighExpansions(&t)
		q.addTerm(t, sc)
	}
	x.queryGrams(q, sc)
	return q
}

func (q *query) noteGrammar(w text.Word) {
	if c := text.QuestionClass(w.Surface); c != "" {
		q.classes[c] = true
	}
	q.negated = q.negated || text.Negation(w.Surface)
	q.definition = q.definition || w.Surface == "такое" || w.Surface == "означает" || w.Surface == "понимается" ||
		w.Surface == "является" || w.Surface == "понятие"
}

func (q *query) addTerm(t queryTerm, sc *scratch) {
	i := len(q.terms)
	q.terms = append(q.terms, t)
	q.self += t.weight
	q.maxTerm = max(q.maxTerm, t.weight)
	for place, e := range t.expansions {
		if sc.slot[e.term] == 0 {
			q.matches = append(q.matches, nil)
			sc.slot[e.term] = uint16(len(q.matches)) //nolint:gosec // at most maxQueryWords times maxExpansions
			sc.slots = append(sc.slots, e.term)
		}
		at := sc.slot[e.term] - 1
		q.matches[at] = append(q.matches[at], match{term: i, place: place, sim: e.sim})
	}
}

func (x *Index) queryTerm(w text.Word, sc *scratch) queryTerm {
	t := queryTerm{word: w, form: noForm}
	if f, ok := x.formID[w.Surface]; ok {
		t.form = f
	}
	id, ok := x.termID[w.Stem]
	t.known = ok && x.terms[id].unitDF+x.terms[id].bodyDF > 0
	if ok {
		t.unitDF = x.terms[id].unitDF
	}
	if w.Function {
		if t.known {
			t.expansions = []expansion{{term: id, sim: 1}}
		}
	} else {
		t.expansions = x.expand(w.Stem, sc)
	}
	t.weight = x.termWeight(w, t)
	return t
}

func (x *Index) weighExpansions(t *queryTerm) {
	for i, e := range t.expansions {
		weight := idf(x.df(e.term), x.live)
		if t.word.Function {
			weight = asFunction(weight)
		}
		t.expansions[i].weight = min(t.weight, weight) * e.sim
	}
}

// termWeight is the idf of a query's word: its own when the base has it, else that of the nearest word of the base, and
// the highest there is for a word that nothing is near to.
func (x *Index) termWeight(w text.Word, t queryTerm) float32 {
	df := 0
	if len(t.expansions) > 0 {
		df = x.df(t.expansions[0].term)
	}
	weight := idf(df, x.live)
	if w.Function {
		weight = asFunction(weight)
	}
	return weight
}

// asFunction is what a function word weighs. However rare it is in the base, it says little.
func asFunction(idf float32) float32 { return functionWeight * min(idf, rareFunction) }

// df counts the records a term is in; units outnumber records when there are phrasings, hence the bound.
func (x *Index) df(t uint32) int {
	return min(max(x.terms[t].unitDF, x.terms[t].bodyDF), x.live)
}

// idf is BM25's, never negative.
func idf(df, n int) float32 {
	return float32(math.Log(1 + (float64(n-df)+0.5)/(float64(df)+0.5)))
}

// expand lists the terms of the base that a stem may stand for: itself, its synonyms, words that share most of their
// letters with it (typos, other forms, other words of the root), nearest first.
func (x *Index) expand(stem string, sc *scratch) []expansion {
	var out []expansion
	exact, known := x.termID[stem]
	known = known && x.df(exact) > 0
	if known {
		out = append(out, expansion{term: exact, sim: 1})
	}
	for _, s := range text.Synonyms(stem) {
		if id, ok := x.termID[s.Stem]; ok && id != exact && x.df(id) > 0 {
			out = append(out, expansion{term: id, sim: s.Weight})
		}
	}
	out = x.similar(out, stem, known, sc)
	slices.SortFunc(out, func(a, b expansion) int {
		return cmp.Or(cmp.Compare(b.sim, a.sim), cmp.Compare(a.term, b.term))
	})
	return out[:min(len(out), maxExpansions)]
}

// similar appends the terms whose spelling is near the stem's.
func (x *Index) similar(out []expansion, stem string, known bool, sc *scratch) []expansion {
	n := utf8.RuneCountInString(stem)
	if n < 3 {
		return out
	}
	grams := trigrams(nil, stem)
	for _, g := range grams {
		for _, t := range x.wordGram[g] {
			sc.near.add(t)
		}
	}
	defer sc.near.reset()
	least := max(2, (len(grams)+2)/3)
	for _, id := range sc.near.seen {
		count := int(sc.near.of[id])
		t := &x.terms[id]
		if count < least || t.stem == stem || x.function[id] || x.df(id) == 0 {
			continue
		}
		if s := similarity(stem, t.stem, count, len(grams), t.grams, known); s > 0 {
			out = appendBest(out, expansion{term: id, sim: s})
		}
	}
	return out
}

func appendBest(out []expansion, e expansion) []expansion {
	for i := range out {
		if out[i].term == e.term {
			out[i].sim = max(out[i].sim, e.sim)
			return out
		}
	}
	return append(out, e)
}

// queryGrams weighs the grams of the query; the lightest of a long query are left out.
func (x *Index) queryGrams(q *query, sc *scratch) {
	weights := make(map[text.Gram]float32)
	for _, w := range q.words {
		weight := float32(1)
		if w.Function {
			weight = functionWeight
		}
		sc.grams = text.Grams(sc.grams[:0], w.Surface, false)
		for _, g := range sc.grams {
			weights[g] = max(weights[g], weight)
		}
	}
	for g, w := range weights {
		id, ok := x.gramID[g]
		df := 0
		if ok {
			df = x.gramDF[id]
		}
		w *= idf(df, max(x.liveUnit, df))
		q.selfGram += w
		if ok && df > 0 {
			q.grams = append(q.grams, queryGram{id, w})
		}
	}
	slices.SortFunc(q.grams, func(a, b queryGram) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.id, b.id))
	})
	q.grams = q.grams[:min(len(q.grams), maxQueryGrams)]
	for i, g := range q.grams {
		sc.gramAt[g.id] = uint16(i + 1) //nolint:gosec // at most maxQueryGrams
	}
}
