package telephony

import "ekc/telephony/signaling"

// event is something that happened to a call. The first ones of a call say how it began.
type event interface{ apply(t *turn) }

// How a call begins.
type (
	// arrived is an INVITE of a citizen.
	arrived struct {
		call NewCall
	}
	// requested is a call that the centre, or an operator's phone, asked for.
	requested struct {
		call    NewCall
		request CallRequest
		// dialled: a phone of the operator has called us and is the first leg.
		dialled bool
	}
)

// What happens on legs.
type (
	// legUp: it was answered, and both sides know.
	legUp struct {
		leg legID
	}
	// legEarly: its sound comes before it has answered.
	legEarly struct{ leg legID }
	// legAgain: it is called by another carrier, whose sound does not come yet.
	legAgain struct{ leg legID }
	// legDown: it is gone, for good.
	legDown struct {
		leg legID
		// code is the final response before it was answered, 0 when the peer vanished.
		code     int
		byPeer   bool
		answered bool
		// mayReturn: it was a browser's, whose page may be loaded again.
		mayReturn bool
	}
	// legHeld: its party has put us on hold, or is back.
	legHeld struct {
		leg legID
		on  bool
	}
	// legAway: nothing comes from its browser, which is waited for, or is back.
	legAway struct {
		leg legID
		on  bool
	}
	// legSilent: nothing is heard of it any more.
	legSilent struct {
		leg legID
	}
	// digit: its party has pressed a key.
	digit struct {
		leg legID
		key byte
	}
	// referred: its party, a phone, wants a transfer.
	referred struct {
		leg      legID
		target   string
		attended bool
		// replaced is the leg that an attended one names, 0 when there is none such.
		replaced legID
	}
	// said: what was played has ended. failed tells that it could not be played.
	said struct {
		leg     legID
		tag     uint32
		bargeIn bool
		failed  bool
	}
	// joined: somebody's browser is there, and up.
	joined struct {
		leg     legID
		account string
		id      uint64
	}
	// found: the phones of an account.
	found struct {
		account string
		role    role
		devices []signaling.Binding
	}
	// watched: whether the console of a colleague is open, who is consulted for the so manieth time.
	watched struct {
		account string
		asked   int
		open    bool
	}
)

// Others.
type (
	// tick is a timer that was asked for.
	tick struct {
		name timer
	}
	// changed is what the centre tells.
	changed struct {
		Change
	}
	// stop ends a call because the node stops.
	stop struct{}
)

// What came of questions to the centre.
type (
	begun struct{ interactionID string }
	// taken: the centre agreed, or not, that an operator's device has picked up.
	taken struct {
		leg legID
		err error
	}
	queued struct {
		queue Queued
		err   error
	}
	placed struct {
		place Place
	}
	promised struct {
		err error
	}
	// passedOn: a phone's transfer was carried out, or not.
	passedOn struct {
		leg legID
		err error
	}
)
