package telephony

import (
	"time"

	"ekc/telephony/ivr"
)

// Settings are the times of a call. The zero value of a field means its default. What the queue node of a menu says of waiting
// (AnnounceEvery, CallbackAfter, MaxWait) wins for its callers, also after an operator has given them back to the queue.
type Settings struct {
	// PlaceEvery is how often a waiting caller's place is looked up; it is told only when it has improved. Default 30 s.
	PlaceEvery time.Duration
	// AnnounceEvery is how long at least is between two such news; the menu's queue node sets it. Default: as often as looked up.
	AnnounceEvery time.Duration
	// CallbackAfter is how long one waits before a callback is offered, then again after each such time. Default 60 s.
	CallbackAfter time.Duration
	// CallbackOffers bounds how often it is offered. Default 3; negative: never.
	CallbackOffers int
	// MaxWait ends the waiting with the promise of a callback when the caller's number is known. Default 30 min.
	MaxWait time.Duration
	// ReachTimeout is how long an operator who has accepted may take until a device is there. Default 20 s.
	ReachTimeout time.Duration
	// ReturnTimeout is how long an operator whose page is gone in mid-talk may take to be back. Default 8 s.
	ReturnTimeout time.Duration
	// ConsultTimeout is how long a consulted party's device rings. Default 45 s.
	ConsultTimeout time.Duration
	// RateTimeout is how long the caller may take to rate. Default 8 s. Negative: nobody is asked.
	RateTimeout time.Duration
	// Silence ends a call when nothing is heard of the caller for so long. Default 30 s.
	Silence time.Duration
	// OperatorSilence is after how much silence an operator's device counts as lost. Default 12 s.
	OperatorSilence time.Duration
	// Linger is how long the legs of a call that is over may take to close. Default 35 s (RFC 3261's Timer B and a bit).
	Linger time.Duration
	// PauseLimit is after how long a recording that an operator has paused goes on by itself. Default 2 min.
	PauseLimit time.Duration
	// NoRecording turns recording off.
	NoRecording bool
	// noOffers: the menu's queue node offers no callback.
	noOffers bool
}

// waitAs takes what the queue node of a menu says of waiting.
func (s *Settings) waitAs(w ivr.Enqueue) {
	if w.AnnounceEvery > 0 {
		s.AnnounceEvery, s.PlaceEvery = w.AnnounceEvery, min(s.PlaceEvery, w.AnnounceEvery)
	}
	if w.MaxWait > 0 {
		s.MaxWait = w.MaxWait
	}
	if s.noOffers = w.CallbackAfter <= 0; !s.noOffers {
		s.CallbackAfter = w.CallbackAfter
	}
}

// offers reports whether waiting callers may ask for a callback.
func (s *Settings) offers() bool { return s.CallbackOffers > 0 && !s.noOffers }

func (s Settings) withDefaults() Settings {
	set := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	set(&s.PlaceEvery, 30*time.Second)
	set(&s.CallbackAfter, time.Minute)
	set(&s.MaxWait, 30*time.Minute)
	set(&s.ReachTimeout, 20*time.Second)
	set(&s.ReturnTimeout, 8*time.Second)
	set(&s.ConsultTimeout, 45*time.Second)
	set(&s.RateTimeout, 8*time.Second)
	set(&s.Silence, 30*time.Second)
	set(&s.OperatorSilence, 12*time.Second)
	set(&s.PauseLimit, 2*time.Minute)
	set(&s.Linger, 35*time.Second)
	if s.CallbackOffers == 0 {
		s.CallbackOffers = 3
	}
	return s
}
