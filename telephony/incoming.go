package telephony

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// busyAfter is when a caller who was refused for want of room may come again.
const busyAfter = 10 * time.Second

// Incoming takes a call; it is signaling's Config.OnCall. It returns at once.
func (s *Switchboard) Incoming(in *signaling.IncomingCall) {
	if s.within(in) {
		return
	}
	_, err := s.begin("", func(c *call) []event { return c.receive(in) })
	switch {
	case err == nil:
		s.counters.incoming.Add(1)
	case errors.Is(err, errFull):
		s.counters.refused.Add(1)
		s.refuse(in, 486)
	default:
		s.counters.refused.Add(1)
		s.refuse(in, 503, retryAfter(busyAfter))
	}
}

func (s *Switchboard) refuse(in *signaling.IncomingCall, code int, headers ...signaling.Header) {
	in.Dialog.Attach(func(signaling.Event) bool { return true })
	if err := in.Dialog.Reject(code, "", headers...); err != nil {
		s.log.Info("a call was gone before it was refused", "error", err)
	}
}

// receive is the first thing that the goroutine of a call that came in does.
func (c *call) receive(in *signaling.IncomingCall) []event {
	const id legID = 1
	sink, notify := c.sinks(id)
	o := sipOptions{
		kind: kindTrunk, name: fmt.Sprintf("%s-%d", c.id, id), address: c.sb.o.MediaAddress,
		silence: c.sb.o.Settings.Silence, notify: notify,
	}
	report := LegReport{Role: roleCitizen.String(), Number: in.From.Number}
	if in.Origin == signaling.FromPhone {
		o.kind, o.codecs, o.srtp = kindPhone, c.sb.o.PhoneCodecs, c.sb.o.PhoneSRTP
		o.silence = c.sb.o.Settings.OperatorSilence
		report.Role = roleOperator.String()
	} else if trunk, ok := c.sb.o.Trunk(in.TrunkID); ok && in.TrunkID != "" {
		o.carriedBy(trunk)
		o.offered(in.Offer)
	}
	leg, err := newSIPLeg(c.sb.o.Engine, o)
	if err != nil {
		c.log.Error("no media for a call", "error", err)
		return c.turnAway(in, 503, retryAfter(busyAfter))
	}
	leg.dialog = in.Dialog
	if err := leg.prepare(in.Offer); err != nil {
		leg.media.Close()
		if !errors.Is(err, sdp.ErrNotAcceptable) && !errors.Is(err, sdp.ErrMalformed) {
			c.log.Error("a call's session description", "error", err)
		}
		return c.turnAway(in, refusal(err))
	}
	c.addLine(id, leg, report)
	c.incoming = in
	in.Dialog.Attach(sink)
	if in.Origin == signaling.FromPhone {
		c.dialled(in)
		return nil
	}
	return []event{arrived{c.newCall(in)}}
}

// turnAway refuses a call that never becomes one.
func (c *call) turnAway(in *signaling.IncomingCall, code int, headers ...signaling.Header) []event {
	c.sb.counters.refused.Add(1)
	c.sb.refuse(in, code, headers...)
	c.finished = true
	return nil
}

func (c *call) newCall(in *signaling.IncomingCall) NewCall {
	n := NewCall{ID: c.id, Node: c.sb.o.Node, Trunk: in.TrunkID, Called: in.To.Number, At: in.At}
	if !in.From.Anonymous {
		n.Caller = in.From.Number
	}
	if region, ok := c.sb.o.Region(n.Caller); ok {
		n.RegionCode = region.Code
	}
	return n
}

// dialled asks the centre what an operator who dials a number with the phone may do.
func (c *call) dialled(in *signaling.IncomingCall) {
	_ = in.Dialog.Progress(180, nil, false)
	c.lookup(func(ctx context.Context) event {
		r, err := c.sb.o.Centre.Dialled(ctx, in.Account, in.To.Number)
		return permitted{r, err}
	})
}

// permitted is what the centre says to a number that an operator has dialled.
type permitted struct {
	request CallRequest
	err     error
}

func (permitted) apply(*turn) {}

func (c *call) permittedCall(e permitted) []event {
	l := c.lines[1]
	if l == nil { // the operator has hung up meanwhile
		c.finished = true
		return nil
	}
	if e.err != nil {
		c.log.Info("an operator's call was refused", "error", e.err)
		c.reject(refuse{leg: 1, code: dialledWrong(e.err)})
		c.finished = true
		return nil
	}
	l.report.AccountID = e.request.AccountID
	c.errands.interactionID = e.request.InteractionID
	c.sb.know(e.request.InteractionID, c)
	return []event{requested{request: e.request, dialled: true, call: c.outgoing(e.request)}}
}

func (c *call) outgoing(r CallRequest) NewCall {
	return NewCall{
		ID: c.id, Node: c.sb.o.Node, Trunk: r.TrunkID, Caller: r.From, Called: r.Number, At: c.began,
	}
}
