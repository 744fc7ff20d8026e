package telephony

import (
	"time"

	"ekc/telephony/signaling"
)

// effect is something that the machine wants done. The actor does it, in the order given; what comes of it is an event.
type effect interface{ effect() }

// Effects on legs.
type (
	// answer takes a call that came in; the leg is up when the caller has acknowledged.
	answer struct{ leg legID }
	// refuse rejects a call that came in, before it was answered.
	refuse struct {
		leg        legID
		code       int
		retryAfter time.Duration
	}
	// hangup ends a leg in whatever state; legDown follows.
	hangup struct {
		leg   legID
		cause signaling.Cause
	}
	// find looks up the phones of an account; found follows.
	find struct {
		account string
		role    role
	}
	// look asks whether the console of an account is open; watched follows.
	look struct {
		account string
		asked   int
	}
	// ring calls a phone.
	ring struct {
		leg    legID
		device signaling.Binding
		// for at most so long; 0: until it is hung up.
		timeout time.Duration
	}
	// dial calls a number through a trunk.
	dial struct {
		leg                   legID
		trunk, number, caller string
		timeout               time.Duration
	}
	// mute drops what a leg says.
	mute struct {
		leg legID
		on  bool
	}
	// keys presses keys towards a leg. relayed: they came over the bridge already, if the leg takes RFC 4733.
	keys struct {
		leg     legID
		digits  string
		relayed bool
	}
	// refer answers a phone's wish to transfer: with a status, or by reporting one.
	refer struct {
		leg    legID
		code   int
		report bool
	}
)

// Effects of sound that do not follow from the state alone; the rest is in sound.go.
type (
	// say plays to a leg; said follows with the tag.
	say struct {
		leg   legID
		tag   uint32
		items []Speech
		// over lets what is playing go on afterwards.
		over    bool
		bargeIn bool
	}
	// hush stops what a leg is told.
	hush struct{ leg legID }
	// record starts, pauses or ends the recording of the citizen's leg.
	record struct{ stage recordStage }
)

// Other effects.
type (
	// wake asks for a tick; a second one of the same name replaces the first, after 0 takes it back.
	wake struct {
		name  timer
		after time.Duration
	}
	// tell asks the centre, in order with all others, again until it answers; what comes of it depends on the errand.
	tell struct{ errand }
	// ask asks the centre at once and only once, beside all others.
	ask struct{ errand }
	// askThen asks like ask, but when the centre knows what it was told before: the question is about that.
	askThen struct{ errand }
	// reply answers a command of the API.
	reply struct {
		id  uint64
		err error
	}
	// release lets another call have the enquiry.
	release struct{}
	// finish ends the actor.
	finish struct{}
)

// Speech is one thing that is played: a text, an uploaded recording, or a pause.
type Speech struct {
	Text, AudioID string
	Pause         time.Duration
}

func (answer) effect()  {}
func (refuse) effect()  {}
func (hangup) effect()  {}
func (find) effect()    {}
func (look) effect()    {}
func (ring) effect()    {}
func (dial) effect()    {}
func (mute) effect()    {}
func (keys) effect()    {}
func (refer) effect()   {}
func (say) effect()     {}
func (hush) effect()    {}
func (record) effect()  {}
func (wake) effect()    {}
func (tell) effect()    {}
func (ask) effect()     {}
func (askThen) effect() {}
func (reply) effect()   {}
func (release) effect() {}
func (finish) effect()  {}

// timer names a tick.
type timer uint8

const (
	timerPlace timer = iota + 1
	timerCallback
	timerMaxWait
	timerGather
	timerReach
	timerConsult
	timerRate
	timerLinger
	timerJoin
	timerPause
	timerMenu // and three more, see menuTimers
	timers    = timerMenu + 4
)
