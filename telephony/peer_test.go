package telephony_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// peer is a SIP user agent on the other side: a carrier or a phone.
type peer struct {
	t      *testing.T
	agent  *signaling.Agent
	engine *media.Engine
	calls  chan *peerCall
	codecs []sdp.Codec
	srtp   sdp.Policy
	// wide is the payload type of telephone-event/48000; 0: none.
	wide uint8
	// mute of keys: no telephone-event is offered or taken.
	eventless bool
}

func newPeer(t *testing.T, host string) *peer {
	t.Helper()
	p := &peer{t: t, engine: newEngine(t), calls: make(chan *peerCall, 16), codecs: []sdp.Codec{sdp.PCMA(), sdp.PCMU()}}
	var err error
	p.agent, err = signaling.New(signaling.Config{
		Listen: host + ":0", ServiceNumber: func(string) bool { return true },
		OnCall: func(in *signaling.IncomingCall) {
			c := p.newCall()
			c.in, c.Dialog = in, in.Dialog
			in.Dialog.Attach(c.sink)
			p.calls <- c
		},
	})
	require.NoError(t, err)
	return p
}

func (p *peer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_ = p.agent.Close(ctx)
}

func (p *peer) address() string { return p.agent.Addr(signaling.UDP).String() }

func (p *peer) trunkTo(address string) {
	require.NoError(p.t, p.agent.SetTrunks([]signaling.Trunk{{ID: "ekc", Name: "EKC", Proxy: address}}))
}

// peerCall is a call of a peer, with its sound.
type peerCall struct {
	*signaling.Dialog
	p       *peer
	in      *signaling.IncomingCall
	media   *media.Leg
	session *sdp.Session
	events  chan signaling.Event

	mu    sync.Mutex
	heard []int16
	typed string
	ended *signaling.Ended
}

func (p *peer) newCall() *peerCall {
	c := &peerCall{p: p, events: make(chan signaling.Event, 64)}
	var err error
	c.media, err = p.engine.NewLeg(media.LegOptions{Notify: c.notify})
	require.NoError(p.t, err)
	events := uint8(101)
	if p.eventless {
		events = 0
	}
	c.session, err = sdp.NewSession(sdp.Endpoint{
		Address: c.media.LocalRTP().Addr(), Port: c.media.LocalRTP().Port(), RTCPPort: c.media.LocalRTCP().Port(),
		Codecs: p.codecs, EventPayload: events, WideEventPayload: p.wide, SRTP: p.srtp,
	}, rand.Reader)
	require.NoError(p.t, err)
	return c
}

func (c *peerCall) notify(e media.Event) {
	if e.Kind == media.DTMF {
		c.mu.Lock()
		c.typed += string(e.Digit)
		c.mu.Unlock()
	}
}

// keys are those that the other side has pressed.
func (c *peerCall) keys() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.typed
}

// holds is an offer that holds the other side, or takes it back.
func (c *peerCall) holds(on bool) []byte {
	want := sdp.SendRecv
	if on {
		want = sdp.Inactive
	}
	body, err := c.session.Offer(want)
	require.NoError(c.p.t, err)
	return body
}

// sink keeps the end, and hands over the rest; what nobody waits for is answered like a phone does.
func (c *peerCall) sink(e signaling.Event) bool {
	if ended, ok := e.(signaling.Ended); ok {
		c.mu.Lock()
		c.ended = &ended
		c.mu.Unlock()
	}
	c.events <- e
	return true
}

func (c *peerCall) over() *signaling.Ended {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// await gives the next event of a type, passing over others.
func await[T signaling.Event](c *peerCall) T {
	c.p.t.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-c.events:
			if typed, ok := e.(T); ok {
				return typed
			}
		case <-late:
			var none T
			require.FailNowf(c.p.t, "no event", "want %T", none)
			return none
		}
	}
}

func (c *peerCall) configure(m sdp.Media) {
	f := format(m.Codec)
	config := media.LegConfig{
		Remote: m.Remote, RemoteRTCP: m.RemoteRTCP, RTCPMux: m.RTCPMux, Receive: []media.Format{f}, Send: f,
		SendEvents: m.SendEvent, ReceiveEvents: m.ReceiveEvent, SendWideEvents: m.SendWideEvent, ReceiveWideEvents: m.ReceiveWideEvent,
	}
	if m.Fallback.Name != "" {
		config.Fallback = format(m.Fallback)
		config.Receive = append(config.Receive, config.Fallback)
	}
	if m.SRTP != nil {
		config.SRTP = &media.SRTP{Profile: media.AES128SHA80, Inbound: m.SRTP.Receive, Outbound: m.SRTP.Send}
	}
	require.NoError(c.p.t, c.media.Configure(config))
}

func format(c sdp.Codec) media.Format {
	for codec, is := range map[media.Codec]sdp.Codec{media.PCMU: sdp.PCMU(), media.G722: sdp.G722(), media.Opus: sdp.Opus()} {
		if c.Is(is) {
			return media.Format{PayloadType: c.Payload, Codec: codec}
		}
	}
	return media.Format{PayloadType: c.Payload, Codec: media.PCMA}
}

