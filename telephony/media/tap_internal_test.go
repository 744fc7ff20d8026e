package media

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

// tape is a writer that puts a recording together as a real one would.
type tape struct {
	t           *testing.T
	refuse      int // chunks from now on
	chunks      []Chunk
	said, heard []byte
	done        []Recorded
}

func (w *tape) WriteChunk(c *Chunk) bool {
	require.Empty(w.t, w.done, "no chunk after Finish")
	if w.refuse > 0 {
		w.refuse--
		return false
	}
	size := int64(c.Format.BytesPerSample())
	require.LessOrEqual(w.t, int64(len(w.said)), c.First*size, "chunks come in order")
	for int64(len(w.said)) < c.First*size {
		w.said, w.heard = append(w.said, 0), append(w.heard, 0)
	}
	require.Len(w.t, c.Said, c.Samples*int(size))
	w.said, w.heard = append(w.said, c.Said...), append(w.heard, c.Heard...)
	w.chunks = append(w.chunks, *c)
	c.Release()
	return true
}

func (w *tape) Finish(r Recorded) { w.done = append(w.done, r) }

func (e *end) record(o RecordOptions) (*tape, *Recording) {
	e.loop.t.Helper()
	w := &tape{t: e.loop.t}
	r, err := e.Record(w, o)
	require.NoError(e.loop.t, err)
	e.loop.turn()
	return w, r
}

// ms asserts what a channel holds between two times.
func ms(t *testing.T, channel []byte, from, to int, want byte) {
	t.Helper()
	for i := from * 8; i < to*8; i++ {
		require.Equal(t, want, channel[i], "at %d.%d ms", i/8, i%8)
	}
}

func TestRecordingKeepsTheClock(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	w, r := a.record(RecordOptions{Format: FormatALaw})
	p.run(1000 * time.Millisecond)
	a.talk(50, frame(1)) // its first packet holds the 20 ms before
	b.talk(100, frame(2))
	a.ts += 8000 // silent, with the clock going on
	a.talk(50, frame(3))
	a.ts += 123456 // silent, and then a clock of its own
	p.run(1000 * time.Millisecond)
	a.talk(50, frame(4))
	p.run(100 * time.Millisecond)
	require.NoError(t, r.Stop())
	require.NoError(t, r.Stop())
	p.turn()
	require.Len(t, w.done, 1)
	require.Equal(t, int64(7100*8), w.done[0].Samples)
	require.Zero(t, w.done[0].Dropped)
	require.Zero(t, w.done[0].Late)
	require.Len(t, w.said, 7100*8)
	require.Greater(t, len(w.chunks), 3)
	silence := PCMA.silence()
	ms(t, w.said, 0, 980, silence)
	ms(t, w.said, 980, 1980, 1)
	ms(t, w.said, 1980, 3980, silence)
	ms(t, w.said, 3980, 4980, 3)
	ms(t, w.said, 4980, 5980, silence)
	ms(t, w.said, 5980, 6980, 4)
	ms(t, w.said, 6980, 7100, silence)
	ms(t, w.heard, 0, 1980, silence)
	ms(t, w.heard, 1980, 3980, 2)
	ms(t, w.heard, 3980, 7100, silence)
	require.Empty(t, a.taps)
}

func TestRecordingStraightensJitterAndLoss(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	w, r := a.record(RecordOptions{Format: FormatALaw})
	p.run(100 * time.Millisecond)
	for i := range 150 {
		if i%10 == 7 { // lost
			a.seq++
			a.ts += 160
		} else {
			a.say(frame(byte(i)))
		}
		p.run(time.Duration([]int{20, 60, 0, 0, 20}[i%5]) * time.Millisecond)
	}
	p.run(time.Second)
	require.NoError(t, r.Stop())
	p.turn()
	for i := range 150 {
		want := byte(i)
		if i%10 == 7 {
			want = PCMA.silence()
		}
		ms(t, w.said, 80+20*i, 100+20*i, want)
	}
}

func TestRecordingOfPromptsAndPause(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	w, r := a.record(RecordOptions{Format: FormatALaw})
	a.play(PlayRequest{Clips: []*Clip{clipOf(1)}, Loop: true})
	loud := g711.EncodeALaw(256)
	p.run(500 * time.Millisecond)
	require.NoError(t, r.Pause())
	p.run(500 * time.Millisecond)
	require.NoError(t, r.Resume())
	p.run(3000 * time.Millisecond)
	require.NoError(t, r.Stop())
	p.turn()
	ms(t, w.heard, 40, 480, loud)
	ms(t, w.heard, 500, 980, PCMA.silence())
	ms(t, w.heard, 1020, 3960, loud)
	require.True(t, w.chunks[0].Paused)
	require.False(t, w.chunks[len(w.chunks)-1].Paused)
}

