package browser_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
)

// Our candidates reach the browser late, and its own never reach us: it is found by its checks.
func TestOurCandidatesComeLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.answer(p.offer(false))
	require.NotEmpty(t, candidatesOf(d.answer))
	require.Contains(t, d.answer, "a=end-of-candidates")
	require.Empty(t, <-d.candidates, "all are in the answer, so the trickle ends at once")
	p.accept(without(d.answer))
	for _, c := range candidatesOf(d.answer) {
		require.NoError(t, p.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c}))
	}
	d.expect(browser.Connected)
	require.Equal(t, "prflx", d.Stats().RemoteType)
}

// The browser knows no address of ours: we find it by its candidates, which come late.
func TestTheirCandidatesComeLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.answer(p.offer(false))
	p.accept(without(d.answer))
	for c := range p.candidates {
		require.NoError(t, d.AddCandidate(c))
		if c == "" {
			break
		}
	}
	d.expect(browser.Connected)
	require.Equal(t, "host", d.Stats().RemoteType)
}

func TestCandidatesOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.answer(newPeer(t, persona{}).offer(false))
	const good = "candidate:1 1 udp 2130706431 127.0.0.1 4444 typ host"
	wrap := func(c string) string {
		b, err := json.Marshal(map[string]any{"candidate": c})
		require.NoError(t, err)
		return string(b)
	}
	for name, c := range map[string]string{
		"no JSON": "candidate", "no candidate": wrap("candidate:x"), "long": wrap(good + strings.Repeat(" x y", 500)),
	} {
		require.ErrorIs(t, d.AddCandidate(c), browser.ErrCandidate, name)
	}
	for name, c := range map[string]string{
		"a name":        wrap("candidate:1 1 udp 2130706431 0f9e36a2-1f3f-4e3c-8a83-0a1e2f3c4d5e.local 4444 typ host"),
		"TCP":           wrap("candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active"),
		"everybody":     wrap("candidate:1 1 udp 2130706431 255.255.255.255 4444 typ host"),
		"multicast":     wrap("candidate:1 1 udp 2130706431 224.0.0.251 5353 typ host"),
		"an old ufrag":  wrap(good + " ufrag gone"),
		"an old ufrag2": `{"candidate":"` + good + `","usernameFragment":"gone"}`,
		"the end":       `{"candidate":"","sdpMid":"0"}`,
		"nothing":       "",
	} {
		require.NoError(t, d.AddCandidate(c), name)
	}
	for range browser.MaxCandidates {
		require.NoError(t, d.AddCandidate(wrap(good)))
	}
	require.ErrorIs(t, d.AddCandidate(wrap(good)), browser.ErrCandidate, "one too many")
	d.Close()
	require.ErrorIs(t, d.AddCandidate(wrap(good)), browser.ErrClosed)
}

// The browser moves to another network, and the talk goes on.
func TestAnotherNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{networks: 2})
	p.cables[1].cut.Store(true)
	d := w.call(p)
	phone := w.phone(d.Media())
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	p.line.say(440)
	phone.line.say(1000)
	requireTone(t, p.ears, 1000)
	require.Equal(t, p.cables[0].address(), d.Stats().Remote)

	p.cables[0].cut.Store(true)
	p.cables[1].cut.Store(false)
	d.expect(browser.Interrupted)
	d.restart(p)
	d.expect(browser.Connected)
	drain(phone.ears)
	drain(p.ears)
	requireTone(t, phone.ears, 440)
	requireTone(t, p.ears, 1000)
	s := d.Stats()
	require.Equal(t, p.cables[1].address(), s.Remote)
	require.Equal(t, s.Remote, s.Address)
	require.Equal(t, 1, s.Reconnects)
	require.Equal(t, uint64(1), w.gateway.Snapshot().Restarts)
}

// A restart while all is well interrupts nothing.
func TestRestartInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.call(p)
	phone := w.phone(d.Media())
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	p.line.say(440)
	requireTone(t, phone.ears, 440)
	d.restart(p)
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 5*time.Millisecond)
	drain(phone.ears)
	requireTone(t, phone.ears, 440)
	require.Empty(t, d.events)
}

// The same network comes back in time.
func TestInterruption(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.call(p)
	p.cables[0].cut.Store(true)
	d.expect(browser.Interrupted)
	p.cables[0].cut.Store(false)
	d.expect(browser.Connected)
}

func TestLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *browser.Options) {
		o.InterruptAfter, o.ReconnectTimeout = 300*time.Millisecond, 400*time.Millisecond
	})
	p := newPeer(t, persona{})
	d := w.call(p)
	p.cables[0].cut.Store(true)
	pulled := time.Now()
	d.expect(browser.Interrupted)
	e := d.expect(browser.Lost)
	require.Equal(t, "the browser did not come back in time", e.Reason)
	require.Less(t, time.Since(pulled), 5*time.Second)
	<-d.Done()
	require.Equal(t, uint64(1), w.gateway.Snapshot().Lost)
	_, err := d.Restart(context.Background(), p.offer(true))
	require.ErrorIs(t, err, browser.ErrClosed)
}

func TestNeverConnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *browser.Options) { o.ConnectTimeout = 200 * time.Millisecond })
	d := w.answer(newPeer(t, persona{}).offer(false))
	e := d.expect(browser.Lost)
	require.Equal(t, "the browser did not connect in time", e.Reason)
	require.Eventually(t, func() bool { return w.gateway.Snapshot().Sessions == 0 }, patience, 5*time.Millisecond)
}

// A certificate that is not the offer's: somebody is in between.
func TestWrongFingerprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	offer := p.offer(false)
	at := strings.Index(offer, "sha-256 ") + len("sha-256 ")
	digit := "00"
	if offer[at:at+2] == digit {
		digit = "11"
	}
	d := w.answer(offer[:at] + digit + offer[at+2:])
	p.accept(d.answer)
	e := d.expect(browser.Lost)
	require.Contains(t, e.Reason, "not that of its offer")
}

func TestTheBrowserLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.call(p)
	require.NoError(t, p.pc.Close())
	d.expect(browser.Left)
	<-d.Done()
}

func TestCloseTellsTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	gone := make(chan struct{})
	p.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateClosed {
			close(gone)
		}
	})
	d := w.call(p)
	d.Close()
	d.Close()
	d.expect(browser.Closed)
	select {
	case <-gone:
	case <-time.After(patience):
		require.FailNow(t, "the browser was not told")
	}
	require.Empty(t, d.events)
	require.NoError(t, d.Media().Mute(true), "the leg is the caller's")
}

func TestGatewayCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *browser.Options) { o.MaxSessions = 2 })
	a, b := w.call(newPeer(t, persona{})), w.answer(newPeer(t, persona{}).offer(false))
	offer := newPeer(t, persona{}).offer(false)
	_, err := w.try(offer)
	require.ErrorIs(t, err, browser.ErrFull)
	require.NoError(t, w.gateway.Close())
	require.NoError(t, w.gateway.Close())
	a.expect(browser.Closed)
	b.expect(browser.Closed)
	require.Zero(t, w.gateway.Snapshot().Sessions)
	_, err = w.try(offer)
	require.ErrorIs(t, err, browser.ErrClosed)
}

// Every way to the browser carries sound: a port of its own, TCP, and whoever begins DTLS.
func TestOtherWays(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		options func(*browser.Options)
		who     persona
		network string
	}{
		"a port each":         {func(o *browser.Options) { o.PortMin, o.PortMax = 43800, 43819 }, persona{}, "udp"},
		"TCP":                 {func(o *browser.Options) { o.TCPPort = 43820 }, persona{tcp: true}, "tcp"},
		"DTLS by the browser": {nil, persona{active: true}, "udp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, way.options)
			p := newPeer(t, way.who)
			d := w.call(p)
			phone := w.phone(d.Media())
			require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
			p.line.say(440)
			phone.line.say(1000)
			requireTone(t, phone.ears, 440)
			requireTone(t, p.ears, 1000)
			require.Equal(t, way.network, d.Stats().Network)
		})
	}
}

func TestPublicAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *browser.Options) { o.PublicIPs = []netip.Addr{netip.MustParseAddr("203.0.113.7")} })
	p := newPeer(t, persona{})
	d := w.answer(p.offer(false))
	require.Len(t, candidatesOf(d.answer), 1)
	require.Contains(t, candidatesOf(d.answer)[0], "203.0.113.7")
	p.accept(without(d.answer))
	for c := range p.candidates {
		require.NoError(t, d.AddCandidate(c))
		if c == "" {
			break
		}
	}
	d.expect(browser.Connected)
}

func drain[T any](c <-chan T) {
	for {
		select {
		case <-c:
		default:
			return
		}
	}
}
