package media_test

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// patience bounds every wait of a test; nothing takes that long unless it is broken.
const patience = 30 * time.Second

// nextPorts gives every engine of the tests a range of its own.
var nextPorts atomic.Uint32

const rangeSize = 40

// backends runs a test against both back-ends, with legs on ports of their own and on shared ones; see [shared].
func backends(t *testing.T, f func(t *testing.T, o media.Options)) {
	t.Helper()
	for name, portable := range map[string]bool{"native": false, "portable": true, "native-shared": false, "portable-shared": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, options(portable))
		})
	}
}

// shared tells whether the legs of a test's parties use shared ports.
func shared(t testing.TB) bool { return strings.HasSuffix(t.Name(), "-shared") }

func options(portable bool) media.Options {
	low := uint16(30000 + rangeSize*(nextPorts.Add(1)-1))
	return media.Options{
		LocalIP: netip.MustParseAddr("127.0.0.1"), PortMin: low, PortMax: low + rangeSize - 1,
		Threads: 2, Portable: portable, KeepProcs: true,
	}
}

func newEngine(t testing.TB, o media.Options) *media.Engine {
	t.Helper()
	e, err := media.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

// party is somebody on the other end of a leg: two sockets, and all that came in.
type party struct {
	t       testing.TB
	engine  *media.Engine
	leg     *media.Leg
	rtp     *net.UDPConn
	control *net.UDPConn
	ssrc    uint32
	seq     uint16
	ts      uint32
	packets chan *rtp.Packet
	reports chan []rtcp.Packet
	events  chan media.Event
	wait    sync.WaitGroup
}

// join makes a leg and its party, configured for PCMA, digits on 101, both directions. change may alter that.
func join(t testing.TB, e *media.Engine, near *media.Leg, change func(*media.LegConfig)) *party {
	t.Helper()
	p := listen(t)
	leg, err := e.NewLeg(media.LegOptions{Near: near, Notify: p.notify, Shared: shared(t), Remote: address(p.rtp)})
	require.NoError(t, err)
	p.leg, p.engine = leg, e
	p.configure(change)
	return p
}

func listen(t testing.TB) *party {
	t.Helper()
	p := &party{
		t: t, packets: make(chan *rtp.Packet, 4096), reports: make(chan []rtcp.Packet, 256), events: make(chan media.Event, 256),
		ssrc: 0xC0FFEE00 + nextPorts.Load(), seq: 100, ts: 5000,
	}
	p.rtp, p.control = bind(t), bind(t)
	p.wait.Add(2)
	go p.readRTP()
	go p.readControl()
	t.Cleanup(func() {
		_ = p.rtp.Close()
		_ = p.control.Close()
		p.wait.Wait()
	})
	return p
}

func bind(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	return c
}

func (p *party) notify(e media.Event) {
	select {
	case p.events <- e:
	default:
	}
}

func (p *party) config() media.LegConfig {
	return media.LegConfig{
		Remote: address(p.rtp), RemoteRTCP: address(p.control),
		Receive: []media.Format{{PayloadType: 8, Codec: media.PCMA}}, Send: media.Format{PayloadType: 8, Codec: media.PCMA},
		ReceiveEvents: 101, SendEvents: 101,
	}
}

func (p *party) configure(change func(*media.LegConfig)) {
	p.t.Helper()
	c := p.config()
	if change != nil {
		change(&c)
	}
	require.NoError(p.t, p.leg.Configure(c))
}

func address(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

func (p *party) readRTP() {
	defer p.wait.Done()
	buf := make([]byte, 2048)
	for {
		n, err := p.rtp.Read(buf)
		if err != nil {
			return
		}
		packet := &rtp.Packet{}
		if packet.Unmarshal(append([]byte(nil), buf[:n]...)) == nil {
			p.packets <- packet
		}
	}
}

func (p *party) readControl() {
	defer p.wait.Done()
	buf := make([]byte, 2048)
	for {
		n, err := p.control.Read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(append([]byte(nil), buf[:n]...))
		if err == nil {
			p.reports <- packets
		}
	}
}

// say sends one packet of sound.
func (p *party) say(payload []byte) { p.send(8, false, payload) }

func (p *party) send(payloadType uint8, marker bool, payload []byte) {
	p.t.Helper()
	p.raw(p.rtp, &rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: payloadType, Marker: marker, SequenceNumber: p.seq, Timestamp: p.ts, SSRC: p.ssrc,
	}, Payload: payload})
	p.seq++
	if payloadType != 101 {
		p.ts += uint32(len(payload))
	}
}

func (p *party) raw(from *net.UDPConn, packet *rtp.Packet) {
	p.t.Helper()
	b, err := packet.Marshal()
	require.NoError(p.t, err)
	_, err = from.WriteToUDPAddrPort(b, p.leg.LocalRTP())
	require.NoError(p.t, err)
}

// next waits for a packet.
func (p *party) next() *rtp.Packet {
	p.t.Helper()
	select {
	case packet := <-p.packets:
		return packet
	case <-time.After(patience):
		require.FailNow(p.t, "no packet came")
		return nil
	}
}

// event waits for an event of a kind and lets others go by.
func (p *party) event(kind media.EventKind) media.Event {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-p.events:
			if e.Kind == kind {
				return e
			}
		case <-deadline:
			require.FailNow(p.t, "event did not come", "kind %d", kind)
			return media.Event{}
		}
	}
}

// settled waits until the leg's thread has done all that was asked and has read its sockets at least once, and the others know
// of it whose shared ports may be concerned.
func (p *party) settled() {
	p.t.Helper()
	if p.engine != nil {
		p.engine.Snapshot()
	}
	p.leg.Stats()
	p.leg.Stats()
}

// sound is a payload that can be told from others.
func sound(n byte) []byte {
	b := make([]byte, 160)
	for i := range b {
		b[i] = byte(i)*7 + n
	}
	return b
}
