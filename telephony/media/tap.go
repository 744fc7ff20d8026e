package media

import (
	"fmt"
)

// The tap's measures, in samples.
const (
	// strayLimit is how far timestamps may lead or trail the clock before the channel is laid anew. Jitter stays below; clock
	// drift of 50 millionths gets there once an hour.
	strayLimit = SampleRate / 4
	// strayPatience is how long a channel may lie where its samples get lost, because their chunk has gone or is not there yet. A
	// burst after a jam of the network is over sooner; a sender that has stalled trails for good.
	strayPatience = SampleRate / 10
)

// track lays one channel's packets on the recording's clock. A packet goes where its timestamp says relative to the one
// before, so jitter does not reach the recording and no jitter buffer is needed; only when timestamps and clock part (a new
// stream, a pause, drift) does the time of arrival count.
type track struct {
	heard  bool
	laid   bool
	epoch  uint32
	nextTS uint32
	next   int64
	astray int64 // since when packets have lain where some of them get lost; 0: they do not
}

// place gives the position of n samples that have arrived when the clock was at now. trail and lead say how far from the clock
// the chunks at hand reach.
func (k *track) place(epoch, ts uint32, n int, now, trail, lead int64) int64 {
	ideal := max(now-int64(n), 0)
	position := k.next + int64(int32(ts-k.nextTS))
	d := position - ideal
	switch {
	case d <= lead && d >= -max(trail-int64(n), 0):
		k.astray = 0
	case k.astray == 0:
		k.astray = max(now, 1)
	}
	lost := k.astray != 0 && now-k.astray > strayPatience
	if !k.laid || k.epoch != epoch || d > strayLimit || d < -strayLimit || lost {
		position, k.astray = ideal, 0
	}
	k.laid, k.epoch = true, epoch
	k.nextTS, k.next = ts+uint32(n), position+int64(n)
	return position
}

// tap cuts what a leg's party says and hears into chunks. It belongs to the leg's thread.
type tap struct {
	leg         *Leg
	sink        Sink
	format      SampleFormat
	window      int
	settle      int64
	saidOnly    bool
	paused      bool
	start       int64 // on the thread's clock
	said, heard track
	now, next   *Chunk // next is taken when the first sample behind now comes
	end         int64  // of now
	sum         Recorded
	over        bool
}

// Recording is a running tap of a leg.
type Recording struct{ tap *tap }

// Record starts a tap. The clock of the recording starts with the command. Errors: ErrInvalid, ErrClosed; more than
// [MaxTaps] at a time finish at once without a sample.
func (l *Leg) Record(s Sink, o RecordOptions) (*Recording, error) {
	if s == nil || o.Format > FormatPCM16 || o.Window < 0 || (o.Window > 0 && o.Window < MinWindow) {
		return nil, fmt.Errorf("%w: recording", ErrInvalid)
	}
	r := &Recording{&tap{leg: l, sink: s, format: o.Format, saidOnly: o.SaidOnly, paused: o.Paused}}
	return r, l.post(func(t *thread) { r.tap.begin(t, durationToSamples(o.Window)) })
}

// Pause lets silence be written from now on, on both channels.
func (r *Recording) Pause() error { return r.set(true) }

// Resume ends a pause.
func (r *Recording) Resume() error { return r.set(false) }

func (r *Recording) set(paused bool) error {
	return r.tap.leg.post(func(t *thread) {
		r.tap.flush(t)
		r.tap.paused = paused
		if r.tap.now != nil {
			r.tap.now.Paused = r.tap.now.Paused || paused
		}
	})
}

// Stop ends the recording; the sink gets the rest and Finish. Idempotent.
func (r *Recording) Stop() error { return r.tap.leg.post(func(t *thread) { r.tap.finish(t) }) }

