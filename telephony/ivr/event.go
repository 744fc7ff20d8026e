package ivr

import "time"

// Event is something that happened in a call.
type Event interface{ turn() int }

// The events. Turn is that of the effect that is answered; 0 means the current one.
type (
	// Started is the first; Caller and Called are E.164 or empty.
	Started struct{ Caller, Called string }
	// Said tells that a Say has ended.
	Said struct{ Turn int }
	// Digit is a key: 0 to 9, * or #.
	Digit struct{ Key byte }
	// Heard is what the caller said, as recognised; an empty text: there was speech, and nothing was understood.
	Heard struct{ Text string }
	// TimeUp tells that a Timer has run out.
	TimeUp struct {
		Name TimerName
		Turn int
	}
	// HoursKnown answers CheckHours. Next is when it opens, zero when unknown, in the time zone in which it is told.
	HoursKnown struct {
		Turn      int
		Open      bool
		Holiday   bool
		Now, Next time.Time
		Failed    bool
	}
	// RegionKnown answers FindRegion; an empty code: not found.
	RegionKnown struct {
		Turn       int
		Code, Name string
	}
	// Answered answers AskYana.
	Answered struct {
		Turn int
		Kind AnswerKind
		Text string
		// Choices are the readings of a question that was not clear, at most 9.
		Choices []string
		// ID is the record version that is told.
		ID string
		// Line is where the enquiry belongs when she hands over; 0: as before.
		Line int
	}
	// PlaceKnown is where the enquiry is in the queue.
	PlaceKnown struct{ Place Place }
	// QueueClosed tells that the enquiry could not be queued; Next is when the queue opens, zero when unknown.
	QueueClosed struct{ Now, Next time.Time }
	// OperatorJoined tells that the caller talks with an operator.
	OperatorJoined struct{}
	// OperatorLeft tells that the talk is over and the caller is still there.
	OperatorLeft struct{}
	// CallbackBooked answers BookCallback.
	CallbackBooked struct {
		Turn int
		OK   bool
	}
	// Transferred answers Transfer; OK comes when the other party has answered.
	Transferred struct {
		Turn int
		OK   bool
	}
	// CallerGone tells that the caller has hung up.
	CallerGone struct{}
)

// AnswerKind is what Yana has decided.
type AnswerKind string

// The kinds. AnswerFailed: she cannot be reached.
const (
	AnswerTold     AnswerKind = "told"
	AnswerClarify  AnswerKind = "clarify"
	AnswerHandOver AnswerKind = "hand_over"
	AnswerFailed   AnswerKind = "failed"
)

// Place is a place in a queue.
type Place struct {
	// Position counts from 1; 0: not known.
	Position int `json:"position,omitempty"`
	// Wait is a guess; 0 with Known false: there is none.
	Wait  time.Duration `json:"wait,omitempty"`
	Known bool          `json:"known,omitempty"`
}

func (Started) turn() int          { return 0 }
func (e Said) turn() int           { return e.Turn }
func (Digit) turn() int            { return 0 }
func (Heard) turn() int            { return 0 }
func (e TimeUp) turn() int         { return e.Turn }
func (e HoursKnown) turn() int     { return e.Turn }
func (e RegionKnown) turn() int    { return e.Turn }
func (e Answered) turn() int       { return e.Turn }
func (PlaceKnown) turn() int       { return 0 }
func (QueueClosed) turn() int      { return 0 }
func (OperatorJoined) turn() int   { return 0 }
func (OperatorLeft) turn() int     { return 0 }
func (e CallbackBooked) turn() int { return e.Turn }
func (e Transferred) turn() int    { return e.Turn }
func (CallerGone) turn() int       { return 0 }
