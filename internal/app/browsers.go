package app

import (
	"context"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/browser"
	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

// browsers fits the gateway of browsers to what the switchboard asks of it.
type browsers struct{ gateway *browser.Gateway }

func (b browsers) Connect(ctx context.Context, c telephony.BrowserCall) (telephony.Leg, string, error) {
	session, answer, err := b.gateway.NewSession(ctx, browser.SessionOptions{
		Name: c.ID, Offer: c.Offer, Near: c.Near, Notify: c.Notify, Events: lifeOf(c), Candidate: c.Candidate,
	})
	if err != nil {
		return nil, "", fail.Field("offer", fail.Invalid, "%v", err)
	}
	return browserLeg{session}, answer, nil
}

// lifeOf turns a session's life into the two calls that the switchboard waits for: Up the first time that sound can flow, Down at
// the end.
func lifeOf(c telephony.BrowserCall) func(browser.Event) {
	up := false
	return func(e browser.Event) {
		switch e.Kind {
		case browser.Connected:
			if !up {
				up = true
				c.Up()
			}
		case browser.Lost, browser.Left, browser.Closed:
			c.Down(e.Kind == browser.Left)
		case browser.Interrupted: // it is waited for
		}
	}
}

// browserLeg is a session as a leg of a call.
type browserLeg struct{ session *browser.Session }

func (l browserLeg) Kind() string { return "browser" }

func (l browserLeg) Media() *media.Leg { return l.session.Media() }

func (l browserLeg) Hangup(signaling.Cause) { l.session.Close() }

// AddCandidate is part of telephony.Trickler.
func (l browserLeg) AddCandidate(candidate string) error {
	if err := l.session.AddCandidate(candidate); err != nil {
		return fail.Field("candidate", fail.Invalid, "%v", err)
	}
	return nil
}
