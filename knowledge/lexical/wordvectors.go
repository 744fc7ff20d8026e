package lexical

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

const (
	vectorWidth  = 64
	vectorRounds = 5 // of the power iteration
	// Words of a lower cosine are strangers; above it likeness grows to mostAlike.
	leastCosine = 0.4
	mostAlike   = 0.8
	maxKindred  = 64
)

// wordVectors are what was learned of the words' company: a vector of length 1 for each word of the vocabulary. They do not change,
// but for the memory of what was asked.
type wordVectors struct {
	terms   []uint32 // per row
	row     []int32  // per term that was there, -1 without a vector
	rows    []float32
	mu      sync.Mutex
	kindred map[uint32][]expansion
}

// Learn reads the texts of the base for which words mean alike, and lets the searches that follow use it. It takes up to some seconds of a
// processor, in which searches and changes go on; two at a time would do the same work twice.
func (x *Index) Learn() {
	x.mu.RLock()
	changed := x.changed
	x.mu.RUnlock()
	v := x.companyOf().vectors()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.vectors = v
	x.changed -= changed
}

// Learned reports whether it ever learned or inherited anything.
func (x *Index) Learned() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.vectors != nil
}

// Inherit takes over what another index of the same base has learned.
func (x *Index) Inherit(from *Index) {
	from.mu.RLock()
	old, changed := from.vectors, from.changed
	var stems []string
	if old != nil {
		stems = make([]string, len(old.terms))
		for i, t := range old.terms {
			stems[i] = from.terms[t].stem
		}
	}
	from.mu.RUnlock()
	if old == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	v := &wordVectors{row: slices.Repeat([]int32{-1}, len(x.terms)), kindred: make(map[uint32][]expansion)}
	for i, stem := range stems {
		if t, ok := x.termID[stem]; ok {
			v.row[t] = int32(len(v.terms)) //nolint:gosec // bounded by the vocabulary
			v.terms = append(v.terms, t)
			v.rows = append(v.rows, old.rows[i*vectorWidth:(i+1)*vectorWidth]...)
		}
	}
	x.vectors, x.changed = v, changed
}

// unlearned is the share of records whose change calls for learning again.
const unlearned = 0.2

// Stale reports whether so many records have come, gone or changed since the base's words were learned that Learn is due.
func (x *Index) Stale() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return float64(x.changed) > unlearned*float64(x.live)
}

// vectors are those of the truncated singular value decomposition of the surprise, by power iteration from random vectors.
func (c *company) vectors() *wordVectors {
	m := c.surprise()
	n := len(c.terms)
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // nothing secret: the same base gives the same vectors
	y := make([]float32, n*vectorWidth)
	for i := range y {
		y[i] = float32(rng.NormFloat64())
	}
	var size [vectorWidth]float64
	for range vectorRounds {
		y = m.times(y, vectorWidth)
		size = orthonormalise(y)
	}
	for i := range n {
		row := y[i*vectorWidth : (i+1)*vectorWidth]
		for d := range row {
			row[d] *= float32(math.Sqrt(size[d]))
		}
		normalise(row)
	}
	return &wordVectors{terms: c.terms, row: c.row, rows: y, kindred: make(map[uint32][]expansion)}
}

// orthonormalise makes the columns orthogonal and of length 1 by the Cholesky decomposition of their products, and gives the lengths that
// they had beside those before them.
func orthonormalise(y []float32) (size [vectorWidth]float64) {
	var g [vectorWidth][vectorWidth]float64
	for at := 0; at < len(y); at += vectorWidth {
		row := y[at : at+vectorWidth]
		for a, v := range row {
			for b, w := range row[:a+1] {
				g[a][b] += float64(v) * float64(w)
			}
		}
	}
	trace := 0.0
	for a := range g {
		trace += g[a][a]
	}
	for a := range vectorWidth { // g becomes its lower factor
		for b := range a + 1 {
			s := g[a][b]
			for k := range b {
				s -= g[a][k] * g[b][k] //nolint:gosec // below the width
			}
			if a == b {
				g[a][a] = math.Sqrt(max(s, 1e-9*trace+1e-30))
			} else {
				g[a][b] = s / g[b][b]
			}
		}
		size[a] = g[a][a]
	}
	for at := 0; at < len(y); at += vectorWidth {
		row := y[at : at+vectorWidth]
		for a := range row {
			s := float64(row[a])
			for k := range a {
				s -= g[a][k] * float64(row[k]) //nolint:gosec // below the width
			}
			row[a] = float32(s / g[a][a]) //nolint:gosec // as above
		}
	}
	return size
}

func normalise(v []float32) {
	s := float32(0)
	for _, x := range v {
		s += x * x
	}
	if s > 0 {
		k := float32(1 / math.Sqrt(float64(s)))
		for d := range v {
			v[d] *= k
		}
	}
}

// of gives the vector of a term; nil when it has none.
func (v *wordVectors) of(t uint32) []float32 {
	if v == nil || int(t) >= len(v.row) || v.row[t] < 0 {
		return nil
	}
	return v.rows[int(v.row[t])*vectorWidth:][:vectorWidth]
}

// alike lists the terms that stand in like company, the nearest first, without the term itself. What was asked is kept.
func (v *wordVectors) alike(t uint32) []expansion {
	own := v.of(t)
	if own == nil {
		return nil
	}
	v.mu.Lock()
	out, ok := v.kindred[t]
	v.mu.Unlock()
	if ok {
		return out
	}
	out = []expansion{}
	for r, other := range v.terms {
		if other == t {
			continue
		}
		if c := product(own, v.rows[r*vectorWidth:][:vectorWidth]); c > leastCosine {
			out = append(out, expansion{term: other, sim: mostAlike * (c - leastCosine) / (1 - leastCosine)})
		}
	}
	slices.SortFunc(out, func(a, b expansion) int {
		return cmp.Or(cmp.Compare(b.sim, a.sim), cmp.Compare(a.term, b.term))
	})
	out = slices.Clone(out[:min(len(out), maxKindred)])
	v.mu.Lock()
	v.kindred[t] = out
	v.mu.Unlock()
	return out
}

// product is that of two vectors of the width; four sums let the processor add while it multiplies.
func product(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	a, b = a[:vectorWidth], b[:vectorWidth]
	for i := 0; i+3 < vectorWidth; i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	return s0 + s1 + s2 + s3
}
