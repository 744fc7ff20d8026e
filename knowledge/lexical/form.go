package lexical

import (
	"strings"

	"ekc/knowledge/text"
)

// form is one word form of the base. Units hold the numbers of their forms, so that a word costs four bytes wherever it is
// written, and what is asked of a word again and again is found out once.
type form struct {
	surface  string
	term     uint32
	grams    []uint32 // its character n-grams, repeated ones repeated
	class    string   // what a question word asks for
	function bool
	negation bool
	mark     bool
}

func (x *Index) form(w text.Word) uint32 {
	if id, ok := x.formID[w.Surface]; ok {
		return id
	}
	id := number(len(x.forms))
	s := strings.Clone(w.Surface)
	x.formID[s] = id
	f := form{
		surface: s, term: x.term(w), class: text.QuestionClass(s), function: w.Function, negation: text.Negation(s), mark: mark(s),
	}
	x.grams = text.Grams(x.grams[:0], s, false)
	for _, g := range x.grams {
		gid, ok := x.gramID[g]
		if !ok {
			gid = number(len(x.gramDF))
			x.gramID[g] = gid
			x.gramDF = append(x.gramDF, 0)
		}
		f.grams = append(f.grams, gid)
	}
	x.forms = append(x.forms, f)
	return id
}

func (x *Index) term(w text.Word) uint32 {
	if id, ok := x.termID[w.Stem]; ok {
		return id
	}
	id := number(len(x.terms))
	s := strings.Clone(w.Stem)
	x.termID[s] = id
	grams := trigrams(nil, s)
	x.terms = append(x.terms, term{stem: s, grams: len(grams)})
	x.function = append(x.function, w.Function)
	for _, g := range grams {
		x.wordGram[g] = append(x.wordGram[g], id)
	}
	return id
}

// weight is what the grams of a form count.
func (f *form) weight() float32 {
	if f.function {
		return functionWeight
	}
	return 1
}

// number makes the number of the next unit, record, term or form. A base of four thousand million is out of reach: memory ends before.
func number(n int) uint32 { return uint32(n) } //nolint:gosec // see above

// mark reports whether a word is a number or a name in Latin letters: such words have no synonyms.
func mark(surface string) bool {
	return surface != "" && surface[0] < 0x80
}
