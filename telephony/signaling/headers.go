package signaling

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/wire"
)

// header writes the Reason header (RFC 3326); none when no cause is given.
func (c Cause) header() []Header {
	if c.Q850 == 0 {
		return nil
	}
	value := "Q.850;cause=" + strconv.Itoa(c.Q850)
	if c.Text != "" {
		value += ";text=" + wire.Quote(c.Text)
	}
	return []Header{{"Reason", value}}
}

// reasonOf reads the Q.850 cause and text of Reason.
func reasonOf(m *wire.Message) (cause int, text string) {
	for _, value := range m.Values("Reason") {
		a, err := wire.ParseAddress("<sip:reason.invalid>;" + strings.TrimPrefix(value, ";"))
		if err != nil {
			continue
		}
		if strings.HasPrefix(strings.ToUpper(value), "Q.850") {
			cause, _ = strconv.Atoi(a.Params.Get("cause"))
		}
		if t := a.Params.Get("text"); t != "" {
			text = t
		}
	}
	return cause, text
}

// retryAfter reads Retry-After, at most an hour.
func retryAfter(m *wire.Message) time.Duration {
	number, _, _ := strings.Cut(m.Get("Retry-After"), ";")
	number, _, _ = strings.Cut(strings.TrimSpace(number), " ")
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}

// parseReplaces reads "call-id;to-tag=x;from-tag=y;early-only" (RFC 3891 §6.1).
func parseReplaces(value string) (Replaces, bool) {
	callID, rest, _ := strings.Cut(value, ";")
	r := Replaces{CallID: strings.TrimSpace(callID)}
	for _, part := range strings.Split(rest, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "to-tag":
			r.ToTag = v
		case "from-tag":
			r.FromTag = v
		case "early-only":
			r.EarlyOnly = true
		}
	}
	return r, r.CallID != "" && r.ToTag != "" && r.FromTag != ""
}

func (r Replaces) String() string {
	s := fmt.Sprintf("%s;to-tag=%s;from-tag=%s", r.CallID, r.ToTag, r.FromTag)
	if r.EarlyOnly {
		s += ";early-only"
	}
	return s
}

// learn notes what the peer can do.
func (p *abilities) learn(m *wire.Message) {
	if m.Has("Supported") || m.Has("Require") {
		p.reliable = m.Lists("Supported", "100rel") || m.Lists("Require", "100rel")
		p.timer = m.Lists("Supported", "timer") || m.Lists("Require", "timer")
	}
	if m.Has("Allow") {
		p.update, p.info = m.Lists("Allow", "UPDATE"), m.Lists("Allow", "INFO")
	}
}

// nameAddr is the value of From or To without its tag.
func nameAddr(a wire.Address) string {
	value := "<" + a.Raw + ">"
	if a.Display != "" {
		value = wire.Quote(a.Display) + " " + value
	}
	return value
}
