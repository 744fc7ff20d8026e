package telephony

import (
	"context"
	"errors"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/signaling"
)

// lookupTime bounds questions whose answer a caller waits for.
const lookupTime = 5 * time.Second

// perform does one effect. What takes time is begun, and reports by an event.
func (c *call) perform(e effect) {
	switch e := e.(type) {
	case answer:
		c.answer(e)
	case refuse:
		c.reject(e)
	case hangup:
		if l := c.lines[e.leg]; l != nil {
			l.leg.Hangup(e.cause)
		} else {
			c.queue = append(c.queue, legDown{leg: e.leg})
		}
	case find:
		c.find(e)
	case look:
		c.look(e)
	case ring, dial:
		c.callOut(e)
	case mute:
		if l := c.lines[e.leg]; l != nil {
			_ = l.leg.Media().Mute(e.on)
		}
	case keys:
		c.press(e)
	case refer:
		c.refer(e)
	case say:
		c.say(e)
	case hush:
		c.hush(e.leg)
	case record:
		c.record(e.stage)
	case listen:
		c.listen(e)
	case wake:
		c.wake(e)
	case tell:
		c.tell(e.errand)
	case ask:
		c.ask(e.errand)
	case askThen:
		c.errands.waiting = append(c.errands.waiting, e)
	case load:
		c.load(e)
	case reply:
		c.given = append(c.given, e)
	case release:
		c.sb.release(c)
	case finish:
		c.finished = true
	}
}

func (c *call) wake(e wake) {
	c.turns[e.name]++
	if t := c.timers[e.name]; t != nil {
		t.Stop()
		c.timers[e.name] = nil
	}
	if e.after <= 0 {
		return
	}
	turn := c.turns[e.name]
	c.timers[e.name] = time.AfterFunc(e.after, func() { c.post(timed{e.name, turn}) })
}

func (c *call) find(e find) {
	c.lookup(func(ctx context.Context) event {
		devices, err := c.sb.o.Phones(ctx, e.account)
		if err != nil {
			c.log.Warn("an account's phones are not known; a browser may still join", "error", err)
		}
		return found{account: e.account, role: e.role, devices: devices}
	})
}

// look asks whether somebody's console is open. Where that is not known, it may be.
func (c *call) look(e look) {
	if c.sb.o.Console == nil {
		return
	}
	c.lookup(func(ctx context.Context) event {
		open, err := c.sb.o.Console(ctx, e.account)
		if err != nil {
			c.log.Warn("it is not known whether a console is open; it may be", "error", err)
		}
		return watched{account: e.account, asked: e.asked, open: open || err != nil}
	})
}

// ask puts a question beside everything else. When the centre does not answer, what the machine needs to know is that.
func (c *call) ask(e errand) {
	id := c.state.request.InteractionID
	c.lookup(func(ctx context.Context) event {
		if id == "" { // the centre does not know the call yet
			if q, ok := e.(question); ok {
				return answered{err: fail.New(fail.Unavailable, "not begun: %d letters not asked", len(q.text))}
			}
		}
		result, err := e.run(ctx, c.sb.o.Centre, id)
		if err != nil {
			c.log.Warn("the centre does not answer", "errand", errandName(e), "error", err)
		}
		return result
	})
}

func (c *call) load(e load) {
	if f := c.sb.flows.cached(e.called, c.sb.o.Clock()); f != nil {
		c.queue = append(c.queue, scripted{flow: f})
		return
	}
	if c.incoming != nil {
		_ = c.incoming.Dialog.Progress(180, nil, false)
	}
	c.lookup(func(ctx context.Context) event {
		f, err := c.sb.flows.load(ctx, e.called)
		if err != nil && !errors.Is(ctx.Err(), context.Canceled) { // who has hung up needs none
			c.log.Error("no menu for the number that was called", "error", err)
		}
		return scripted{f, err}
	})
}

func (c *call) refer(e refer) {
	l := c.lines[e.leg]
	switch {
	case l == nil || l.sip == nil:
	case e.report:
		_ = l.sip.dialog.NotifyRefer(e.code, "")
	case e.code == 202:
		_ = l.sip.dialog.AcceptRefer()
	default:
		_ = l.sip.dialog.RefuseRefer(e.code)
	}
}

func (c *call) answer(e answer) {
	l := c.lines[e.leg]
	if l == nil || l.sip == nil {
		return
	}
	if err := l.sip.dialog.Answer(l.sip.body); err != nil {
		c.log.Info("a call cannot be answered any more", "error", err)
	}
	c.incoming = nil
}

func (c *call) reject(e refuse) {
	l := c.lines[e.leg]
	if l == nil || l.sip == nil {
		return
	}
	var headers []signaling.Header
	if e.retryAfter > 0 {
		headers = append(headers, retryAfter(e.retryAfter))
	}
	_ = l.sip.dialog.Reject(e.code, "", headers...)
	c.incoming = nil
}