func (k *tap) begin(t *thread, window int64) {
	k.heard.heard = true
	if len(k.leg.taps) >= MaxTaps {
		k.over = true
		k.sink.Finish(k.sum)
		return
	}
	if k.format == FormatAuto {
		k.format = FormatALaw
		if k.leg.ready && k.leg.config.own().Codec == PCMU {
			k.format = FormatMuLaw
		}
	}
	full := ChunkBytes / 2 / k.format.BytesPerSample()
	k.window = full
	if window > 0 {
		k.window = int(min(window, int64(full)))
	}
	k.settle = min(durationToSamples(Settle), int64(k.window)/2)
	k.start = t.now
	first := k.window
	if k.window == full { // recordings that begin together must not reach the disk together
		first = full/2 + int(k.leg.id*2654435761%uint64(full/2))
	}
	k.now = k.fresh(t, 0, first)
	k.end = int64(first)
	k.leg.taps = append(k.leg.taps, k)
}

func (k *tap) fresh(t *thread, first int64, samples int) *Chunk {
	c := k.leg.engine.chunks.get()
	c.shape(first, samples, k.format)
	c.At = t.wall(k.start + int64(samplesToDuration(first)))
	c.Paused = k.paused
	return c
}

// clock is the recording's present length.
func (k *tap) clock(t *thread) int64 { return (t.now - k.start) * SampleRate / 1e9 }

// put lays a packet of sound.
func (k *tap) put(t *thread, track *track, epoch, ts uint32, payload []byte, codec Codec) {
	now := k.clock(t)
	k.flushAt(t, now)
	if track.heard && k.saidOnly {
		return
	}
	position := track.place(epoch, ts, len(payload), now, k.settle, int64(k.window)-k.settle)
	if k.paused {
		return
	}
	if late := k.now.First - position; late > 0 {
		late = min(late, int64(len(payload)))
		k.sum.Late += late
		payload, position = payload[late:], position+late
	}
	if room := k.end - position; room < int64(len(payload)) {
		if k.next == nil {
			k.next = k.fresh(t, k.end, k.window)
		}
		from := max(room, 0)
		offset := int(position + from - k.end)
		rest := payload[from:]
		rest = rest[:max(0, min(len(rest), k.window-offset))]
		k.next.write(k.next.channel(track.heard), min(offset, k.window), rest, codec)
		payload = payload[:from]
	}
	if len(payload) > 0 {
		k.now.write(k.now.channel(track.heard), int(position-k.now.First), payload, codec)
	}
}

func (c *Chunk) channel(heard bool) []byte {
	if heard {
		return c.Heard
	}
	return c.Said
}

// flush hands over what is complete.
func (k *tap) flush(t *thread) { k.flushAt(t, k.clock(t)) }

func (k *tap) flushAt(t *thread, now int64) {
	for now >= k.end+k.settle && !k.over {
		k.hand(t, k.now)
		if k.next == nil {
			k.next = k.fresh(t, k.end, k.window)
		}
		k.now, k.next = k.next, nil
		k.end += int64(k.window)
	}
}

func (k *tap) hand(t *thread, c *Chunk) {
	if k.sink.WriteChunk(c) {
		k.sum.Chunks++
		t.stats.Chunks++
		return
	}
	k.sum.Dropped++
	t.stats.ChunksDropped++
	c.Release()
}

// finish ends the recording at the present moment.
func (k *tap) finish(t *thread) {
	if k.over || k.now == nil {
		return
	}
	length := k.clock(t)
	k.flushAt(t, length)
	for _, c := range []*Chunk{k.now, k.next} {
		switch {
		case c == nil:
		case length > c.First:
			c.cut(int(min(length-c.First, int64(c.Samples))))
			k.hand(t, c)
		default:
			c.Release()
		}
	}
	k.over, k.now, k.next = true, nil, nil
	k.sum.Samples = length
	for i, other := range k.leg.taps {
		if other == k {
			k.leg.taps = append(k.leg.taps[:i], k.leg.taps[i+1:]...)
			break
		}
	}
	k.sink.Finish(k.sum)
}
