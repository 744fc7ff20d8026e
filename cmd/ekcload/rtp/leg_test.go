package rtp_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/cmd/ekcload/rtp"
)

const patience = 30 * time.Second

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

func engine(t *testing.T) *rtp.Engine {
	t.Helper()
	e := rtp.New(1, rtp.PCMA)
	t.Cleanup(e.Close)
	return e
}

// Two legs hear each other, know whom they hear, and lose nothing.
func TestLegsHearEachOther(t *testing.T) {
	t.Parallel()
	e := engine(t)
	a, err := e.Leg(loopback, 7, 1)
	require.NoError(t, err)
	b, err := e.Leg(loopback, 9, 1)
	require.NoError(t, err)
	require.NoError(t, a.Send(b.Local()))
	require.NoError(t, b.Send(a.Local()))
	for leg, want := range map[*rtp.Leg]uint32{a: 9, b: 7} {
		select {
		case h := <-leg.Heard:
			require.Equal(t, want, h.ID)
		case <-time.After(patience):
			require.FailNow(t, "nothing heard")
		}
		<-leg.First
	}
	require.Eventually(t, func() bool { return a.Stats().Received > 20 }, patience, 10*time.Millisecond)
	a.Close()
	require.Zero(t, b.Close().Lost)
}

// packet is a frame of another sender.
func packet(seq uint16, ssrc uint32) []byte {
	b := make([]byte, 12+160)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b
}

// Losses are counted over the wrap of the numbers and from stream to stream.
func TestLossIsCounted(t *testing.T) {
	t.Parallel()
	e := engine(t)
	leg, err := e.Leg(loopback, 1, 50)
	require.NoError(t, err)
	peer, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(loopback))
	require.NoError(t, err)
	t.Cleanup(func() { _ = peer.Close() })
	require.NoError(t, leg.Send(peer.LocalAddr().(*net.UDPAddr).AddrPort()))
	sent := int64(0)
	for _, p := range [][]byte{packet(65534, 5), packet(65535, 5), packet(2, 5), packet(0, 5), packet(100, 6), packet(103, 6)} {
		_, err := peer.WriteToUDPAddrPort(p, leg.Local())
		require.NoError(t, err)
		sent++
		require.Eventually(t, func() bool { return leg.Stats().Received == sent }, patience, time.Millisecond)
	}
	require.EqualValues(t, 1+2, leg.Close().Lost, "1 of the first stream; 101 and 102 of the second")
}

// A key is three ends after five frames, with one timestamp and a marker on the first (RFC 4733 §2.5.1).
func TestKeyIsSent(t *testing.T) {
	t.Parallel()
	e := engine(t)
	leg, err := e.Leg(loopback, 1, 1)
	require.NoError(t, err)
	peer, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(loopback))
	require.NoError(t, err)
	t.Cleanup(func() { _ = peer.Close() })
	leg.Press("#5")
	require.NoError(t, leg.Send(peer.LocalAddr().(*net.UDPAddr).AddrPort()))
	require.NoError(t, peer.SetReadDeadline(time.Now().Add(patience)))
	var keys [][]byte
	for len(keys) < 16 {
		b := make([]byte, 2000)
		n, err := peer.Read(b)
		require.NoError(t, err)
		if b[1]&0x7f == rtp.TypeEvent {
			keys = append(keys, b[:n])
		}
	}
	leg.Close()
	for i, b := range keys {
		key, at := i/8, i%8
		require.Equal(t, []byte{11, 5}[key], b[12], "the key")
		require.Equal(t, at == 0, b[1]&0x80 != 0, "the marker")
		require.Equal(t, at >= 5, b[13]&0x80 != 0, "the end")
		require.Equal(t, uint16(min(at+1, 5)*160), binary.BigEndian.Uint16(b[14:]), "how long")
		require.Equal(t, binary.BigEndian.Uint32(keys[key*8][4:]), binary.BigEndian.Uint32(b[4:]), "one timestamp")
	}
}

func TestDescriptions(t *testing.T) {
	t.Parallel()
	at, err := rtp.Described(rtp.Describe(netip.MustParseAddrPort("127.0.0.9:4000"), rtp.PCMU))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.9:4000", at.String())
	require.Contains(t, rtp.Describe(at, rtp.PCMU), "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n")
	require.Contains(t, rtp.Describe(at, rtp.PCMA), "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n")
	for _, bad := range []string{"", "c=IN IP4 127.0.0.1\r\n", "c=IN IP4 x\r\nm=audio 4000 RTP/AVP 8\r\n", "c=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 8\r\n"} {
		_, err := rtp.Described(bad)
		require.Error(t, err, "%q", bad)
	}
}
