package lexical

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// What words mean alike is learned from the base's own texts: words that stand in like company get like vectors. The bounds keep the
// learning to seconds however large the base is.
const (
	learnedRecords  = 30_000 // of a larger base every so many records are read
	vocabulary      = 16_384 // the words of content in most records
	leastRecords    = 3      // a word in fewer says nothing of its company
	companyReach    = 8      // words of content on either side
	companyLead     = 40     // words of an answer that keep company with the question
	contextExponent = 0.75   // dampens how much rare company says
)

// company counts how often words stand together. Words have rows by their number of records.
type company struct {
	terms []uint32 // per row
	row   []int32  // per term, -1 for a word without one
	table pairs
	body  []int32 // working memory
	unit  []int32
}

// weights of a pair by the distance of its words, nearest first; 6 is a neighbour.
var nearness = [companyReach + 1]uint32{0, 6, 6, 3, 3, 3, 2, 2, 2}

// lockedRecords is how many records are read before others get their turn at the index.
const lockedRecords = 256

// companyOf reads the live records, a few at a time; those that come meanwhile are for the next time.
func (x *Index) companyOf() *company {
	x.mu.RLock()
	c := x.vocabulary()
	records, every := len(x.records), 1+(x.live-1)/learnedRecords
	x.mu.RUnlock()
	seen := 0
	for from := 0; from < records; from += lockedRecords {
		x.mu.RLock()
		for d := from; d < min(records, from+lockedRecords); d++ {
			if !x.records[d].live {
				continue
			}
			if seen++; seen%every == 0 {
				c.read(x, d)
			}
		}
		x.mu.RUnlock()
	}
	return c
}

// vocabulary gives rows to the words of content in most records. The read lock must be held.
func (x *Index) vocabulary() *company {
	c := &company{row: make([]int32, len(x.terms))}
	for t := range x.terms {
		c.row[t] = -1
		if !x.function[t] && x.df(uint32(t)) >= leastRecords && len(x.terms[t].stem) > 1 { //nolint:gosec // a term's number
			c.terms = append(c.terms, number(t))
		}
	}
	slices.SortStableFunc(c.terms, func(a, b uint32) int { return cmp.Compare(x.df(b), x.df(a)) })
	c.terms = c.terms[:min(len(c.terms), vocabulary)]
	for i, t := range c.terms {
		c.row[t] = int32(i) //nolint:gosec // bounded by the vocabulary
	}
	return c
}

// read counts the company of a record's words. The read lock must be held.
func (c *company) read(x *Index, d int) {
	rec := &x.records[d]
	c.body = c.rows(c.body[:0], rec.body[rec.head:])
	c.near(c.body, 1)
	for i := range x.unitCount[d] {
		c.unit = c.unit[:0]
		for _, f := range x.units[rec.first+i].forms {
			if r := c.rowOf(x.forms[f].term); r >= 0 {
				c.unit = append(c.unit, r)
			}
		}
		if !begins(c.body, c.unit) { // the first sentence of the answer itself tells nothing new
			c.near(c.unit, 2)
			c.across(c.unit, c.body[:min(len(c.body), companyLead)])
		}
	}
}

// rowOf gives the row of a term; -1 when it has none, as one that came after the vocabulary.
func (c *company) rowOf(t uint32) int32 {
	if int(t) >= len(c.row) {
		return -1
	}
	return c.row[t]
}

// rows appends the rows of the terms that have one.
func (c *company) rows(dst []int32, terms []uint32) []int32 {
	for _, t := range terms {
		if t != sentenceEnd && c.rowOf(t) >= 0 {
			dst = append(dst, c.row[t])
		}
	}
	return dst
}

func begins(body, unit []int32) bool {
	n := min(4, len(unit))
	return len(body) >= len(unit) && slices.Equal(body[:n], unit[:n])
}

func (c *company) near(words []int32, times uint32) {
	for i, a := range words {
		for k, b := range words[i+1 : min(len(words), i+1+companyReach)] {
			c.table.add(a, b, times*nearness[k+1])
		}
	}
}

func (c *company) across(unit, body []int32) {
	for _, a := range unit {
		for _, b := range body {
			c.table.add(a, b, nearness[1])
		}
	}
}

// pairs counts pairs of rows in an open table; a pair's key is never 0, for a row does not pair with itself.
type pairs struct {
	keys  []uint64
	count []uint32
	n     int
}

func (p *pairs) add(a, b int32, by uint32) {
	if a == b {
		return
	}
	if 2*p.n >= len(p.keys) {
		p.grow()
	}
	key := uint64(max(a, b))<<32 | uint64(min(a, b)) //nolint:gosec // rows are not negative
	i := p.place(key)
	if p.keys[i] == 0 {
		p.keys[i] = key
		p.n++
	}
	p.count[i] += by
}

func (p *pairs) place(key uint64) int {
	mask := uint64(len(p.keys) - 1)
	h := key * 0x9e3779b97f4a7c15
	h ^= h >> 32
	for i := h & mask; ; i = (i + 1) & mask {
		if p.keys[i] == 0 || p.keys[i] == key {
			return int(i) //nolint:gosec // below the length
		}
	}
}

func (p *pairs) grow() {
	old := *p
	size := max(1<<12, 2*len(old.keys))
	p.keys, p.count = make([]uint64, size), make([]uint32, size)
	for i, key := range old.keys {
		if key != 0 {
			at := p.place(key)
			p.keys[at], p.count[at] = key, old.count[i]
		}
	}
}

// sparse is a matrix by rows.
type sparse struct {
	from   []int // per row, and one more
	column []int32
	value  []float32
}

// surprise gives how much more often words stand together than chance would have it: positive pointwise mutual information.
func (c *company) surprise() *sparse {
	n := len(c.terms)
	total := make([]float64, n)
	size := make([]int, n+1)
	for i, key := range c.table.keys {
		if key != 0 {
			a, b := key>>32, key&math.MaxUint32
			total[a] += float64(c.table.count[i])
			total[b] += float64(c.table.count[i])
			size[a+1]++
			size[b+1]++
		}
	}
	context, all := make([]float64, n), 0.0
	for i, t := range total {
		context[i] = math.Pow(t, contextExponent)
		all += context[i]
		size[i+1] += size[i]
	}
	m := &sparse{from: size, column: make([]int32, size[n]), value: make([]float32, size[n])}
	next := slices.Clone(size)
	put := func(a, b uint64, count uint32) {
		m.column[next[a]] = int32(b) //nolint:gosec // a row
		m.value[next[a]] = float32(max(0, math.Log(float64(count)*all/total[a]/context[b])))
		next[a]++
	}
	for i, key := range c.table.keys {
		if key != 0 {
			put(key>>32, key&math.MaxUint32, c.table.count[i])
			put(key&math.MaxUint32, key>>32, c.table.count[i])
		}
	}
	return m
}

// times multiplies the matrix with one that has width columns, on half of the processors: searches go on.
func (m *sparse) times(y []float32, width int) []float32 {
	n := len(m.from) - 1
	out := make([]float32, n*width)
	workers := max(1, runtime.GOMAXPROCS(0)/2)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				dst := out[i*width : (i+1)*width]
				for k := m.from[i]; k < m.from[i+1]; k++ {
					v := m.value[k]
					if v == 0 {
						continue
					}
					for d, x := range y[int(m.column[k])*width:][:width] {
						dst[d] += v * x
					}
				}
			}
		})
	}
	wg.Wait()
	return out
}
