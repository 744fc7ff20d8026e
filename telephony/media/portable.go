package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// waiter is the poller of the portable back-end: packets come through the inbox, so it only has to sleep.
type waiter struct {
	signal chan struct{}
	timer  *time.Timer
}

func newWaiter() *waiter {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &waiter{signal: make(chan struct{}, 1), timer: timer}
}

func (w *waiter) wait(t *thread, d time.Duration) {
	if d <= 0 {
		return
	}
	w.timer.Reset(d)
	select {
	case <-w.signal:
	case <-w.timer.C:
	}
	w.timer.Stop()
	t.now = t.monotonic()
}

func (w *waiter) wake() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

func (*waiter) close() error { return nil }

// conns are the two sockets of a leg as net.UDPConns, each with a goroutine that reads.
type conns struct {
	rtp, control *net.UDPConn
	share        *sharedPort // instead of a leg
	start        sync.Once
	readers      sync.WaitGroup
	mu           sync.Mutex // guards to
	to           *thread
}

func openConns(o Options, port uint16) (*conns, error) {
	rtp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.LocalIP, port)))
	if err != nil {
		return nil, err
	}
	control, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.LocalIP, port+1)))
	if err != nil {
		_ = rtp.Close()
		return nil, err
	}
	return &conns{rtp: rtp, control: control}, nil
}

// attach starts the readers the first time; later ones only turn them to another thread.
func (c *conns) attach(t *thread, l *Leg) error {
	c.mu.Lock()
	c.to = t
	c.mu.Unlock()
	c.start.Do(func() {
		c.readers.Go(func() { c.read(c.rtp, l, false) })
		c.readers.Go(func() { c.read(c.control, l, true) })
	})
	return nil
}

// detach lets packets that come between two threads fall: there are at most a few.
func (c *conns) detach(*thread, *Leg) {
	c.mu.Lock()
	c.to = nil
	c.mu.Unlock()
}

// read hands packets over until the socket is closed.
func (c *conns) read(conn *net.UDPConn, l *Leg, control bool) {
	buf := make([]byte, maxPacket)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // such as an ICMP error of what was sent
		}
		c.mu.Lock()
		if c.to != nil {
			c.to.inbox.put(l, c.share, control, buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		}
		c.mu.Unlock()
	}
}

func (c *conns) send(control bool, b []byte, to *destination) bool {
	conn := c.rtp
	if control {
		conn = c.control
	}
	_, err := conn.WriteToUDPAddrPort(b, to.addr)
	return err == nil
}

func (c *conns) close() {
	_ = c.rtp.Close()
	_ = c.control.Close()
	c.readers.Wait()
}

func addressInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
