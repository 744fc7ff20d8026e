package prompt

import (
	"math"
	"time"

	"ekc/telephony/g711"
)

// Rate is the sampling rate of every Clip in Hz, that of G.711.
const Rate = 8000

// Sound is mono audio as an engine or a file gives it.
type Sound struct {
	// Rate is in Hz, 4,000 to 192,000.
	Rate int
	// Samples are between −1 and 1.
	Samples []float32
	// Voice names what spoke; empty for a file. It differs from Speaker.Name when a fall-back has spoken.
	Voice string
}

// Duration is the playing time.
func (s Sound) Duration() time.Duration {
	if s.Rate <= 0 {
		return 0
	}
	return time.Duration(len(s.Samples)) * time.Second / time.Duration(s.Rate)
}

// Clip is audio ready for playing: mono, 8 kHz, in linear 16 bits and in both encodings of G.711, one byte a sample.
// Clips are shared between calls and must not be changed.
type Clip struct {
	PCM  []int16
	PCMA []byte
	PCMU []byte
}

// NewClip takes over 8 kHz samples and encodes them.
func NewClip(pcm []int16) *Clip {
	c := &Clip{PCM: pcm, PCMA: make([]byte, len(pcm)), PCMU: make([]byte, len(pcm))}
	for i, s := range pcm {
		c.PCMA[i], c.PCMU[i] = g711.EncodeALaw(s), g711.EncodeMuLaw(s)
	}
	return c
}

// Silence is a clip without sound.
func Silence(d time.Duration) *Clip { return NewClip(make([]int16, int(d.Seconds()*Rate))) }

// Duration is the playing time.
func (c *Clip) Duration() time.Duration { return time.Duration(len(c.PCM)) * time.Second / Rate }

// bytes is what the clip takes of memory.
func (c *Clip) bytes() int64 { return int64(len(c.PCM)) * 4 }

// render brings any sound to 8 kHz and to the common loudness.
func render(s Sound) (*Clip, error) {
	samples, err := Resample(s.Samples, s.Rate, Rate)
	if err != nil {
		return nil, err
	}
	normalise(samples)
	return NewClip(quantise(samples)), nil
}

func quantise(samples []float32) []int16 {
	pcm := make([]int16, len(samples))
	for i, s := range samples {
		pcm[i] = int16(math.RoundToEven(float64(max(-1, min(1, s))) * math.MaxInt16))
	}
	return pcm
}
