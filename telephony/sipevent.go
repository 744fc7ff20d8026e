package telephony

import (
	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

type (
	// fromDialog is what a leg's dialog says, before it is understood.
	fromDialog struct {
		leg   legID
		event signaling.Event
	}
	// fromMedia is what a leg's media says.
	fromMedia struct {
		leg   legID
		event media.Event
	}
)

// These are understood by the actor, and never reach the machine.
func (fromDialog) apply(*turn) {}
func (fromMedia) apply(*turn)  {}

// heardFromDialog turns a dialog's event into the machine's.
func (c *call) heardFromDialog(e fromDialog) []event {
	l := c.lines[e.leg]
	if l == nil || l.sip == nil {
		return nil
	}
	s := l.sip
	switch v := e.event.(type) {
	case signaling.Progress:
		l.ringing = true
		if len(v.Body) > 0 && s.accept(v.Body) == nil {
			return []event{legEarly{e.leg}}
		}
	case signaling.Answered:
		return c.answeredBy(l, v)
	case signaling.Confirmed:
		if s.delayed {
			if err := s.accept(v.Body); err != nil {
				return c.unusable(l, err)
			}
		}
		return c.lineUp(l)
	case signaling.Offered:
		s.reoffered(v.Body)
		return []event{legHeld{e.leg, s.held}}
	case signaling.Reconfirmed:
		if err := s.accept(v.Body); err != nil {
			return c.unusable(l, err)
		}
		return c.revealed(l, []event{legHeld{e.leg, s.held}})
	case signaling.Reanswered:
		return c.reanswered(l, v)
	case signaling.Digit:
		if !s.rtpKeys {
			_ = s.media.InjectDTMF(byte(v.Key), v.Duration) // comes back as an event of the media
		}
	case signaling.Referred:
		return []event{referred{leg: e.leg, target: v.User, attended: v.Replaces != nil, replaced: c.replacedLeg(v.Replaces)}}
	case signaling.Ended:
		if c.otherWay(l, v) {
			return []event{legAgain{e.leg}}
		}
		l.report.EndCause = endText(v)
		return c.lineDown(l, legDown{leg: e.leg, code: v.Code, byPeer: v.ByPeer, answered: v.Answered})
	}
	return nil
}

// answeredBy is the end of calling: our offer is answered, or the peer makes one.
func (c *call) answeredBy(l *line, v signaling.Answered) []event {
	if v.Offer {
		if err := l.sip.prepare(v.Body); err != nil {
			return c.unusable(l, err)
		}
		if err := l.sip.dialog.Confirm(l.sip.body); err != nil {
			return c.unusable(l, err)
		}
	} else if err := l.sip.accept(v.Body); err != nil {
		return c.unusable(l, err)
	}
	return c.revealed(l, c.lineUp(l))
}

// unusable ends a leg that nothing can be agreed with; its end comes as an event.
func (c *call) unusable(l *line, err error) []event {
	c.log.Warn("a leg's session description is of no use", "leg", l.id, "error", err)
	l.leg.Hangup(signaling.Cause{Code: refusal(err), Q850: 88, Text: "Incompatible destination"})
	return nil
}

// heardFromMedia turns an event of the media into the machine's.
func (c *call) heardFromMedia(e fromMedia) []event {
	l := c.lines[e.leg]
	if l == nil {
		return nil
	}
	switch e.event.Kind {
	case media.DTMF:
		if l.sip != nil && !e.event.Injected {
			l.sip.rtpKeys = true
		}
		return []event{digit{e.leg, e.event.Digit}}
	case media.MediaTimeout:
		return []event{legSilent{e.leg}}
	case media.PlayFinished:
		return c.played(l, e.event)
	default:
		return nil
	}
}

// endText says in a word how a leg ended.
func endText(v signaling.Ended) string {
	switch {
	case v.Code == 0:
		return "lost"
	case !v.Answered:
		return "unanswered"
	case v.ByPeer:
		return "hung up by the party"
	default:
		return "hung up here"
	}
}
