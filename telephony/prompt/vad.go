package prompt

import (
	"math"
	"time"
)

// FrameSamples is one frame of the detector: 20 ms at 8 kHz.
const FrameSamples = Rate * 20 / 1000

const frameTime = 20 * time.Millisecond

// VoiceEvent is what a frame changed.
type VoiceEvent int

// The events of a Detector.
const (
	VoiceNone VoiceEvent = iota
	// VoiceStarted: someone has spoken for VoiceOptions.Start.
	VoiceStarted
	// VoiceEnded: it has been quiet for VoiceOptions.End, or VoiceOptions.Longest has passed.
	VoiceEnded
)

// VoiceOptions are times, rounded up to frames; zero means the default.
type VoiceOptions struct {
	// Start is how long speech must last to count, default 100 ms; shorter is a click.
	Start time.Duration
	// End is the pause that ends an utterance, default 700 ms.
	End time.Duration
	// Longest cuts an utterance, default 15 s.
	Longest time.Duration
}

func (o VoiceOptions) withDefaults() VoiceOptions {
	def := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	def(&o.Start, 100*time.Millisecond)
	def(&o.End, 700*time.Millisecond)
	def(&o.Longest, 15*time.Second)
	return o
}

func frames(d time.Duration) int { return int((d + frameTime - 1) / frameTime) }

// Levels are in dB relative to full scale.
const (
	floorStart = -55.0
	floorLow   = -75.0 // digital silence must not make a whisper of noise into speech
	floorHigh  = -30.0
	// voicedAbove the floor is speech; hissAbove is enough for a frame with many zero crossings (с, ш, ф).
	voicedAbove = 12.0
	hissAbove   = 8.0
	quietest    = -50.0 // what is below is no speech at any floor
	hissRate    = 0.30  // zero crossings a sample
	noiseRate   = 0.42  // white noise has 0.5; the sharpest с of an utterance counts as a pause, which is shorter than End
	// The floor follows falling levels at once and rising ones slowly, in dB a frame.
	floorFall    = 0.5
	floorRise    = 0.15
	floorInVoice = 0.01 // lets a steady noise that was taken for speech become the floor in the end
)

// Detector tells speech from silence by energy and zero crossings over a floor that follows the noise of the line. It
// belongs to one direction of one call and one goroutine.
type Detector struct {
	start, end, longest int
	floor               float64
	speaking            bool
	voiced, quiet       int // frames in a row
	length              int // frames since the start of the utterance
}

// NewDetector makes a detector that has heard nothing yet.
func NewDetector(o VoiceOptions) *Detector {
	o = o.withDefaults()
	return &Detector{start: frames(o.Start), end: frames(o.End), longest: frames(o.Longest), floor: floorStart}
}

// Speaking reports whether an utterance is under way.
func (d *Detector) Speaking() bool { return d.speaking }

// Frame takes the next 20 ms (FrameSamples samples; a shorter last frame is allowed).
func (d *Detector) Frame(pcm []int16) VoiceEvent {
	level, crossings := measure(pcm)
	voice := d.isVoice(level, crossings)
	d.follow(level, voice)
	if voice {
		d.voiced, d.quiet = d.voiced+1, 0
	} else {
		d.voiced, d.quiet = 0, d.quiet+1
	}
	if !d.speaking {
		if d.voiced < d.start {
			return VoiceNone
		}
		d.speaking, d.length = true, d.voiced
		return VoiceStarted
	}
	d.length++
	if d.quiet < d.end && d.length < d.longest {
		return VoiceNone
	}
	d.speaking, d.voiced = false, 0
	return VoiceEnded
}

func (d *Detector) isVoice(level, crossings float64) bool {
	if level < quietest || crossings > noiseRate {
		return false
	}
	above := level - d.floor
	return above > voicedAbove || above > hissAbove && crossings > hissRate
}

func (d *Detector) follow(level float64, voice bool) {
	switch {
	case level < d.floor:
		d.floor -= min(floorFall, d.floor-level)
	case voice:
		d.floor += floorInVoice
	default:
		d.floor += min(floorRise, level-d.floor)
	}
	d.floor = max(floorLow, min(floorHigh, d.floor))
}

// measure gives the level in dBFS and the zero crossings a sample.
func measure(pcm []int16) (level, crossings float64) {
	if len(pcm) == 0 {
		return -100, 0
	}
	var sum, mean float64
	for _, s := range pcm {
		mean += float64(s)
	}
	mean /= float64(len(pcm))
	count := 0
	previous := float64(pcm[0]) - mean
	for _, s := range pcm {
		v := float64(s) - mean
		sum += v * v
		if v < 0 != (previous < 0) {
			count++
		}
		previous = v
	}
	rms := math.Sqrt(sum/float64(len(pcm))) / (math.MaxInt16 + 1)
	return 20 * math.Log10(max(rms, 1e-5)), float64(count) / float64(len(pcm))
}
