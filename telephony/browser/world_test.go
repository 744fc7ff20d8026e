package browser_test

import (
	"context"
	"math"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/g711"
	"ekc/telephony/g722"
	"ekc/telephony/media"
	"ekc/telephony/opus"
	"ekc/telephony/opus/opustest"
)

// patience bounds every wait of a test; nothing takes that long unless it is broken.
const patience = 20 * time.Second

// world is a media engine with a gateway.
type world struct {
	t       testing.TB
	engine  *media.Engine
	gateway *browser.Gateway
	near    *media.Leg // of those who call
}

// nextPorts gives every engine of the tests a range of its own.
var nextPorts atomic.Uint32

func newWorld(t testing.TB, change func(*browser.Options)) *world {
	t.Helper()
	low := uint16(42000 + 20*(nextPorts.Add(1)-1))
	var random atomic.Uint64
	o := browser.Options{InterruptAfter: 600 * time.Millisecond, ReconnectTimeout: patience, KeepProcs: true}
	if change != nil {
		change(&o)
	}
	engine, err := media.New(media.Options{
		PortMin: low, PortMax: low + 19, Threads: 1, KeepProcs: o.KeepProcs,
		Random: func() uint64 { return 1000 + random.Add(1) }, // small numbers: the first report comes at once
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	o.Engine = engine
	gateway, err := browser.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, gateway.Close()) })
	return &world{t: t, engine: engine, gateway: gateway}
}

// desk is the server's end of a browser.
type desk struct {
	*browser.Session
	t          testing.TB
	answer     string
	events     chan browser.Event
	sounds     chan media.Event
	candidates chan string
}

func (w *world) answer(offer string) *desk {
	w.t.Helper()
	d, err := w.try(offer)
	require.NoError(w.t, err)
	return d
}

func (w *world) try(offer string) (*desk, error) {
	d := &desk{
		t: w.t, events: make(chan browser.Event, 64), sounds: make(chan media.Event, 256), candidates: make(chan string, 64),
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	session, answer, err := w.gateway.NewSession(ctx, browser.SessionOptions{
		Name: "desk", Offer: offer, Near: w.near,
		Notify:    func(e media.Event) { d.sounds <- e },
		Events:    func(e browser.Event) { d.events <- e },
		Candidate: func(c string) { d.candidates <- c },
	})
	d.Session, d.answer = session, answer
	if err == nil {
		w.t.Cleanup(func() { session.Media().Close() })
	}
	return d, err
}

// expect waits for the next event, which must be of a kind.
func (d *desk) expect(kind browser.EventKind) browser.Event {
	d.t.Helper()
	select {
	case e := <-d.events:
		require.Equal(d.t, kind.String(), e.Kind.String(), e.Reason)
		return e
	case <-time.After(patience):
		require.FailNow(d.t, "no event", "%v", kind)
		return browser.Event{}
	}
}

// heard waits for an event of the leg.
func (d *desk) heard(kind media.EventKind) media.Event {
	d.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-d.sounds:
			if e.Kind == kind {
				return e
			}
		case <-deadline:
			require.FailNow(d.t, "no event of the leg", "%v", kind)
		}
	}
}

// phone is somebody on an ordinary leg of the engine.
type phone struct {
	t    testing.TB
	leg  *media.Leg
	ears chan *rtp.Packet
	line *line
}

func (w *world) phone(near *media.Leg) *phone {
	w.t.Helper()
	return w.phoneWith(near, media.PCMA)
}

func (w *world) phoneWith(near *media.Leg, codec media.Codec) *phone {
	w.t.Helper()
	format := media.Format{PayloadType: codec.PayloadType(), Codec: codec}
	p := &phone{t: w.t, ears: make(chan *rtp.Packet, 4096)}
	leg, err := w.engine.NewPipe(media.LegOptions{Name: "phone", Near: near}, func(b []byte) {
		packet := &rtp.Packet{}
		if b[1] < 192 && packet.Unmarshal(append([]byte(nil), b...)) == nil {
			select {
			case p.ears <- packet:
			default:
			}
		}
	})
	require.NoError(w.t, err)
	p.leg = leg
	c := media.LegConfig{
		Remote: netip.MustParseAddrPort("192.0.2.1:4000"), RTCPMux: true,
		Receive: []media.Format{format}, Send: format,
		ReceiveEvents: 101, SendEvents: 101,
	}
	if codec == media.Opus {
		c.Fallback = media.Format{PayloadType: 8, Codec: media.PCMA}
		c.Receive = append(c.Receive, c.Fallback)
		c.ReceiveWideEvents, c.SendWideEvents = 110, 110
	}
	require.NoError(w.t, leg.Configure(c))
	p.line = newLine(format.PayloadType, 0x0F0E0D0C, func(b []byte) { _ = leg.Deliver(b) })
	w.t.Cleanup(func() {
		p.line.hush()
		leg.Close()
	})
	return p
}

