package prompt

import "math"

const (
	// targetRMS is −20 dBFS: as loud as people speak on the phone, with room for peaks.
	targetRMS = 0.1
	// gate is −50 dBFS: quieter frames are pauses and do not count.
	gate = 0.00316
	// maxGain is 24 dB: what is quieter than that is noise rather than speech.
	maxGain = 15.8
	// ceiling is −1 dBFS, the highest peak that leaves.
	ceiling = 0.891
	// limiterAhead is how long before a peak the limiter begins to turn down: 4 ms.
	limiterAhead = Rate * 4 / 1000
	// limiterRelease is the share of the reduction that is given back a sample: about 60 ms to recover.
	limiterRelease = 1.0 / (Rate * 60 / 1000)
	loudnessFrame  = Rate * 20 / 1000
)

// normalise brings 8 kHz samples to −20 dBFS (root mean square over the frames that are not pauses), in place. Peaks are
// turned down smoothly and never clipped.
func normalise(samples []float32) {
	level := loudness(samples)
	if level == 0 {
		return
	}
	gain := float32(min(maxGain, targetRMS/level))
	for i := range samples {
		samples[i] *= gain
	}
	limit(samples)
}

// loudness is the root mean square of the frames above the gate; 0 when there are none.
func loudness(samples []float32) float64 {
	sum, count := 0.0, 0
	for start := 0; start < len(samples); start += loudnessFrame {
		frame := samples[start:min(start+loudnessFrame, len(samples))]
		energy := 0.0
		for _, s := range frame {
			energy += float64(s) * float64(s)
		}
		if energy > gate*gate*float64(len(frame)) {
			sum += energy
			count += len(frame)
		}
	}
	if count == 0 {
		return 0
	}
	return math.Sqrt(sum / float64(count))
}

// limit keeps every sample within the ceiling by a gain that goes down before a peak and recovers slowly after it.
func limit(samples []float32) {
	wanted := make([]float32, len(samples)) // the gain that each sample needs
	for i, s := range samples {
		wanted[i] = 1
		if magnitude := float32(math.Abs(float64(s))); magnitude > ceiling {
			wanted[i] = ceiling / magnitude
		}
	}
	// Backwards: go down in a straight line to what a later sample needs. Forwards: recover slowly.
	for i := len(wanted) - 2; i >= 0; i-- {
		wanted[i] = min(wanted[i], wanted[i+1]+1.0/limiterAhead)
	}
	gain := float32(1)
	for i := range samples {
		gain = min(wanted[i], gain+limiterRelease)
		samples[i] *= gain
	}
}
