package lexical

import (
	"cmp"
	"slices"
)

const (
	// defaultBudget is how many postings of questions, and how many of answers, one search reads. A base of tens of thousands of records
	// is read whole; in a larger one the most frequent words of a query, which say least, no longer choose candidates and count
	// only in the scores of those chosen. On the development sets a budget of a fortieth of this, which is at 28,683 records what
	// this is at a million, changes no MRR by more than .003.
	defaultBudget = 300_000
	// scored is how many records are scored in full for each candidate asked for, for grams are known only then.
	scored = 3
)

// choose gives the records that look best by the words of their questions and answers, in order of their numbers.
func (x *Index) choose(q *query, sc *scratch, opts Options) []uint32 {
	order := make([]int, len(q.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.terms[b].weight, q.terms[a].weight) })
	x.chooseBy(q, order, field{
		lists: func(t *term) *postings { return &t.units }, lengths: x.unitLen, sums: sc.unit, marks: sc.unitMark,
		norms: x.unitNorms(),
	}, &sc.block)
	x.chooseBy(q, order, field{
		lists: func(t *term) *postings { return &t.bodies }, lengths: x.bodyLen, sums: sc.body, marks: sc.bodyMark,
		norms: x.bodyNorms(),
	}, &sc.block)
	return x.best(sc, opts)
}

// field is what texts of one kind, questions or answers, are scored by.
type field struct {
	lists   func(*term) *postings
	lengths []uint16
	norms   norms
	sums    []float32
	marks   []uint8
}

// chooseBy adds up BM25 over stems, the heaviest first, until the budget is spent; of the terms that one word may stand for, the
// nearest one in a text counts.
func (x *Index) chooseBy(q *query, order []int, f field, b *block) {
	spent := 0
	for _, i := range order {
		t := &q.terms[i]
		cost := 0
		for _, e := range t.expansions {
			cost += f.lists(&x.terms[e.term]).n
		}
		if spent > 0 && spent+cost > x.budget {
			continue
		}
		spent += cost
		for _, e := range t.expansions {
			f.add(f.lists(&x.terms[e.term]), e.weight, uint8(i+1), len(t.expansions) > 1, b) //nolint:gosec // at most maxQueryWords
		}
	}
}

// add adds up one list. With several lists for one word it notes the word where it has counted.
func (f *field) add(list *postings, weight float32, word uint8, several bool, b *block) {
	for c := list.cursor(); ; {
		n := c.next(b)
		if n == 0 {
			return
		}
		for k := range n {
			id := b.id[k]
			if several {
				if f.marks[id] == word {
					continue
				}
				f.marks[id] = word
			}
			f.sums[id] += weight * f.norms.saturate(b.count[k], f.lengths[id])
		}
	}
}

// best picks records by their best unit and their body.
func (x *Index) best(sc *scratch, opts Options) []uint32 {
	kept := newTop(opts.Candidates * scored)
	u := 0
	for d, count := range x.unitCount {
		s := float32(0)
		for _, word := range sc.unit[u : u+int(count)] {
			s = max(s, word)
		}
		u += int(count)
		s += bodyPart * sc.body[d]
		if s <= kept.least {
			continue
		}
		if r := &x.records[d]; r.live && (opts.Allowed == nil || opts.Allowed(r.key)) {
			kept.add(place{number(d), s})
		}
	}
	out := make([]uint32, 0, len(kept.heap))
	for _, p := range kept.heap {
		out = append(out, p.record)
	}
	slices.Sort(out)
	return out
}