// line sends a tone in packets of 20 ms until it is hushed.
type line struct {
	packet rtp.Packet
	wide   *g722.NarrowEncoder
	send   func([]byte)
	stop   chan struct{}
	ended  chan struct{}
}

func newLine(payloadType uint8, ssrc uint32, send func([]byte)) *line {
	return &line{send: send, wide: g722.NewNarrowEncoder(), packet: rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: payloadType, SSRC: ssrc, SequenceNumber: 100, Timestamp: 5000,
	}}}
}

func (l *line) say(hertz float64) {
	l.stop, l.ended = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(l.ended)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			l.once(hertz)
			select {
			case <-l.stop:
				return
			case <-ticker.C:
			}
		}
	}()
}

// once sends one packet of a tone.
func (l *line) once(hertz float64) {
	if l.packet.PayloadType == 111 {
		l.onceOpus(hertz)
		return
	}
	payload := make([]byte, 160)
	for i := range payload {
		at := float64(l.packet.Timestamp+uint32(i)) / 8000
		s := int16(9000 * math.Sin(2*math.Pi*hertz*at))
		switch l.packet.PayloadType {
		case 0:
			payload[i] = g711.EncodeMuLaw(s)
		case 9:
			payload[i] = l.wide.EncodeSample(s)
		default:
			payload[i] = g711.EncodeALaw(s)
		}
	}
	l.transmit(payload, 160)
}

// onceOpus does the same in Opus, of which there are two tones.
func (l *line) onceOpus(hertz float64) {
	packets := opustest.High()
	if hertz == 440 {
		packets = opustest.Low()
	}
	l.transmit(packets[int(l.packet.SequenceNumber)%len(packets)], 960)
}

func (l *line) transmit(payload []byte, step uint32) {
	l.packet.Payload = payload
	b, err := l.packet.Marshal()
	if err == nil {
		l.send(b)
	}
	l.packet.SequenceNumber++
	l.packet.Timestamp += step
}

func (l *line) hush() {
	if l.stop == nil {
		return
	}
	close(l.stop)
	<-l.ended
	l.stop = nil
}

// requireTone waits until one of the tones, in Hz, fills a packet, and fails when it is not the wanted one.
func requireTone(t testing.TB, ears <-chan *rtp.Packet, hertz float64) {
	t.Helper()
	deadline := time.After(patience)
	e := newEar()
	for {
		select {
		case p := <-ears:
			if pcm := e.decoded(p); len(pcm) >= 160 && loud(pcm, hertz) {
				return
			}
		case <-deadline:
			require.FailNow(t, "the tone was not heard", "%v Hz", hertz)
		}
	}
}

// ear decodes what somebody hears.
type ear struct {
	wide *g722.NarrowDecoder
	opus *opus.Decoder
}

func newEar() ear { return ear{g722.NewNarrowDecoder(), opus.NewDecoder()} }

// decoded gives a packet's sound; none for keys.
func (e ear) decoded(p *rtp.Packet) []int16 {
	switch p.PayloadType {
	case 111:
		pcm, _ := e.opus.Decode(p.Payload)
		return pcm
	case 101, 110, eventsType:
		return nil
	}
	pcm := make([]int16, len(p.Payload))
	for i, b := range p.Payload {
		switch p.PayloadType {
		case 0:
			pcm[i] = g711.DecodeMuLaw(b)
		case 9:
			pcm[i] = e.wide.DecodeSample(b)
		default:
			pcm[i] = g711.DecodeALaw(b)
		}
	}
	return pcm
}

// loud tells whether nearly all of a packet's sound is one tone (Goertzel).
func loud(pcm []int16, hertz float64) bool {
	var power, s1, s2 float64
	c := 2 * math.Cos(2*math.Pi*hertz/8000)
	n := float64(len(pcm))
	for _, v := range pcm {
		s := float64(v)
		power += s * s
		s1, s2 = s+c*s1-s2, s1
	}
	return power/n > 1e6 && 2*(s1*s1+s2*s2-c*s1*s2)/n > 0.8*power
}
