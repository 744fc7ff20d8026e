package lexical

import (
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
	term uint32
	sim  float32 // 1 for the word itself
}

// queryTerm is one distinct stem of a query.
type queryTerm struct {
	word       text.Word
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
	// best maps a term of the base to the query terms that it answers, for reading candidates.
	best map[uint32][]match
}

type match struct {
	term int // index in query.terms
	sim  float32
}

func (x *Index) analyseQuery(s string) *query {
	q := &query{words: text.WithoutCourtesy(text.Words(s, maxQueryWords)), best: make(map[uint32][]match), classes: make(map[string]bool)}
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
		t := x.queryTerm(w)
		if text.Kin(w.Surface) && i > 0 && text.Possessive(q.words[i-1].Surface) {
			t.weight *= kinWeight
		}
		q.addTerm(t)
	}
	x.queryGrams(q)
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

func (q *query) addTerm(t queryTerm) {
	i := len(q.terms)
	q.terms = append(q.terms, t)
	q.self += t.weight
	q.maxTerm = max(q.maxTerm, t.weight)
	for _, e := range t.expansions {
		q.best[e.term] = append(q.best[e.term], match{term: i, sim: e.sim})
	}
}

func (x *Index) queryTerm(w text.Word) queryTerm {
	t := queryTerm{word: w}
	id, ok := x.termID[w.Stem]
	t.known = ok && x.terms[id].unitDF+x.terms[id].bodyDF > 0
	if ok {
		t.unitDF = x.terms[id].unitDF
	}
	if w.Function {
		if t.known {
			t.expansions = []expansion{{id, 1}}
		}
	} else {
		t.expansions = x.expand(w.Stem)
	}
	t.weight = x.termWeight(w, t)
	return t
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
		weight *= functionWeight
	}
	return weight
}

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
func (x *Index) expand(stem string) []expansion {
	var out []expansion
	exact, known := x.termID[stem]
	known = known && x.df(exact) > 0
	if known {
		out = append(out, expansion{exact, 1})
	}
	for _, s := range text.Synonyms(stem) {
		if id, ok := x.termID[s.Stem]; ok && id != exact && x.df(id) > 0 {
			out = append(out, expansion{id, s.Weight})
		}
	}
	out = x.similar(out, stem, known)
	slices.SortStableFunc(out, func(a, b expansion) int {
		switch {
		case a.sim > b.sim:
			return -1
		case a.sim < b.sim:
			return 1
		}
		return int(a.term) - int(b.term)
	})
	return out[:min(len(out), maxExpansions)]
}

// similar appends the terms whose spelling is near the stem's.
func (x *Index) similar(out []expansion, stem string, known bool) []expansion {
	n := utf8.RuneCountInString(stem)
	if n < 3 {
		return out
	}
	grams := trigrams(nil, stem)
	shared := make(map[uint32]int)
	for _, g := range grams {
		for _, t := range x.wordGram[g] {
			shared[t]++
		}
	}
	least := max(2, (len(grams)+2)/3)
	for id, count := range shared {
		t := &x.terms[id]
		if count < least || t.stem == stem || t.function || x.df(id) == 0 {
			continue
		}
		if s := similarity(stem, t.stem, count, len(grams), t.grams, known); s > 0 {
			out = appendBest(out, expansion{id, s})
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

func (x *Index) queryGrams(q *query) {
	weights := make(map[text.Gram]float32)
	var buf []text.Gram
	for _, w := range q.words {
		buf = text.Grams(buf[:0], w.Surface, false)
		for _, g := range buf {
			weights[g] = max(weights[g], gramWeight(w))
		}
	}
	for g, w := range weights {
		id, ok := x.gramID[g]
		df := 0
		if ok {
			df = x.grams[id].df
		}
		w *= idf(df, max(x.liveUnit, df))
		q.selfGram += w
		if ok && df > 0 {
			q.grams = append(q.grams, queryGram{id, w})
		}
	}
	slices.SortFunc(q.grams, func(a, b queryGram) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return int(a.id) - int(b.id)
	})
	q.grams = q.grams[:min(len(q.grams), maxQueryGrams)]
}
