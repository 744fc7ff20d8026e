package telephony

import (
	"errors"
	"fmt"

	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// firstBrowser is where the numbers of legs begin that the machine learns of when they are there already.
const firstBrowser legID = 1 << 16

var errNoTrunk = errors.New("telephony: no such trunk")

// addLine takes a leg into the call.
func (c *call) addLine(id legID, leg Leg, report LegReport) *line {
	l := &line{id: id, leg: leg, report: report, plays: map[media.PlayID]uint32{}}
	l.sip, _ = leg.(*sipLeg)
	l.report.ID = fmt.Sprintf("%s-%d", c.id, id)
	l.report.CallID, l.report.Kind, l.report.BeganAt = c.id, leg.Kind(), c.sb.o.Clock()
	c.lines[id] = l
	return l
}

// near is a leg whose media thread others should share.
func (c *call) near() *media.Leg {
	var best *line
	for _, l := range c.lines {
		if best == nil || l.id < best.id {
			best = l
		}
	}
	if best == nil {
		return nil
	}
	return best.leg.Media()
}

// sinks make the two ways by which a leg's events come into the mailbox.
func (c *call) sinks(id legID) (signaling.Sink, func(media.Event)) {
	return func(e signaling.Event) bool { return c.post(fromDialog{id, e}) },
		func(e media.Event) { c.post(fromMedia{id, e}) }
}

// callOut begins a leg to a phone or through a trunk. When that is not possible the leg is down at once.
func (c *call) callOut(e effect) {
	var id legID
	var err error
	switch e := e.(type) {
	case ring:
		id, err = e.leg, c.ring(e)
	case dial:
		id, err = e.leg, c.dial(e)
	}
	if err != nil {
		c.log.Warn("a leg could not be called", "leg", id, "error", err)
		c.queue = append(c.queue, legDown{leg: id, code: 500})
	}
}

func (c *call) ring(e ring) error {
	m := c.state.find(e.leg)
	device := e.device
	o := sipOptions{
		kind: kindPhone, codecs: c.sb.o.PhoneCodecs, srtp: c.sb.o.PhoneSRTP, silence: c.sb.o.Settings.OperatorSilence,
	}
	report := LegReport{Number: device.Account}
	if m != nil {
		report.Role, report.AccountID = m.role.String(), m.account
	}
	return c.invite(e.leg, o, report, signaling.CallRequest{
		Device: &device, From: c.otherNumber(), Anonymous: c.otherNumber() == "", RingTimeout: e.timeout,
	})
}

// dial calls a number by the trunk that is named, or by the first way out that takes the call.
func (c *call) dial(e dial) error {
	if e.trunk != "" {
		return c.dialBy(e, []string{e.trunk})
	}
	return c.dialBy(e, c.sb.o.Ways())
}

// dialBy calls by the first of the ways that can be begun; the others are for when it fails.
func (c *call) dialBy(e dial, ways []string) error {
	err := errNoTrunk
	for n, way := range ways {
		left := ways[n+1:]
		if err = c.dialTrunk(e, way, len(left) > 0); err == nil {
			l := c.lines[e.leg]
			l.dialled, l.ways = e, left
			return nil
		}
		c.log.Warn("a trunk does not take a call", "trunk", way, "left", len(left), "error", err)
	}
	return err
}

// otherWay calls by the next trunk, because the carrier of this one has failed: it refused with 5xx, or took no notice of the call at
// all. What it says of the citizen, who is busy or does not answer, holds for every carrier. false: there is no other, or it has not failed.
func (c *call) otherWay(l *line, v signaling.Ended) bool {
	m := c.state.find(l.id)
	failed := v.Code/100 == 5 || (v.Code == 0 || v.Code == 408) && !l.ringing
	if len(l.ways) == 0 || v.Answered || m == nil || m.leaving || !failed {
		return false
	}
	c.log.Warn("a carrier has failed, the next one is asked", "code", v.Code, "reason", v.Reason)
	l.leg.Media().Close()
	c.forgetSound(l.id)
	delete(c.lines, l.id)
	if err := c.dialBy(l.dialled, l.ways); err != nil {
		c.lines[l.id] = l // it ends as it would have
		return false
	}
	return true
}

func (c *call) dialTrunk(e dial, way string, hurry bool) error {
	trunk, ok := c.sb.o.Trunk(way)
	if !ok {
		return fmt.Errorf("%w: %q", errNoTrunk, way)
	}
	o := sipOptions{kind: kindTrunk, silence: c.sb.o.Settings.Silence}
	o.carriedBy(trunk)
	report := LegReport{Number: e.number, Role: roleCitizen.String()}
	if m := c.state.find(e.leg); m != nil && m.role != roleCitizen {
		o.kind, report.Role = kindOutside, m.role.String()
	}
	return c.invite(e.leg, o, report, signaling.CallRequest{
		TrunkID: trunk.ID, Number: e.number, From: e.caller, RingTimeout: e.timeout, Hurry: hurry,
	})
}

// otherNumber is what an operator's phone shows.
func (c *call) otherNumber() string {
	if c.state.outgoing {
		return c.state.request.Number
	}
	return c.state.call.Caller
}

func (c *call) invite(id legID, o sipOptions, report LegReport, request signaling.CallRequest) error {
	var sink signaling.Sink
	sink, o.notify = c.sinks(id)
	o.near, o.name, o.address = c.near(), fmt.Sprintf("%s-%d", c.id, id), c.sb.o.MediaAddress
	leg, err := newSIPLeg(c.sb.o.Engine, o)
	if err != nil {
		return err
	}
	offer, err := leg.session.Offer(sdp.SendRecv)
	if err == nil {
		request.Offer, request.Sink = offer, sink
		leg.dialog, err = c.sb.agent.Call(request)
	}
	if err != nil {
		leg.media.Close()
		return err
	}
	c.addLine(id, leg, report)
	return nil
}

// lineUp is a leg that has answered.
func (c *call) lineUp(l *line) []event {
	if l == nil || l.report.AnsweredAt != nil {
		return nil
	}
	now := c.sb.o.Clock()
	l.report.AnsweredAt = &now
	if l.sip != nil {
		if m, ok := l.sip.session.Media(); ok {
			l.report.Codec = m.Codec.Name
		}
	} else if codec := l.leg.Media().Codec(); codec != media.CodecNone {
		l.report.Codec = codec.String()
	}
	if l.report.Role != roleCitizen.String() { // of the citizen's only what matters: a row less while the phone rings
		c.tell(reportLeg{l.report})
	}
	return []event{legUp{l.id}}
}

// lineDown closes a leg that is gone and keeps its figures.
func (c *call) lineDown(l *line, e legDown) []event {
	delete(c.lines, l.id)
	if l.report.Role == roleCitizen.String() {
		c.ear.stop()
		c.tape.stop()
	}
	stats := l.leg.Media().Close()
	now := c.sb.o.Clock()
	r := &l.report
	r.EndedAt = &now
	r.Sent, r.Received, r.Lost = int64(stats.Sent), int64(stats.Received), stats.Lost
	r.Jitter, r.RoundTrip, r.MOS = stats.Jitter, stats.RoundTrip, stats.MOS
	c.forgetSound(l.id)
	c.tell(reportLeg{*r})
	return []event{e}
}
