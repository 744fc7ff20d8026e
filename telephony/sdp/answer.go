package sdp

import (
	"fmt"
	"strings"
)

// Answer reads an offer of the peer and writes the answer. want is what we would like: SendRecv to talk, SendOnly while we
// hold the peer; the answer never asks for more than the offer gives (RFC 3264 §6.1). One codec is taken: the first of
// ours that the offer has. Errors wrap ErrMalformed or ErrNotAcceptable; the session is then as it was before.
func (s *Session) Answer(offer []byte, want Direction) ([]byte, Media, error) {
	streams, err := parse(offer)
	if err != nil {
		return nil, Media{}, err
	}
	if len(streams) < len(s.layout) {
		return nil, Media{}, fmt.Errorf("%w: a later offer dropped a stream", ErrMalformed)
	}
	at, media, err := s.pick(streams)
	if err != nil {
		return nil, Media{}, err
	}
	theirs := streams[at]
	keys, mine, err := s.answeredKeys(theirs)
	if err != nil {
		return nil, Media{}, err
	}
	media.SRTP = keys
	media.RTCPMux = theirs.mux && s.endpoint.RTCPMux
	media.Direction = meet(media.Direction, want)
	media.Receive = map[uint8]Codec{media.Codec.Payload: media.Codec}
	s.take(streams, at, media)
	s.settle(&media, theirs, mine)
	body, err := s.write(audio{
		direction: media.Direction, mux: media.RTCPMux, event: media.ReceiveEvent, cryptos: mine,
		codecs: []Codec{media.Codec}, protos: theirs.protos,
	})
	return body, media, err
}

// pick finds the first audio stream that can be taken.
func (s *Session) pick(streams []stream) (int, Media, error) {
	var first error
	for i, theirs := range streams {
		if theirs.media != "audio" || theirs.port == 0 || !theirs.rtp() {
			continue
		}
		media, err := s.common(theirs, s.endpoint.Codecs)
		if err == nil {
			return i, media, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%w: no audio over RTP", ErrNotAcceptable)
	}
	return 0, Media{}, first
}

// take remembers the offer's lines and its payload types, which later descriptions keep.
func (s *Session) take(streams []stream, at int, media Media) {
	s.layout = s.layout[:0]
	for _, theirs := range streams {
		s.layout = append(s.layout, line{media: theirs.media, protos: theirs.protos, formats: theirs.formats})
	}
	s.audio, s.events = at, media.ReceiveEvent
	used := map[uint8]bool{media.ReceiveEvent: media.ReceiveEvent != 0}
	s.payloads = nil
	for _, codec := range s.endpoint.Codecs {
		for _, theirs := range streams[at].codecs {
			if theirs.Is(codec) {
				codec.Payload = theirs.Payload
			}
		}
		if !used[codec.Payload] {
			used[codec.Payload] = true
			s.payloads = append(s.payloads, codec)
		}
	}
}

// common takes our most preferred codec of those in the stream. mine are our codecs with the payload types that we
// receive them at.
func (s *Session) common(theirs stream, mine []Codec) (Media, error) {
	sends := theirs.direction.Receives() && !theirs.hold()
	media := Media{
		Remote: theirs.remote(), RemoteRTCP: theirs.rtcp, Held: !sends, PTime: theirs.ptime,
		Direction: direction(sends, theirs.direction.Sends()), Receive: map[uint8]Codec{},
	}
	if media.PTime == 0 {
		media.PTime = 20
	}
	chosen := -1
	for i := range mine {
		for _, codec := range theirs.codecs {
			if !codec.Is(mine[i]) {
				continue
			}
			media.Receive[mine[i].Payload] = mine[i]
			if chosen < 0 {
				chosen, media.Codec = i, codec
			}
		}
	}
	if chosen < 0 {
		return Media{}, fmt.Errorf("%w: no common codec", ErrNotAcceptable)
	}
	s.commonEvent(&media, theirs)
	return media, nil
}

// commonEvent finds telephone-event at the codec's clock (RFC 4733 §2.1; RFC 7587 uses 48 kHz).
func (s *Session) commonEvent(media *Media, theirs stream) {
	if s.endpoint.EventPayload == 0 {
		return
	}
	for _, codec := range theirs.codecs {
		if strings.EqualFold(codec.Name, NameEvent) && codec.ClockRate == media.Codec.ClockRate {
			media.SendEvent, media.ReceiveEvent = codec.Payload, codec.Payload
			return
		}
	}
}

// answeredKeys chooses one of the offered keys and draws ours. A known key of ours is kept while the suite is the same.
func (s *Session) answeredKeys(theirs stream) (*Keys, []crypto, error) {
	chosen, ok := choose(theirs.cryptos, s.endpoint.Suites)
	switch {
	case s.endpoint.SRTP == Plain && theirs.encrypted():
		return nil, nil, fmt.Errorf("%w: encryption is off", ErrNotAcceptable)
	case s.endpoint.SRTP == Plain:
		return nil, nil, nil
	case !ok && (s.endpoint.SRTP == Required || theirs.encrypted()):
		return nil, nil, fmt.Errorf("%w: no key that we can use", ErrNotAcceptable)
	case !ok:
		return nil, nil, nil
	}
	mine := crypto{tag: chosen.tag, suite: chosen.suite}
	if s.agreed && s.media.SRTP != nil && s.media.SRTP.Suite == chosen.suite {
		mine.key = s.media.SRTP.Send
	} else {
		fresh, err := newCrypto(chosen.tag, chosen.suite, s.random)
		if err != nil {
			return nil, nil, err
		}
		mine = fresh
	}
	return &Keys{Suite: mine.suite, Send: mine.key, Receive: chosen.key}, []crypto{mine}, nil
}
