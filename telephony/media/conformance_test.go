package media_test

import (
	"bytes"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// tone is a clip of n frames.
func tone(n int) *media.Clip {
	pcm := make([]int16, n*160)
	for i := range pcm {
		pcm[i] = int16(i%100) * 200
	}
	return media.NewClip(pcm)
}

func TestPromptReachesTheParty(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		id, err := a.leg.Play(media.PlayRequest{Clips: []*media.Clip{tone(10)}})
		require.NoError(t, err)
		first := a.next()
		for i := range 9 {
			got := a.next()
			require.Equal(t, first.SequenceNumber+uint16(i)+1, got.SequenceNumber)
			require.Equal(t, first.SSRC, got.SSRC)
			require.Len(t, got.Payload, 160)
		}
		finished := a.event(media.PlayFinished)
		require.Equal(t, id, finished.Play)
		require.Equal(t, media.PlayCompleted, finished.Reason)
		require.Same(t, a.leg, finished.Leg)
	})
}

func TestDigitsOverSockets(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, nil, func(c *media.LegConfig) { c.SendEvents = 96 })
		require.NoError(t, e.Bridge(a.leg, b.leg))
		a.settled()
		a.say(sound(1))
		require.Equal(t, sound(1), b.next().Payload)
		for i := range uint16(6) { // three of them ends
			end := byte(0)
			if i >= 3 {
				end = 0x80
			}
			a.send(101, i == 0, []byte{4, end | 10, byte(160 * min(i+1, 4) >> 8), byte(160 * min(i+1, 4))})
			got := b.next()
			require.Equal(t, uint8(96), got.PayloadType)
			require.Equal(t, byte(4), got.Payload[0])
		}
		digit := a.event(media.DTMF)
		require.Equal(t, byte('4'), digit.Digit)
		require.Equal(t, 80*time.Millisecond, digit.Duration)
		require.False(t, digit.Injected)
		require.Equal(t, uint64(1), a.leg.Stats().Digits)

		require.NoError(t, b.leg.SendDTMF("9", 0, 0))
		require.Equal(t, byte(9), b.next().Payload[0])
		b.event(media.DTMFSent)
	})
}

func TestSourcesOverSockets(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a, b := join(t, e, nil, nil), listen(t)
		// The party says in SDP that it is elsewhere, as behind NAT.
		leg, err := e.NewLeg(media.LegOptions{Near: a.leg, Notify: b.notify})
		require.NoError(t, err)
		b.leg = leg
		b.configure(func(c *media.LegConfig) { c.Remote = netip.MustParseAddrPort("127.0.0.9:9") })
		require.NoError(t, e.Bridge(a.leg, b.leg))
		b.settled()
		for range 3 {
			b.say(sound(1))
		}
		moved := b.event(media.SourceChanged)
		require.Equal(t, address(b.rtp), moved.Address)
		require.Equal(t, sound(1), a.next().Payload)
		a.say(sound(2))
		require.Equal(t, sound(2), b.next().Payload, "symmetric RTP")

		other := bind(t)
		for range 5 {
			b.raw(other, &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 1, SequenceNumber: 1}, Payload: sound(66)})
		}
		b.say(sound(3))
		require.Equal(t, sound(3), a.next().Payload, "the stranger's do not pass")
		require.NoError(t, other.Close())
		require.Eventually(t, func() bool { return b.leg.Stats().Foreign == 7 }, patience, time.Millisecond)
	})
}

func TestControlOverSockets(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		a.settled()
		b.say(sound(1))
		a.next()
		bye, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: b.ssrc}, &rtcp.Goodbye{Sources: []uint32{b.ssrc}}})
		require.NoError(t, err)
		_, err = b.control.WriteToUDPAddrPort(bye, b.leg.LocalRTCP())
		require.NoError(t, err)
		b.event(media.ByeReceived)
		a.leg.Close()
		select {
		case packets := <-a.reports:
			require.IsType(t, &rtcp.SenderReport{}, packets[0])
			require.Equal(t, []uint32{a.leg.SSRC()}, packets[len(packets)-1].(*rtcp.Goodbye).Sources)
		case <-time.After(patience):
			require.Fail(t, "no BYE")
		}
	})
}

