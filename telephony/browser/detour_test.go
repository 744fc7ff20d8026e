package browser_test

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/media"
)

// detour is a network between a real browser and the gateway that can be cut.
type detour struct {
	page    *net.UDPConn // which the browser knows
	gateway *net.UDPConn
	browser atomic.Pointer[netip.AddrPort]
	port    atomic.Pointer[netip.AddrPort] // of the gateway
	cut     atomic.Bool
}

var candidatePort = regexp.MustCompile(`(a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 )(\d+)`)

func newDetour(t *testing.T) *detour {
	t.Helper()
	page, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	gateway, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	n := &detour{page: page, gateway: gateway}
	done := make(chan struct{}, 2)
	t.Cleanup(func() {
		_, _ = n.page.Close(), n.gateway.Close()
		<-done
		<-done
	})
	go func() {
		b := make([]byte, 2048)
		for {
			size, from, err := n.page.ReadFromUDPAddrPort(b)
			if err != nil {
				done <- struct{}{}
				return
			}
			n.browser.Store(&from)
			if to := n.port.Load(); to != nil && !n.cut.Load() {
				_, _ = n.gateway.WriteToUDPAddrPort(b[:size], *to)
			}
		}
	}()
	go func() {
		b := make([]byte, 2048)
		for {
			size, _, err := n.gateway.ReadFromUDPAddrPort(b)
			if err != nil {
				done <- struct{}{}
				return
			}
			if to := n.browser.Load(); to != nil && !n.cut.Load() {
				_, _ = n.page.WriteToUDPAddrPort(b[:size], *to)
			}
		}
	}()
	return n
}

// through leads an answer's candidate over the detour.
func (n *detour) through(answer string) string {
	match := candidatePort.FindStringSubmatch(answer)
	if match == nil {
		return answer
	}
	port := netip.MustParseAddrPort("127.0.0.1:" + match[2])
	n.port.Store(&port)
	return candidatePort.ReplaceAllString(answer, "${1}"+strconv.Itoa(int(address(n.page).Port())))
}

func address(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

// A real browser's network is cut; it restarts ICE over another one, and the same leg goes on, in wideband as before.
func TestChromiumOverAnotherNetwork(t *testing.T) {
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter = time.Second })
	phone := w.phoneWith(nil, media.G722)
	w.near = phone.leg
	o := w.operator(t)
	first, second := newDetour(t), newDetour(t)
	o.take(first)
	o.run("await join()")
	d := o.desk
	d.expect(browser.Connected)
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	phone.line.say(1000)
	requireBeep(t, phone)
	require.Equal(t, address(first.gateway), d.Stats().Remote)

	first.cut.Store(true)
	d.expect(browser.Interrupted)
	drain(phone.ears)
	o.take(second)
	o.run("await negotiate('/restart', {iceRestart: true})")
	d.expect(browser.Connected)
	requireBeep(t, phone)
	n := o.sees("the tone is heard", func(n numbers) bool { return n.Peak > 950 && n.Peak < 1050 })
	o.sees("packets go on", func(m numbers) bool { return m.Received > n.Received+50 })
	require.Equal(t, address(second.gateway), d.Stats().Remote)
	require.NoError(t, chromedp.Do(o.ctx, chromedp.Navigate("about:blank"))) // a tab that is closed says nothing
	d.expect(browser.Interrupted)
}
