package prompt

import "time"

// preRoll is kept before the start of speech, so that the first sound of a word is not lost: 300 ms.
const preRoll = 15

// Cutter cuts a stream of audio into utterances. It belongs to one goroutine.
type Cutter struct {
	detector *Detector
	pending  []int16   // what does not fill a frame yet
	before   [][]int16 // the last frames before speech
	speech   []int16
	began    time.Duration
	seen     int // frames so far
}

// NewCutter makes a cutter that has heard nothing yet.
func NewCutter(o VoiceOptions) *Cutter { return &Cutter{detector: NewDetector(o)} }

// Speaking reports whether an utterance is under way: the moment to stop a prompt for barge-in.
func (c *Cutter) Speaking() bool { return c.detector.Speaking() }

// Write takes any number of 8 kHz samples. It reports whether speech began in them, and the utterances that ended.
func (c *Cutter) Write(pcm []int16) (started bool, ended []Utterance) {
	c.pending = append(c.pending, pcm...)
	for len(c.pending) >= FrameSamples {
		frame := append([]int16(nil), c.pending[:FrameSamples]...)
		c.pending = c.pending[:copy(c.pending, c.pending[FrameSamples:])]
		began, u := c.frame(frame)
		started = started || began
		if u != nil {
			ended = append(ended, *u)
		}
	}
	return started, ended
}

func (c *Cutter) frame(frame []int16) (started bool, ended *Utterance) {
	wasSpeaking := c.detector.Speaking()
	event := c.detector.Frame(frame)
	c.seen++
	if !wasSpeaking {
		c.before = append(c.before, frame)
		if len(c.before) > preRoll+c.detector.start {
			c.before = c.before[1:]
		}
	} else {
		c.speech = append(c.speech, frame...)
	}
	switch event {
	case VoiceStarted:
		c.began = time.Duration(c.seen-len(c.before)) * frameTime
		for _, f := range c.before {
			c.speech = append(c.speech, f...)
		}
		c.before = nil
		return true, nil
	case VoiceEnded:
		return false, c.take()
	}
	return false, nil
}

// Length is how long the utterance under way lasts already, 0 when there is none.
func (c *Cutter) Length() time.Duration {
	return time.Duration(len(c.speech)) * time.Second / Rate
}

// SoFar is a copy of the utterance under way.
func (c *Cutter) SoFar() Utterance {
	return Utterance{PCM: append([]int16(nil), c.speech...), At: c.began}
}

// Close returns the utterance that the end of the stream cut off; nil when there is none.
func (c *Cutter) Close() *Utterance {
	if !c.detector.Speaking() {
		return nil
	}
	c.detector.speaking = false
	return c.take()
}

func (c *Cutter) take() *Utterance {
	u := &Utterance{PCM: c.speech, At: c.began}
	c.speech = nil
	return u
}
