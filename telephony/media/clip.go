package media

import (
	"time"

	"ekc/telephony/g711"
)

// Clip is sound in memory, made once and played to any number of legs at the same time. It never changes.
type Clip struct {
	alaw, mulaw []byte
}

// NewClip codes 16-bit linear samples of [SampleRate], mono.
func NewClip(pcm []int16) *Clip {
	c := &Clip{alaw: make([]byte, len(pcm)), mulaw: make([]byte, len(pcm))}
	for i, s := range pcm {
		c.alaw[i], c.mulaw[i] = g711.EncodeALaw(s), g711.EncodeMuLaw(s)
	}
	return c
}

// NewCodedClip takes over what is coded already: the same sound in both laws, a byte a sample. Nothing may change it afterwards.
func NewCodedClip(alaw, mulaw []byte) *Clip { return &Clip{alaw: alaw, mulaw: mulaw} }

// Duration is the clip's length.
func (c *Clip) Duration() time.Duration { return samplesToDuration(int64(len(c.alaw))) }

func (c *Clip) coded(codec Codec) []byte {
	if codec == PCMA {
		return c.alaw
	}
	return c.mulaw
}

// PlayID names a request to play; unique in the process.
type PlayID uint64

// PlayMode says what happens to what is playing already.
type PlayMode uint8

// The modes.
const (
	// PlayReplace ends what is playing or waiting.
	PlayReplace PlayMode = iota
	// PlayAppend waits until all requests before it have ended (a looping one never does).
	PlayAppend
	// PlayInterrupt puts what is playing off, and lets it go on where it was: an announcement in the music.
	PlayInterrupt
)

// PlayRequest is what [Leg.Play] plays.
type PlayRequest struct {
	// Clips are played one after the other. Empty ones are skipped.
	Clips []*Clip
	// Loop begins again after the last clip, for ever.
	Loop bool
	// Offset begins so far into the clips (modulo their length with Loop), so that music goes on where it was.
	Offset time.Duration
	// Mode says what happens to what is playing.
	Mode PlayMode
	// BargeIn ends this request, and all that wait behind it, when the party presses a key.
	BargeIn bool
}

func samplesToDuration(n int64) time.Duration { return time.Duration(n) * time.Second / SampleRate }
func durationToSamples(d time.Duration) int64 { return int64(d) * SampleRate / int64(time.Second) }
