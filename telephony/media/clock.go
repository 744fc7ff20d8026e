package media

// inClock makes samples of the timestamps of a stream whose clock may be another one than the engine's, and may change with the payload
// type. Only differences count, and they are taken from packet to packet, because the numbers of a clock of 48 kHz wrap where those of the
// engine's do not.
type inClock struct {
	ticks  uint32 // in a sample, of the sound at the moment
	wire   uint32 // a timestamp of the stream,
	sample uint32 // and the same in samples
	at     int64  // when sound came last
	key    uint32 // timestamp of an event of the other clock,
	keyAt  uint32 // and its place
	hasKey bool
}

// sound takes the timestamp of a packet of sound; changed tells that the stream's clock is another one from now on.
func (c *inClock) sound(ts, ticks uint32, now int64) (sample uint32, changed bool) {
	if changed = ticks != c.ticks; changed {
		c.ticks, c.wire = ticks, ts
	}
	d := int32(ts-c.wire) / int32(ticks) //nolint:gosec // 1 or 6
	sample = c.sample + uint32(d)
	if d > 0 {
		c.sample, c.wire = sample, c.wire+uint32(d)*ticks
	}
	c.at = now
	return sample, changed
}

// event takes the timestamp of a packet of an event. One that is not of the sound's clock lies where its first packet came.
func (c *inClock) event(ts, ticks uint32, now int64) (sample uint32) {
	if ticks == c.ticks {
		return c.sample + uint32(int32(ts-c.wire)/int32(ticks)) //nolint:gosec // 1 or 6
	}
	if !c.hasKey || c.key != ts {
		c.hasKey, c.key, c.keyAt = true, ts, c.sample+uint32((now-c.at)*SampleRate/1e9)
	}
	return c.keyAt
}

// outClock makes timestamps of samples, for a stream of two clocks: Opus that is passed on has 48 kHz, and what the engine makes itself
// 8 kHz. Each time the clock changes the timestamps go on from where they are, with the new rate from this sample on, as RFC 7160 §4.2
// has it. Against §4.1 the SSRC stays: a browser plays the one of its description only, and SRTP's rollover counter goes on.
type outClock struct {
	ticks        uint32
	wire, sample uint32 // where the clock changed last
}

func (c *outClock) at(ts, ticks uint32) uint32 {
	if ticks != c.ticks {
		c.wire, c.sample = c.now(ts), ts
		c.ticks = ticks
	}
	return c.now(ts)
}

// now is the timestamp of a moment by the present clock.
func (c *outClock) now(ts uint32) uint32 { return c.wire + (ts-c.sample)*c.ticks }
