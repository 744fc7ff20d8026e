package prompt

import (
	"fmt"
	"math"
)

const (
	minRate = 4000
	maxRate = 192000
	// zeroCrossings of the sinc on each side; with the Kaiser window of beta 8 (side lobes below −80 dB) the transition
	// band is about 5 % of the lower rate.
	zeroCrossings = 24
	kaiserBeta    = 8.0
	// passShare of the lower Nyquist frequency is where the response is −6 dB; the stop band begins just above Nyquist.
	passShare = 0.93
	// maxPhases bounds the table of kernels; rates whose ratio needs more phases take the nearest, which leaves an error
	// of about −60 dB. All usual rates (8, 11.025, 16, 22.05, 24, 32, 44.1, 48 kHz) are exact.
	maxPhases = 1024
)

// Resample changes the rate of samples with a windowed-sinc low-pass below the lower Nyquist frequency. Rates are in Hz,
// 4,000 to 192,000. The result is a fresh slice.
func Resample(samples []float32, from, to int) ([]float32, error) {
	if from < minRate || from > maxRate || to < minRate || to > maxRate {
		return nil, fmt.Errorf("resample from %d to %d Hz: rates must be %d to %d", from, to, minRate, maxRate)
	}
	if from == to {
		return append([]float32(nil), samples...), nil
	}
	k := newKernels(from, to)
	out := make([]float32, int(int64(len(samples))*int64(to)/int64(from)))
	for i := range out {
		// The output sample lies at position·1/to seconds, between two input samples.
		at := int64(i) * int64(from)
		whole, rest := int(at/int64(to)), float64(at%int64(to))/float64(to)
		out[i] = k.at(samples, whole, rest)
	}
	return out, nil
}

// kernels hold one set of filter taps for each fraction at which an output sample may lie between two inputs.
type kernels struct {
	phases int
	half   int // taps on each side of the centre
	taps   [][]float32
}

func newKernels(from, to int) *kernels {
	cutoff := passShare * min(1, float64(to)/float64(from))
	k := &kernels{
		phases: min(to/gcd(from, to), maxPhases),
		half:   int(math.Ceil(zeroCrossings / cutoff)),
	}
	k.taps = make([][]float32, k.phases)
	for phase := range k.taps {
		k.taps[phase] = k.kernel(float64(phase)/float64(k.phases), cutoff)
	}
	return k
}

// kernel is the low-pass sampled at the distances of the inputs from a point that lies fraction after the centre.
func (k *kernels) kernel(fraction, cutoff float64) []float32 {
	taps := make([]float64, 2*k.half)
	sum := 0.0
	for i := range taps {
		distance := float64(i-k.half+1) - fraction
		taps[i] = cutoff * sinc(cutoff*distance) * kaiser(distance/float64(k.half))
		sum += taps[i]
	}
	unity := make([]float32, len(taps)) // gain 1 at 0 Hz in every phase
	for i, t := range taps {
		unity[i] = float32(t / sum)
	}
	return unity
}

func (k *kernels) at(samples []float32, whole int, rest float64) float32 {
	phase := int(math.Round(rest * float64(k.phases)))
	if phase == k.phases {
		whole, phase = whole+1, 0
	}
	taps := k.taps[phase]
	first := whole - k.half + 1
	low, high := max(0, -first), min(len(taps), len(samples)-first)
	var sum float32
	for i := low; i < high; i++ {
		sum += taps[i] * samples[first+i]
	}
	return sum
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}

// kaiser is the Kaiser window at x, −1 to 1.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel(kaiserBeta*math.Sqrt(1-x*x)) / bessel(kaiserBeta)
}

// bessel is the modified Bessel function of the first kind and order zero, by its power series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for n := 1.0; term > sum*1e-12; n++ {
		term *= (x / 2 / n) * (x / 2 / n)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