// collector keeps a recording.
type collector struct {
	mu          sync.Mutex
	said, heard []byte
	end         chan media.Recorded
}

func (c *collector) WriteChunk(chunk *media.Chunk) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said, c.heard = append(c.said, chunk.Said...), append(c.heard, chunk.Heard...)
	chunk.Release()
	return true
}

func (c *collector) Finish(r media.Recorded) { c.end <- r }

func TestRecordingOverSockets(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		b := join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		c := &collector{end: make(chan media.Recorded, 2)}
		_, err := a.leg.Record(c, media.RecordOptions{Format: media.FormatALaw})
		require.NoError(t, err)
		a.settled()
		for i := range byte(5) { // more at once would lead the clock by too much
			a.say(sound(i))
			b.next()
			b.say(sound(100 + i))
			a.next()
		}
		_, err = a.leg.Play(media.PlayRequest{Clips: []*media.Clip{tone(25)}}) // half a second passes
		require.NoError(t, err)
		a.event(media.PlayFinished)
		require.NoError(t, e.Close())
		sum := <-c.end
		require.Len(t, c.said, int(sum.Samples))
		require.Len(t, c.heard, int(sum.Samples))
		require.Greater(t, sum.Samples, int64(3800))
		require.True(t, bytes.Contains(c.said, sound(4)))
		require.True(t, bytes.Contains(c.heard, sound(104)))
		require.False(t, bytes.Contains(c.said, sound(104)))
		require.False(t, bytes.Contains(c.heard, sound(4)))
	})
}

func TestConferenceOverThreads(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a, b, c := join(t, e, nil, nil), join(t, e, nil, nil), join(t, e, nil, nil)
		room := e.NewConference()
		require.NoError(t, room.Arrange(media.WithListener(media.Everyone(a.leg, b.leg), c.leg)...))
		for _, p := range []*party{a, b, c} {
			require.Len(t, p.next().Payload, 160, "a stream flows even in silence")
		}
		require.Eventually(t, func() bool {
			a.say(sound(7))
			return string(b.next().Payload) == string(sound(7))
		}, patience, 20*time.Millisecond)
		conferences := 0
		for _, thread := range e.Snapshot().Threads {
			conferences += thread.Conferences
		}
		require.Equal(t, 1, conferences)
		require.NoError(t, room.Close())
	})
}

func TestCodecsOfTheSameLegMayChange(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a, b := join(t, e, nil, nil), join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		b.configure(func(c *media.LegConfig) {
			c.Receive = []media.Format{{PayloadType: 0, Codec: media.PCMU}}
			c.Send = media.Format{PayloadType: 0, Codec: media.PCMU}
		})
		b.settled()
		a.say(sound(1))
		require.Equal(t, uint8(0), b.next().PayloadType)
		b.configure(nil)
		b.settled()
		a.say(sound(2))
		got := b.next()
		require.Equal(t, uint8(8), got.PayloadType)
		require.Equal(t, sound(2), got.Payload)
	})
}

func TestPipe(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, o media.Options) {
		e := newEngine(t, o)
		a := join(t, e, nil, nil)
		out := make(chan []byte, 64)
		leg, err := e.NewPipe(media.LegOptions{}, func(b []byte) { out <- append([]byte(nil), b...) })
		require.NoError(t, err)
		c := a.config()
		c.RTCPMux = true
		require.NoError(t, leg.Configure(c))
		require.NoError(t, e.Bridge(a.leg, leg))
		a.settled()
		a.say(sound(1))
		select {
		case b := <-out:
			require.Equal(t, sound(1), b[12:])
		case <-time.After(patience):
			require.Fail(t, "nothing came out")
		}
		b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 3, SequenceNumber: 5}, Payload: sound(3)}).Marshal()
		require.NoError(t, err)
		require.NoError(t, leg.Deliver(b))
		require.Equal(t, sound(3), a.next().Payload)
		require.False(t, leg.LocalRTP().IsValid())
		leg.Close()
		require.ErrorIs(t, leg.Deliver(make([]byte, 20)), media.ErrClosed)
	})
}
