package sdp

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Session is the offer/answer state of one call leg (RFC 3264). The leg's owner calls it from one goroutine at a time.
type Session struct {
	endpoint Endpoint
	random   io.Reader
	id       uint64
	version  uint64
	written  string // the last description we sent, without its version
	layout   []line // the m= lines of the session, which no later description may drop (RFC 3264 §8)
	audio    int    // which of them is ours
	payloads []Codec
	cryptos  []crypto // our keys: one for each suite while offered, the chosen one afterwards
	events   uint8
	wide     uint8     // events of 48 kHz
	asked    Direction // what our last offer asked for
	media    Media
	agreed   bool
}

// line is an m= line that must be repeated in later descriptions.
type line struct {
	media   string
	protos  []string
	formats []string
}

// NewSession starts a leg. random gives the session's id and SRTP keys: crypto/rand.Reader outside of tests.
func NewSession(endpoint Endpoint, random io.Reader) (*Session, error) {
	if len(endpoint.Codecs) == 0 || !endpoint.Address.IsValid() || endpoint.Port == 0 {
		return nil, fmt.Errorf("sdp: an endpoint needs an address, a port and a codec")
	}
	if endpoint.PTime == 0 {
		endpoint.PTime = 20
	}
	endpoint.Codecs, endpoint.Suites = slices.Clone(endpoint.Codecs), slices.Clone(endpoint.Suites)
	if len(endpoint.Suites) == 0 {
		endpoint.Suites = suites()
	}
	var id [8]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return nil, fmt.Errorf("sdp: draw a session id: %w", err)
	}
	wide := uint8(0)
	if slices.ContainsFunc(endpoint.Codecs, Opus().Is) {
		wide = endpoint.WideEventPayload
	}
	return &Session{
		endpoint: endpoint, random: random, events: endpoint.EventPayload, wide: wide, payloads: endpoint.Codecs,
		// Some peers keep the id in a signed 64-bit number.
		id: binary.BigEndian.Uint64(id[:]) >> 2,
	}, nil
}

// Move changes where the peer shall send media from the next description on, as when a leg moves to other ports. The
// codecs and the policy stay.
func (s *Session) Move(endpoint Endpoint) {
	s.endpoint.Address, s.endpoint.Port, s.endpoint.RTCPPort = endpoint.Address, endpoint.Port, endpoint.RTCPPort
}

// Drop gives up a codec from the next description on, unless there is no other.
func (s *Session) Drop(codec Codec) {
	without := func(codecs []Codec) []Codec {
		kept := slices.DeleteFunc(slices.Clone(codecs), codec.Is)
		if len(kept) == 0 {
			return codecs
		}
		return kept
	}
	s.endpoint.Codecs, s.payloads = without(s.endpoint.Codecs), without(s.payloads)
	if !slices.ContainsFunc(s.payloads, Opus().Is) {
		s.wide = 0
	}
}

// Media is what was agreed last; false before the first agreement.
func (s *Session) Media() (Media, bool) { return s.media, s.agreed }

// Offer writes a description that asks for the direction: SendRecv to talk, SendOnly to hold with music, Inactive to hold
// in silence. Every difference to the last description counts the version up (RFC 3264 §8).
func (s *Session) Offer(want Direction) ([]byte, error) {
	if err := s.drawKeys(); err != nil {
		return nil, err
	}
	s.asked = want
	return s.write(s.ours(want))
}

// ours is the audio line of an offer.
func (s *Session) ours(want Direction) audio {
	a := audio{direction: want, mux: s.endpoint.RTCPMux, event: s.events, wide: s.wide, cryptos: s.cryptos}
	a.codecs = s.payloads
	a.protos = []string{"RTP", "AVP"}
	switch {
	case s.agreed && len(s.layout) > 0: // keep to the transport that was agreed
		a.protos = s.layout[s.audio].protos
	case s.endpoint.SRTP == Required:
		a.protos = []string{"RTP", "SAVP"}
	}
	return a
}

// drawKeys makes the keys that an offer carries: all our suites at first, later the agreed one with the same key, so that a
// hold does not rekey the stream.
func (s *Session) drawKeys() error {
	if s.endpoint.SRTP == Plain || len(s.cryptos) > 0 || (s.agreed && s.media.SRTP == nil) {
		return nil
	}
	for i, suite := range s.endpoint.Suites {
		c, err := newCrypto(i+1, suite, s.random)
		if err != nil {
			return err
		}
		s.cryptos = append(s.cryptos, c)
	}
	return nil
}

// Accept reads the answer to our last offer. Errors wrap ErrMalformed or ErrNotAcceptable; what was agreed before stays.
func (s *Session) Accept(answer []byte) (Media, error) {
	streams, err := parse(answer)
	if err != nil {
		return Media{}, err
	}
	if s.audio >= len(streams) || len(streams) != max(len(s.layout), 1) {
		return Media{}, fmt.Errorf("%w: the answer has %d streams", ErrMalformed, len(streams))
	}
	theirs := streams[s.audio]
	if theirs.media != "audio" || theirs.port == 0 || !theirs.rtp() {
		return Media{}, fmt.Errorf("%w: the audio was refused", ErrNotAcceptable)
	}
	media, err := s.common(theirs, s.payloads, true)
	if err != nil {
		return Media{}, err
	}
	keys, mine, err := s.acceptedKeys(theirs)
	if err != nil {
		return Media{}, err
	}
	media.SRTP = keys
	media.RTCPMux = theirs.mux && s.endpoint.RTCPMux
	media.Direction = meet(media.Direction, s.asked)
	if media.ReceiveEvent != 0 {
		media.ReceiveEvent = s.events
	}
	if media.ReceiveWideEvent != 0 {
		media.ReceiveWideEvent = s.wide
	}
	s.settle(&media, theirs, mine)
	return media, nil
}

// acceptedKeys pairs the answer's key with the one that we offered under the same tag.
func (s *Session) acceptedKeys(theirs stream) (*Keys, []crypto, error) {
	if len(theirs.cryptos) == 0 {
		if s.endpoint.SRTP == Required || theirs.encrypted() {
			return nil, nil, fmt.Errorf("%w: no key in the answer", ErrNotAcceptable)
		}
		return nil, nil, nil
	}
	c := theirs.cryptos[0]
	for _, mine := range s.cryptos {
		if mine.tag == c.tag && mine.suite == c.suite {
			return &Keys{Suite: c.suite, Send: mine.key, Receive: c.key}, []crypto{mine}, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: a key that was not offered", ErrNotAcceptable)
}

// settle makes media the agreed one.
func (s *Session) settle(media *Media, theirs stream, keys []crypto) {
	if media.RTCPMux {
		media.RemoteRTCP = media.Remote
	}
	if len(s.layout) == 0 {
		s.layout = []line{{media: "audio"}}
	}
	s.layout[s.audio].protos = theirs.protos
	s.cryptos, s.media, s.agreed = keys, *media, true
}
