package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

// chord lets each of several parties say its own constant level for n frames at the same time.
func chord(n int, levels map[*end]int16) {
	var p *loop
	for range n {
		for e, level := range levels {
			p = e.loop
			e.say(frame(g711.EncodeALaw(level)))
		}
		p.run(FrameDuration)
	}
}

// level is what a party hears at the end.
func (e *end) level() int {
	last := e.out[len(e.out)-1]
	return int(g711.DecodeALaw(last.payload[len(last.payload)/2]))
}

func (p *loop) conference(members []Member) *Conference {
	p.t.Helper()
	c := p.engine.NewConference()
	require.NoError(p.t, c.Arrange(members...))
	p.turn()
	return c
}

func TestEveryoneHearsTheOthers(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(nil), p.join(nil), p.join(nil)
	u := p.join(func(c *LegConfig) { c.Send = Format{0, PCMU} })
	p.conference(Everyone(a.Leg, b.Leg, c.Leg, u.Leg))
	chord(20, map[*end]int16{a: 1000, b: 4000, c: 10000})
	require.InDelta(t, 15000, g711.DecodeMuLaw(u.out[len(u.out)-1].payload[80]), 400)
	require.InDelta(t, 14000, a.level(), 300)
	require.InDelta(t, 11000, b.level(), 300)
	require.InDelta(t, 5000, c.level(), 300)
	for _, e := range []*end{a, b, c} {
		e.continuous()
		require.InDelta(t, 20, len(e.out), 1)
	}
}

func TestSupervisorRoles(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	citizen, operator, boss := p.join(nil), p.join(nil), p.join(nil)
	talk := Everyone(citizen.Leg, operator.Leg)
	voices := map[*end]int16{citizen: 1000, operator: 4000, boss: 10000}
	c := p.conference(WithListener(talk, boss.Leg))
	for name, step := range map[string]struct {
		members                   []Member
		citizen, operator, listen int
	}{
		"listen":  {WithListener(talk, boss.Leg), 4000, 1000, 5000},
		"whisper": {WithWhisper(talk, boss.Leg, operator.Leg), 4000, 11000, 5000},
		"barge":   {WithBarge(talk, boss.Leg), 14000, 11000, 5000},
	} {
		require.NoError(t, c.Arrange(step.members...))
		chord(10, voices)
		require.InDelta(t, step.citizen, citizen.level(), 300, name)
		require.InDelta(t, step.operator, operator.level(), 300, name)
		require.InDelta(t, step.listen, boss.level(), 300, name)
	}
	require.Len(t, talk, 2, "arrangements are not changed by those made of them")
	require.NoError(t, c.Close())
	p.turn()
	n := len(citizen.out)
	chord(10, voices)
	require.Len(t, citizen.out, n)
	require.Zero(t, p.thread.rooms)
	require.Zero(t, p.thread.wheel.work)
	citizen.continuous()
}

func TestLoudConferenceIsClipped(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(nil), p.join(nil), p.join(nil)
	p.conference(Everyone(a.Leg, b.Leg, c.Leg))
	chord(10, map[*end]int16{a: 0, b: 30000, c: 30000})
	require.Equal(t, int(g711.DecodeALaw(g711.EncodeALaw(32767))), a.level())
	chord(10, map[*end]int16{a: 0, b: -30000, c: -30000})
	require.Equal(t, int(g711.DecodeALaw(g711.EncodeALaw(-32768))), a.level())
}

func TestLeavingAConference(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	ends := make([]*end, MaxMembers)
	legs := make([]*Leg, MaxMembers)
	for i := range ends {
		ends[i] = p.join(nil)
		legs[i] = ends[i].Leg
	}
	p.conference(Everyone(legs...))
	p.thread.bury(legs[3])
	require.NoError(t, legs[7].Unbridge())
	p.turn()
	chord(10, map[*end]int16{ends[0]: 500, ends[15]: 1000})
	require.InDelta(t, 1000, ends[0].level(), 100)
	require.InDelta(t, 500, ends[15].level(), 100)
	require.InDelta(t, 1500, ends[8].level(), 100)
	require.Empty(t, ends[3].out)
	_, err := p.engine.NewPipe(LegOptions{}, nil)
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorIs(t, p.engine.NewConference().Arrange(make([]Member, MaxMembers+1)...), ErrInvalid)
	require.ErrorIs(t, p.engine.NewConference().Arrange(Member{Leg: legs[0], Hears: legs[1:2]}), ErrInvalid)
	require.ErrorIs(t, p.engine.NewConference().Arrange(Member{Leg: legs[0]}, Member{Leg: legs[0]}), ErrInvalid)
	require.ErrorIs(t, p.engine.NewConference().Arrange(Member{}), ErrInvalid)
}

func TestFromBridgeToConferenceAndBack(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(nil), p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	chord(10, map[*end]int16{a: 1000, b: 2000})
	room := p.conference(Everyone(a.Leg, b.Leg, c.Leg))
	chord(10, map[*end]int16{a: 1000, b: 2000, c: 4000})
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	chord(10, map[*end]int16{a: 1000, b: 2000, c: 4000})
	require.InDelta(t, 2000, a.level(), 100)
	require.NoError(t, room.Close())
	p.turn()
	a.continuous()
	b.continuous()
}

// TestJitterBuffer plays a counting stream through delays and looks at what comes out.
func TestJitterBuffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		delay  func(i int) int // frames that packet i is late
		misses int
	}{
		"even":         {func(int) int { return 0 }, 0},
		"a bit uneven": {func(i int) int { return i % 2 }, 0},
		"waves":        {func(i int) int { return (i / 20) % 2 * 3 }, 8},
		"one gap":      {func(i int) int { return max(0, min(10, 60-i)) * (i / 50 % 2) }, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			due := map[int][]int{}
			for i := range 200 {
				due[i+c.delay(i)] = append(due[i+c.delay(i)], i)
			}
			var j jitterBuffer
			var out [frameSamples]int16
			heard := map[int16]bool{}
			for now := range 240 {
				for _, i := range due[now] {
					j.put(0, uint32(i*160), frame(g711.EncodeALaw(int16(i)*128)), g711.ALawSamples())
				}
				if j.get(&out) {
					heard[out[0]] = true
				}
			}
			lost := 0
			for i := range 200 {
				if !heard[g711.DecodeALaw(g711.EncodeALaw(int16(i)*128))] {
					lost++
				}
			}
			require.LessOrEqual(t, lost, c.misses)
		})
	}
}

func TestJitterBufferSheds(t *testing.T) {
	t.Parallel()
	var j jitterBuffer
	var out [frameSamples]int16
	for i := range uint32(10) { // a burst: 200 ms at once
		j.put(0, i*160, frame(1), g711.ALawSamples())
	}
	for i := uint32(10); i < 1500; i++ {
		j.put(0, i*160, frame(1), g711.ALawSamples())
		require.True(t, j.get(&out))
	}
	require.LessOrEqual(t, int32(j.end-j.play), int32(jitterSpare+frameSamples), "the delay goes when it is of no use")
}

func TestPausedSpeakerIsNotRepeated(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	p.conference(Everyone(a.Leg, b.Leg))
	chord(20, map[*end]int16{a: 8000})
	p.run(time.Second)
	require.Less(t, b.level(), 100)
	chord(20, map[*end]int16{a: 8000})
	require.InDelta(t, 8000, b.level(), 300)
}
