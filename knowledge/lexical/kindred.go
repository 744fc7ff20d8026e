package lexical

// kin compares the query with candidates by words that mean alike in this base; see company.go.
type kin struct {
	x      *Index
	q      *query
	sc     *scratch
	self   float32   // of the query's words of content
	mean   []float32 // the query's vector
	alike  [][]match // per term of the base met, what of the query it is alike to; scratch.kinAt tells where
	unit   []float32 // per term of the query, how well the candidate's question has it, and its question or answer
	any    []float32
	last   []int // where a term of the query was met last
	vector []float32
}

func newKin(x *Index, q *query, sc *scratch) *kin {
	n := len(q.terms)
	k := &kin{
		x: x, q: q, sc: sc, unit: make([]float32, n), any: make([]float32, n), last: make([]int, n),
		mean: make([]float32, vectorWidth), vector: make([]float32, vectorWidth),
	}
	for i, t := range q.terms {
		if t.word.Function {
			continue
		}
		k.self += t.weight
		id, ok := x.termID[t.word.Stem]
		if !ok || x.df(id) == 0 {
			continue
		}
		add(k.mean, x.vectors.of(id), t.weight)
		for _, e := range x.vectors.alike(id) {
			k.note(e.term, match{term: i, sim: e.sim})
		}
	}
	normalise(k.mean)
	return k
}

func (k *kin) note(t uint32, m match) {
	if k.sc.kinAt[t] == 0 {
		k.alike = append(k.alike, nil)
		k.sc.kinAt[t] = uint16(len(k.alike)) //nolint:gosec // at most maxQueryWords times maxKindred
		k.sc.kin = append(k.sc.kin, t)
	}
	at := k.sc.kinAt[t] - 1
	k.alike[at] = append(k.alike[at], m)
}

func add(sum, v []float32, weight float32) {
	for d, x := range v {
		sum[d] += weight * x
	}
}

// meet notes a word of the candidate in sims and gives how like it is to the word of the query that it is most like.
func (k *kin) meet(t uint32, sims []float32) float32 {
	best := float32(0)
	for _, m := range k.sc.matches(k.q, t) {
		sims[m.term] = max(sims[m.term], m.sim)
		best = max(best, m.sim)
	}
	if at := k.sc.kinAt[t]; at > 0 {
		for _, m := range k.alike[at-1] {
			sims[m.term] = max(sims[m.term], m.sim)
			best = max(best, m.sim)
		}
	}
	return best
}

// fill writes the features of one candidate.
func (k *kin) fill(v []float32, u *view, rec *record) {
	if k.self == 0 {
		return
	}
	clear(k.unit)
	clear(k.vector)
	var back, total float32
	for i, t := range u.terms {
		if k.x.forms[u.forms[i]].function {
			continue
		}
		w := idf(k.x.df(t), k.x.live)
		back += w * k.meet(t, k.unit)
		total += w
		add(k.vector, k.x.vectors.of(t), w)
	}
	normalise(k.vector)
	v[fKinCosine] = product(k.mean, k.vector)
	copy(k.any, k.unit)
	k.body(v, rec)
	v[fKinUnit], v[fKinAny] = k.share(k.unit), k.share(k.any)
	if total > 0 {
		v[fKinBack] = back / total
	}
	v[fKinF1] = harmonic(v[fKinUnit], v[fKinBack])
}

func (k *kin) share(sims []float32) float32 {
	sum := float32(0)
	for i, t := range k.q.terms {
		if !t.word.Function {
			sum += t.weight * sims[i]
		}
	}
	return sum / k.self
}

// windowWords is the width of the passage of an answer in which words of the query are looked for together.
const windowWords = 20

// body reads the answer: what of the query is alike to any of it, what the best passage has, and which words that follow one
// another in the query do so in the answer.
func (k *kin) body(v []float32, rec *record) {
	for i := range k.last {
		k.last[i] = -2 * windowWords
	}
	at := 0
	best := float32(0)
	followed := uint64(0)
	for _, t := range rec.body[min(rec.head, len(rec.body)):] {
		if t == sentenceEnd || k.x.function[t] {
			continue
		}
		at++
		if k.sc.slot[t] == 0 && k.sc.kinAt[t] == 0 {
			continue
		}
		k.meet(t, k.any)
		hit := false
		for _, m := range k.sc.matches(k.q, t) {
			if m.sim < 1 {
				continue
			}
			k.last[m.term] = at
			hit = true
			if before := k.before(m.term); before >= 0 && at-k.last[before] <= 2 && at > k.last[before] {
				followed |= 1 << m.term
			}
		}
		if hit {
			best = max(best, k.window(at))
		}
	}
	v[fWindow] = best / k.self
	words, pairs := 0, 0
	for i, t := range k.q.terms {
		if !t.word.Function {
			words++
			pairs += int(followed >> i & 1)
		}
	}
	if words > 1 {
		v[fPairs] = float32(pairs) / float32(words-1)
	}
}

// before is the word of content before one of the query's; -1 for the first.
func (k *kin) before(term int) int {
	for i := term - 1; i >= 0; i-- {
		if !k.q.terms[i].word.Function {
			return i
		}
	}
	return -1
}

func (k *kin) window(at int) float32 {
	sum := float32(0)
	for i, t := range k.q.terms {
		if at-k.last[i] < windowWords {
			sum += t.weight
		}
	}
	return sum
}
