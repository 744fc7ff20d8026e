package browser

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ekc/telephony/media"
)

// answerer is our side of an answer.
type answerer struct {
	version     int // of the session description (RFC 8866 §5.2)
	id          uint64
	ufrag, pwd  string
	fingerprint string
	ssrc        uint32
	name        string
	candidates  []string
	complete    bool // no candidates will follow
}

// answer writes the answer: the section that was taken, and the others rejected (RFC 3264 §6, RFC 8829 §5.3.1).
func (o *offer) answer(a *answerer) string {
	var b strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\r\n", arguments...) }
	line("v=0\r\no=- %d %d IN IP4 0.0.0.0\r\ns=-\r\nt=0 0", a.id, a.version)
	if o.bundled {
		line("a=group:BUNDLE %s", o.terms.mid)
	}
	line("a=msid-semantic: WMS *")
	for i, m := range o.sections {
		if i == o.audio {
			o.answerAudio(a, line)
			continue
		}
		format := "0" // some number must stand there
		if m.MediaName.Media == "application" && len(m.MediaName.Formats) > 0 {
			format = m.MediaName.Formats[0]
		}
		line("m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0", m.MediaName.Media, strings.Join(m.MediaName.Protos, "/"), format)
		if mid, ok := m.Attribute("mid"); ok {
			line("a=mid:%s", mid)
		}
		line("a=inactive")
	}
	return b.String()
}

func (o *offer) answerAudio(a *answerer, line func(string, ...any)) {
	t := &o.terms
	lines, payloads := t.agreed()
	formats := ""
	for _, payload := range payloads {
		formats += " " + strconv.Itoa(payload)
	}
	line("m=audio 9 UDP/TLS/RTP/SAVPF%s\r\nc=IN IP4 0.0.0.0", formats)
	line("a=mid:%s\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=ptime:20", t.mid)
	line("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:trickle", a.ufrag, a.pwd)
	line("a=fingerprint:%s\r\na=setup:%s", a.fingerprint, role(o.setup))
	if t.direction == media.SendOnly {
		line("a=sendonly")
	} else {
		line("a=sendrecv")
	}
	for i, payload := range payloads {
		line("a=rtpmap:%d %s", payload, lines[i])
	}
	if t.codecs[atOpus] >= 0 {
		line("a=fmtp:%d minptime=10;useinbandfec=1", t.codecs[atOpus])
	}
	for _, events := range []int{t.events, t.wideEvents} {
		if events >= 0 {
			line("a=fmtp:%d 0-15", events)
		}
	}
	line("a=msid:%s sound\r\na=ssrc:%d cname:%s", a.name, a.ssrc, a.name)
	for _, c := range a.candidates {
		line("a=%s", c)
	}
	if a.complete {
		line("a=end-of-candidates")
	}
}

// role is our side of DTLS: the client wherever the browser lets us, which saves a round trip (RFC 5763 §5).
func role(offered string) string {
	if offered == "active" {
		return "passive"
	}
	return "active"
}

// agreed gives what our answer names, the codec to be sent first: encodings with their clocks, and payload types.
func (t *terms) agreed() (encodings []string, payloads []int) {
	add := func(encoding string, payload int) {
		if payload >= 0 {
			encodings, payloads = append(encodings, encoding), append(payloads, payload)
		}
	}
	codec := func(at int) {
		clock := "/8000"
		if at == atOpus {
			clock = "/48000/2"
		}
		add(codecOrder[at].String()+clock, t.codecs[at])
	}
	codec(t.first)
	for at := range codecOrder {
		if at != t.first {
			codec(at)
		}
	}
	add("telephone-event/8000", t.events)
	add("telephone-event/48000", t.wideEvents)
	return encodings, payloads
}

// config is what the leg needs of the offer. Both ends use the browser's payload types.
func (t *terms) config() media.LegConfig {
	c := media.LegConfig{RTCPMux: true, Direction: t.direction}
	for i, codec := range codecOrder {
		if t.codecs[i] >= 0 {
			c.Receive = append(c.Receive, media.Format{PayloadType: uint8(t.codecs[i]), Codec: codec})
		}
	}
	c.Send = media.Format{PayloadType: uint8(t.codecs[t.first]), Codec: codecOrder[t.first]}
	if t.first == atOpus {
		c.Fallback = c.Receive[0] // of G.711, which every offer has
	}
	if t.events >= 0 {
		c.ReceiveEvents, c.SendEvents = uint8(t.events), uint8(t.events)
	}
	if t.wideEvents >= 0 {
		c.ReceiveWideEvents, c.SendWideEvents = uint8(t.wideEvents), uint8(t.wideEvents)
	}
	return c
}

// reachable tells whether checks may be sent to an address at all.
func reachable(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && !ip.IsUnspecified() && !ip.IsMulticast() && ip != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
