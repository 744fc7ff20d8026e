package media

import "time"

// The wheel's measures: one tick a millisecond; frames come round every 20 ticks, housekeeping once a second.
const (
	tick       = int64(time.Millisecond)
	frameTicks = int64(FrameDuration) / tick
	houseSlots = 50 // one every frameTicks
)

// wheelEntry is a leg's or a conference's place in the wheel.
type wheelEntry struct {
	slot, index int // of frames; index is valid while spinning
	spinning    bool
	house       int
	houseIndex  int
}

// wheel is a thread's only timer. Everything that makes frames (players, digits, conferences) sits in one of 20 slots, the
// emptiest when it began, so the work of 800 prompts is spread evenly over each 20 ms; every leg is looked at once a second.
type wheel struct {
	origin int64
	ticks  int64 // done
	frames [frameTicks][]*Leg
	rooms  [frameTicks][]*Conference
	work   int // entries of frames and rooms
	house  [houseSlots][]*Leg
	next   int // house slot of the next leg
}

func (w *wheel) start(now int64) { w.origin = now }

// idle is how long nothing is to be done.
func (w *wheel) idle(now int64) time.Duration {
	ahead := frameTicks - w.ticks%frameTicks // to the next housekeeping
	if w.work > 0 {
		for i := int64(1); i < ahead; i++ {
			slot := (w.ticks + i) % frameTicks
			if len(w.frames[slot])+len(w.rooms[slot]) > 0 {
				ahead = i
				break
			}
		}
	}
	return time.Duration(max(0, w.origin+(w.ticks+ahead)*tick-now))
}

// advance does all ticks that are due. After a stall it leaves out what nobody would want to hear any more.
func (w *wheel) advance(t *thread) {
	due := (t.now - w.origin) / tick
	if lag := time.Duration(t.now - w.origin - (w.ticks+1)*tick); lag > t.stats.MaxLag && w.work > 0 {
		t.stats.MaxLag = lag
	}
	if due-w.ticks > int64(stallLimit)/tick {
		t.stats.Stalls++
		w.ticks = due - frameTicks
	}
	for w.ticks < due {
		w.ticks++
		w.turn(t, w.ticks%frameTicks)
		if w.ticks%frameTicks == 0 {
			w.keepHouse(t, w.ticks/frameTicks%houseSlots)
		}
	}
}

// turn plays one slot. Going backwards lets an entry leave while it is visited.
func (w *wheel) turn(t *thread, slot int64) {
	for i := len(w.frames[slot]) - 1; i >= 0; i-- {
		if l := w.frames[slot][i]; !t.spin(l) {
			w.rest(l)
		}
	}
	for i := len(w.rooms[slot]) - 1; i >= 0; i-- {
		w.rooms[slot][i].mix(t)
	}
}

func (w *wheel) keepHouse(t *thread, slot int64) {
	for i := len(w.house[slot]) - 1; i >= 0; i-- {
		t.keepHouse(w.house[slot][i])
	}
}

// emptiest is the slot with the least work, the soonest of equals.
func (w *wheel) emptiest() int {
	best := int((w.ticks + 1) % frameTicks)
	for i := int64(2); i <= frameTicks; i++ {
		slot := int((w.ticks + i) % frameTicks)
		if len(w.frames[slot])+len(w.rooms[slot]) < len(w.frames[best])+len(w.rooms[best]) {
			best = slot
		}
	}
	return best
}

// spinUp gives a leg its frames.
func (w *wheel) spinUp(l *Leg) {
	e := &l.wheel
	if e.spinning || l.thread.Load() == nil {
		return
	}
	e.slot = w.emptiest()
	e.spinning, e.index = true, len(w.frames[e.slot])
	w.frames[e.slot] = append(w.frames[e.slot], l)
	w.work++
}

// rest ends a leg's frames.
func (w *wheel) rest(l *Leg) {
	e := &l.wheel
	if !e.spinning {
		return
	}
	list := w.frames[e.slot]
	last := list[len(list)-1]
	list[e.index], last.wheel.index = last, e.index
	list[len(list)-1] = nil
	w.frames[e.slot] = list[:len(list)-1]
	e.spinning = false
	w.work--
}

// board takes a leg into housekeeping, and into the frames when it has something to do (it may come from another thread).
func (w *wheel) board(t *thread, l *Leg) {
	w.next = (w.next + 1) % houseSlots
	l.wheel.house, l.wheel.houseIndex = w.next, len(w.house[w.next])
	w.house[w.next] = append(w.house[w.next], l)
	if t.busy(l) {
		w.spinUp(l)
	}
}

// leave takes a leg out of everything.
func (w *wheel) leave(l *Leg) {
	w.rest(l)
	list := w.house[l.wheel.house]
	last := list[len(list)-1]
	list[l.wheel.houseIndex], last.wheel.houseIndex = last, l.wheel.houseIndex
	list[len(list)-1] = nil
	w.house[l.wheel.house] = list[:len(list)-1]
}

// openRoom and closeRoom do the same for conferences.
func (w *wheel) openRoom(c *Conference) {
	c.wheel.slot = w.emptiest()
	c.wheel.spinning, c.wheel.index = true, len(w.rooms[c.wheel.slot])
	w.rooms[c.wheel.slot] = append(w.rooms[c.wheel.slot], c)
	w.work++
}

func (w *wheel) closeRoom(c *Conference) {
	if !c.wheel.spinning {
		return
	}
	list := w.rooms[c.wheel.slot]
	last := list[len(list)-1]
	list[c.wheel.index], last.wheel.index = last, c.wheel.index
	list[len(list)-1] = nil
	w.rooms[c.wheel.slot] = list[:len(list)-1]
	c.wheel.spinning = false
	w.work--
}
