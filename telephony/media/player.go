package media

import (
	"fmt"
	"time"
)

// playItem is a request with how far it got.
type playItem struct {
	id      PlayID
	clips   []*Clip
	loop    bool
	bargeIn bool
	clip    int
	at      int // samples into the clip
}

// player holds what is played to one party; the first of the queue sounds.
type player struct {
	queue []playItem
}

func (p *player) active() bool { return len(p.queue) > 0 }

// Play plays clips to the party instead of what it would hear. PlayFinished follows exactly once for each request.
func (l *Leg) Play(r PlayRequest) (PlayID, error) {
	item := playItem{id: PlayID(l.engine.playIDs.Add(1)), loop: r.Loop, bargeIn: r.BargeIn}
	total := 0
	for _, c := range r.Clips {
		if c != nil && len(c.alaw) > 0 {
			item.clips = append(item.clips, c)
			total += len(c.alaw)
		}
	}
	if total == 0 || r.Offset < 0 || r.Mode > PlayInterrupt {
		return 0, fmt.Errorf("%w: %d samples to play from %v", ErrInvalid, total, r.Offset)
	}
	item.seek(int(durationToSamples(r.Offset)), total)
	return item.id, l.post(func(t *thread) {
		l.player.add(t, l, item, r.Mode)
		t.wheel.spinUp(l)
	})
}

// seek moves to an offset; behind the end of what does not loop, to the end.
func (i *playItem) seek(offset, total int) {
	if i.loop {
		offset %= total
	}
	for offset > 0 && i.clip < len(i.clips) {
		length := len(i.clips[i.clip].alaw)
		if offset < length {
			i.at = offset
			return
		}
		offset -= length
		i.clip++
	}
}

func (p *player) add(t *thread, l *Leg, item playItem, mode PlayMode) {
	switch mode {
	case PlayReplace:
		p.clear(t, l, PlayReplaced)
		p.queue = append(p.queue, item)
	case PlayAppend:
		p.queue = append(p.queue, item)
	case PlayInterrupt:
		p.queue = append([]playItem{item}, p.queue...)
	}
}

// Stop ends all playing. What the party hears next is its conference or bridge.
func (l *Leg) Stop() error {
	return l.post(func(t *thread) { l.player.clear(t, l, PlayStopped) })
}

// clear ends all requests.
func (p *player) clear(t *thread, l *Leg, why PlayReason) {
	for p.active() {
		p.pop(t, l, why)
	}
}

// bargeIn ends all requests when the party may interrupt the one that sounds.
func (p *player) bargeIn(t *thread, l *Leg) {
	if p.active() && p.queue[0].bargeIn {
		p.clear(t, l, PlayBargedIn)
	}
}

// pop ends the first request.
func (p *player) pop(t *thread, l *Leg, why PlayReason) {
	item := p.queue[0]
	n := copy(p.queue, p.queue[1:])
	p.queue[n] = playItem{}
	p.queue = p.queue[:n]
	t.stats.Clips++
	l.event(t, Event{Kind: PlayFinished, Play: item.id, Reason: why, Position: item.position()})
}

// position is measured over all clips of the request.
func (i *playItem) position() time.Duration {
	n := i.at
	for _, c := range i.clips[:i.clip] {
		n += len(c.alaw)
	}
	return samplesToDuration(int64(n))
}

// fill writes the next samples into frame, coded in one of the laws, and tells whether the first request has ended with them.
func (p *player) fill(frame []byte, law Codec) (ended bool) {
	item := &p.queue[0]
	for len(frame) > 0 {
		if item.clip >= len(item.clips) {
			if !item.loop {
				fillSilence(frame, law)
				return true
			}
			item.clip, item.at = 0, 0
		}
		n := copy(frame, item.clips[item.clip].coded(law)[item.at:])
		frame = frame[n:]
		item.at += n
		if item.at == len(item.clips[item.clip].alaw) {
			item.clip++
			item.at = 0
		}
	}
	return item.clip >= len(item.clips) && !item.loop
}

func fillSilence(b []byte, codec Codec) {
	v := codec.silence()
	for i := range b {
		b[i] = v
	}
}

// busy tells whether a leg needs the frame wheel.
func (t *thread) busy(l *Leg) bool {
	return l.player.active() || l.digits.active() || l.rx.keys.active
}

// spin is a leg's turn in the frame wheel; false when it needs no further one.
func (t *thread) spin(l *Leg) bool {
	if p, lost := l.rx.keys.expire(t.now); lost {
		t.pressed(l, p, false)
	}
	switch {
	case l.digits.active():
		l.digits.step(t, l)
	case l.player.active() && l.ready && l.to.valid():
		law := l.config.own().Codec.law()
		ended := l.player.fill(t.frame[headerSize:], law)
		t.sendFrame(l, t.frame[:], law)
		if ended {
			l.player.pop(t, l, PlayCompleted)
		}
	}
	return t.busy(l)
}

// sendFrame sends a frame of the engine's own: packet has room for the header, then sound in the leg's law.
func (t *thread) sendFrame(l *Leg, packet []byte, law Codec) {
	own := l.config.own()
	if !l.config.Direction.sends() || own.Codec == CodecNone {
		return
	}
	seq, ts, marker := l.tx.own(t.now)
	for _, tap := range l.taps {
		tap.put(t, &tap.heard, 0, ts, packet[headerSize:], law)
	}
	if own.Codec == G722 {
		l.wide.encode(packet[headerSize:], law)
	}
	t.emit(l, packet, own, marker, seq, ts)
}
