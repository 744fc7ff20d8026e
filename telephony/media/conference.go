package media

import (
	"fmt"
	"sync"

	"ekc/telephony/g711"
)

// Member is a leg in a conference, and whom it hears.
type Member struct {
	// Leg is the member.
	Leg *Leg
	// Hears lists the members whose voice this one gets; itself is ignored.
	Hears []*Leg
}

// Conference mixes up to [MaxMembers] legs in frames of 20 ms. Who hears whom is free, so listening in, whispering, barging
// and consulting are only arrangements of the same members; see [WithListener] and its neighbours.
type Conference struct {
	engine *Engine
	mu     sync.Mutex // guards owner: the thread of its first arrangement
	owner  *thread

	// ---- of the thread ----

	seats []seat
	wheel wheelEntry
}

// seat is a member in its conference. hears is a set of seats.
type seat struct {
	leg    *Leg
	hears  uint32
	buffer *jitterBuffer
}

// mixInput is a member's frame of this round.
type mixInput struct {
	speaks bool
	pcm    [frameSamples]int16
}

// NewConference makes an empty conference. It costs nothing until it is arranged.
func (e *Engine) NewConference() *Conference { return &Conference{engine: e} }

// Arrange makes members, and nobody else, the conference, at one instant. Legs come from wherever they were; those that are left
// out hear nothing. It waits when legs have to change their thread. Errors: ErrInvalid, ErrClosed.
func (c *Conference) Arrange(members ...Member) error {
	if len(members) > MaxMembers {
		return fmt.Errorf("%w: %d members", ErrInvalid, len(members))
	}
	seats := make([]seat, len(members))
	legs := make([]*Leg, len(members))
	place := make(map[*Leg]int, len(members))
	for i, m := range members {
		if m.Leg == nil {
			return fmt.Errorf("%w: no leg", ErrInvalid)
		}
		legs[i], place[m.Leg] = m.Leg, i
		seats[i].leg = m.Leg
	}
	for i, m := range members {
		for _, other := range m.Hears {
			n, ok := place[other]
			if !ok {
				return fmt.Errorf("%w: %s hears a leg that is no member", ErrInvalid, m.Leg.name)
			}
			if n != i {
				seats[i].hears |= 1 << n
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	unlock, err := lockAll(legs...)
	if err != nil {
		return err
	}
	defer unlock()
	if c.owner == nil {
		if len(legs) == 0 {
			return nil
		}
		c.owner = meetingPlace(legs...)
	}
	for _, l := range legs {
		err = l.move(c.owner)
		if err != nil {
			return err
		}
	}
	return c.owner.mail.post(func(t *thread) { c.seat(t, seats) })
}

// Close lets everybody go. Idempotent.
func (c *Conference) Close() error { return c.Arrange() }

// seat applies an arrangement. Who stays keeps the jitter buffer.
func (c *Conference) seat(t *thread, seats []seat) {
	for i := range seats {
		l := seats[i].leg
		if l.room == c {
			seats[i].buffer = c.seats[l.seat].buffer
			continue
		}
		t.release(l)
		seats[i].buffer = &jitterBuffer{}
	}
	for _, s := range c.seats {
		s.leg.room = nil
	}
	c.seats = seats
	for i := range seats {
		seats[i].leg.room, seats[i].leg.seat = c, i
	}
	c.attend(t)
}

// attend keeps the conference in the wheel while it has members.
func (c *Conference) attend(t *thread) {
	switch {
	case len(c.seats) > 0 && !c.wheel.spinning:
		t.wheel.openRoom(c)
		t.rooms++
	case len(c.seats) == 0 && c.wheel.spinning:
		t.wheel.closeRoom(c)
		t.rooms--
	}
}

// remove takes one leg out, on the thread. The sets of the others are renumbered.
func (c *Conference) remove(l *Leg) {
	n := l.seat
	low := uint32(1)<<n - 1
	seats := make([]seat, 0, len(c.seats)-1)
	for i, s := range c.seats {
		if i != n {
			s.hears = s.hears&low | s.hears>>1&^low
			s.leg.seat = len(seats)
			seats = append(seats, s)
		}
	}
	c.seats, l.room = seats, nil
	c.attend(l.thread.Load())
}

// hear takes a packet of a member's voice.
func (c *Conference) hear(l *Leg, ts uint32, payload []byte, codec Codec) {
	c.seats[l.seat].buffer.put(l.rx.sequence.epoch, ts, payload, pcmTable(codec))
}

// mix makes every member's frame of this round. A member who hears something else (a prompt, digits) is left out, and one
// whom nobody speaks to gets silence, so that its stream goes on.
func (c *Conference) mix(t *thread) {
	for i := range c.seats {
		t.mixes[i].speaks = c.seats[i].buffer.get(&t.mixes[i].pcm)
	}
	for i := range c.seats {
		l := c.seats[i].leg
		if !l.ready || l.player.active() || l.digits.active() {
			continue
		}
		clear(t.sum[:])
		for n := range c.seats {
			if c.seats[i].hears&(1<<n) != 0 && t.mixes[n].speaks {
				for k, v := range &t.mixes[n].pcm {
					t.sum[k] += int32(v)
				}
			}
		}
		law := l.config.own().Codec.law()
		encodeMix(t.frame[headerSize:], &t.sum, law)
		t.sendFrame(l, t.frame[:], law)
	}
}

// encodeMix codes sums, clipped to 16 bits.
func encodeMix(out []byte, sum *[frameSamples]int32, codec Codec) {
	out = out[:len(sum)]
	if codec == PCMA {
		for i, v := range sum {
			out[i] = g711.EncodeALaw(int16(max(-32768, min(v, 32767))))
		}
		return
	}
	for i, v := range sum {
		out[i] = g711.EncodeMuLaw(int16(max(-32768, min(v, 32767))))
	}
}
