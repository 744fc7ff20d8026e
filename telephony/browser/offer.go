package browser

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/sdp/v3"

	"ekc/telephony/media"
)

// maxSections bounds the m= lines of an offer.
const maxSections = 16

// offer is what a browser's session description says that matters here.
type offer struct {
	terms      terms
	ufrag, pwd string
	setup      string
	bundled    bool
	candidates []ice.Candidate
	audio      int // of sections
	sections   []*sdp.MediaDescription
}

// codecOrder are the codecs that are agreed on, in the order of our answers. G.722 and Opus have their place only where the other end has
// them, and are the first one then: see [offer.prefer].
var codecOrder = [codecCount]media.Codec{media.PCMA, media.PCMU, media.G722, media.Opus}

const (
	codecCount = 4
	atG722     = 2 // their places in codecOrder
	atOpus     = 3
)

// terms are what must stay as it is for the life of a session.
type terms struct {
	mid         string
	fingerprint string // algorithm and value
	direction   media.Direction
	codecs      [codecCount]int // payload types of what is in codecOrder; -1: not offered
	first       int             // of codecs, that is sent
	events      int             // telephone-event/8000; -1: not offered
	wideEvents  int             // telephone-event/48000, beside Opus
}

func refuse(format string, arguments ...any) error {
	return fmt.Errorf("%w: %s", ErrOffer, fmt.Sprintf(format, arguments...))
}

// readOffer takes the first audio section with G.711 and checks all that pion would only find out later, or never.
func readOffer(text string) (*offer, error) {
	if len(text) > MaxOffer {
		return nil, refuse("%d bytes, more than %d", len(text), MaxOffer)
	}
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return nil, refuse("%v", err)
	}
	if len(d.MediaDescriptions) > maxSections {
		return nil, refuse("%d media sections, more than %d", len(d.MediaDescriptions), maxSections)
	}
	o := &offer{sections: d.MediaDescriptions, audio: -1}
	heard := false
	for i, m := range d.MediaDescriptions {
		if m.MediaName.Media != "audio" {
			continue
		}
		heard = true
		if o.readCodecs(m) {
			o.audio = i
			break
		}
	}
	switch {
	case !heard:
		return nil, refuse("no audio")
	case o.audio < 0:
		return nil, refuse("neither PCMA nor PCMU among the codecs")
	}
	m := d.MediaDescriptions[o.audio]
	if got := strings.Join(m.MediaName.Protos, "/"); got != "UDP/TLS/RTP/SAVPF" {
		return nil, refuse("audio over %s", got)
	}
	for _, read := range []func(*sdp.SessionDescription, *sdp.MediaDescription) error{
		o.readIdentity, o.readDirection, o.readTransport, o.readFingerprint,
	} {
		if err := read(&d, m); err != nil {
			return nil, err
		}
	}
	return o, o.readCandidates(m)
}

// readCodecs finds the payload types, also the static ones that need no rtpmap (RFC 3551 §6).
func (o *offer) readCodecs(m *sdp.MediaDescription) bool {
	names := map[string]string{"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000"}
	for _, a := range m.Attributes {
		if payload, name, ok := strings.Cut(a.Value, " "); ok && a.Key == "rtpmap" {
			names[payload] = strings.TrimSuffix(name, "/1")
		}
	}
	t := terms{codecs: [codecCount]int{-1, -1, -1, -1}, events: -1, wideEvents: -1}
	for _, format := range m.MediaName.Formats {
		payload, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			continue
		}
		var place *int
		switch strings.ToUpper(names[format]) {
		case "PCMA/8000":
			place = &t.codecs[0]
		case "PCMU/8000":
			place = &t.codecs[1]
		case "G722/8000":
			place = &t.codecs[atG722]
		case "OPUS/48000/2":
			place = &t.codecs[atOpus]
		case "TELEPHONE-EVENT/8000":
			place = &t.events
		case "TELEPHONE-EVENT/48000":
			place = &t.wideEvents
		default:
			continue
		}
		if *place < 0 && (place != &t.events && place != &t.wideEvents || payload > 0) {
			*place = int(payload)
		}
	}
	o.terms = t
	return t.codecs[0] >= 0 || t.codecs[1] >= 0
}

// prefer takes the codec of the leg that the browser will be connected with, so that sound passes between them as it is. With G.711 there
// neither G.722 nor Opus is agreed on: translating them would cost more than it is worth. G.711 always is, for what is no Opus.
func (o *offer) prefer(other media.Codec) {
	t := &o.terms
	for _, at := range []int{atG722, atOpus} {
		if other != codecOrder[at] {
			t.codecs[at] = -1
		}
	}
	if t.codecs[atOpus] < 0 {
		t.wideEvents = -1
	}
	t.first = 0
	for i, codec := range codecOrder {
		if t.codecs[i] >= 0 && (codec == other || t.codecs[t.first] < 0) {
			t.first = i
		}
	}
}

