package sdp

import (
	"fmt"
	"strings"
)

// Answer reads an offer of the peer and writes the answer. want is what we would like: SendRecv to talk, SendOnly while we
// hold the peer; the answer never asks for more than the offer gives (RFC 3264 §6.1). One codec is taken: the first of
// ours that the offer has; Opus only together with G.711, which then is in the answer too. Errors wrap ErrMalformed or ErrNotAcceptable; the session is then as it was before.
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
	codecs := []Codec{media.Codec}
	if media.Fallback.Name != "" {
		codecs = append(codecs, media.Fallback)
	}
	media.Receive = map[uint8]Codec{}
	for _, codec := range codecs {
		media.Receive[codec.Payload] = codec
	}
	s.take(streams, at, media)
	s.settle(&media, theirs, mine)
	body, err := s.write(audio{
		direction: media.Direction, mux: media.RTCPMux, event: media.ReceiveEvent, wide: media.ReceiveWideEvent,
		cryptos: mine, codecs: codecs, protos: theirs.protos,
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
		media, err := s.common(theirs, s.endpoint.Codecs, false)
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
	s.audio, s.events, s.wide = at, media.ReceiveEvent, media.ReceiveWideEvent
	used := map[uint8]bool{}
	for _, payload := range []uint8{s.events, s.wide} {
		used[payload] = payload != 0
	}
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
// receive them at; alone lets Opus be taken without G.711 beside it.
func (s *Session) common(theirs stream, mine []Codec, alone bool) (Media, error) {
	sends := theirs.direction.Receives() && !theirs.hold()
	media := Media{
		Remote: theirs.remote(), RemoteRTCP: theirs.rtcp, Held: !sends, PTime: theirs.ptime,
		Direction: direction(sends, theirs.direction.Sends()), Receive: map[uint8]Codec{},
	}
	if media.PTime == 0 {
		media.PTime = 20
	}
	fallback, beside := theirs.first(mine, Codec.IsG711)
	for _, codec := range mine {
		given, ok := theirs.find(codec)
		if !ok || codec.Is(Opus()) && !beside && !alone {
			continue
		}
		media.Receive[codec.Payload] = codec
		if media.Codec.Name == "" {
			media.Codec = codec.at(given.Payload)
		}
	}
	if media.Codec.Name == "" {
		return Media{}, fmt.Errorf("%w: no common codec", ErrNotAcceptable)
	}
	if beside && media.Codec.Is(Opus()) {
		media.Fallback = fallback
	}
	s.commonEvent(&media, theirs)
	return media, nil
}

// commonEvent finds telephone-event at the clocks of what was agreed on (RFC 4733 §2.1): 8 kHz, and 48 kHz beside Opus.
func (s *Session) commonEvent(media *Media, theirs stream) {
	if s.endpoint.EventPayload == 0 {
		return
	}
	opus := media.Codec.Is(Opus())
	for _, codec := range theirs.codecs {
		switch {
		case !strings.EqualFold(codec.Name, NameEvent) || codec.Payload == 0:
		case codec.ClockRate == 8000 && media.SendEvent == 0:
			media.SendEvent, media.ReceiveEvent = codec.Payload, codec.Payload
		case codec.ClockRate == Opus().ClockRate && opus && media.SendWideEvent == 0:
			media.SendWideEvent, media.ReceiveWideEvent = codec.Payload, codec.Payload
		}
	}
}

// find gives a codec as the stream has it, the first time.
func (s *stream) find(codec Codec) (Codec, bool) {
	for _, theirs := range s.codecs {
		if theirs.Is(codec) {
			return theirs, true
		}
	}
	return Codec{}, false
}

// first gives the first of our codecs of a kind that the stream has, with its payload type.
func (s *stream) first(mine []Codec, kind func(Codec) bool) (Codec, bool) {
	for _, codec := range mine {
		if theirs, ok := s.find(codec); ok && kind(codec) {
			return codec.at(theirs.Payload), true
		}
	}
	return Codec{}, false
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
