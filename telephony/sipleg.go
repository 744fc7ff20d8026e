package telephony

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// eventPayload is the payload type at which telephone-event is offered; what everybody uses.
const eventPayload = 101

// wideEventPayload is that of telephone-event/48000 beside Opus; what browsers use.
const wideEventPayload = 110

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
	// owed says that the peer is owed an offer: it does not know yet where our ports are now, or has taken Opus alone.
	owed bool
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
		Codecs: carried(o.kind, o.codecs, o.near), EventPayload: eventPayload, WideEventPayload: wideEventPayload,
		SRTP: o.srtp, Suites: protected(),
	}, rand.Reader)
	if err != nil {
		m.Close()
		return nil, err
	}
	return &sipLeg{kind: o.kind, media: m, session: session, address: o.address, silence: o.silence}, nil
}

// carried gives the codecs of a leg: those that are asked for and that the media engine carries, in their order; both laws of G.711 when
// none is, and beside Opus always. When the leg will be connected with another one, that one's codec comes first, so that sound passes as
// it is; and G.722 and Opus, which are dear to translate, are there only when the other one has them, and for phones always then.
func carried(kind string, codecs []sdp.Codec, near *media.Leg) []sdp.Codec {
	kept := slices.DeleteFunc(slices.Clone(codecs), func(c sdp.Codec) bool { return codecOf(c) == media.CodecNone })
	other := media.CodecNone
	if near != nil {
		other = near.Codec()
	}
	if len(kept) == 0 {
		kept = []sdp.Codec{sdp.PCMA(), sdp.PCMU()}
		switch {
		case kind == kindPhone && other == media.G722:
			kept = append(kept, sdp.G722())
		case kind == kindPhone && other == media.Opus:
			kept = append(kept, sdp.Opus())
		}
	}
	if !slices.ContainsFunc(kept, sdp.Codec.IsG711) && slices.ContainsFunc(kept, sdp.Opus().Is) {
		kept = append(kept, sdp.PCMA(), sdp.PCMU())
	}
	if other == media.CodecNone {
		return kept
	}
	if slices.ContainsFunc(kept, sdp.Codec.IsG711) {
		kept = slices.DeleteFunc(kept, func(c sdp.Codec) bool { return !c.IsG711() && codecOf(c) != other })
	}
	slices.SortStableFunc(kept, func(a, b sdp.Codec) int {
		switch first := codecOf(a) == other; {
		case first == (codecOf(b) == other):
			return 0
		case first:
			return -1
		default:
			return 1
		}
	})
	return kept
}

// protected are the suites of SRTP that the media engine can do.
func protected() []sdp.Suite { return []sdp.Suite{sdp.AES128SHA180, sdp.AES128SHA132} }

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
	if agreed.Codec.Is(sdp.Opus()) && agreed.Fallback.Name == "" { // prompts, music and conferences could not be heard
		l.session.Drop(sdp.Opus())
		l.owed = true
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
		ReceiveWideEvents: m.ReceiveWideEvent, SendWideEvents: m.SendWideEvent,
		Direction: media.Direction(m.Direction), MediaTimeout: l.silence,
	}
	if m.Fallback.Name != "" {
		c.Fallback = media.Format{PayloadType: m.Fallback.Payload, Codec: codecOf(m.Fallback)}
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

// codecOf gives the engine's name of a codec; CodecNone when it has none.
func codecOf(c sdp.Codec) media.Codec {
	switch {
	case c.Is(sdp.PCMA()):
		return media.PCMA
	case c.Is(sdp.PCMU()):
		return media.PCMU
	case c.Is(sdp.G722()):
		return media.G722
	case c.Is(sdp.Opus()):
		return media.Opus
	default:
		return media.CodecNone
	}
}
