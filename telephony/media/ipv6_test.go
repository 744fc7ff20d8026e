package media_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

func TestBridgeOverIPv6(t *testing.T) {
	t.Parallel()
	probe, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Skip("no IPv6 here")
	}
	require.NoError(t, probe.Close())
	backends(t, func(t *testing.T, o media.Options) {
		o.LocalIP = netip.IPv6Loopback()
		e := newEngine(t, o)
		var legs []*media.Leg
		var ends []*net.UDPConn
		for range 2 {
			conn, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
			require.NoError(t, err)
			t.Cleanup(func() { _ = conn.Close() })
			leg, err := e.NewLeg(media.LegOptions{})
			require.NoError(t, err)
			require.NoError(t, leg.Configure(media.LegConfig{
				Remote: address(conn), Receive: []media.Format{{PayloadType: 8, Codec: media.PCMA}}, Send: media.Format{PayloadType: 8, Codec: media.PCMA},
			}))
			legs, ends = append(legs, leg), append(ends, conn)
		}
		require.NoError(t, e.Bridge(legs[0], legs[1]))
		legs[1].Stats()
		b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 1}, Payload: sound(3)}).Marshal()
		require.NoError(t, err)
		_, err = ends[0].WriteToUDPAddrPort(b, legs[0].LocalRTP())
		require.NoError(t, err)
		require.NoError(t, ends[1].SetReadDeadline(time.Now().Add(patience)))
		buf := make([]byte, 2048)
		n, from, err := ends[1].ReadFromUDPAddrPort(buf)
		require.NoError(t, err)
		require.Equal(t, sound(3), buf[12:n])
		require.Equal(t, legs[1].LocalRTP(), from)
	})
}
