package lexical

// localFunction is what a function word counts among the words that divide the candidates.
const localFunction = 0.05

// localFloor is what a word counts that all candidates have.
const localFloor = 0.3

// local weighs words by how many of the candidates have them. A word may be rare in the whole base and yet be in every
// record of the topic asked about; only the words that divide the candidates tell which of them is meant.
type local struct {
	x     *Index
	q     *query
	sc    *scratch
	n     int
	unit  [][]float32 // per candidate, per term of the query
	any   [][]float32
	count map[uint32]int // term of the base → candidates whose unit has it
	inAny []float32      // per term of the query, how many candidates match it
}

func newLocal(x *Index, q *query, sc *scratch, n int) *local {
	return &local{
		x: x, q: q, sc: sc, n: n, unit: make([][]float32, n), any: make([][]float32, n), count: make(map[uint32]int),
		inAny: make([]float32, len(q.terms)),
	}
}

// note remembers what the reader found in the i-th candidate.
func (l *local) note(i int, r *reader, u *view) {
	l.unit[i] = append([]float32(nil), r.unitSim...)
	l.any[i] = append([]float32(nil), r.anySim...)
	for t, s := range r.anySim {
		l.inAny[t] += s
	}
	for j, t := range u.terms {
		if !contains(u.terms[:j], t) {
			l.count[t]++
		}
	}
}

func contains(s []uint32, t uint32) bool {
	for _, x := range s {
		if x == t {
			return true
		}
	}
	return false
}

// fill writes the local features of the i-th candidate once all are noted.
func (l *local) fill(i int, v []float32, u *view) {
	var self, inUnit, inAny, missing, heaviest float32
	for t, term := range l.q.terms {
		w := idf(int(l.inAny[t]), l.n) + localFloor
		if term.word.Function {
			w *= localFunction
		}
		self += w
		inUnit += w * l.unit[i][t]
		inAny += w * l.any[i][t]
		missing = max(missing, w*(1-l.any[i][t]))
		heaviest = max(heaviest, w)
	}
	if self == 0 {
		return
	}
	v[fLocalUnit], v[fLocalAny], v[fLocalMissing] = inUnit/self, inAny/self, missing/heaviest
	v[fLocalBack] = l.back(u)
	v[fLocalF1] = harmonic(v[fLocalUnit], v[fLocalBack])
}

// back is the share of the unit's own words, weighed locally, that the query has.
func (l *local) back(u *view) float32 {
	var matched, total float32
	for j, t := range u.terms {
		w := idf(l.count[t], l.n) + localFloor
		if l.x.forms[u.forms[j]].function {
			w *= localFunction
		}
		best := float32(0)
		for _, m := range l.sc.matches(l.q, t) {
			best = max(best, m.sim)
		}
		matched += w * best
		total += w
	}
	if total == 0 {
		return 0
	}
	return matched / total
}
