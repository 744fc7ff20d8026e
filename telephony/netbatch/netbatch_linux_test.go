package netbatch_test

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// socket is a bound UDP socket of the family of ip, as bare descriptor.
func socket(t *testing.T, ip string) (fd int, at netip.AddrPort) {
	t.Helper()
	addr := netip.MustParseAddr(ip)
	domain, name := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	if addr.Is6() {
		domain, name = unix.AF_INET6, &unix.SockaddrInet6{Addr: addr.As16()}
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, name); err != nil {
		t.Skipf("no %s here: %v", ip, err)
	}
	bound, err := unix.Getsockname(fd)
	require.NoError(t, err)
	switch b := bound.(type) {
	case *unix.SockaddrInet4:
		return fd, netip.AddrPortFrom(addr, uint16(b.Port))
	case *unix.SockaddrInet6:
		return fd, netip.AddrPortFrom(addr, uint16(b.Port))
	}
	return fd, at
}

// fetch waits until n packets are received.
func fetch(t *testing.T, b *netbatch.Batch, fd, n int) (packets []string, from []netip.AddrPort) {
	t.Helper()
	require.Eventually(t, func() bool {
		for i := range b.Receive(fd) {
			p, at := b.Packet(i)
			packets, from = append(packets, string(p)), append(from, at)
		}
		return len(packets) >= n
	}, 30*time.Second, time.Millisecond)
	return packets, from
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"127.0.0.1", "::1"} {
		a, from := socket(t, ip)
		b, to := socket(t, ip)
		out, in := netbatch.NewBatch(3, 16), netbatch.NewBatch(4, 16)
		require.Zero(t, in.Receive(b), "nothing is there yet")
		var name netbatch.Name
		size := name.Set(to)
		require.Equal(t, to, name.Addr())
		for range 2 { // the second time over what the first has left
			for _, text := range []string{"one", "two", "a longer third one"} {
				out.Queue(copy(out.Room(), text), &name, size)
			}
			require.Equal(t, 3, out.Queued())
			require.Zero(t, out.Flush(a))
			require.Zero(t, out.Queued())
			packets, senders := fetch(t, in, b, 3)
			require.Equal(t, []string{"one", "two", "a longer third o"}, packets)
			require.Equal(t, []netip.AddrPort{from, from, from}, senders)
		}
		require.True(t, netbatch.SendTo(a, []byte("alone"), &name, size))
		require.Eventually(t, func() bool {
			var sender netbatch.Name
			buffer := make([]byte, 16)
			n, ok := netbatch.ReceiveOne(b, buffer, &sender)
			return ok && string(buffer[:n]) == "alone" && sender.Addr() == from
		}, 30*time.Second, time.Millisecond)
		_, ok := netbatch.ReceiveOne(b, make([]byte, 1), nil)
		require.False(t, ok)
	}
}

// One packet that cannot go does not take the others with it; a socket that is closed takes none.
func TestRefused(t *testing.T) {
	t.Parallel()
	a, _ := socket(t, "127.0.0.1")
	b, to := socket(t, "127.0.0.1")
	out, in := netbatch.NewBatch(3, 16), netbatch.NewBatch(3, 16)
	var good, bad netbatch.Name
	size := good.Set(to)
	wrong := bad.Set(netip.MustParseAddrPort("[2001:db8::1]:9")) // not for a socket of IPv4
	out.Queue(copy(out.Room(), "one"), &good, size)
	out.Queue(copy(out.Room(), "two"), &bad, wrong)
	out.Queue(copy(out.Room(), "three"), &good, size)
	require.Equal(t, 1, out.Flush(a))
	packets, _ := fetch(t, in, b, 2)
	require.Equal(t, []string{"one", "three"}, packets)
	out.Queue(1, &good, size)
	out.Queue(1, &good, size)
	require.Equal(t, 2, out.Flush(-1))
	require.False(t, netbatch.SendTo(a, []byte{1}, &bad, wrong))
}

func TestNames(t *testing.T) {
	t.Parallel()
	var name netbatch.Name
	require.Zero(t, name.Set(netip.AddrPort{}))
	require.False(t, name.Addr().IsValid())
	require.Equal(t, uint32(unix.SizeofSockaddrInet4), name.Set(netip.MustParseAddrPort("[::ffff:192.0.2.7]:5004")))
	require.Equal(t, netip.MustParseAddrPort("192.0.2.7:5004"), name.Addr())
	require.Equal(t, uint32(netbatch.NameSize), name.Set(netip.MustParseAddrPort("[2001:db8::7]:5004")))
	require.Equal(t, netip.MustParseAddrPort("[2001:db8::7]:5004"), name.Addr())
}

func TestNothingIsAllocated(t *testing.T) {
	a, _ := socket(t, "127.0.0.1")
	b, to := socket(t, "127.0.0.1")
	out, in := netbatch.NewBatch(4, 200), netbatch.NewBatch(4, 200)
	var name netbatch.Name
	size := name.Set(to)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range 4 {
			out.Queue(172, &name, size)
		}
		out.Flush(a)
		for i := range in.Receive(b) {
			_, _ = in.Packet(i)
		}
	}))
}

func TestBuffersAndSleep(t *testing.T) {
	t.Parallel()
	fd, _ := socket(t, "127.0.0.1")
	netbatch.SetBuffers(fd, 64<<10)
	size, err := unix.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	require.NoError(t, err)
	require.GreaterOrEqual(t, size, 64<<10)
	for _, keep := range []bool{true, false} {
		begun := time.Now()
		for range 5 {
			netbatch.Sleep(time.Millisecond, keep)
		}
		require.Greater(t, time.Since(begun), 2*time.Millisecond, "a signal may cut some of them short")
	}
}

func TestConnectedSocket(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"127.0.0.1", "::1"} {
		a, from := socket(t, ip)
		b, to := socket(t, ip)
		stranger, _ := socket(t, ip)
		var there, back netbatch.Name
		require.False(t, netbatch.SendOn(a, []byte("nowhere")))
		require.True(t, netbatch.Connect(a, &there, there.Set(to)))
		require.True(t, netbatch.SendOn(a, []byte("there")))
		in := netbatch.NewBatch(4, 16)
		packets, senders := fetch(t, in, b, 1)
		require.Equal(t, []string{"there"}, packets)
		require.Equal(t, []netip.AddrPort{from}, senders)

		size := back.Set(from)
		require.True(t, netbatch.SendTo(stranger, []byte("strange"), &back, size))
		require.True(t, netbatch.SendTo(b, []byte("back"), &back, size))
		packets, senders = fetch(t, in, a, 1)
		require.Equal(t, []string{"back"}, packets)
		require.Equal(t, []netip.AddrPort{to}, senders)

		gone, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(from.Addr(), 0)))
		require.NoError(t, err)
		at := gone.LocalAddr().(*net.UDPAddr).AddrPort()
		require.NoError(t, gone.Close())
		require.True(t, netbatch.Connect(a, &there, there.Set(at)))
		for range 10 { // every other one brings the news that nobody was there
			require.True(t, netbatch.SendOn(a, []byte("gone")))
		}
	}
}
