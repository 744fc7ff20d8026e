package rank

import (
	"fmt"
	"math"
)

// Network is a small neural network with one hidden layer beside a linear sum. Each input is first made to have mean 0 and
// deviation 1 over the candidates that the network was fitted on, and bounded by Bound.
type Network struct {
	Mean  []float32 `json:"mean"`
	Scale []float32 `json:"scale"`
	// Skip weighs the inputs themselves.
	Skip []float32 `json:"skip"`
	// Hidden are the units of the hidden layer, each of which adds Out times the hyperbolic tangent of its sum.
	Hidden []Unit `json:"hidden"`
}

// Unit is one unit of the hidden layer.
type Unit struct {
	Bias    float32   `json:"b"`
	Weights []float32 `json:"w"`
	Out     float32   `json:"o"`
}

// Bound is how many deviations from its mean an input counts at most.
const Bound = 4

// Standard writes the standardised inputs into dst, which is as long as in.
func (n *Network) Standard(dst, in []float32) {
	for j, x := range in {
		dst[j] = max(-Bound, min(Bound, (x-n.Mean[j])*n.Scale[j]))
	}
}

// Score is the network's sum for one vector of inputs; 0 for a network without inputs.
func (n *Network) Score(in []float32) float64 {
	if len(n.Mean) == 0 {
		return 0
	}
	var buf [128]float32
	x := append(buf[:0], in...)
	n.Standard(x, in)
	sum := float64(product(n.Skip, x))
	for i := range n.Hidden {
		u := &n.Hidden[i]
		sum += float64(u.Out) * math.Tanh(float64(u.Bias+product(u.Weights, x)))
	}
	return sum
}

func product(a, b []float32) float32 {
	s := float32(0)
	b = b[:len(a)]
	for i, x := range a {
		s += x * b[i]
	}
	return s
}

// check refuses a network that is not for so many inputs.
func (n *Network) check(inputs int) error {
	fits := len(n.Mean) == inputs && len(n.Scale) == inputs && len(n.Skip) == inputs
	for _, u := range n.Hidden {
		fits = fits && len(u.Weights) == inputs
	}
	if !fits && len(n.Mean)+len(n.Scale)+len(n.Skip)+len(n.Hidden) > 0 {
		return fmt.Errorf("the network is not for %d inputs: run the fitting command", inputs)
	}
	return nil
}
