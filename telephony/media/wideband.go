package media

import "ekc/telephony/g722"

// wideband is what a leg with G.722 remembers, since its code says only what has changed.
//
// Between two parties that both have it, G.722 passes as it is. Everything else in the engine is telephone sound of 8 kHz, so there it is
// A-law, made from the lower band alone, a byte for a byte; see package g722. That costs about as much as the rest of a packet's way, for
// recordings too. Prompts and music are coded for every leg anew: bytes that were coded once begin with an encoder at rest, and would
// click wherever the party's decoder remembers something else. When a talk changes to music or back that cannot be helped: a decoder
// finds back within some milliseconds.
type wideband struct {
	in  *g722.NarrowDecoder
	out *g722.NarrowEncoder
}

// widebandFor gives what a configuration needs, and keeps what there is.
func widebandFor(w *wideband, c *LegConfig) *wideband {
	needed := c.Send.Codec == G722
	for _, f := range c.Receive {
		needed = needed || f.Codec == G722
	}
	switch {
	case !needed:
		return nil
	case w == nil:
		return &wideband{g722.NewNarrowDecoder(), g722.NewNarrowEncoder()}
	}
	return w
}

// decode writes a payload as A-law.
func (w *wideband) decode(out, payload []byte) []byte {
	out = out[:len(payload)]
	for i, b := range payload {
		out[i] = encodeALaw(w.in.DecodeSample(b))
	}
	return out
}

// encode codes sound of G.711 as G.722, in place.
func (w *wideband) encode(b []byte, law Codec) {
	table := pcmTable(law)
	for i, v := range b {
		b[i] = w.out.EncodeSample(table[v])
	}
}

// inside gives a packet of sound as the engine works with it: G.722 as A-law, if anybody here is to hear or keep it. It stays on the
// thread until the next packet.
func (t *thread) inside(l *Leg, payload []byte, codec Codec) ([]byte, Codec) {
	if codec != G722 {
		return payload, codec
	}
	p := l.peer
	if len(l.taps) == 0 && l.room == nil && (p == nil || len(p.taps) == 0 && p.config.Send.Codec == G722) {
		return payload, codec
	}
	return l.wide.decode(t.narrow[:], payload), PCMA
}

// recode makes of a payload, which is inner inside, what a leg sends.
func recode(to *Leg, payload []byte, codec Codec, inner []byte, law Codec) Format {
	format := to.config.own()
	switch own := format.Codec; {
	case own == codec:
	case own == G722:
		to.wide.encode(payload, codec)
	case codec == G722:
		copy(payload, inner)
		translate(payload, law, own)
	default:
		translate(payload, codec, own)
	}
	return format
}

// law is the one that the engine's own frames for a leg are made in.
func (c Codec) law() Codec {
	if c == G722 {
		return PCMA
	}
	return c
}
