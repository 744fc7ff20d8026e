package browser

import "time"

// EventKind says what happened to a session.
type EventKind uint8

// The events. Lost, Left and Closed are final, and exactly one of them comes.
const (
	// Connected means that sound can flow: the first time, and after every Interrupted.
	Connected EventKind = iota + 1
	// Interrupted means that nothing comes from the browser any more; it is waited for.
	Interrupted
	// Lost means that the browser did not connect or did not come back in time. Reason says more.
	Lost
	// Left means that the browser closed the connection.
	Left
	// Closed means [Session.Close] or [Gateway.Close].
	Closed
)

var eventNames = [...]string{"", "connected", "interrupted", "lost", "left", "closed"}

func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "unknown"
}

// Event is something that the owner of a session wants to know.
type Event struct {
	// Kind is what.
	Kind EventKind
	// At is when.
	At time.Time
	// Reason explains a Lost, in English.
	Reason string
}

// phase is where a session is in its life; see the drawing in doc.go.
type phase uint8

const (
	connecting phase = iota
	connected
	moving
	interrupted
	ended
)

// input is what moves it.
type input uint8

const (
	inPath    input = iota // ICE looks for a path
	inUp                   // ICE and DTLS are done
	inSilent               // nothing is heard on the path
	inPathEnd              // there is no path
	inBroken               // DTLS has failed, or the browser misbehaves
	inLeft                 // the browser said goodbye
	inTimeout              // the timer ran out
	inClose                // Close was called
)

// timing is what to do with the timer.
type timing uint8

const (
	keepTimer timing = iota
	stopTimer
	startTimer
)

// step is the outcome of an input.
type step struct {
	phase phase
	event EventKind // 0: none
	timer timing
}

// next is the state machine.
func next(p phase, in input) step {
	if p == ended {
		return step{phase: ended}
	}
	switch in {
	case inLeft:
		return step{ended, Left, stopTimer}
	case inClose:
		return step{ended, Closed, stopTimer}
	case inBroken, inTimeout:
		return step{ended, Lost, stopTimer}
	case inUp:
		switch p {
		case connecting, interrupted:
			return step{connected, Connected, stopTimer}
		default:
			return step{connected, 0, stopTimer}
		}
	case inPath:
		if p == connected {
			return step{moving, 0, startTimer}
		}
	case inSilent, inPathEnd:
		switch {
		case p == connected:
			return step{interrupted, Interrupted, startTimer}
		case p == moving:
			return step{interrupted, Interrupted, keepTimer}
		case p == connecting && in == inPathEnd:
			return step{ended, Lost, stopTimer}
		}
	}
	return step{phase: p}
}
