package media_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
)

func TestBridgePassesBothWays(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, a.leg, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		b.settled()
		for i := range byte(50) {
			a.say(sound(i))
			got := b.next()
			require.Equal(t, sound(i), got.Payload)
			require.Equal(t, b.leg.SSRC(), got.SSRC)
			require.Equal(t, uint8(8), got.PayloadType)
			require.Equal(t, uint16(100)+uint16(i), got.SequenceNumber, "a fresh stream takes the source's numbers")
			require.Equal(t, 5000+160*uint32(i), got.Timestamp)
			require.Equal(t, i == 0, got.Marker)

			b.say(sound(100 + i))
			require.Equal(t, sound(100+i), a.next().Payload)
		}
		s := a.leg.Stats()
		require.Equal(t, uint64(50), s.Received)
		require.Equal(t, uint64(50), s.Sent)
		require.Zero(t, s.Lost)
		require.Zero(t, s.Foreign)
	})
}

func TestBridgeAcrossThreads(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, nil, nil) // the emptiest thread is the other one
		require.NoError(t, e.Bridge(a.leg, b.leg))
		b.settled()
		for i := range byte(20) {
			a.say(sound(i))
			require.Equal(t, sound(i), b.next().Payload)
			b.say(sound(i))
			require.Equal(t, sound(i), a.next().Payload)
		}
		legs := 0
		for _, thread := range e.Snapshot().Threads {
			legs = max(legs, thread.Legs)
		}
		require.Equal(t, 2, legs, "bridged legs live on one thread")
	})
}

func TestBridgeTranslatesBetweenLaws(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, a.leg, func(c *media.LegConfig) {
			c.Receive = []media.Format{{PayloadType: 0, Codec: media.PCMU}}
			c.Send = media.Format{PayloadType: 0, Codec: media.PCMU}
		})
		require.NoError(t, e.Bridge(a.leg, b.leg))
		b.settled()
		in := sound(1)
		a.say(in)
		got := b.next()
		require.Equal(t, uint8(0), got.PayloadType)
		for i, v := range in {
			require.InDelta(t, g711.DecodeALaw(v), g711.DecodeMuLaw(got.Payload[i]), 700, "sample %d", i)
		}
		b.send(0, false, got.Payload)
		back := a.next()
		require.Equal(t, uint8(8), back.PayloadType)
		for i, v := range in {
			require.InDelta(t, g711.DecodeALaw(v), g711.DecodeALaw(back.Payload[i]), 1100, "sample %d", i)
		}
	})
}
