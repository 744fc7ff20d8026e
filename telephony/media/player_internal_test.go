package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

func (e *end) play(r PlayRequest) PlayID {
	e.loop.t.Helper()
	id, err := e.Play(r)
	require.NoError(e.loop.t, err)
	return id
}

func TestPlayPacesAndFinishes(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	id := a.play(PlayRequest{Clips: []*Clip{clipOf(5), nil, clipOf(3)}})
	p.run(time.Second)
	require.Len(t, a.out, 8)
	for i, packet := range a.out {
		want := 1 + i
		if i >= 5 {
			want = i - 4
		}
		require.Equal(t, want, frameNumber(packet.payload))
		require.Equal(t, i == 0, packet.marker)
		require.Len(t, packet.payload, frameSamples)
		if i > 0 {
			require.Equal(t, int64(FrameDuration), packet.at-a.out[i-1].at)
			require.Equal(t, a.out[i-1].ts+frameSamples, packet.ts)
		}
	}
	a.continuous()
	finished := a.of(PlayFinished)
	require.Len(t, finished, 1)
	require.Equal(t, id, finished[0].Play)
	require.Equal(t, PlayCompleted, finished[0].Reason)
	require.Equal(t, 160*time.Millisecond, finished[0].Position)
	require.Zero(t, p.thread.wheel.work, "nothing is left in the wheel")
}

func TestPlayLastFrameIsFilledWithSilence(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.play(PlayRequest{Clips: []*Clip{NewClip(make([]int16, 100)), NewClip([]int16{8000, 8000})}})
	p.run(100 * time.Millisecond)
	require.Len(t, a.out, 1)
	require.Equal(t, g711.EncodeALaw(8000), a.out[0].payload[101])
	require.Equal(t, PCMA.silence(), a.out[0].payload[102])
}

func TestMusicLoopsAndGoesOn(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	music := []*Clip{clipOf(10)}
	a.play(PlayRequest{Clips: music, Loop: true})
	p.run(24 * FrameDuration)
	require.NoError(t, a.Stop())
	p.run(FrameDuration)
	stopped := a.of(PlayFinished)[0]
	require.Equal(t, PlayStopped, stopped.Reason)
	require.Equal(t, time.Duration(len(a.out)%10)*FrameDuration, stopped.Position)
	last := frameNumber(a.out[len(a.out)-1].payload)

	a.play(PlayRequest{Clips: music, Loop: true, Offset: stopped.Position + 10*10*FrameDuration})
	n := len(a.out)
	p.run(2 * FrameDuration)
	require.Equal(t, last%10+1, frameNumber(a.out[n].payload), "the music goes on where it was")
}

func TestPlayModes(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	music := a.play(PlayRequest{Clips: []*Clip{clipOf(50)}, Loop: true})
	p.run(10 * FrameDuration)
	before := frameNumber(a.out[len(a.out)-1].payload)
	told := a.play(PlayRequest{Clips: []*Clip{clipOf(3)}, Mode: PlayInterrupt})
	p.run(3 * FrameDuration)
	require.Equal(t, told, a.of(PlayFinished)[0].Play)
	p.run(FrameDuration)
	require.Equal(t, before+1, frameNumber(a.out[len(a.out)-1].payload))
	behind := a.play(PlayRequest{Clips: []*Clip{clipOf(1)}, Mode: PlayAppend})
	p.run(10 * FrameDuration)
	require.Len(t, a.of(PlayFinished), 1, "behind a loop nothing gets its turn")
	instead := a.play(PlayRequest{Clips: []*Clip{clipOf(1)}})
	p.run(5 * FrameDuration)
	finished := a.of(PlayFinished)
	require.Len(t, finished, 4)
	for i, want := range []struct {
		id     PlayID
		reason PlayReason
	}{{told, PlayCompleted}, {music, PlayReplaced}, {behind, PlayReplaced}, {instead, PlayCompleted}} {
		require.Equal(t, want.id, finished[i].Play)
		require.Equal(t, want.reason, finished[i].Reason)
	}
	a.continuous()
}

func TestBargeInOnlyWhereAllowed(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.play(PlayRequest{Clips: []*Clip{clipOf(100)}})
	p.run(100 * time.Millisecond)
	a.key(1, 1, 160, false)
	p.run(100 * time.Millisecond)
	require.Empty(t, a.of(PlayFinished))
	a.play(PlayRequest{Clips: []*Clip{clipOf(100)}, BargeIn: true})
	a.play(PlayRequest{Clips: []*Clip{clipOf(100)}, Mode: PlayAppend})
	p.run(100 * time.Millisecond)
	n := len(a.out)
	a.key(2, 9000, 160, false)
	p.run(100 * time.Millisecond)
	require.Len(t, a.out, n, "silence from the first packet of the key on")
	require.Equal(t, PlayBargedIn, a.of(PlayFinished)[1].Reason)
	require.Equal(t, PlayBargedIn, a.of(PlayFinished)[2].Reason)
}

func TestOneStreamOverPromptBridgeMusicBridge(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(nil), p.join(nil), p.join(nil)
	b.seq, b.ts = 65530, 0xFFFFFF00 // wraps on the way
	a.play(PlayRequest{Clips: []*Clip{clipOf(7)}})
	p.run(time.Second)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	b.talk(20, frame(1))
	require.NoError(t, a.Unbridge())
	a.play(PlayRequest{Clips: []*Clip{clipOf(50)}, Loop: true})
	p.run(333 * time.Millisecond)
	b.talk(3, frame(9))
	require.NoError(t, p.engine.Bridge(a.Leg, c.Leg))
	require.NoError(t, a.Stop())
	p.turn()
	c.talk(20, frame(2))
	b.talk(1, frame(9))
	require.NoError(t, p.engine.Bridge(b.Leg, a.Leg))
	p.turn()
	b.talk(10, frame(3))
	a.continuous()
	changes := 0
	for i, packet := range a.out {
		require.NotEqual(t, frame(9), packet.payload, "packet %d was not for this party", i)
		if packet.marker {
			changes++
		}
	}
	require.Equal(t, 5, changes, "the marker tells of each change")
}

func TestPlayWaitsForAnAddress(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.Remote = netip.AddrPort{} })
	a.play(PlayRequest{Clips: []*Clip{clipOf(3)}})
	p.run(time.Second)
	require.Empty(t, a.out)
	a.talk(3, frame(1))
	p.run(time.Second)
	require.Len(t, a.out, 3, "the greeting is not lost to a party that was not there yet")
}

func TestStalledThreadDoesNotBurst(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.play(PlayRequest{Clips: []*Clip{clipOf(200)}})
	p.run(200 * time.Millisecond)
	n := len(a.out)
	p.thread.now += int64(time.Second)
	p.turn()
	require.LessOrEqual(t, len(a.out)-n, 2)
	require.Equal(t, uint64(1), p.thread.stats.Stalls)
	p.run(200 * time.Millisecond)
	a.continuous()
}

func TestPlayArguments(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for _, r := range []PlayRequest{{}, {Clips: []*Clip{NewClip(nil)}}, {Clips: []*Clip{clipOf(1)}, Offset: -1}, {Clips: []*Clip{clipOf(1)}, Mode: 9}} {
		_, err := a.Play(r)
		require.ErrorIs(t, err, ErrInvalid)
	}
	id := a.play(PlayRequest{Clips: []*Clip{clipOf(2)}, Offset: time.Hour})
	p.run(100 * time.Millisecond)
	require.Equal(t, id, a.of(PlayFinished)[0].Play, "behind the end is the end")
}
