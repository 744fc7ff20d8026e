package lexical

import "ekc/knowledge/text"

// scratch is the working memory of one search. All of it is zero between searches.
type scratch struct {
	unit, body         []float32 // per unit and per record, what words found by their postings add up to
	unitMark, bodyMark []uint8   // the last term, by its place in the query plus one, that counted there
	slot               []uint16  // per term of the base, the place in query.matches plus one
	slots              []uint32
	kinAt              []uint16 // per term of the base, the place in kin.alike plus one
	kin                []uint32
	gramAt             []uint16 // per gram of the base, the place in query.grams plus one
	formAt             []uint32 // per form of the base, the place in formGrams plus one
	forms              []uint32
	formGrams          [][]uint16
	arena              []uint16
	near               counter
	grams              []text.Gram
	gramCount          []float32 // per gram of the query, in the unit read
	block              block
}

func (x *Index) borrow() *scratch {
	sc, _ := x.scratch.Get().(*scratch)
	if sc == nil {
		sc = &scratch{gramCount: make([]float32, maxQueryGrams)}
	}
	sc.unit = grow(sc.unit, len(x.units))
	sc.unitMark = grow(sc.unitMark, len(x.units))
	sc.body = grow(sc.body, len(x.records))
	sc.bodyMark = grow(sc.bodyMark, len(x.records))
	sc.slot = grow(sc.slot, len(x.terms))
	sc.kinAt = grow(sc.kinAt, len(x.terms))
	sc.formAt = grow(sc.formAt, len(x.forms))
	sc.gramAt = grow(sc.gramAt, len(x.gramDF))
	return sc
}

func grow[T any](s []T, n int) []T {
	if len(s) < n {
		s = append(s, make([]T, n-len(s)+n/8)...)
	}
	return s
}

func (x *Index) giveBack(sc *scratch, q *query) {
	clear(sc.unit)
	clear(sc.body)
	clear(sc.unitMark)
	clear(sc.bodyMark)
	for _, t := range sc.slots {
		sc.slot[t] = 0
	}
	sc.slots = sc.slots[:0]
	for _, t := range sc.kin {
		sc.kinAt[t] = 0
	}
	sc.kin = sc.kin[:0]
	for _, f := range sc.forms {
		sc.formAt[f] = 0
	}
	sc.forms, sc.formGrams, sc.arena = sc.forms[:0], sc.formGrams[:0], sc.arena[:0]
	for _, g := range q.grams {
		sc.gramAt[g.id] = 0
	}
	x.scratch.Put(sc)
}
