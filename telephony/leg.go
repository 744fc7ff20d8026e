package telephony

import (
	"context"

	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

// Leg is one end of a call: a SIP dialog here, a browser in telephony/browser. Its methods may be called from one goroutine at a
// time, and return at once.
type Leg interface {
	// Kind is "trunk", "phone", "outside" or "browser".
	Kind() string
	// Media is where the leg's sound is.
	Media() *media.Leg
	// Hangup ends the leg in whatever state it is. Repeated calls do nothing. The media stays until the switchboard closes it.
	Hangup(signaling.Cause)
}

// Browsers connects browsers; telephony/browser does.
type Browsers interface {
	// Connect answers a browser's offer. It returns when the answer is ready, not when the browser is connected.
	Connect(ctx context.Context, c BrowserCall) (leg Leg, answer string, err error)
}

// BrowserCall is a browser that wants to join.
type BrowserCall struct {
	// ID names the leg, unique over all nodes and time.
	ID string
	// Offer is the browser's session description.
	Offer string
	// Near is a leg that it will be bridged with, or nil; see [media.LegOptions].
	Near *media.Leg
	// Notify takes what the leg's media has to say: give it to [media.Engine.NewPipe].
	Notify func(media.Event)
	// Up is called once when sound can flow, Down once when the leg has ended or will never come up. byPeer: the browser closed
	// it, otherwise it was lost. Both must be called, neither blocks.
	Up   func()
	Down func(byPeer bool)
	// Away is called between the two when nothing comes from the browser any more and it is waited for (true), and when it is back
	// (false). It does not block.
	Away func(on bool)
	// Candidate takes ICE candidates that were found after the answer; an empty one ends them. It does not block.
	Candidate func(candidate string)
}

// Trickler is a leg that takes further ICE candidates of the browser.
type Trickler interface {
	AddCandidate(candidate string) error
}

// Kinds of legs.
const (
	kindTrunk   = "trunk"
	kindPhone   = "phone"
	kindOutside = "outside"
	kindBrowser = "browser"
)
