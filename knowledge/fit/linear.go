package main

import "math"

// The linear part is fitted by Adam and then counts for less than it was fitted to: the trees that follow learn what is left. In
// full it serves statutes best and questions worst.
const (
	linearSteps = 150
	linearRate  = 0.03
	linearDecay = 0.02
	linearShare = 0.4
)

// linear fits one weight per input to the gradients that grad gives: what many inputs say together and each a little, which few
// shallow trees learn badly from a thousand queries. An input whose direction is known keeps it.
func linear(rows [][]float32, grad func(sums []float64, g, h []float64), o boostOptions) []float64 {
	if len(rows) == 0 {
		return nil
	}
	scale := spread(rows)
	n := len(scale)
	weights := make([]float64, n)
	w, m, v, gw := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	sums, g, h := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	for step := range linearSteps {
		for j := range w {
			weights[j] = w[j] * scale[j]
		}
		weigh(rows, weights, sums)
		grad(sums, g, h)
		clear(gw)
		total := 0.0
		for i, r := range rows {
			total += h[i]
			for j, x := range r {
				gw[j] += g[i] * scale[j] * float64(x)
			}
		}
		for j := range w {
			d := gw[j]/math.Max(total, 1e-9) + linearDecay*w[j]
			m[j] = 0.9*m[j] + 0.1*d
			v[j] = 0.999*v[j] + 0.001*d*d
			t := float64(step + 1)
			w[j] -= linearRate * (m[j] / (1 - math.Pow(0.9, t))) / (math.Sqrt(v[j]/(1-math.Pow(0.999, t))) + 1e-6)
			if w[j]*float64(o.direction(j)) < 0 {
				w[j] = 0
			}
		}
	}
	for j := range w {
		w[j] *= scale[j] * linearShare
	}
	return w
}

// weigh fills the weighted sum of each row.
func weigh(rows [][]float32, weights, sums []float64) {
	for i, r := range rows {
		sums[i] = 0
		for j, x := range r {
			sums[i] += weights[j] * float64(x)
		}
	}
}

// spread gives what makes the standard deviation of each input 1; 0 for an input that is always the same.
func spread(rows [][]float32) []float64 {
	n := len(rows[0])
	sum, square, out := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, r := range rows {
		for j, x := range r {
			sum[j] += float64(x)
			square[j] += float64(x) * float64(x)
		}
	}
	for j := range out {
		mean := sum[j] / float64(len(rows))
		if sd := math.Sqrt(math.Max(0, square[j]/float64(len(rows))-mean*mean)); sd > 1e-6 {
			out[j] = 1 / sd
		}
	}
	return out
}