func (o *offer) readIdentity(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	mid, ok := m.Attribute("mid")
	if !ok || !isToken(mid, 1, 64, "-_.+") {
		return refuse("audio without a proper mid")
	}
	o.terms.mid = mid
	for _, a := range d.Attributes {
		if words := strings.Fields(a.Value); a.Key == "group" && len(words) > 1 && words[0] == "BUNDLE" {
			o.bundled = o.bundled || slices.Contains(words[1:], mid)
		}
	}
	if _, ok := m.Attribute("rtcp-mux"); !ok {
		return refuse("RTCP on a port of its own")
	}
	return nil
}

func (o *offer) readDirection(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	switch {
	case has(d, m, "inactive"), has(d, m, "sendonly"):
		return refuse("the browser does not want to hear")
	case has(d, m, "recvonly"):
		o.terms.direction = media.SendOnly
	default:
		o.terms.direction = media.SendRecv
	}
	return nil
}

func (o *offer) readTransport(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	o.ufrag, o.pwd, o.setup = either(d, m, "ice-ufrag"), either(d, m, "ice-pwd"), either(d, m, "setup")
	if !isToken(o.ufrag, 4, 256, "+/") || !isToken(o.pwd, 22, 256, "+/") { // RFC 8839 §5.4
		return refuse("no proper ICE credentials")
	}
	switch o.setup {
	case "actpass", "active", "passive":
		return nil
	default:
		return refuse("DTLS setup %q", o.setup)
	}
}

// readFingerprint takes the strongest one (RFC 8122 §5).
func (o *offer) readFingerprint(d *sdp.SessionDescription, m *sdp.MediaDescription) error {
	lengths := map[string]int{"sha-512": 64, "sha-384": 48, "sha-256": 32}
	attributes := m.Attributes
	if _, ok := m.Attribute("fingerprint"); !ok {
		attributes = d.Attributes
	}
	best := 0
	for _, a := range attributes {
		if a.Key != "fingerprint" {
			continue
		}
		algorithm, value, _ := strings.Cut(a.Value, " ")
		algorithm = strings.ToLower(algorithm)
		size := lengths[algorithm]
		if size == 0 {
			continue
		}
		if !isFingerprint(value, size) {
			return refuse("a malformed fingerprint")
		}
		if size > best {
			best, o.terms.fingerprint = size, algorithm+" "+strings.ToUpper(value)
		}
	}
	if best == 0 {
		return refuse("no fingerprint of SHA-256 or better")
	}
	return nil
}

func (o *offer) readCandidates(m *sdp.MediaDescription) error {
	for _, a := range m.Attributes {
		if a.Key != "candidate" {
			continue
		}
		c, err := usableCandidate(a.Value)
		if err != nil {
			return refuse("%v", err)
		}
		if c != nil {
			o.candidates = append(o.candidates, c)
		}
	}
	if len(o.candidates) > MaxCandidates {
		return refuse("%d candidates, more than %d", len(o.candidates), MaxCandidates)
	}
	return nil
}

// usableCandidate reads the value of a=candidate. Not every proper one is of use, and then there is none: names of multicast DNS are
// not looked up, since the browser finds us anyway, and over TCP we are the one that is called.
func usableCandidate(value string) (ice.Candidate, error) {
	c, err := ice.UnmarshalCandidate(strings.TrimPrefix(value, "candidate:"))
	switch {
	case err != nil && strings.Contains(value, ".local "):
		return nil, nil //nolint:nilnil // neither an error nor of use
	case err != nil:
		return nil, fmt.Errorf("candidate: %w", err)
	case !c.NetworkType().IsUDP() || c.Port() == 0 || !reachable(c.Address()):
		return nil, nil //nolint:nilnil // the same
	}
	return c, nil
}

func either(d *sdp.SessionDescription, m *sdp.MediaDescription, key string) string {
	if value, ok := m.Attribute(key); ok {
		return value
	}
	value, _ := d.Attribute(key)
	return value
}

// has looks for a direction, which the section's own one overrides.
func has(d *sdp.SessionDescription, m *sdp.MediaDescription, direction string) bool {
	for _, other := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
		if _, ok := m.Attribute(other); ok {
			return other == direction
		}
	}
	_, ok := d.Attribute(direction)
	return ok
}

// isToken tells whether s has from..to letters, digits and others.
func isToken(s string, from, to int, others string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r) {
			return false
		}
	}
	return len(s) >= from && len(s) <= to
}

// isFingerprint tells whether s is that many bytes in hexadecimal with colons.
func isFingerprint(s string, size int) bool {
	parts := strings.Split(s, ":")
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 16, 8); err != nil || len(p) != 2 {
			return false
		}
	}
	return len(parts) == size
}