// sing says packets of Opus of 20 ms, again and again: the engine has no encoder, so that they come from somebody behind the peer.
func (c *peerCall) sing(packets [][]byte) {
	f := media.Format{PayloadType: 111, Codec: media.Opus}
	behind, err := c.p.engine.NewPipe(media.LegOptions{Near: c.media}, func([]byte) {})
	require.NoError(c.p.t, err)
	require.NoError(c.p.t, behind.Configure(media.LegConfig{
		Remote: netip.MustParseAddrPort("127.0.0.1:9"), Receive: []media.Format{f}, Send: f, RTCPMux: true,
	}))
	require.NoError(c.p.t, c.media.Stop())
	require.NoError(c.p.t, c.p.engine.Bridge(c.media, behind))
	ended, over := make(chan struct{}), make(chan struct{})
	c.p.t.Cleanup(func() {
		close(ended)
		<-over
	})
	go func() {
		defer close(over)
		every := time.NewTicker(20 * time.Millisecond)
		defer every.Stop()
		for n := 0; ; n++ {
			b := make([]byte, 12, 300)
			b[0], b[1], b[11] = 0x80, 111, 7
			binary.BigEndian.PutUint16(b[2:], uint16(n))
			binary.BigEndian.PutUint32(b[4:], uint32(n*960))
			_ = behind.Deliver(append(b, packets[n%len(packets)]...))
			select {
			case <-every.C:
			case <-ended:
				return
			}
		}
	}()
}

// codec is what was agreed.
func (c *peerCall) codec() string {
	m, _ := c.session.Media()
	return m.Codec.Name
}

// play plays a tone.
func (c *peerCall) play(hertz float64) {
	_, err := c.media.Play(media.PlayRequest{Clips: []*media.Clip{media.NewClip(tone(hertz, time.Second))}, Loop: true})
	require.NoError(c.p.t, err)
}

// speak plays a tone and begins to listen.
func (c *peerCall) speak(hertz float64) {
	c.play(hertz)
	_, err := c.media.Record(c, media.RecordOptions{Format: media.FormatPCM16, Window: 400 * time.Millisecond, SaidOnly: true})
	require.NoError(c.p.t, err)
}

// WriteChunk keeps the last 300 ms of what the peer hears.
func (c *peerCall) WriteChunk(k *media.Chunk) bool {
	c.mu.Lock()
	for i := 0; i+1 < len(k.Said); i += 2 {
		c.heard = append(c.heard, int16(binary.LittleEndian.Uint16(k.Said[i:])))
	}
	if extra := len(c.heard) - 2400; extra > 0 {
		c.heard = append(c.heard[:0], c.heard[extra:]...)
	}
	c.mu.Unlock()
	k.Release()
	return true
}

func (c *peerCall) Finish(media.Recorded) {}

// share is how much of what the peer hears now is at a frequency.
func (c *peerCall) share(hertz float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) < 2400 {
		return 0
	}
	return goertzel(c.heard, hertz)
}

// hears waits until the peer hears all the tones, and little else.
func (c *peerCall) hears(tones ...float64) {
	c.p.t.Helper()
	defer func() {
		if c.p.t.Failed() {
			c.p.t.Logf("%+v", c.media.Stats())
			for _, hertz := range []float64{425, citizenTone, operatorTone, consultedTone, supervisorTone, musicTone, promptTone} {
				c.p.t.Logf("%.0f Hz: %.2f", hertz, c.share(hertz))
			}
		}
	}()
	eventually(c.p.t, func() bool {
		sum := 0.0
		for _, hertz := range tones {
			s := c.share(hertz)
			if s < 0.5/float64(len(tones))/float64(len(tones)) {
				return false
			}
			sum += s
		}
		return sum > 0.6
	}, "the tones are not heard")
}

// silent waits until the peer hears nothing.
func (c *peerCall) silent() {
	c.p.t.Helper()
	eventually(c.p.t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range c.heard {
			if s > 200 || s < -200 {
				return false
			}
		}
		return len(c.heard) == 2400
	}, "there is sound")
}

// call calls a number and begins to speak when it is answered.
func (p *peer) call(number, from string, hertz float64) *peerCall {
	p.t.Helper()
	c := p.invite(number, from)
	answered := await[signaling.Answered](c)
	m, err := c.session.Accept(answered.Body)
	require.NoError(p.t, err)
	c.configure(m)
	c.speak(hertz)
	return c
}

func (p *peer) invite(number, from string) *peerCall {
	p.t.Helper()
	c := p.newCall()
	offer, err := c.session.Offer(sdp.SendRecv)
	require.NoError(p.t, err)
	c.Dialog, err = p.agent.Call(signaling.CallRequest{TrunkID: "ekc", Number: number, From: from, Offer: offer, Sink: c.sink})
	require.NoError(p.t, err)
	return c
}

// ringing waits for a call.
func (p *peer) ringing() *peerCall {
	p.t.Helper()
	select {
	case c := <-p.calls:
		require.NoError(p.t, c.Progress(180, nil, false))
		return c
	case <-time.After(patience):
		require.FailNow(p.t, "the phone does not ring")
		return nil
	}
}

// pickUp answers and speaks.
func (c *peerCall) pickUp(hertz float64) {
	c.p.t.Helper()
	body, m, err := c.session.Answer(c.in.Offer, sdp.SendRecv)
	require.NoError(c.p.t, err)
	c.configure(m)
	require.NoError(c.p.t, c.Answer(body))
	c.speak(hertz)
}

// press presses keys by RFC 4733.
func (c *peerCall) press(digits string) { require.NoError(c.p.t, c.media.SendDTMF(digits, 0, 0)) }

func (c *peerCall) hangUp() { require.NoError(c.p.t, c.Hangup(signaling.Cause{})) }
