package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"ekc/cmd/ekcload/rtp"
	"ekc/cmd/ekcload/sip"
)

const (
	// answerPatience is how long the centre may take to pick up.
	answerPatience = 32 * time.Second
	// bothWays is how long the second direction of a talk may take after the first is heard.
	bothWays = 3 * time.Second
	// partingPatience is how long rating and goodbye may take.
	partingPatience = 60 * time.Second
	// ratePause is when a caller rates after the operator has hung up.
	ratePause = 1500 * time.Millisecond
)

// caller is one citizen on the phone.
type caller struct {
	run    *callRun
	number string // as other numbers are compared: without what stands before it
	id     uint32
	leg    *rtp.Leg
	call   *sip.Call
	seats  chan *seat

	relay netip.AddrPort // where the centre hears the caller
	seat  *seat          // who talks
	heard time.Time      // when the operator was first heard
	over  bool
}

func (r *callRun) newCaller(n int) (*caller, error) {
	c := &caller{run: r, id: r.id(), seats: make(chan *seat, 8)}
	c.number = fmt.Sprintf("%s%05d", numberPrefix[1:], (r.first+n)%numberSpace)
	var err error
	if c.leg, err = r.sound.Leg(netip.AddrPortFrom(carrierIP, 0), c.id, r.o.Every); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.callers[c.number] = c
	r.mu.Unlock()
	return c, nil
}

// live is a call from the first ring to its end.
func (c *caller) live(ctx context.Context) {
	r := c.run
	c.call = r.gateway.Call("7"+c.number, r.o.Number, rtp.Describe(c.leg.Local(), r.codec))
	err := c.script(ctx)
	if err != nil && ctx.Err() == nil {
		r.stats.fail(err.Error())
	}
	c.leave()
	r.stats.sound(c.leg.Close())
	r.mu.Lock()
	delete(r.callers, c.number)
	r.mu.Unlock()
}

// leave hangs up what is still up, and waits until the other side knows.
func (c *caller) leave() {
	if c.over {
		return
	}
	c.call.Hangup()
	_ = c.untilOver(context.Background(), answerPatience)
}

// script is what a caller does. An error says what went wrong, in words that are the same for every caller.
func (c *caller) script(ctx context.Context) error {
	if err := c.pickUp(ctx); err != nil {
		return err
	}
	lastKey, err := c.menu(ctx)
	if err != nil {
		return err
	}
	if err := c.meet(ctx); err != nil {
		return err
	}
	c.run.stats.reached(c.heard.Sub(lastKey), c.seat.rang.Sub(lastKey), c.heard.Sub(c.seat.answered))
	c.run.stats.talk(1)
	defer c.run.stats.talk(-1)
	if c.run.o.Pairs != "" {
		c.run.pair(c)
		return c.listen(ctx, time.Hour, "while held for rtpload")
	}
	if err := c.listen(ctx, c.run.o.Talk, "in the talk"); err != nil {
		return err
	}
	if rand.Float64() < c.run.o.TransferShare { //nolint:gosec // nothing secret
		if err := c.transferred(ctx); err != nil {
			return err
		}
	}
	return c.part(ctx)
}

