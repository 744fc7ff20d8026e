package media

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/g722"
)

// wide makes a leg speak and hear G.722.
func wide(c *LegConfig) {
	c.Receive = []Format{{9, G722}, {8, PCMA}}
	c.Send = Format{9, G722}
}

func muLaw(c *LegConfig) {
	c.Receive, c.Send = []Format{{0, PCMU}}, Format{0, PCMU}
}

// singer makes frames of a tone, coded.
type singer struct {
	hertz   float64
	n       int
	encoder *g722.NarrowEncoder // nil: A-law
}

func (s *singer) frame() []byte {
	b := make([]byte, frameSamples)
	for i := range b {
		v := int16(8000 * math.Sin(2*math.Pi*s.hertz*float64(s.n)/SampleRate))
		s.n++
		if b[i] = g711.EncodeALaw(v); s.encoder != nil {
			b[i] = s.encoder.EncodeSample(v)
		}
	}
	return b
}

// tonal is the share of a tone's power in what was heard, 0 to 1, and whether it is loud.
func tonal(pcm []int16, hertz float64) (share float64, loud bool) {
	var sine, cosine, total float64
	for i, v := range pcm {
		at := 2 * math.Pi * hertz * float64(i) / SampleRate
		sine, cosine = sine+float64(v)*math.Sin(at), cosine+float64(v)*math.Cos(at)
		total += float64(v) * float64(v)
	}
	n := float64(len(pcm))
	return 2 * (sine*sine + cosine*cosine) / n / max(total, 1), total/n > 1e6
}

// sayAs lets the party send a frame of any codec now. The engine may change what it is given.
func (e *end) sayAs(payloadType uint8, payload []byte) {
	e.packet(payloadType, false, append([]byte(nil), payload...), frameSamples)
}

// heard decodes what came out at an end, less the first frames.
func (e *end) heard(skip int) []int16 {
	decoder := g722.NewNarrowDecoder()
	var pcm []int16
	for i, p := range e.out {
		for _, b := range p.payload {
			var v int16
			switch p.payloadType {
			case 9:
				v = decoder.DecodeSample(b)
			case 8:
				v = g711.DecodeALaw(b)
			case 0:
				v = g711.DecodeMuLaw(b)
			}
			if i >= skip {
				pcm = append(pcm, v)
			}
		}
	}
	return pcm
}

func requireTone(t *testing.T, pcm []int16, hertz float64) {
	t.Helper()
	require.GreaterOrEqual(t, len(pcm), 10*frameSamples)
	share, loud := tonal(pcm, hertz)
	require.True(t, loud)
	require.Greater(t, share, 0.97, "%v Hz", hertz)
}

// Between two who have it G.722 passes bit for bit, whatever its bytes are; and is recorded all the same.
func TestWidebandPasses(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(wide), p.join(wide)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	w, r := a.record(RecordOptions{})
	s := singer{hertz: 500, encoder: g722.NewNarrowEncoder()}
	answer := singer{hertz: 900, encoder: g722.NewNarrowEncoder()}
	for range 100 {
		in, back := s.frame(), answer.frame()
		a.sayAs(9, in)
		b.sayAs(9, back)
		require.Equal(t, in, b.out[len(b.out)-1].payload)
		require.Equal(t, back, a.out[len(a.out)-1].payload)
		require.Equal(t, uint8(9), b.out[len(b.out)-1].payloadType)
		p.run(FrameDuration)
	}
	b.continuous()
	require.NoError(t, r.Stop())
	p.turn()
	require.Equal(t, FormatALaw, w.chunks[0].Format)
	for channel, hertz := range map[*[]byte]float64{&w.said: 500, &w.heard: 900} {
		var pcm []int16
		for _, v := range (*channel)[1600:14000] {
			pcm = append(pcm, g711.DecodeALaw(v))
		}
		requireTone(t, pcm, hertz)
	}
}

// Whoever has only G.711 hears the lower band, and is heard.
func TestWidebandIsTranslated(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(*LegConfig){"PCMA": nil, "PCMU": muLaw} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newLoop(t)
			a, b := p.join(wide), p.join(other)
			require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
			w, r := b.record(RecordOptions{Format: FormatALaw})
			s, back := singer{hertz: 500, encoder: g722.NewNarrowEncoder()}, singer{hertz: 900}
			for range 60 {
				a.sayAs(9, s.frame())
				frame := back.frame()
				if name == "PCMU" {
					translate(frame, PCMA, PCMU)
					b.sayAs(0, frame)
				} else {
					b.sayAs(8, frame)
				}
				p.run(FrameDuration)
			}
			requireTone(t, b.heard(10), 500)
			requireTone(t, a.heard(10), 900)
			require.Equal(t, uint8(9), a.out[0].payloadType)
			require.NoError(t, r.Stop())
			p.turn()
			var pcm []int16
			for _, v := range w.heard[1600:8000] {
				pcm = append(pcm, g711.DecodeALaw(v))
			}
			requireTone(t, pcm, 500)
		})
	}
}

func TestWidebandInAConference(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(wide), p.join(nil), p.join(wide)
	p.conference(Everyone(a.Leg, b.Leg, c.Leg))
	s := singer{hertz: 600, encoder: g722.NewNarrowEncoder()}
	for range 60 {
		a.sayAs(9, s.frame())
		p.run(FrameDuration)
	}
	requireTone(t, b.heard(15), 600)
	requireTone(t, c.heard(15), 600)
}

// Prompts and music are one stream without a click, wherever one ends and another begins.
func TestWidebandClips(t *testing.T) {
	t.Parallel()
	pcm := make([]int16, SampleRate)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*700*float64(i)/SampleRate))
	}
	p := newLoop(t)
	a, late := p.join(wide), p.join(nil) // late gets G.722 when something sounds already
	for _, e := range []*end{a, late} {
		_, err := e.Play(PlayRequest{Clips: []*Clip{NewClip(pcm), NewClip(pcm)}, Loop: true})
		require.NoError(t, err)
	}
	p.run(100 * time.Millisecond)
	c := late.config
	wide(&c)
	require.NoError(t, late.Configure(c))
	p.run(3 * time.Second)
	for _, e := range []*end{a, late} {
		require.Equal(t, uint8(9), e.out[len(e.out)-1].payloadType)
		requireTone(t, e.heard(10), 700)
		e.continuous()
	}
	require.Equal(t, G722, late.Codec())
}

// TestWidebandAllocatesNothing on the way of a packet.
func TestWidebandAllocatesNothing(t *testing.T) {
	b := make([]byte, frameSamples)
	out := make([]byte, frameSamples)
	var c LegConfig
	wide(&c)
	w := widebandFor(nil, &c)
	require.Zero(t, testing.AllocsPerRun(50, func() {
		w.encode(w.decode(out, b), PCMA)
	}))
	require.Same(t, w, widebandFor(w, &c), "a re-INVITE changes nothing")
	muLaw(&c)
	require.Nil(t, widebandFor(w, &c))
}
