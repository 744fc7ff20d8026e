package ivr

import "time"

// Effect is something that the owner of the call does. Effects are done in the order given.
type Effect interface{ effect() }

// Line is one thing to play: a text to be spoken, or an uploaded recording.
type Line struct {
	Text  string `json:"text,omitempty"`
	Audio string `json:"audio,omitempty"`
}

// The effects.
type (
	// Say plays lines; a Said with its turn follows, also when it was broken off. A new Say replaces one that is playing.
	Say struct {
		Turn  int
		Lines []Line
		// BargeIn: a key, or speech where it is listened for, breaks it off.
		BargeIn bool
	}
	// Hush breaks off what is playing.
	Hush struct{}
	// Timer asks for a TimeUp; it replaces one of the same name; After 0 takes it back.
	Timer struct {
		Name  TimerName
		After time.Duration
		Turn  int
	}
	// Listen turns speech recognition on or off. Hints are the phrases that are likely.
	Listen struct {
		On    bool
		Hints []string
	}
	// CheckHours asks whether a calendar, or the queue that the values stand for, is open; HoursKnown follows.
	CheckHours struct {
		Turn     int
		Calendar string
		Wish     Wish
	}
	// FindRegion asks for a region by exactly one of number, code and spoken name; RegionKnown follows.
	FindRegion struct {
		Turn                 int
		Number, Code, Spoken string
	}
	// Collect keeps what is known of the enquiry.
	Collect struct{ Wish Wish }
	// AskYana puts a question; Answered follows.
	AskYana struct {
		Turn     int
		Question string
	}
	// Helped keeps whether her answer helped.
	Helped struct {
		AnswerID string
		Helped   bool
	}
	// Enqueue puts the enquiry into a queue; QueueClosed, PlaceKnown, OperatorJoined follow. The settings are the node's, for
	// an owner that keeps the waiting caller company by itself.
	Enqueue struct {
		Wish Wish
		// AnnounceEvery, CallbackAfter and MaxWait are 0 when the node leaves them out.
		AnnounceEvery, CallbackAfter, MaxWait time.Duration
	}
	// LeaveQueue takes the enquiry out of its queue.
	LeaveQueue struct{}
	// Music plays until the next Say.
	Music struct{}
	// BookCallback promises a callback, in the place that the enquiry has in the queue if any; CallbackBooked follows.
	BookCallback struct {
		Turn   int
		Number string
	}
	// Rate keeps a rating, 1 to 5.
	Rate struct{ Rating int }
	// StartRecording begins the recording: the notice has been said.
	StartRecording struct{}
	// Transfer connects the caller with a number or a SIP user; Transferred follows.
	Transfer struct {
		Turn int
		To   string
	}
	// Hangup ends the call.
	Hangup struct{ Reason string }
	// Branch is for the interaction's timeline: which way the caller took and why.
	Branch struct {
		Node, Type string
		// Exit is the field by which the node was left, such as "choices[0].goto".
		Exit string
		// Input is what the caller pressed or said; Next the node that follows, empty at the end.
		Input, Next string
	}
)

// TimerName tells timers apart.
type TimerName string

// The timers.
const (
	TimerInput    TimerName = "input"
	TimerAnnounce TimerName = "announce"
	TimerCallback TimerName = "callback"
	TimerMaxWait  TimerName = "max_wait"
)

// Wish is what is known of the enquiry, and which queue is looked for.
type Wish struct {
	// Queue is a queue's code; it wins over the rest. Empty: by line, agency and region.
	Queue                 string
	Line, Priority        int
	Agency, Region, Topic string
	// Attributes are the other values that set and collect nodes have kept.
	Attributes map[string]string
}

func (Say) effect()            {}
func (Hush) effect()           {}
func (Timer) effect()          {}
func (Listen) effect()         {}
func (CheckHours) effect()     {}
func (FindRegion) effect()     {}
func (Collect) effect()        {}
func (AskYana) effect()        {}
func (Helped) effect()         {}
func (Enqueue) effect()        {}
func (LeaveQueue) effect()     {}
func (Music) effect()          {}
func (BookCallback) effect()   {}
func (Rate) effect()           {}
func (StartRecording) effect() {}
func (Transfer) effect()       {}
func (Hangup) effect()         {}
func (Branch) effect()         {}