// pickUp waits until the centre answers.
func (c *caller) pickUp(ctx context.Context) error {
	timeout := time.After(answerPatience)
	for {
		select {
		case e := <-c.call.Events:
			switch e.Kind {
			case sip.Answered:
				c.run.stats.answered(e.At.Sub(c.call.Began))
				relay, err := rtp.Described(e.Body)
				if err == nil {
					err = c.leg.Send(relay)
				}
				c.relay = relay
				return err
			case sip.Failed, sip.Ended:
				c.over = true
				return fmt.Errorf("INVITE refused: %d %s", e.Code, e.Reason)
			}
		case <-timeout:
			return errors.New("INVITE not answered")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// menu listens and presses the keys; it returns when the last one was pressed.
func (c *caller) menu(ctx context.Context) (time.Time, error) {
	began := time.Now()
	select {
	case at := <-c.leg.First:
		c.run.stats.firstSound(at.Sub(c.call.Began))
	case <-time.After(answerPatience):
		return began, errors.New("nothing heard after the answer")
	case <-ctx.Done():
		return began, ctx.Err()
	}
	for i, key := range c.run.o.Keys {
		wait := c.run.o.KeyPause
		if i == 0 {
			wait = c.run.o.Listen
		}
		if err := c.listen(ctx, wait, "in the menu"); err != nil {
			return began, err
		}
		c.leg.Press(string(key))
	}
	c.run.stats.leftMenu(time.Since(began))
	return time.Now(), nil
}

// listen lets time pass; an error says that the call did not last so long.
func (c *caller) listen(ctx context.Context, d time.Duration, where string) error {
	timeout := time.After(d)
	for {
		select {
		case e := <-c.call.Events:
			if err := c.ended(e); err != nil {
				return fmt.Errorf("%w %s", err, where)
			}
		case <-timeout:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ended tells whether an event is the end of the call, which nobody wanted yet.
func (c *caller) ended(e sip.Event) error {
	switch e.Kind {
	case sip.Ended:
		c.over = true
		return errors.New("the centre hung up")
	case sip.Failed:
		c.over = true
		return fmt.Errorf("the call failed (%d %s)", e.Code, e.Reason)
	default:
		return nil
	}
}

// meet waits until an operator is heard who was not heard before, and is heard by, in both directions.
func (c *caller) meet(ctx context.Context) error {
	offered := map[uint32]*seat{}
	timeout := time.After(c.run.o.Patience)
	for {
		select {
		case s := <-c.seats:
			offered[s.id] = s
		case h := <-c.leg.Heard:
			for len(c.seats) > 0 {
				s := <-c.seats
				offered[s.id] = s
			}
			if s := offered[h.ID]; s != nil {
				c.seat, c.heard = s, h.At
				return c.heardToo(ctx)
			}
			if c.seat == nil || h.ID != c.seat.id {
				c.run.stats.strange()
			}
		case e := <-c.call.Events:
			if err := c.ended(e); err != nil {
				return fmt.Errorf("%w while waiting for an operator", err)
			}
		case <-timeout:
			if len(offered) > 0 {
				return errors.New("an operator's phone answered, and nothing was heard of the operator")
			}
			return errors.New("no operator within the caller's patience")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// heardToo checks the other direction.
func (c *caller) heardToo(ctx context.Context) error {
	timeout := time.After(bothWays)
	for {
		select {
		case h := <-c.seat.leg.Heard:
			if h.ID == c.id {
				return nil
			}
			c.run.stats.strange()
		case <-timeout:
			c.run.stats.heardOneWay()
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// transferred lets the operator hand the caller on, and meets the next one.
func (c *caller) transferred(ctx context.Context) error {
	began := time.Now()
	if err := c.seat.agent.transfer(ctx); err != nil {
		return fmt.Errorf("transfer refused: %w", err)
	}
	if err := c.meet(ctx); err != nil {
		return fmt.Errorf("after a transfer: %w", err)
	}
	c.run.stats.handedOn(c.heard.Sub(began))
	return c.listen(ctx, c.run.o.Talk, "in the talk after a transfer")
}

// part ends the call, by either side.
func (c *caller) part(ctx context.Context) error {
	if rand.Float64() >= c.run.o.OperatorEnds { //nolint:gosec // nothing secret
		c.call.Hangup()
		return c.untilOver(ctx, answerPatience)
	}
	c.seat.call.Hangup()
	select {
	case e := <-c.call.Events: // the centre may leave the rating out
		if c.ended(e) != nil {
			return nil
		}
	case <-time.After(ratePause):
	}
	c.leg.Press("5")
	return c.untilOver(ctx, partingPatience)
}

// untilOver waits for the end of a call.
func (c *caller) untilOver(ctx context.Context, atMost time.Duration) error {
	timeout := time.After(atMost)
	for !c.over {
		select {
		case e := <-c.call.Events:
			if err := c.ended(e); err != nil && e.Kind == sip.Failed {
				return err
			}
		case <-timeout:
			return errors.New("the call did not end")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
