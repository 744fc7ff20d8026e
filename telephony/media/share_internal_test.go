package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noSockets are a shared port's for the loop of the tests: what is sent is kept.
type noSockets struct{ sent []destination }

func (*noSockets) attach(*thread, *sharedPort) error { return nil }
func (*noSockets) detach(*thread)                    {}
func (*noSockets) capacity() int                     { return 100 }
func (*noSockets) close()                            {}

func (s *noSockets) queue(b []byte, to *destination) bool { return s.send(false, b, to) }

func (s *noSockets) send(_ bool, _ []byte, to *destination) bool {
	s.sent = append(s.sent, *to)
	return true
}

// sharedLoop is a shared port on a thread whose clock the test turns.
type sharedLoop struct {
	*loop
	port *sharedPort
}

func newSharedLoop(t *testing.T) *sharedLoop {
	t.Helper()
	p := &sharedLoop{loop: newLoop(t)}
	p.port = &sharedPort{
		engine: p.engine, home: p.thread, number: 2, sockets: &noSockets{}, claims: newBook(), routes: newBook(),
	}
	return p
}

// seatedParty is a party of the port's.
type seatedParty struct {
	*end
	port *sharedPort
}

func (p *sharedLoop) seat(remote netip.AddrPort, change func(*LegConfig)) *seatedParty {
	p.t.Helper()
	e := &end{loop: p.loop, seq: 1000, ts: 50000, from: remote}
	e.Leg = p.engine.newLeg(LegOptions{Notify: func(ev Event) { e.events = append(e.events, ev) }})
	e.ssrc = 0xABCD0000 + uint32(e.Leg.id)
	require.True(p.t, p.port.join(e.Leg, remote))
	_, err := p.engine.launch(e.Leg, p.thread)
	require.NoError(p.t, err)
	c := testConfig()
	c.Remote = remote
	if change != nil {
		change(&c)
	}
	require.NoError(p.t, e.Configure(c))
	p.turn()
	return &seatedParty{e, p.port}
}

// say sends one packet to the port; the backlog is that of a thread that came late.
func (s *seatedParty) say(backlog bool) {
	b := make([]byte, headerSize+frameSamples)
	putHeader(b, 8, false, s.seq, s.ts, s.ssrc)
	s.seq++
	s.ts += frameSamples
	s.port.receive(s.loop.thread, false, b, s.from, backlog)
}

func (s *seatedParty) talk(n int) {
	for range n {
		s.say(false)
		s.loop.run(FrameDuration)
	}
}

func TestReboundNATContinuesOnASharedPort(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a := p.seat(testAddress, nil)
	b := p.seat(netip.MustParseAddrPort("192.0.2.2:4000"), nil)
	a.talk(10)
	b.talk(10)
	p.run(200 * time.Millisecond)
	next := []netip.AddrPort{behindNAT, netip.MustParseAddrPort("198.51.100.7:61001"), netip.MustParseAddrPort("198.51.100.7:61002")}
	for i, from := range next {
		a.from = from
		a.talk(10)
		require.Equal(t, from, a.to.addr)
		require.Len(t, a.of(SourceChanged), i+1)
		p.run(200 * time.Millisecond)
	}
	require.Equal(t, uint64(10+len(next)*(10-probation+1)), a.stats.Received, "those of a probation are not believed")
	require.Len(t, p.port.routes.sound, 4, "of former addresses only the last is kept")
	p.turn()
	require.Equal(t, p.port.claims.sound, p.port.routes.sound)
	b.talk(1)
	require.Equal(t, uint64(11), b.stats.Received)
}

func TestLivingStreamCannotBeTakenOnASharedPort(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a := p.seat(testAddress, nil)
	thief := &seatedParty{&end{Leg: a.Leg, loop: p.loop, from: stranger}, p.port}
	for range 50 {
		a.talk(1)
		thief.ssrc, thief.seq, thief.ts = a.ssrc, a.seq, a.ts // one who reads the packets
		thief.say(false)
	}
	require.Equal(t, testAddress, a.to.addr)
	require.Equal(t, uint64(50), a.stats.Received)
	require.Equal(t, uint64(50), p.thread.stats.Foreign)
	p.run(time.Second)
	thief.ssrc = 4711 // one who does not
	thief.talk(20)
	require.Equal(t, testAddress, a.to.addr)
	require.Len(t, p.port.routes.sound, 1)
}

func TestStrictLegsAreNotSearched(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a := p.seat(testAddress, func(c *LegConfig) { c.StrictSource = true })
	a.talk(10)
	p.run(200 * time.Millisecond)
	a.from = behindNAT
	a.talk(10)
	require.Equal(t, uint64(10), a.stats.Received)
}

func TestTwoLegsWithTheSameNumbersAreAmbiguous(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a, b := p.seat(testAddress, nil), p.seat(netip.MustParseAddrPort("192.0.2.2:4000"), nil)
	b.ssrc = a.ssrc
	a.talk(10)
	b.talk(10)
	p.run(200 * time.Millisecond)
	a.from = behindNAT
	a.talk(5)
	require.Equal(t, uint64(20), a.stats.Received+b.stats.Received)
}

func TestSearchesAreFew(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a := p.seat(testAddress, nil)
	a.talk(10)
	p.run(200 * time.Millisecond)
	flood := &seatedParty{&end{Leg: a.Leg, loop: p.loop, from: stranger, ssrc: 1}, p.port}
	for range 10 * searchLimit {
		flood.say(false)
	}
	require.Equal(t, searchLimit, p.port.searches)
	a.from = behindNAT
	a.say(false)
	require.Equal(t, testAddress, a.to.addr, "not now")
	p.run(200 * time.Millisecond)
	a.talk(5)
	require.Equal(t, behindNAT, a.to.addr, "but when the flood has gone by")
}

func TestBacklogOfASharedPort(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a, b := p.seat(testAddress, nil), p.seat(netip.MustParseAddrPort("192.0.2.2:4000"), nil)
	a.talk(5)
	// Both parties have sent for 300 ms before the thread looks; b has only just begun.
	p.run(300 * time.Millisecond)
	for range 15 {
		a.say(true)
		b.say(true)
	}
	require.Equal(t, uint64(20), a.stats.Received)
	require.Equal(t, uint64(10), a.stats.Stale, "what is older than 100 ms")
	require.Zero(t, b.stats.Stale, "a stream without a past has no delay")
	a.talk(5)
	require.Equal(t, uint64(10), a.stats.Stale)
	require.Zero(t, a.snapshot(p.thread).Lost)
}

func TestConfigureKeepsWhatWasLearnedForTheSameAddress(t *testing.T) {
	t.Parallel()
	p := newSharedLoop(t)
	a := p.seat(testAddress, nil)
	a.talk(5)
	p.run(200 * time.Millisecond)
	a.from = behindNAT
	a.talk(5)
	c := testConfig()
	c.Direction = SendOnly
	require.NoError(t, a.Configure(c))
	p.turn()
	require.Equal(t, behindNAT, a.to.addr)
	received := a.stats.Received
	a.talk(1)
	require.Equal(t, received+1, a.stats.Received)
	c.Remote = stranger
	require.NoError(t, a.Configure(c))
	p.turn()
	require.Len(t, p.port.routes.sound, 1)
	require.Same(t, a.Leg, p.port.routes.sound[stranger])
	require.NoError(t, a.Leg.engine.threads[0].mail.post(func(th *thread) { th.bury(a.Leg) }))
	p.turn()
	p.turn()
	require.Empty(t, p.port.routes.sound)
	require.Empty(t, p.port.routes.control)
	require.True(t, p.port.closed)
}
