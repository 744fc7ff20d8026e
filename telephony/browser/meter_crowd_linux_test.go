package browser

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestMeterCrowd is the other half of TestMeterBrowsers: many browsers in a process of its own, whose CPU is not counted. ICE and DTLS
// are pion's; sound is sent and read by one loop that turns once a millisecond, so that the crowd leaves the machine to what is
// measured, and its packets come evenly, as those of independent people do.
func TestMeterCrowd(t *testing.T) {
	if os.Getenv("EKC_METER_CROWD") == "" {
		t.Skip("EKC_METER_CROWD is not set")
	}
	in, out := json.NewDecoder(bufio.NewReader(os.NewFile(3, "answers"))), json.NewEncoder(os.NewFile(4, "offers"))
	n, err := strconv.Atoi(os.Getenv("EKC_METER_BROWSERS"))
	require.NoError(t, err)
	c := newCrowd(t)
	go c.run()
	for range n {
		g := newGuest(t)
		c.mail <- g
		require.NoError(t, out.Encode(map[string]string{"SDP": g.offer}))
		var answer struct{ SDP string }
		require.NoError(t, in.Decode(&answer))
		g.accept(answer.SDP)
	}
	for in.Decode(&struct{}{}) == nil { // every line asks for the sums since the last one
		c.ask <- struct{}{}
		require.NoError(t, out.Encode(<-c.sums))
	}
	close(c.stop)
	<-c.done
}

// crowdSum is what the crowd has seen. Delays, in microseconds, are those from one browser to another, with a millisecond at most
// until the crowd looks; Late is the longest time, also in microseconds, that the crowd itself came too late for its turn.
type crowdSum struct{ Sent, Received, Lost, Wrong, P50, P99, Max, Late int }

// crowd is the loop over all browsers.
type crowd struct {
	t      testing.TB
	epoll  int
	mail   chan *guest
	ask    chan struct{}
	sums   chan crowdSum
	stop   chan struct{}
	done   chan struct{}
	guests []*guest
	byFD   map[int32]*guest
	ready  [512]unix.EpollEvent
	buffer [maxPacket]byte
	sent   int
	delays []int
	late   time.Duration
}

func newCrowd(t testing.TB) *crowd {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	require.NoError(t, err)
	return &crowd{
		t: t, epoll: epoll, mail: make(chan *guest), ask: make(chan struct{}), sums: make(chan crowdSum),
		stop: make(chan struct{}), done: make(chan struct{}), byFD: map[int32]*guest{},
	}
}

// run turns once a millisecond; a twentieth of the browsers speak in each.
func (c *crowd) run() {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -15) // where it is allowed: whoever measures must be on time
	defer close(c.done)
	next := time.Now()
	for turn := 0; ; turn++ {
		select {
		case <-c.stop:
			return
		case <-c.ask:
			c.sums <- c.sum()
		case g := <-c.mail:
			c.guests, c.byFD[int32(g.fd)] = append(c.guests, g), g
			require.NoError(c.t, unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, g.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(g.fd)}))
		default:
		}
		for i := turn % 20; i < len(c.guests); i += 20 {
			if c.guests[i].speak() {
				c.sent++
			}
		}
		c.listen()
		next = next.Add(time.Millisecond)
		rest := time.Until(next)
		c.late = max(c.late, -rest)
		if rest > 0 {
			span := unix.NsecToTimespec(int64(rest))
			_ = unix.Nanosleep(&span, nil)
		} else if rest < -20*time.Millisecond { // many people never speak at once because somebody was late
			next = time.Now()
		}
	}
}

func (c *crowd) listen() {
	for {
		n, _ := unix.EpollWait(c.epoll, c.ready[:], 0)
		for _, r := range c.ready[:max(n, 0)] {
			g := c.byFD[r.Fd]
			size, ok := g.receive(&c.buffer)
			if ok && isSound(c.buffer[:size]) {
				if delay := g.hear(c.buffer[:size]); delay >= 0 {
					c.delays = append(c.delays, delay)
				}
			} else if ok {
				g.control(c.buffer[:size])
			}
		}
		if n < len(c.ready) {
			return
		}
	}
}

func (c *crowd) sum() crowdSum {
	s := crowdSum{Sent: c.sent, Late: int(c.late.Microseconds())}
	for _, g := range c.guests {
		s.Received += g.received
		s.Wrong += g.wrong
		if g.received > 0 {
			s.Lost += int(g.highest-g.first) + 1 - g.received
		}
		g.received, g.wrong = 0, 0
	}
	slices.Sort(c.delays)
	if n := len(c.delays); n > 0 {
		s.P50, s.P99, s.Max = c.delays[n/2], c.delays[n*99/100], c.delays[n-1]
	}
	c.sent, c.delays, c.late = 0, c.delays[:0], 0
	return s
}

// now is a time that goes into packets: microseconds since whenever.
func now() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return t.Nano() / 1000
}

// hear counts a packet of sound, and gives the delay of one in eight; -1 of the others.
func (g *guest) hear(b []byte) int {
	ready := g.keys.Load()
	if ready == nil || isControl(b) {
		return -1
	}
	seq := uint32(binary.BigEndian.Uint16(b[2:]))
	if g.received == 0 {
		g.first, g.highest = seq, seq
	}
	if ahead := int16(uint16(seq) - uint16(g.highest)); ahead > 0 {
		g.highest += uint32(ahead)
	}
	g.received++
	if g.received%8 != 0 {
		return -1
	}
	plain, err := ready.open(b)
	if err != nil || len(plain) != 172 {
		g.wrong++
		return -1
	}
	return int(now() - int64(binary.BigEndian.Uint64(plain[12:])))
}

// speak sends a packet of 20 ms of PCMA with the time in it; false before the keys are there.
func (g *guest) speak() bool {
	ready := g.keys.Load()
	if ready == nil {
		return false
	}
	packet := g.packet[:]
	g.seq++
	g.ts += 160
	packet[0], packet[1] = 0x80, 8
	binary.BigEndian.PutUint16(packet[2:], g.seq)
	binary.BigEndian.PutUint32(packet[4:], g.ts)
	binary.BigEndian.PutUint32(packet[8:], g.ssrc)
	binary.BigEndian.PutUint64(packet[12:], uint64(now()))
	sealed, err := ready.seal(g.room[:], packet)
	return err == nil && g.send(sealed)
}
