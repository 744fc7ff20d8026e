package app

import (
	"context"
	"errors"

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
		return nil, "", refusal("offer", err)
	}
	return browserLeg{session}, answer, nil
}

// refusal tells what is wrong with what the browser sent (INVALID) from what it can do nothing about (UNAVAILABLE): a gateway that is
// full or closing, an engine without room.
func refusal(field string, err error) error {
	if errors.Is(err, browser.ErrOffer) || errors.Is(err, browser.ErrRenegotiation) || errors.Is(err, browser.ErrCandidate) {
		return fail.Field(field, fail.Invalid, "%v", err)
	}
	return fail.New(fail.Unavailable, "no browser can be connected now: %v", err)
}

// lifeOf turns a session's life into what the switchboard waits for: Up the first time that sound can flow, Away while nothing comes, Down
// at the end.
func lifeOf(c telephony.BrowserCall) func(browser.Event) {
	up := false
	return func(e browser.Event) {
		switch e.Kind {
		case browser.Connected:
			if up {
				c.Away(false)
				return
			}
			up = true
			c.Up()
		case browser.Lost, browser.Left, browser.Closed:
			c.Down(e.Kind == browser.Left)
		case browser.Interrupted: // it is waited for
			c.Away(true)
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
		return refusal("candidate", err)
	}
	return nil
}

// Restart is part of telephony.Restarter.
func (l browserLeg) Restart(ctx context.Context, offer string) (string, error) {
	answer, err := l.session.Restart(ctx, offer)
	if err != nil {
		return "", refusal("offer", err)
	}
	return answer, nil
}

var (
	_ telephony.Trickler  = browserLeg{}
	_ telephony.Restarter = browserLeg{}
)
