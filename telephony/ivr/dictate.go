package ivr

import "time"

// The bounds of a pause of the recording, in seconds.
const (
	minDictation = 5
	maxDictation = 600
)

// masked stands in the timeline for what a caller has given of themselves.
const masked = "•••"

// dictation is a node that may ask for personal data.
type dictation interface {
	// dictationSeconds is how long the recording pauses at most, 0 when it does not.
	dictationSeconds() int
}

// Dictate pauses the recording while the caller gives personal data, for so long at most, and lets it go on again.
type Dictate struct {
	On    bool
	Limit time.Duration
}

func (Dictate) effect() {}

// dictated is how long the recording pauses at a node.
func dictated(n Node) int {
	if d, ok := n.(dictation); ok {
		return d.dictationSeconds()
	}
	return 0
}

// dictate pauses the recording for a node that asks for personal data, and ends the pause of the last one.
func (m *machine) dictate(seconds int) {
	if seconds > 0 {
		m.s.Dictating = true
		m.do(Dictate{On: true, Limit: time.Duration(seconds) * time.Second})
	} else if m.s.Dictating {
		m.s.Dictating = false
		m.do(Dictate{})
	}
}

func checkDictation(r *report, seconds int) {
	if seconds != 0 && (seconds < minDictation || seconds > maxDictation) {
		r.add("pause_recording_s", CodeRange, "want %d to %d seconds, or 0 to go on recording", minDictation, maxDictation)
	}
}
