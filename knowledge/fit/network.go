package main

import (
	"math"
	"math/rand/v2"

	"ekc/knowledge/rank"
)

// networkOptions bound the networks, which are fitted by Adam on batches of queries.
type networkOptions struct {
	units  int
	epochs int
	batch  int
	rate   float64 // falls to 0 over the epochs
	decay  float64
	drop   float64 // share of the inputs that a query does without
	seed   uint64
	// networks are averaged, and count this much beside the forest.
	networks int
	share    float64
}

func defaultNetwork() networkOptions {
	return networkOptions{units: 12, epochs: 25, batch: 16, rate: 0.004, decay: 0.003, drop: 0.2, seed: 3, networks: 6, share: 0.3}
}

// lesson is one query with the standardised inputs of its candidates.
type lesson struct {
	rows   [][]float32
	right  []bool
	weight float64
}

// fitNetwork learns which of a query's candidates answers, by the logarithm of the chance that all that answer have together when
// each candidate's chance grows with its sum. The networks become one: their hidden layers lie side by side.
func fitNetwork(samples []*sample, o networkOptions) rank.Network {
	net, lessons := standardise(samples)
	n := len(net.Mean)
	net.Skip = make([]float32, n)
	part := o.share / float64(o.networks)
	made := make([]*trainer, o.networks)
	parallel(o.networks, func(i int) {
		made[i] = newTrainer(n, o, uint64(i)) //nolint:gosec // a small number
		made[i].run(lessons)
	})
	for _, t := range made {
		for j, w := range t.skip {
			net.Skip[j] += float32(part * w)
		}
		for k := range o.units {
			u := rank.Unit{Bias: float32(t.bias[k]), Out: float32(part * t.out[k]), Weights: make([]float32, n)}
			for j, w := range t.weights[k*n : (k+1)*n] {
				u.Weights[j] = float32(w)
			}
			net.Hidden = append(net.Hidden, u)
		}
	}
	return net
}

// standardise gives a network that knows the inputs' means and deviations, and the lessons.
func standardise(samples []*sample) (rank.Network, []lesson) {
	t := taught(samples)
	var net rank.Network
	deviation := spread(t.rows)
	for j, scale := range deviation {
		mean := 0.0
		for _, r := range t.rows {
			mean += float64(r[j])
		}
		net.Mean = append(net.Mean, float32(mean/float64(len(t.rows))))
		net.Scale = append(net.Scale, float32(scale))
	}
	lessons := make([]lesson, len(t.spans))
	for i, span := range t.spans {
		l := lesson{weight: t.weight[i], right: t.labels[span[0]:span[1]]}
		for _, r := range t.rows[span[0]:span[1]] {
			x := make([]float32, len(r))
			net.Standard(x, r)
			l.rows = append(l.rows, x)
		}
		lessons[i] = l
	}
	return net, lessons
}

// trainer fits one network; all its parameters lie in one slice.
type trainer struct {
	o                        networkOptions
	n                        int
	rng                      *rand.Rand
	all, grad, first, second []float64
	weights, bias, out, skip []float64
	mask                     []float64
	hidden                   []float64
	sums                     []float64
}

func newTrainer(n int, o networkOptions, number uint64) *trainer {
	size := o.units*n + 2*o.units + n
	t := &trainer{
		o: o, n: n, rng: rand.New(rand.NewPCG(o.seed+77*number, 5)), mask: make([]float64, n),
		all: make([]float64, size), grad: make([]float64, size), first: make([]float64, size), second: make([]float64, size),
	}
	t.weights, t.bias, t.out, t.skip = t.cut(t.all)
	for i := range t.weights {
		t.weights[i] = t.rng.NormFloat64() / math.Sqrt(float64(n))
	}
	for i := range t.out {
		t.out[i] = 0.3 * t.rng.NormFloat64() / math.Sqrt(float64(o.units))
	}
	return t
}

func (t *trainer) cut(p []float64) (weights, bias, out, skip []float64) {
	w, u := t.o.units*t.n, t.o.units
	return p[:w], p[w : w+u], p[w+u : w+2*u], p[w+2*u:]
}

func (t *trainer) run(lessons []lesson) {
	order := t.rng.Perm(len(lessons))
	step := 0
	for epoch := range t.o.epochs {
		t.rng.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		rate := t.o.rate * (1 - float64(epoch)/float64(t.o.epochs))
		for from := 0; from < len(order); from += t.o.batch {
			clear(t.grad)
			total := 0.0
			for _, k := range order[from:min(len(order), from+t.o.batch)] {
				t.learn(&lessons[k])
				total += lessons[k].weight
			}
			step++
			t.step(step, rate, total)
		}
	}
}

// learn adds one query's gradients.
func (t *trainer) learn(l *lesson) {
	for j := range t.mask {
		t.mask[j] = 1 / (1 - t.o.drop)
		if t.rng.Float64() < t.o.drop {
			t.mask[j] = 0
		}
	}
	t.sums, t.hidden = t.sums[:0], t.hidden[:0]
	for _, x := range l.rows {
		t.sums = append(t.sums, t.forward(x))
	}
	best := t.sums[0]
	for _, s := range t.sums {
		best = math.Max(best, s)
	}
	whole, right := 0.0, 0.0
	for i, s := range t.sums {
		t.sums[i] = math.Exp(s - best)
		whole += t.sums[i]
		if l.right[i] {
			right += t.sums[i]
		}
	}
	for i, x := range l.rows {
		d := t.sums[i] / whole
		if l.right[i] {
			d -= t.sums[i] / math.Max(right, 1e-12)
		}
		if d *= l.weight; math.Abs(d) > 1e-6 {
			t.backward(x, t.hidden[i*t.o.units:(i+1)*t.o.units], d)
		}
	}
}

func (t *trainer) forward(x []float32) float64 {
	sum := 0.0
	for j, v := range x {
		sum += t.skip[j] * float64(v) * t.mask[j]
	}
	for k := range t.o.units {
		a := t.bias[k]
		w := t.weights[k*t.n : (k+1)*t.n]
		for j, v := range x {
			a += w[j] * float64(v) * t.mask[j]
		}
		h := math.Tanh(a)
		t.hidden = append(t.hidden, h)
		sum += t.out[k] * h
	}
	return sum
}

func (t *trainer) backward(x []float32, hidden []float64, d float64) {
	weights, bias, out, skip := t.cut(t.grad)
	for j, v := range x {
		skip[j] += d * float64(v) * t.mask[j]
	}
	for k, h := range hidden {
		out[k] += d * h
		dh := d * t.out[k] * (1 - h*h)
		bias[k] += dh
		w := weights[k*t.n : (k+1)*t.n]
		for j, v := range x {
			w[j] += dh * float64(v) * t.mask[j]
		}
	}
}

// step is one of Adam, on the mean gradient of a batch of the total weight.
func (t *trainer) step(step int, rate, total float64) {
	c1, c2 := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
	for i, p := range t.all {
		g := t.grad[i]/math.Max(total, 1e-9) + t.o.decay*p
		t.first[i] = 0.9*t.first[i] + 0.1*g
		t.second[i] = 0.999*t.second[i] + 0.001*g*g
		t.all[i] -= rate * (t.first[i] / c1) / (math.Sqrt(t.second[i]/c2) + 1e-8)
	}
}
