package media_test

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// sharing runs a test of what only shared ports do.
func sharing(t *testing.T, f func(t *testing.T, e *media.Engine, o media.Options)) {
	t.Helper()
	for name, portable := range map[string]bool{"native-shared": false, "portable-shared": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(portable)
			o.Threads = 1
			f(t, newEngine(t, o), o)
		})
	}
}

// foreign is what the engine has dropped because nobody knew the sender.
func foreign(e *media.Engine) (n uint64) {
	for _, thread := range e.Snapshot().Threads {
		n += thread.Foreign
	}
	return n
}

func TestSharedPortCarriesManyCalls(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		var parties []*party
		for range 6 {
			p := join(t, e, nil, func(c *media.LegConfig) { c.StrictSource = true })
			parties = append(parties, p)
			require.Equal(t, parties[0].leg.LocalRTP(), p.leg.LocalRTP())
			require.Equal(t, parties[0].leg.LocalRTCP(), p.leg.LocalRTCP())
		}
		for i := 0; i < 6; i += 2 {
			require.NoError(t, e.Bridge(parties[i].leg, parties[i+1].leg))
		}
		parties[0].settled()
		for round := range byte(10) {
			for i, p := range parties {
				p.say(sound(10*byte(i) + round))
			}
			for i, p := range parties {
				require.Equal(t, sound(10*byte(i^1)+round), p.next().Payload)
			}
		}
		require.Zero(t, foreign(e))
		before := e.Snapshot()
		require.Equal(t, before.PortsTotal-1, before.PortsFree)
		for _, p := range parties {
			require.Equal(t, uint64(10), p.leg.Close().Received)
		}
		require.Eventually(t, func() bool { return e.Snapshot().PortsFree == before.PortsTotal }, patience, time.Millisecond)
	})
}

func TestSharedPortAnswersFromWhereItListens(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		conn := bind(t)
		t.Cleanup(func() { _ = conn.Close() })
		leg, err := e.NewLeg(media.LegOptions{Shared: true, Remote: address(conn)})
		require.NoError(t, err)
		require.NoError(t, leg.Configure((&party{rtp: conn, control: conn}).config()))
		_, err = leg.Play(media.PlayRequest{Clips: []*media.Clip{tone(1)}})
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		n, from, err := conn.ReadFromUDPAddrPort(make([]byte, 2048))
		require.NoError(t, err)
		require.Equal(t, 172, n)
		require.Equal(t, leg.LocalRTP(), from)
	})
}

func TestOneRemoteAddressBelongsToOneLeg(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		a := join(t, e, nil, nil)
		// Known beforehand: they are told apart by ports of ours.
		apart, err := e.NewLeg(media.LegOptions{Shared: true, Remote: address(a.rtp)})
		require.NoError(t, err)
		require.NotEqual(t, a.leg.LocalRTP(), apart.LocalRTP())
		require.NoError(t, apart.Configure(a.config()))
		// Known only from the answer to our offer: refused.
		late, err := e.NewLeg(media.LegOptions{Shared: true})
		require.NoError(t, err)
		require.Equal(t, a.leg.LocalRTP(), late.LocalRTP())
		require.ErrorIs(t, late.Configure(a.config()), media.ErrRemoteTaken)
		own, err := e.NewLeg(media.LegOptions{Near: late})
		require.NoError(t, err)
		require.NoError(t, own.Configure(a.config()))

		a.settled()
		a.say(sound(1))
		require.Eventually(t, func() bool { return a.leg.Stats().Received == 1 }, patience, time.Millisecond)
		require.Zero(t, late.Stats().Received)
		a.leg.Close()
		require.NoError(t, late.Configure(a.config()), "free again")
		a.settled()
		a.say(sound(2))
		require.Eventually(t, func() bool { return late.Stats().Received == 1 }, patience, time.Millisecond)
	})
}

