package browser_test

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// peer is a browser in Go.
type peer struct {
	t          testing.TB
	pc         *webrtc.PeerConnection
	track      *webrtc.TrackLocalStaticRTP
	line       *line
	ears       chan *rtp.Packet
	candidates chan string
	cables     []*cable
	active     bool
}

// persona is what a browser is like. Its zero value has a microphone, PCMA and PCMU and one network.
type persona struct {
	codecs   []string // MIME types; default PCMA, PCMU
	deaf     bool     // only listens
	networks int
	tcp      bool
	active   bool // sets up DTLS itself
	patient  bool // checks consent as seldom as browsers do
	extra    func(*webrtc.PeerConnection)
}

// eventsType is Chrome's payload type for telephone-event/8000.
const eventsType = 126

func newPeer(t testing.TB, who persona) *peer {
	t.Helper()
	p := &peer{t: t, active: who.active, ears: make(chan *rtp.Packet, 4096), candidates: make(chan string, 64)}
	var settings webrtc.SettingEngine
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() && ip.To4() != nil })
	if !who.patient {
		settings.SetICETimeouts(time.Second, patience, 200*time.Millisecond)
	}
	if who.tcp {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	} else {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
		settings.SetICEUDPMux(p.plug(max(who.networks, 1), who.patient))
	}
	engine := &webrtc.MediaEngine{}
	if who.codecs == nil {
		who.codecs = []string{webrtc.MimeTypePCMA, webrtc.MimeTypePCMU}
	}
	types := map[string]webrtc.PayloadType{
		webrtc.MimeTypePCMA: 8, webrtc.MimeTypePCMU: 0, webrtc.MimeTypeG722: 9, webrtc.MimeTypeOpus: 111, "audio/telephone-event": eventsType,
	}
	for _, mime := range append(who.codecs, "audio/telephone-event") {
		require.NoError(t, engine.RegisterCodec(webrtc.RTPCodecParameters{
			PayloadType: types[mime], RTPCodecCapability: capability(mime),
		}, webrtc.RTPCodecTypeAudio))
	}
	require.NoError(t, engine.RegisterCodec(webrtc.RTPCodecParameters{
		PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000},
	}, webrtc.RTPCodecTypeVideo))
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine)).
		NewPeerConnection(webrtc.Configuration{})
	require.NoError(t, err)
	p.pc = pc
	t.Cleanup(func() {
		p.line.hush()
		require.NoError(t, pc.GracefulClose())
	})
	pc.OnTrack(p.listen)
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			p.candidates <- ""
			return
		}
		b, _ := json.Marshal(c.ToJSON())
		p.candidates <- string(b)
	})
	p.speak(who, types)
	if who.extra != nil {
		who.extra(pc)
	}
	return p
}

func capability(mime string) webrtc.RTPCodecCapability {
	if mime == webrtc.MimeTypeOpus {
		return webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 48000, Channels: 2}
	}
	return webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 8000}
}

// speak gives the browser its microphone.
func (p *peer) speak(who persona, types map[string]webrtc.PayloadType) {
	track, err := webrtc.NewTrackLocalStaticRTP(capability(who.codecs[0]), "microphone", "browser")
	require.NoError(p.t, err)
	p.track = track
	p.line = newLine(uint8(types[who.codecs[0]]), 0, func(b []byte) { _, _ = track.Write(b) })
	if who.deaf {
		_, err = p.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio,
			webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	} else {
		_, err = p.pc.AddTrack(track)
	}
	require.NoError(p.t, err)
}

func (p *peer) listen(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		select {
		case p.ears <- packet:
		default:
		}
	}
}

// offer gives a description without candidates, as browsers do at first.
func (p *peer) offer(restart bool) string {
	p.t.Helper()
	description, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	require.NoError(p.t, err)
	require.NoError(p.t, p.pc.SetLocalDescription(description))
	if p.active {
		return strings.ReplaceAll(description.SDP, "a=setup:actpass", "a=setup:active")
	}
	return description.SDP
}

func (p *peer) accept(answer string) {
	p.t.Helper()
	require.NoError(p.t, p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
}

// call connects a browser with the gateway.
func (w *world) call(p *peer) *desk {
	w.t.Helper()
	d := w.answer(p.offer(false))
	p.accept(d.answer)
	d.expect(connectedKind)
	require.Eventually(w.t, func() bool { return p.pc.ConnectionState() == webrtc.PeerConnectionStateConnected },
		patience, time.Millisecond, "the browser is connected too")
	return d
}

// restart offers and answers once more.
func (d *desk) restart(p *peer) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := d.Restart(ctx, p.offer(true))
	require.NoError(d.t, err)
	p.accept(answer)
}

// without takes the candidates out of a description.
func without(description string) string {
	var kept []string
	for _, l := range strings.Split(description, "\r\n") {
		if !strings.HasPrefix(l, "a=candidate:") && l != "a=end-of-candidates" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\r\n")
}

// candidatesOf finds them.
func candidatesOf(description string) []string {
	var found []string
	for _, l := range strings.Split(description, "\r\n") {
		if c, ok := strings.CutPrefix(l, "a="); ok && strings.HasPrefix(c, "candidate:") {
			found = append(found, c)
		}
	}
	return found
}

// cable is a network that can be pulled out.
type cable struct {
	*net.UDPConn
	cut atomic.Bool
	// slow is when to look for packets every few milliseconds only, as one of many browsers in a process should; zero: never.
	slow time.Time
}

func (p *peer) plug(networks int, slow bool) ice.UDPMux {
	var muxes []ice.UDPMux
	for range networks {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		require.NoError(p.t, err)
		c := &cable{UDPConn: socket}
		if slow {
			c.slow = time.Now().Add(3 * time.Second) // when it is connected
		}
		p.cables = append(p.cables, c)
		mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: c})
		p.t.Cleanup(func() { _ = mux.Close() })
		muxes = append(muxes, mux)
	}
	return ice.NewMultiUDPMuxDefault(muxes...)
}

func (c *cable) address() netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

func (c *cable) ReadFrom(b []byte) (int, net.Addr, error) {
	if !c.slow.IsZero() && time.Now().After(c.slow) {
		<-time.After(10 * time.Millisecond)
	}
	for {
		n, from, err := c.UDPConn.ReadFrom(b)
		if err != nil || !c.cut.Load() {
			return n, from, err
		}
	}
}

func (c *cable) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.cut.Load() {
		return len(b), nil
	}
	return c.UDPConn.WriteTo(b, to)
}
