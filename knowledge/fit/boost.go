package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"ekc/knowledge/rank"
)

// boostOptions bound the trees: few and shallow, for a thousand queries do not teach more.
type boostOptions struct {
	trees    int
	depth    int
	rate     float64
	minLeaf  int
	l2       float64
	columns  float64 // share of the inputs that each tree sees
	rows     float64 // share of the rows
	seed     uint64
	monotone []int // per input: 1 when more must not lower the sum, -1 the reverse, 0 free
}

const bins = 32

// binned holds the rows' inputs as bin numbers, and the bins' lower edges.
type binned struct {
	cols  [][]uint8 // per input, per row
	edges [][]float32
}

func bin(rows [][]float32) *binned {
	if len(rows) == 0 {
		return &binned{}
	}
	n := len(rows[0])
	b := &binned{edges: make([][]float32, n), cols: make([][]uint8, n)}
	col := make([]float32, len(rows))
	for j := range n {
		for i, r := range rows {
			col[i] = r[j]
		}
		s := slices.Clone(col)
		slices.Sort(s)
		var edges []float32
		for k := 1; k < bins; k++ {
			e := s[k*len(s)/bins]
			if e > s[0] && (len(edges) == 0 || e > edges[len(edges)-1]) {
				edges = append(edges, e)
			}
		}
		b.edges[j] = edges
		b.cols[j] = make([]uint8, len(rows))
		for i, r := range rows {
			k, found := slices.BinarySearch(edges, r[j])
			if found {
				k++
			}
			b.cols[j][i] = uint8(k)
		}
	}
	return b
}

// boost fits trees one after another to the gradients that grad gives for the current sums, which begin at start (nil: at 0).
func boost(rows [][]float32, grad func(sums []float64, g, h []float64), start []float64, o boostOptions) rank.Forest {
	rng := rand.New(rand.NewPCG(o.seed, 1))
	b := bin(rows)
	sums, g, h := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	copy(sums, start)
	var f rank.Forest
	for range o.trees {
		grad(sums, g, h)
		var use []int
		for i := range rows {
			if h[i] > 0 && rng.Float64() < o.rows {
				use = append(use, i)
			}
		}
		var cols []int
		for j := range b.edges {
			if rng.Float64() < o.columns {
				cols = append(cols, j)
			}
		}
		gr := &grower{b: b, g: g, h: h, o: &o, cols: cols}
		gr.grow(use, o.depth, math.Inf(-1), math.Inf(1))
		for i, r := range rows {
			sums[i] += float64(gr.t.Value(r))
		}
		f.Trees = append(f.Trees, gr.t)
	}
	return f
}

// bags is how many forests are averaged: their accidents differ, what they learned does not.
const bags = 6

func bag(o boostOptions, fit func(boostOptions) rank.Forest) rank.Forest {
	forests := make([]rank.Forest, bags)
	for i := range forests {
		o := o
		o.seed += uint64(i) * 1000
		forests[i] = fit(o)
	}
	var out rank.Forest
	for _, f := range forests {
		for _, t := range f.Trees {
			for i, at := range t.Feature {
				if at < 0 {
					t.Threshold[i] /= bags
				}
			}
			out.Trees = append(out.Trees, t)
		}
	}
	return out
}

type grower struct {
	b    *binned
	g, h []float64
	o    *boostOptions
	cols []int
	t    rank.Tree
}

func (gr *grower) leaf(g, h, lo, hi float64) int {
	v := min(hi, max(lo, -g/(h+gr.o.l2)))
	gr.t.Feature = append(gr.t.Feature, -1)
	gr.t.Threshold = append(gr.t.Threshold, float32(v*gr.o.rate))
	gr.t.Left, gr.t.Right = append(gr.t.Left, 0), append(gr.t.Right, 0)
	return len(gr.t.Feature) - 1
}

func (gr *grower) grow(use []int, depth int, lo, hi float64) int {
	var sg, sh float64
	for _, i := range use {
		sg += gr.g[i]
		sh += gr.h[i]
	}
	if depth == 0 || len(use) < 2*gr.o.minLeaf {
		return gr.leaf(sg, sh, lo, hi)
	}
	j, k, lv, rv := gr.split(use, sg, sh)
	if j < 0 {
		return gr.leaf(sg, sh, lo, hi)
	}
	var left, right []int
	for _, i := range use {
		if int(gr.b.cols[j][i]) <= k {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	at := gr.leaf(0, 1, 0, 0)
	gr.t.Feature[at], gr.t.Threshold[at] = j, gr.b.edges[j][k]
	mid := (min(hi, max(lo, lv)) + min(hi, max(lo, rv))) / 2
	llo, lhi, rlo, rhi := lo, hi, lo, hi
	switch gr.o.direction(j) {
	case 1:
		lhi, rlo = mid, mid
	case -1:
		llo, rhi = mid, mid
	}
	l := gr.grow(left, depth-1, llo, lhi)
	r := gr.grow(right, depth-1, rlo, rhi)
	gr.t.Left[at], gr.t.Right[at] = l, r
	return at
}

func (o *boostOptions) direction(j int) int {
	if o.monotone == nil {
		return 0
	}
	return o.monotone[j]
}

// split finds the input and bin that gain most; -1 when nothing gains.
func (gr *grower) split(use []int, sg, sh float64) (input, at int, lv, rv float64) {
	input = -1
	best := 1e-6
	l2 := gr.o.l2
	parent := sg * sg / (sh + l2)
	for _, j := range gr.cols {
		if len(gr.b.edges[j]) == 0 {
			continue
		}
		var hg, hh [bins + 1]float64
		var hn [bins + 1]int
		col := gr.b.cols[j]
		for _, i := range use {
			k := col[i]
			hg[k] += gr.g[i]
			hh[k] += gr.h[i]
			hn[k]++
		}
		var lg, lh float64
		ln := 0
		for k := range gr.b.edges[j] {
			lg += hg[k]
			lh += hh[k]
			ln += hn[k]
			if ln < gr.o.minLeaf || len(use)-ln < gr.o.minLeaf {
				continue
			}
			l, r := -lg/(lh+l2), -(sg-lg)/(sh-lh+l2)
			if d := gr.o.direction(j); (d == 1 && l > r) || (d == -1 && l < r) {
				continue
			}
			gain := lg*lg/(lh+l2) + (sg-lg)*(sg-lg)/(sh-lh+l2) - parent
			if gain > best {
				best, input, at, lv, rv = gain, j, k, l, r
			}
		}
	}
	return input, at, lv, rv
}
