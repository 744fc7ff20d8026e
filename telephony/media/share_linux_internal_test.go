//go:build linux

package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/netbatch"
)

// rawPort opens a shared port of the native back-end, with a leg that keeps it open.
func rawPort(t *testing.T) (*Engine, *Leg, *rawShared) {
	t.Helper()
	e, err := New(Options{PortMin: 41000, PortMax: 41999, Threads: 1, KeepProcs: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	l, err := e.NewLeg(LegOptions{Shared: true})
	require.NoError(t, err)
	return e, l, l.seatShared.port.sockets.(*rawShared)
}

func TestQueueOfASharedPort(t *testing.T) {
	t.Parallel()
	e, l, raw := rawPort(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	var good, refused destination
	good.set(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	refused.set(netip.MustParseAddrPort("[2001:db8::1]:9")) // not for a socket of IPv4
	const n = outBatch + 20
	e.threads[0].call(func(*thread) {
		for i := range byte(n) {
			raw.queue([]byte{i, 1}, &good)
			if i%10 == 0 {
				raw.queue([]byte{i, 2}, &refused)
			}
		}
		raw.queue(make([]byte, outPacket+1), &good) // longer than what is queued: behind the others all the same
		raw.queue([]byte{n, 1}, &good)
	})
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	buf := make([]byte, 2048)
	for i := range byte(n) {
		size, err := conn.Read(buf)
		require.NoError(t, err)
		require.Equal(t, []byte{i, 1}, buf[:size])
	}
	size, err := conn.Read(buf)
	require.NoError(t, err)
	require.Equal(t, outPacket+1, size)
	size, err = conn.Read(buf)
	require.NoError(t, err)
	require.Equal(t, []byte{n, 1}, buf[:size], "without another packet to push it out")
	require.Equal(t, uint64((n+9)/10), e.Snapshot().Threads[0].SendErrors)
	l.Close()
}

// TestQueueAllocatesNothing over the whole native way out.
func TestQueueAllocatesNothing(t *testing.T) {
	e, _, raw := rawPort(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	var to destination
	to.set(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	packet := make([]byte, 172)
	e.threads[0].call(func(th *thread) {
		p := th.poll.(*epoll)
		allocations := testing.AllocsPerRun(200, func() {
			for range 3 {
				raw.queue(packet, &to)
			}
			p.flush()
			_, _ = netbatch.ReceiveOne(raw.rtp, p.one[:], &p.oneFrom)
			p.drainShared(th, raw.rtp, p.sockets[raw.rtp], false)
		})
		if allocations != 0 {
			t.Errorf("%v allocations", allocations)
		}
	})
}

// TestCapacityFollowsTheReceiveBuffer since a system may grant far less than is asked.
func TestCapacityFollowsTheReceiveBuffer(t *testing.T) {
	t.Parallel()
	_, _, raw := rawPort(t)
	granted := raw.capacity()
	require.Positive(t, granted)
	require.LessOrEqual(t, granted, 2*sharedBuffer/legBuffer)
}
