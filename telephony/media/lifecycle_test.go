package media_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

func TestPortsComeBackAndRunOut(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		o.PortMax = o.PortMin + 7 // four legs
		e := newEngine(t, o)
		var legs []*media.Leg
		for range 4 {
			leg, err := e.NewLeg(media.LegOptions{})
			require.NoError(t, err)
			require.Zero(t, leg.LocalRTP().Port()%2)
			require.Equal(t, leg.LocalRTP().Port()+1, leg.LocalRTCP().Port())
			legs = append(legs, leg)
		}
		_, err := e.NewLeg(media.LegOptions{})
		require.ErrorIs(t, err, media.ErrNoPorts)
		legs[2].Close()
		leg, err := e.NewLeg(media.LegOptions{})
		require.NoError(t, err)
		require.Equal(t, legs[2].LocalRTP(), leg.LocalRTP())
		s := e.Snapshot()
		require.Equal(t, 4, s.PortsTotal)
		require.Zero(t, s.PortsFree)
	})
}

func TestPortsOfOthersAreSkipped(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		foreign := listen(t).rtp
		port := address(foreign).Port() &^ 1
		o.PortMin, o.PortMax = port, port+9
		e := newEngine(t, o)
		leg, err := e.NewLeg(media.LegOptions{})
		require.NoError(t, err)
		require.NotEqual(t, port, leg.LocalRTP().Port())
	})
}

func TestClosedThingsSaySo(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a, b := join(t, e, nil, nil), join(t, e, nil, nil)
		a.say(sound(1))
		require.Eventually(t, func() bool { return a.leg.Stats().Received == 1 }, patience, time.Millisecond)
		last := a.leg.Close()
		require.Equal(t, uint64(1), last.Received)
		require.Equal(t, last, a.leg.Close())
		require.Equal(t, last, a.leg.Stats())
		require.ErrorIs(t, a.leg.Configure(a.config()), media.ErrClosed)
		require.ErrorIs(t, e.Bridge(a.leg, b.leg), media.ErrClosed)
		_, err := a.leg.Play(media.PlayRequest{Clips: []*media.Clip{tone(1)}})
		require.ErrorIs(t, err, media.ErrClosed)
		require.ErrorIs(t, e.Bridge(b.leg, b.leg), media.ErrInvalid)

		require.NoError(t, e.Close())
		require.NoError(t, e.Close())
		_, err = e.NewLeg(media.LegOptions{})
		require.ErrorIs(t, err, media.ErrClosed)
		require.ErrorIs(t, b.leg.Stop(), media.ErrClosed)
		b.leg.Close()
		require.Len(t, e.Snapshot().Threads, 2)
	})
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]media.Options{
		"ports":   {PortMin: 10, PortMax: 5},
		"threads": {Threads: media.MaxThreads + 1},
		"gather":  {Gather: time.Second},
		"DSCP":    {DSCP: 64},
	} {
		_, err := media.New(o)
		require.ErrorIs(t, err, media.ErrInvalid, name)
	}
}

// TestManyOwners lets goroutines pull at the same legs, for the race detector and against deadlocks.
func TestManyOwners(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		var parties []*party
		for range 6 {
			parties = append(parties, join(t, e, nil, nil))
		}
		room := e.NewConference()
		clip := tone(3)
		var wait sync.WaitGroup
		for w := range 4 {
			wait.Go(func() {
				for i := range 50 {
					a, b, c := parties[(w+i)%6], parties[(w+2*i+1)%6], parties[(i+3)%6]
					switch (w + i) % 6 {
					case 0, 1:
						_ = e.Bridge(a.leg, b.leg)
					case 2:
						_ = room.Arrange(media.Everyone(a.leg, b.leg)...)
					case 3:
						_, _ = a.leg.Play(media.PlayRequest{Clips: []*media.Clip{clip}, Mode: media.PlayMode(i % 3)})
					case 4:
						_ = c.leg.Unbridge()
					case 5:
						a.leg.Stats()
						e.Snapshot()
					}
					runtime.Gosched()
				}
			})
		}
		for i := range byte(100) {
			for _, p := range parties {
				p.say(sound(i))
			}
		}
		wait.Wait()
		require.NoError(t, room.Close())
		require.NoError(t, e.Bridge(parties[0].leg, parties[5].leg))
		parties[0].settled()
		require.Eventually(t, func() bool {
			parties[0].say(sound(77))
			parties[0].settled()
			for len(parties[5].packets) > 0 {
				if string(parties[5].next().Payload) == string(sound(77)) {
					return true
				}
			}
			return false
		}, patience, 10*time.Millisecond)
	})
}
