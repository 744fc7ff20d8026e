package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// maxStreams bounds the m= lines of a description: a peer with more is not a phone.
const maxStreams = 16

// stream is one m= line as the peer wrote it.
type stream struct {
	media     string
	protos    []string
	formats   []string
	port      uint16
	host      string // as in c=
	rtcp      netip.AddrPort
	mux       bool
	direction Direction
	codecs    []Codec // in the writer's order, telephone-event included
	cryptos   []crypto
	ptime     int
}

// encrypted reports whether the transport is one of the secure profiles.
func (s stream) encrypted() bool {
	return len(s.protos) == 2 && strings.HasPrefix(strings.ToUpper(s.protos[1]), "SAVP")
}

// rtp reports whether the transport is RTP without DTLS: "RTP/AVP", "RTP/SAVP" and their feedback variants.
func (s stream) rtp() bool {
	if len(s.protos) != 2 || !strings.EqualFold(s.protos[0], "RTP") {
		return false
	}
	switch strings.ToUpper(s.protos[1]) {
	case "AVP", "AVPF", "SAVP", "SAVPF":
		return true
	default:
		return false
	}
}

// hold reports the old way to hold (RFC 2543; RFC 3264 §8.4): the null address.
func (s stream) hold() bool {
	addr, err := netip.ParseAddr(s.host)
	return err == nil && addr.IsUnspecified()
}

// remote is where the writer wants its packets.
func (s stream) remote() netip.AddrPort {
	addr, err := netip.ParseAddr(s.host)
	if err != nil || addr.IsUnspecified() || s.port == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr.Unmap(), s.port)
}

// parse reads a description. Errors wrap ErrMalformed.
func parse(body []byte) ([]stream, error) {
	var d sdp.SessionDescription
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrMalformed)
	}
	readable, original := tolerate(body)
	if err := d.Unmarshal(readable); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(d.MediaDescriptions) > maxStreams {
		return nil, fmt.Errorf("%w: %d streams", ErrMalformed, len(d.MediaDescriptions))
	}
	session := directionOf(d.Attributes, SendRecv)
	streams := make([]stream, 0, len(d.MediaDescriptions))
	for i, m := range d.MediaDescriptions {
		s, err := parseStream(m, d.ConnectionInformation, session)
		if err != nil {
			return nil, err
		}
		if as, ok := original[i]; ok {
			s.media, s.protos, s.formats, s.codecs = as.media, as.protos, as.formats, nil
		}
		streams = append(streams, s)
	}
	return streams, nil
}

func parseStream(m *sdp.MediaDescription, session *sdp.ConnectionInformation, inherited Direction) (stream, error) {
	name := m.MediaName
	if name.Port.Value < 0 || name.Port.Value > 65535 {
		return stream{}, fmt.Errorf("%w: port %d", ErrMalformed, name.Port.Value)
	}
	s := stream{
		media: strings.ToLower(name.Media), protos: name.Protos, formats: name.Formats, port: uint16(name.Port.Value),
		direction: directionOf(m.Attributes, inherited),
	}
	connection := m.ConnectionInformation
	if connection == nil {
		connection = session
	}
	if connection != nil && connection.Address != nil {
		s.host = connection.Address.Address
	} else if s.port != 0 {
		return stream{}, fmt.Errorf("%w: a stream without c=", ErrMalformed)
	}
	s.attributes(m)
	return s, nil
}

// attributes reads what a= lines say about the stream; a line that does not parse is as if it were not there.
func (s *stream) attributes(m *sdp.MediaDescription) {
	maps, formats := map[string]Codec{}, map[string]string{}
	rtcp := ""
	for _, a := range m.Attributes {
		switch a.Key {
		case "rtpmap":
			if payload, codec, ok := parseMap(a.Value); ok {
				maps[payload] = codec
			}
		case "fmtp":
			if payload, value, ok := strings.Cut(strings.TrimSpace(a.Value), " "); ok {
				formats[payload] = strings.TrimSpace(value)
			}
		case "ptime":
			if n, err := strconv.Atoi(strings.TrimSpace(a.Value)); err == nil && n >= 1 && n <= 200 {
				s.ptime = n
			}
		case "rtcp":
			rtcp = a.Value
		case "rtcp-mux":
			s.mux = true
		case "crypto":
			if c, ok := parseCrypto(a.Value); ok {
				s.cryptos = append(s.cryptos, c)
			}
		}
	}
	s.setRTCP(rtcp)
	s.setCodecs(maps, formats)
}

func (s *stream) setCodecs(maps map[string]Codec, formats map[string]string) {
	for _, format := range s.formats {
		n, err := strconv.ParseUint(format, 10, 8)
		if err != nil || n > 127 {
			continue
		}
		codec, ok := maps[format]
		if !ok {
			if codec, ok = static(uint8(n)); !ok {
				continue
			}
		}
		codec.Payload, codec.Format = uint8(n), formats[format]
		s.codecs = append(s.codecs, codec)
	}
}

// setRTCP takes the port, and the address if there is one, of a=rtcp (RFC 3605); without it the next port (RFC 3550 §11).
func (s *stream) setRTCP(value string) {
	remote := s.remote()
	if !remote.IsValid() {
		return
	}
	if fields := strings.Fields(value); len(fields) > 0 {
		port, err := strconv.ParseUint(fields[0], 10, 16)
		if err == nil && port > 0 {
			addr := remote.Addr()
			if len(fields) == 4 {
				if given, err := netip.ParseAddr(fields[3]); err == nil && !given.IsUnspecified() {
					addr = given.Unmap()
				}
			}
			s.rtcp = netip.AddrPortFrom(addr, uint16(port))
			return
		}
	}
	if s.port < 65535 {
		s.rtcp = netip.AddrPortFrom(remote.Addr(), s.port+1)
	}
}

// parseMap reads "96 opus/48000/2".
func parseMap(value string) (payload string, codec Codec, ok bool) {
	payload, encoding, ok := strings.Cut(strings.TrimSpace(value), " ")
	if !ok {
		return "", Codec{}, false
	}
	parts := strings.Split(strings.TrimSpace(encoding), "/")
	if len(parts) < 2 {
		return "", Codec{}, false
	}
	rate, err := strconv.Atoi(parts[1])
	if err != nil || rate <= 0 {
		return "", Codec{}, false
	}
	codec = Codec{Name: parts[0], ClockRate: rate, Channels: 1}
	if len(parts) > 2 {
		if n, err := strconv.Atoi(parts[2]); err == nil && n > 0 {
			codec.Channels = n
		}
	}
	return payload, codec, true
}

func directionOf(attributes []sdp.Attribute, otherwise Direction) Direction {
	for _, a := range attributes {
		for _, d := range []Direction{SendRecv, SendOnly, RecvOnly, Inactive} {
			if a.Key == d.String() {
				return d
			}
		}
	}
	return otherwise
}
