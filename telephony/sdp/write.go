package sdp

import (
	"fmt"
	"strconv"

	"github.com/pion/sdp/v3"
)

// audio is our line of a description to be written.
type audio struct {
	direction Direction
	protos    []string
	codecs    []Codec
	event     uint8 // telephone-event of 8 kHz,
	wide      uint8 // and of 48
	cryptos   []crypto
	mux       bool
}

// write makes the whole description: our audio in its place, every other line refused with port 0. The version counts up
// when anything differs from what we wrote last.
func (s *Session) write(a audio) ([]byte, error) {
	network := "IP4"
	if s.endpoint.Address.Is6() && !s.endpoint.Address.Is4In6() {
		network = "IP6"
	}
	address := s.endpoint.Address.Unmap().String()
	d := sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: s.id, NetworkType: "IN", AddressType: network, UnicastAddress: address,
		},
		SessionName: "-",
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: network, Address: &sdp.Address{Address: address},
		},
		TimeDescriptions: []sdp.TimeDescription{{}},
	}
	for i := range max(len(s.layout), 1) {
		if i == s.audio {
			d.MediaDescriptions = append(d.MediaDescriptions, s.describe(a))
			continue
		}
		other := s.layout[i]
		d.MediaDescriptions = append(d.MediaDescriptions, &sdp.MediaDescription{
			MediaName: sdp.MediaName{Media: other.media, Protos: other.protos, Formats: other.formats},
		})
	}
	plain, err := d.Marshal()
	if err != nil {
		return nil, fmt.Errorf("sdp: write: %w", err)
	}
	if string(plain) != s.written {
		s.written = string(plain)
		s.version++
	}
	d.Origin.SessionVersion = s.version
	body, err := d.Marshal()
	if err != nil {
		return nil, fmt.Errorf("sdp: write: %w", err)
	}
	return body, nil
}

// describe writes our audio line.
func (s *Session) describe(a audio) *sdp.MediaDescription {
	m := &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: "audio", Port: sdp.RangedPort{Value: int(s.endpoint.Port)}, Protos: a.protos,
	}}
	for _, codec := range a.codecs {
		payload := strconv.Itoa(int(codec.Payload))
		m.MediaName.Formats = append(m.MediaName.Formats, payload)
		encoding := fmt.Sprintf("%s %s/%d", payload, codec.Name, codec.ClockRate)
		if codec.Channels > 1 {
			encoding += "/" + strconv.Itoa(codec.Channels)
		}
		m.WithValueAttribute("rtpmap", encoding)
		if codec.Format != "" {
			m.WithValueAttribute("fmtp", payload+" "+codec.Format)
		}
	}
	describeEvents(m, a.event, 8000)
	describeEvents(m, a.wide, Opus().ClockRate)
	m.WithValueAttribute("ptime", strconv.Itoa(s.endpoint.PTime))
	for _, c := range a.cryptos {
		m.WithValueAttribute("crypto", c.String())
	}
	if s.endpoint.RTCPPort != 0 {
		m.WithValueAttribute("rtcp", strconv.Itoa(int(s.endpoint.RTCPPort)))
	}
	if a.mux {
		m.WithPropertyAttribute("rtcp-mux")
	}
	m.WithPropertyAttribute(a.direction.String())
	return m
}

// describeEvents writes telephone-event, unless the payload type is 0.
func describeEvents(m *sdp.MediaDescription, payloadType uint8, rate int) {
	if payloadType == 0 {
		return
	}
	payload := strconv.Itoa(int(payloadType))
	m.MediaName.Formats = append(m.MediaName.Formats, payload)
	m.WithValueAttribute("rtpmap", fmt.Sprintf("%s %s/%d", payload, NameEvent, rate))
	m.WithValueAttribute("fmtp", payload+" 0-16")
}
