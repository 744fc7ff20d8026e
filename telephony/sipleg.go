package telephony

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// eventPayload is the payload type at which telephone-event is offered; what everybody uses.
const eventPayload = 101

// sipLeg is a leg whose signalling is SIP. It belongs to the goroutine of its call.
type sipLeg struct {
	kind    string
	dialog  *signaling.Dialog
	media   *media.Leg
	session *sdp.Session
	address netip.Addr // ours, in descriptions
	silence time.Duration
	// body is the description to answer with; delayed says that it is an offer, because the peer made none.
	body    []byte
	delayed bool
	held    bool
	// moved says that the peer does not know yet where our ports are now: an offer is owed.
	moved bool
	// rtpKeys says that the party's keys come by RTP: those that come by INFO too are the same ones.
	rtpKeys bool
}

// sipOptions say what a leg can do.
type sipOptions struct {
	kind    string
	name    string
	codecs  []sdp.Codec
	srtp    sdp.Policy
	address netip.Addr
	near    *media.Leg
	// shared puts the leg on ports that it shares with others, remote is the address of the peer's offer; see ports.go.
	shared  bool
	remote  netip.AddrPort
	silence time.Duration
	notify  func(media.Event)
}

func newSIPLeg(engine *media.Engine, o sipOptions) (*sipLeg, error) {
	m, err := engine.NewLeg(media.LegOptions{Name: o.name, Near: o.near, Shared: o.shared, Remote: o.remote, Notify: o.notify})
	if err != nil {
		return nil, fmt.Errorf("telephony: %w", err)
	}
	local := m.LocalRTP()
	if !o.address.IsValid() {
		o.address = local.Addr()
	}
	session, err := sdp.NewSession(sdp.Endpoint{
		Address: o.address, Port: local.Port(), RTCPPort: m.LocalRTCP().Port(), RTCPMux: true,
		Codecs: carried(o.codecs), EventPayload: eventPayload, SRTP: o.srtp,
	}, rand.Reader)
	if err != nil {
		m.Close()
		return nil, err
	}
	return &sipLeg{kind: o.kind, media: m, session: session, address: o.address, silence: o.silence}, nil
}

// carried keeps the codecs that the media engine carries, in their order; all of them when none is named.
func carried(codecs []sdp.Codec) []sdp.Codec {
	var kept []sdp.Codec
	for _, c := range codecs {
		if c.Is(sdp.PCMA()) || c.Is(sdp.PCMU()) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return []sdp.Codec{sdp.PCMA(), sdp.PCMU()}
	}
	return kept
}

func (l *sipLeg) Kind() string      { return l.kind }
func (l *sipLeg) Media() *media.Leg { return l.media }

// Hangup ends the dialog; one that has ended already says ErrState, which is what was wanted.
func (l *sipLeg) Hangup(cause signaling.Cause) {
	if l.dialog != nil {
		_ = l.dialog.Hangup(cause)
	}
}

// prepare reads the offer of an incoming call, and makes the body of our 200.
func (l *sipLeg) prepare(offer []byte) error {
	if len(offer) == 0 {
		l.delayed = true
		body, err := l.session.Offer(sdp.SendRecv)
		l.body = body
		return err
	}
	body, err := l.answer(offer)
	l.body = body
	return err
}

// accept reads the answer to our offer. A peer that repeats itself without a body says nothing new.
func (l *sipLeg) accept(body []byte) error {
	if len(body) == 0 {
		if _, agreed := l.session.Media(); agreed {
			return nil
		}
		return fmt.Errorf("%w: no session description in the answer", sdp.ErrMalformed)
	}
	agreed, err := l.session.Accept(body)
	if err != nil {
		return err
	}
	err = l.configure(agreed)
	if errors.Is(err, media.ErrRemoteTaken) {
		return l.part(agreed)
	}
	return err
}

// reoffered answers an offer inside the call.
func (l *sipLeg) reoffered(offer []byte) {
	if len(offer) == 0 {
		if body, err := l.session.Offer(sdp.SendRecv); err == nil {
			_ = l.dialog.AnswerOffer(body)
		}
		return
	}
	body, err := l.answer(offer)
	if err != nil {
		_ = l.dialog.RefuseOffer(refusal(err))
		_ = l.reveal()
		return
	}
	_ = l.dialog.AnswerOffer(body)
}

// refusal is the status for a description that we cannot take (RFC 3261 §21.4.26).
func refusal(err error) int {
	if errors.Is(err, sdp.ErrMalformed) || errors.Is(err, sdp.ErrNotAcceptable) {
		return 488
	}
	return 500
}

// configure applies what was agreed to the media.
func (l *sipLeg) configure(m sdp.Media) error {
	c := media.LegConfig{
		Remote: m.Remote, RemoteRTCP: m.RemoteRTCP, RTCPMux: m.RTCPMux,
		Send:          media.Format{PayloadType: m.Codec.Payload, Codec: codecOf(m.Codec)},
		ReceiveEvents: m.ReceiveEvent, SendEvents: m.SendEvent,
		Direction: media.Direction(m.Direction), MediaTimeout: l.silence,
	}
	for payload, codec := range m.Receive {
		c.Receive = append(c.Receive, media.Format{PayloadType: payload, Codec: codecOf(codec)})
	}
	if m.SRTP != nil {
		c.SRTP = &media.SRTP{Inbound: m.SRTP.Receive, Outbound: m.SRTP.Send}
		switch m.SRTP.Suite {
		case sdp.AES128SHA180:
			c.SRTP.Profile = media.AES128SHA80
		case sdp.AES128SHA132:
			c.SRTP.Profile = media.AES128SHA32
		default:
			return fmt.Errorf("%w: %s", sdp.ErrNotAcceptable, m.SRTP.Suite)
		}
	}
	l.held = m.Held
	return l.media.Configure(c)
}

func codecOf(c sdp.Codec) media.Codec {
	if c.Is(sdp.PCMU()) {
		return media.PCMU
	}
	return media.PCMA
}
