package telephony

import (
	"errors"
	"fmt"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

var errPortsRefused = errors.New("telephony: the peer refused our new ports")

// A leg of a trunk with symmetric media is on ports that it shares with others, where its packets are known by the address of the
// carrier's description: that costs a quarter less. An address that another leg of the same port has makes the leg change to
// ports of its own:
//
//   - a call that comes in is put where its offer's address is free, so there is nothing to change;
//   - when the address is in a later offer of the carrier's, our answer to it says where the new ports are;
//   - when it is in an answer to our offer, we make another offer as soon as the call is answered.

// carriedBy sets what the trunk says about a leg.
func (o *sipOptions) carriedBy(t signaling.Trunk) {
	o.codecs, o.srtp, o.shared = t.Codecs, t.SRTP, t.SymmetricMedia
}

// offered sets what the peer's offer says about ports. Without an address in it the leg has ports of its own: the answer to ours
// comes when it is too late for another offer.
func (o *sipOptions) offered(offer []byte) {
	o.remote = sdp.Address(offer)
	o.shared = o.shared && o.remote.IsValid()
}

// answer answers an offer of the peer's, with other ports when its address is another leg's.
func (l *sipLeg) answer(offer []byte) ([]byte, error) {
	if !l.media.Admits(sdp.Address(offer)) {
		err := l.leavePort()
		if err != nil {
			return nil, err
		}
	}
	body, agreed, err := l.session.Answer(offer, sdp.SendRecv)
	if err != nil {
		return nil, err
	}
	l.owed = false
	return body, l.configure(agreed)
}

// part leaves the shared port because of what an answer says; [sipLeg.reveal] tells the peer.
func (l *sipLeg) part(agreed sdp.Media) error {
	err := l.leavePort()
	if err != nil {
		return err
	}
	return l.configure(agreed)
}

// reveal makes the offer that the peer is owed, of other ports or without Opus, once the call is up.
func (l *sipLeg) reveal() error {
	if !l.owed {
		return nil
	}
	body, err := l.session.Offer(sdp.SendRecv)
	if err != nil {
		return err
	}
	l.owed = false
	return l.dialog.Reoffer(body)
}

func (l *sipLeg) leavePort() error {
	err := l.media.Unshare()
	if err != nil {
		return fmt.Errorf("telephony: %w", err)
	}
	l.owed = true
	l.session.Move(sdp.Endpoint{Address: l.address, Port: l.media.LocalRTP().Port(), RTCPPort: l.media.LocalRTCP().Port()})
	return nil
}

// revealed goes on with events when the peer is owed no offer or gets it.
func (c *call) revealed(l *line, events []event) []event {
	if err := l.sip.reveal(); err != nil {
		return c.unusable(l, err)
	}
	return events
}

// reanswered takes the answer to an offer of other ports. Without one the peer would go on sending to where nobody listens.
func (c *call) reanswered(l *line, v signaling.Reanswered) []event {
	if v.Code < 200 || v.Code > 299 {
		return c.unusable(l, fmt.Errorf("%w: %d %s", errPortsRefused, v.Code, v.Reason))
	}
	if err := l.sip.accept(v.Body); err != nil {
		return c.unusable(l, err)
	}
	return []event{legHeld{l.id, l.sip.held}}
}