func TestRecordingFormats(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	u, _ := a.record(RecordOptions{Format: FormatMuLaw})
	l, _ := a.record(RecordOptions{Format: FormatPCM16, Window: 200 * time.Millisecond, SaidOnly: true})
	auto, _ := a.record(RecordOptions{})
	a.play(PlayRequest{Clips: []*Clip{clipOf(1)}, Loop: true})
	a.talk(200, frame(0x2A))
	a.Leg.transport.close()
	p.thread.bury(a.Leg)
	for _, w := range []*tape{u, l, auto} {
		require.Len(t, w.done, 1, "the end of the leg ends its recordings")
		require.Equal(t, int64(4000*8), w.done[0].Samples)
	}
	require.Equal(t, FormatALaw, auto.chunks[0].Format)
	ms(t, auto.said, 0, 3900, 0x2A)
	ms(t, u.said, 0, 3900, g711.EncodeMuLaw(g711.DecodeALaw(0x2A)))
	want := uint16(g711.DecodeALaw(0x2A))
	for i := 0; i < 3900*16; i += 2 {
		require.Equal(t, byte(want), l.said[i])
		require.Equal(t, byte(want>>8), l.said[i+1])
		require.Zero(t, l.heard[i])
	}
	require.Equal(t, 1600, l.chunks[0].Samples)
	require.Len(t, l.chunks, 20)
}

func TestFullWriterDropsAndCounts(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	w, r := a.record(RecordOptions{Format: FormatALaw})
	a.talk(100, frame(1))
	w.refuse = 1
	a.talk(300, frame(1))
	require.NoError(t, r.Stop())
	p.turn()
	require.Equal(t, int64(1), w.done[0].Dropped)
	require.Equal(t, uint64(1), p.thread.stats.ChunksDropped)
	require.Len(t, w.said, 8000*8, "the next chunk says where it belongs")
}

func TestRecordingBeginsStaggered(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	firsts := map[int64]bool{}
	for range 20 {
		a := p.join(nil)
		_, _ = a.record(RecordOptions{})
		firsts[a.taps[0].end] = true
	}
	require.Greater(t, len(firsts), 15)
}

func TestTooManyTaps(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for range MaxTaps {
		w, _ := a.record(RecordOptions{})
		require.Empty(t, w.done)
	}
	w, r := a.record(RecordOptions{})
	require.Len(t, w.done, 1)
	require.NoError(t, r.Pause())
	require.NoError(t, r.Stop())
	p.turn()
	require.Len(t, w.done, 1)
	_, err := a.Record(nil, RecordOptions{})
	require.ErrorIs(t, err, ErrInvalid)
}

func TestMutedPartyIsNotRecorded(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	w, r := a.record(RecordOptions{Format: FormatALaw})
	require.NoError(t, a.Mute(true))
	p.turn()
	a.talk(20, frame(1))
	require.Empty(t, b.out)
	require.NoError(t, a.Mute(false))
	p.turn()
	a.talk(20, frame(1))
	require.Len(t, b.out, 20)
	require.NoError(t, r.Stop())
	p.turn()
	ms(t, w.said, 0, 380, PCMA.silence())
	ms(t, w.said, 400, 760, 1)
}

// heardAgain counts the samples of v in the last half second of a channel.
func heardAgain(channel []byte, v byte) (n int) {
	for _, b := range channel[len(channel)-SampleRate/2:] {
		if b == v {
			n++
		}
	}
	return n
}

func TestStalledSenderIsHeardAgain(t *testing.T) {
	t.Parallel()
	for _, window := range []time.Duration{MinWindow, 200 * time.Millisecond, 0} {
		for _, stall := range []int{40, 60, 100, 140, 200, 240} { // ms for which the sender stood still, its clock too
			t.Run(fmt.Sprint(window, stall), func(t *testing.T) {
				t.Parallel()
				p := newLoop(t)
				a := p.join(nil)
				w, r := a.record(RecordOptions{Format: FormatALaw, Window: window})
				a.talk(30, frame(1))
				p.run(time.Duration(stall) * time.Millisecond)
				a.talk(300, frame(2))
				require.NoError(t, r.Stop())
				p.turn()
				require.Less(t, w.done[0].Late, int64(240*8), "what is lost while the channel is laid anew")
				require.GreaterOrEqual(t, heardAgain(w.said, 2), SampleRate/2-stall*8, "and nothing afterwards")
				for from := 2000 * 8; from < 5600*8; from += 8 {
					require.Equal(t, byte(2), w.said[from], "at %d ms", from/8)
				}
			})
		}
	}
}

func TestEarlyStreamIsHeardAgain(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	w, r := a.record(RecordOptions{Format: FormatALaw, Window: MinWindow})
	p.run(300 * time.Millisecond)
	for range 10 { // a jam at the very beginning: what follows leads the first packet's arrival by 180 ms for good
		a.say(frame(1))
	}
	p.run(20 * time.Millisecond)
	a.talk(300, frame(2))
	require.NoError(t, r.Stop())
	p.turn()
	ms(t, w.said, 1000, 6000, 2)
}

func TestJamOfTheNetworkMovesNothing(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	w, r := a.record(RecordOptions{Format: FormatALaw})
	a.talk(30, frame(1))
	p.run(200 * time.Millisecond)
	for range 10 {
		a.say(frame(2))
	}
	a.talk(50, frame(3))
	p.run(time.Second)
	require.NoError(t, r.Stop())
	p.turn()
	ms(t, w.said, 0, 600, 1)
	ms(t, w.said, 600, 800, 2)
	ms(t, w.said, 800, 1800, 3)
}
