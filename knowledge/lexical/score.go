package lexical

import (
	"cmp"
	"slices"
)

// norms are BM25's denominators by the length of a text in words, for one average length.
type norms struct {
	once [maxNorm]float32 // the weight of one occurrence
	base [maxNorm]float32 // what is added to the occurrences below the line
}

// maxNorm is above every length that is indexed.
const maxNorm = maxUnitWords + maxBodyWords + 1

func newNorms(avg, b float32) (n norms) {
	for i := range n.base {
		n.base[i] = k1 * (1 - b + b*float32(i)/max(avg, 1))
		n.once[i] = (k1 + 1) / (1 + n.base[i])
	}
	return n
}

// saturate is BM25's weight of some occurrences in a text, scaled to 1 for one occurrence in a text of average length.
func (n *norms) saturate(count uint32, length uint16) float32 {
	if count == 1 {
		return n.once[length]
	}
	return float32(count) * (k1 + 1) / (float32(count) + n.base[length])
}

func (x *Index) unitNorms() norms {
	return newNorms(float32(x.sumUnit/float64(max(1, x.liveUnit))), bUnit)
}

func (x *Index) bodyNorms() norms {
	return newNorms(float32(x.sumBody/float64(max(1, x.live))), bBody)
}

// saturate is the same for an average length given.
func saturate(tf, length, avg, b float32) float32 {
	return tf * (k1 + 1) / (tf + k1*(1-b+b*length/max(avg, 1)))
}

// found is a candidate with its three scores, each a share of what a perfect match would get.
type found struct {
	record           uint32
	unit             uint32
	word, gram, body float32
	first            float32
	second, others   float32 // of its other units: the best one's score, and the mean of them as a share of the best of all
}

// scorer scores records in full.
type scorer struct {
	x            *Index
	q            *query
	sc           *scratch
	units, bodys norms
	avgGram      float32
	place        []int // per term of the query, the expansion found in the text read, plus one
	count        []uint32
	met          []uint16 // grams met in the unit read
}

// score picks the candidates among the records chosen by all their words and grams, and adds those asked for by name.
func (x *Index) score(q *query, sc *scratch, chosen []uint32, opts Options) []found {
	s := &scorer{
		x: x, q: q, sc: sc, units: x.unitNorms(), bodys: x.bodyNorms(), avgGram: float32(x.sumGram / float64(max(1, x.liveUnit))),
		place: make([]int, len(q.terms)), count: make([]uint32, len(q.terms)),
	}
	all := make([]found, len(chosen), len(chosen)+len(opts.Also))
	have := make(map[uint32]bool, len(chosen))
	for i, d := range chosen {
		all[i] = s.record(d)
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(a.record, b.record))
	})
	all = all[:min(len(all), opts.Candidates)]
	for _, f := range all {
		have[f.record] = true
	}
	for _, key := range opts.Also {
		d, ok := x.byKey[key]
		if ok && !have[d] && (opts.Allowed == nil || opts.Allowed(key)) {
			have[d] = true
			all = append(all, s.record(d))
		}
	}
	return all
}

func (s *scorer) record(d uint32) found {
	r := &s.x.records[d]
	f := found{record: d, unit: r.first}
	best, sum := float32(-1), float32(0)
	units := s.x.unitCount[d]
	for i := range units {
		u := r.first + i
		word, gram := s.unit(&s.x.units[u])
		both := word + gram
		sum += both
		if both > best {
			f.second, best = max(best, 0), both
			f.unit, f.word, f.gram = u, word, gram
		} else {
			f.second = max(f.second, both)
		}
	}
	if units > 1 && best > 0 {
		f.others = (sum - best) / float32(units-1) / best
	}
	f.body = s.body(d)
	f.first = f.word + f.gram + bodyPart*f.body
	return f
}

// note counts a word of the text; of the terms that one word of the query may stand for the nearest one is counted.
func (s *scorer) note(t uint32) {
	at := s.sc.slot[t]
	if at == 0 {
		return
	}
	for _, m := range s.q.matches[at-1] {
		switch place := m.place + 1; {
		case s.place[m.term] == place:
			s.count[m.term]++
		case s.place[m.term] == 0 || place < s.place[m.term]:
			s.place[m.term], s.count[m.term] = place, 1
		}
	}
}

// sum adds up what was noted in a text of the length, and forgets it.
func (s *scorer) sum(n *norms, length uint16) float32 {
	sum := float32(0)
	for i, place := range s.place {
		if place > 0 {
			t := &s.q.terms[i]
			sum += t.expansions[place-1].weight * n.saturate(s.count[i], length)
		}
	}
	clear(s.place)
	return sum / s.q.self
}

func (s *scorer) unit(u *unit) (word, gram float32) {
	counts := s.sc.gramCount
	for _, id := range u.forms {
		f := &s.x.forms[id]
		s.note(f.term)
		weight := f.weight()
		for _, at := range s.sc.gramsOf(id, f) {
			if counts[at] == 0 {
				s.met = append(s.met, at)
			}
			counts[at] += weight
		}
	}
	for _, at := range s.met {
		gram += s.q.grams[at].weight * saturate(counts[at], u.grams, s.avgGram, bGram)
		counts[at] = 0
	}
	s.met = s.met[:0]
	return s.sum(&s.units, uint16(len(u.forms))), gram / max(s.q.selfGram, 1e-6) //nolint:gosec // bounded by maxUnitWords
}

// gramsOf gives the places in the query of those grams of a form that the query has. The forms of candidates repeat, so they are
// kept for the search.
func (sc *scratch) gramsOf(id uint32, f *form) []uint16 {
	if at := sc.formAt[id]; at > 0 {
		return sc.formGrams[at-1]
	}
	from := len(sc.arena)
	for _, g := range f.grams {
		if at := sc.gramAt[g]; at > 0 {
			sc.arena = append(sc.arena, at-1)
		}
	}
	found := sc.arena[from:len(sc.arena):len(sc.arena)]
	sc.formGrams = append(sc.formGrams, found)
	sc.formAt[id] = number(len(sc.formGrams))
	sc.forms = append(sc.forms, id)
	return found
}

func (s *scorer) body(d uint32) float32 {
	for _, t := range s.x.records[d].body {
		if t != sentenceEnd {
			s.note(t)
		}
	}
	return s.sum(&s.bodys, s.x.bodyLen[d])
}
