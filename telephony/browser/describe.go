package browser

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"ekc/telephony/media"
)

// narrow writes the offer anew for pion, with the one audio section and of it what is used: so pion negotiates nothing else, and
// takes nothing from a stranger that was not looked at.
func (o *offer) narrow() string {
	var b strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\r\n", arguments...) }
	line("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0")
	if o.bundled {
		line("a=group:BUNDLE %s", o.terms.mid)
	}
	formats := ""
	for _, payload := range []int{o.terms.pcma, o.terms.pcmu, o.terms.events} {
		if payload >= 0 {
			formats += " " + strconv.Itoa(payload)
		}
	}
	line("m=audio 9 UDP/TLS/RTP/SAVPF%s\r\nc=IN IP4 0.0.0.0", formats)
	line("a=mid:%s\r\na=rtcp-mux\r\na=rtcp-rsize", o.terms.mid)
	line("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:trickle", o.ufrag, o.pwd)
	line("a=fingerprint:%s\r\na=setup:%s", o.terms.fingerprint, o.setup)
	if o.terms.direction == media.SendOnly {
		line("a=recvonly")
	} else {
		line("a=sendrecv")
	}
	for i, name := range []string{"PCMA", "PCMU", "telephone-event"} {
		if payload := []int{o.terms.pcma, o.terms.pcmu, o.terms.events}[i]; payload >= 0 {
			line("a=rtpmap:%d %s/8000", payload, name)
		}
	}
	if o.terms.events >= 0 {
		line("a=fmtp:%d 0-15", o.terms.events)
	}
	if o.terms.direction != media.SendOnly {
		// Packets are taken whatever their SSRC; but for one that was not declared pion would make another transceiver.
		ssrc := o.ssrc
		if ssrc == "" {
			ssrc = "1"
		}
		line("a=ssrc:%s cname:browser", ssrc)
	}
	for _, c := range o.candidates {
		line("a=candidate:%s", c)
	}
	if o.complete {
		line("a=end-of-candidates")
	}
	return b.String()
}

// widen puts pion's answer in the place of the section that was taken, and rejects the others (RFC 3264 §6).
func (o *offer) widen(answer string) (string, error) {
	if len(o.sections) == 1 {
		return answer, nil
	}
	var d sdp.SessionDescription
	if err := d.UnmarshalString(answer); err != nil || len(d.MediaDescriptions) != 1 {
		return "", fmt.Errorf("browser: an answer with %d sections: %w", len(d.MediaDescriptions), err)
	}
	sections := make([]*sdp.MediaDescription, len(o.sections))
	for i, offered := range o.sections {
		sections[i] = reject(offered)
	}
	sections[o.audio] = d.MediaDescriptions[0]
	d.MediaDescriptions = sections
	b, err := d.Marshal()
	if err != nil {
		return "", fmt.Errorf("browser: answer: %w", err)
	}
	return string(b), nil
}

func reject(offered *sdp.MediaDescription) *sdp.MediaDescription {
	m := &sdp.MediaDescription{
		MediaName: sdp.MediaName{
			Media: offered.MediaName.Media, Protos: offered.MediaName.Protos,
			Formats: offered.MediaName.Formats[:min(1, len(offered.MediaName.Formats))],
		},
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: "IP4", Address: &sdp.Address{Address: "0.0.0.0"},
		},
	}
	if mid, ok := offered.Attribute("mid"); ok {
		m.Attributes = append(m.Attributes, sdp.NewAttribute("mid", mid))
	}
	m.Attributes = append(m.Attributes, sdp.NewPropertyAttribute("inactive"))
	return m
}

// config is what the leg needs of the offer. Both ends use the browser's payload types.
func (t *terms) config() media.LegConfig {
	c := media.LegConfig{RTCPMux: true, Direction: t.direction}
	for i, codec := range []media.Codec{media.PCMA, media.PCMU} {
		if payload := []int{t.pcma, t.pcmu}[i]; payload >= 0 {
			c.Receive = append(c.Receive, media.Format{PayloadType: uint8(payload), Codec: codec})
		}
	}
	c.Send = c.Receive[0]
	if t.events >= 0 {
		c.ReceiveEvents, c.SendEvents = uint8(t.events), uint8(t.events)
	}
	return c
}

// reachable tells whether checks may be sent to an address at all.
func reachable(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && !ip.IsUnspecified() && !ip.IsMulticast() && ip != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