func TestSharedLegFollowsASecondOffer(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		a, b, elsewhere := join(t, e, nil, nil), join(t, e, nil, nil), listen(t)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		a.settled()
		a.say(sound(1))
		require.Equal(t, sound(1), b.next().Payload)

		elsewhere.leg, elsewhere.engine, elsewhere.ssrc = a.leg, e, a.ssrc+1
		elsewhere.configure(nil)
		elsewhere.settled()
		a.say(sound(2))
		require.Eventually(t, func() bool { return foreign(e) == 1 }, patience, time.Millisecond, "the old address is nobody's now")
		elsewhere.say(sound(3))
		require.Equal(t, sound(3), b.next().Payload)
		b.say(sound(4))
		require.Equal(t, sound(4), elsewhere.next().Payload)

		c := listen(t)
		leg, err := e.NewLeg(media.LegOptions{Shared: true, Remote: address(a.rtp)})
		require.NoError(t, err)
		require.Equal(t, a.leg.LocalRTP(), leg.LocalRTP())
		c.leg = leg
		require.ErrorIs(t, c.leg.Configure(elsewhere.config()), media.ErrRemoteTaken)
	})
}

func TestStrangersOnASharedPort(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		a, b := join(t, e, nil, nil), join(t, e, nil, nil)
		silent := join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		a.settled()
		a.say(sound(1))
		b.next()
		stranger := bind(t)
		t.Cleanup(func() { _ = stranger.Close() })
		for i := range uint16(5) {
			a.raw(stranger, &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 66, SequenceNumber: i}, Payload: sound(66)})
		}
		_, err := stranger.WriteToUDPAddrPort([]byte{0x80, 201, 0, 1, 0, 0, 0, 1}, a.leg.LocalRTCP())
		require.NoError(t, err)
		require.Eventually(t, func() bool { return foreign(e) == 6 }, patience, time.Millisecond)
		a.say(sound(2))
		require.Equal(t, sound(2), b.next().Payload)
		require.Zero(t, silent.leg.Stats().Received, "a leg that waits for its party does not take a straggler of another call")
	})
}

func TestControlOnASharedPort(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		muxed := join(t, e, nil, func(c *media.LegConfig) { c.RTCPMux = true })
		plain := join(t, e, nil, nil)
		for _, p := range []*party{muxed, plain} {
			p.settled()
			p.say(sound(1))
			p.event(media.FirstPacket)
			bye, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: p.ssrc}, &rtcp.Goodbye{Sources: []uint32{p.ssrc}}})
			require.NoError(t, err)
			conn, to := p.rtp, p.leg.LocalRTP()
			if p == plain {
				conn, to = p.control, p.leg.LocalRTCP()
			}
			_, err = conn.WriteToUDPAddrPort(bye, to)
			require.NoError(t, err)
			p.event(media.ByeReceived)
		}
	})
}

func TestSRTPOnASharedPort(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		keys := &media.SRTP{
			Profile: media.AES128SHA80,
			Inbound: bytes.Repeat([]byte{1}, media.SRTPKeyLength), Outbound: bytes.Repeat([]byte{2}, media.SRTPKeyLength),
		}
		a := join(t, e, nil, func(c *media.LegConfig) { c.SRTP = keys })
		b := join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		a.settled()
		in, err := srtp.CreateContext(keys.Inbound[:16], keys.Inbound[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
		require.NoError(t, err)
		out, err := srtp.CreateContext(keys.Outbound[:16], keys.Outbound[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
		require.NoError(t, err)
		plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 5, SequenceNumber: 1}, Payload: sound(9)}).Marshal()
		require.NoError(t, err)
		sealed, err := in.EncryptRTP(nil, plain, nil)
		require.NoError(t, err)
		_, err = a.rtp.WriteToUDPAddrPort(sealed, a.leg.LocalRTP())
		require.NoError(t, err)
		require.Equal(t, sound(9), b.next().Payload)
		b.say(sound(10))
		got := a.next()
		raw, err := got.Marshal()
		require.NoError(t, err)
		opened, err := out.DecryptRTP(nil, raw, nil)
		require.NoError(t, err)
		require.Equal(t, sound(10), opened[12:])
	})
}

// TestGuestsOfAnotherThread bridges legs whose shared ports belong to different threads.
func TestGuestsOfAnotherThread(t *testing.T) {
	t.Parallel()
	for name, portable := range map[string]bool{"native-shared": false, "portable-shared": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, options(portable))
			a := join(t, e, nil, nil)
			a.settled()
			b := join(t, e, nil, nil)
			require.NotEqual(t, a.leg.LocalRTP(), b.leg.LocalRTP(), "the quietest thread is the other one")
			require.NoError(t, e.Bridge(a.leg, b.leg))
			a.settled()
			for i := range byte(5) {
				a.say(sound(i))
				require.Equal(t, sound(i), b.next().Payload)
				b.say(sound(50 + i))
				require.Equal(t, sound(50+i), a.next().Payload)
			}
			c := listen(t) // with ports of its own: it comes to the shared one
			leg, err := e.NewLeg(media.LegOptions{Notify: c.notify})
			require.NoError(t, err)
			c.leg, c.engine = leg, e
			c.configure(nil)
			require.NoError(t, e.Bridge(c.leg, b.leg))
			c.settled()
			c.say(sound(99))
			require.Equal(t, sound(99), b.next().Payload)
			b.say(sound(98))
			require.Equal(t, sound(98), c.next().Payload)
			b.leg.Close()
			require.NoError(t, e.Close())
		})
	}
}

