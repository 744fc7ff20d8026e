package prompt_test

import (
	"math"
	"math/rand/v2"
)

// tone is a sine of the given peak.
func tone(rate int, hz, peak, seconds float64) []float32 {
	out := make([]float32, int(float64(rate)*seconds))
	for i := range out {
		out[i] = float32(peak * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return out
}

func noise(seed uint64, peak, seconds float64) []int16 {
	random := rand.New(rand.NewPCG(seed, 1))
	out := make([]int16, int(8000*seconds))
	for i := range out {
		out[i] = int16((random.Float64()*2 - 1) * peak * 32767)
	}
	return out
}

func rms(samples []float32) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

func floats(pcm []int16) []float32 {
	out := make([]float32, len(pcm))
	for i, s := range pcm {
		out[i] = float32(s) / 32768
	}
	return out
}

func decibels(ratio float64) float64 { return 20 * math.Log10(ratio) }

// power is the amplitude of one frequency in the samples (Goertzel).
func power(samples []float32, rate int, hz float64) float64 {
	var re, im float64
	for i, s := range samples {
		angle := 2 * math.Pi * hz * float64(i) / float64(rate)
		re += float64(s) * math.Cos(angle)
		im += float64(s) * math.Sin(angle)
	}
	return 2 * math.Hypot(re, im) / float64(len(samples))
}