func TestSharedPortsAreFilledInTurn(t *testing.T) {
	t.Parallel()
	o := options(true) // whose capacity is known: 32 legs
	o.Threads = 1
	e := newEngine(t, o)
	ports := map[netip.AddrPort]int{}
	var legs []*media.Leg
	for i := range uint16(40) {
		leg, err := e.NewLeg(media.LegOptions{Shared: true, Remote: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 1000+i)})
		require.NoError(t, err)
		legs = append(legs, leg)
		ports[leg.LocalRTP()]++
	}
	require.Len(t, ports, 2)
	require.Equal(t, 32, ports[legs[0].LocalRTP()])
	require.Equal(t, 8, ports[legs[39].LocalRTP()])
	require.NoError(t, e.Close())
	_, err := e.NewLeg(media.LegOptions{Shared: true})
	require.ErrorIs(t, err, media.ErrClosed)
}

func TestSharedPortsRunOut(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, _ *media.Engine, o media.Options) {
		o.PortMin, o.PortMax = o.PortMin+2, o.PortMin+5 // two pairs
		e := newEngine(t, o)
		taken, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.LocalIP, o.PortMin)))
		require.NoError(t, err)
		t.Cleanup(func() { _ = taken.Close() })
		same := media.LegOptions{Shared: true, Remote: netip.MustParseAddrPort("192.0.2.1:5000")}
		first, err := e.NewLeg(same)
		require.NoError(t, err)
		require.Equal(t, o.PortMin+2, first.LocalRTP().Port())
		_, err = e.NewLeg(same)
		require.ErrorIs(t, err, media.ErrNoPorts)
		first.Close()
		require.Eventually(t, func() bool {
			again, err := e.NewLeg(same)
			return err == nil && again.LocalRTP() == first.LocalRTP()
		}, patience, time.Millisecond)
	})
}

func TestUnsharedLegGoesOn(t *testing.T) {
	t.Parallel()
	sharing(t, func(t *testing.T, e *media.Engine, _ media.Options) {
		a, b := join(t, e, nil, nil), join(t, e, nil, nil)
		require.NoError(t, e.Bridge(a.leg, b.leg))
		shared := a.leg.LocalRTP()
		b.settled()
		a.say(sound(1))
		require.Equal(t, sound(1), b.next().Payload)
		taken := address(b.rtp)
		require.False(t, a.leg.Admits(taken))
		require.True(t, a.leg.Admits(address(a.rtp)))
		free := e.Snapshot().PortsFree

		require.NoError(t, a.leg.Unshare())
		require.NotEqual(t, shared, a.leg.LocalRTP())
		require.Equal(t, a.leg.LocalRTP().Port()+1, a.leg.LocalRTCP().Port())
		require.Equal(t, free-1, e.Snapshot().PortsFree)
		require.True(t, a.leg.Admits(taken), "its ports are its own")
		port := a.leg.LocalRTP()
		require.NoError(t, a.leg.Unshare(), "nothing is left to do")
		require.Equal(t, port, a.leg.LocalRTP())
		a.say(sound(2)) // to its new port
		require.Equal(t, sound(2), b.next().Payload)
		b.say(sound(3))
		require.Equal(t, sound(3), a.next().Payload)
		require.NoError(t, a.leg.Configure(a.config()))

		again, err := e.NewLeg(media.LegOptions{Shared: true, Remote: address(a.rtp)})
		require.NoError(t, err)
		require.Equal(t, shared, again.LocalRTP(), "its address is free")
		again.Close()
		a.leg.Close()
		b.leg.Close()
		require.ErrorIs(t, a.leg.Unshare(), media.ErrClosed)
		require.Eventually(t, func() bool { s := e.Snapshot(); return s.PortsFree == s.PortsTotal }, patience, time.Millisecond)
	})
}
