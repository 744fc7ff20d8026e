package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Malformed says what is wrong with a message, and how to answer when it is a request.
type Malformed struct {
	// Status is 400, 505 or 501; zero when silence is the only answer: a response, an ACK, or no request at all.
	Status int
	What   string
	// Message holds what could be read, for Reply.
	Message *Message
}

func (e *Malformed) Error() string { return "wire: " + e.What }

// Parse reads a datagram, or a message that a Stream cut out. The error is always *Malformed.
func Parse(data []byte) (*Message, error) {
	head, body, found := bytes.Cut(data, []byte("\r\n\r\n"))
	start, lines, _ := bytes.Cut(head, []byte("\r\n"))
	m := &Message{MaxForwards: -1}
	status, what := m.startLine(string(start))
	if m.Method == "" && m.Status == 0 && status == 0 {
		return nil, &Malformed{What: what, Message: m}
	}
	all, trouble := fields(lines)
	m.Fields = all
	if what == "" {
		what = trouble
	}
	if !found && what == "" {
		what = "no end of the header"
	}
	if trouble := m.read(); what == "" {
		what = trouble
	}
	if trouble := m.cut(body); what == "" {
		what = trouble
	}
	if what == "" {
		return m, nil
	}
	if status == 0 {
		status = 400
	}
	if m.Status != 0 || m.Method == "ACK" || !m.Has("Via") {
		status = 0
	}
	return nil, &Malformed{Status: status, What: what, Message: m}
}

// startLine reads the first line. A request of another version gets 505 (RFC 3261 §21.5.6).
func (m *Message) startLine(s string) (status int, what string) {
	if rest, ok := strings.CutPrefix(s, Version+" "); ok {
		code, reason, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(code, 10, 16)
		if err != nil || len(code) != 3 || n < 100 || n > 699 {
			return 0, "malformed status line"
		}
		m.Status, m.Reason = int(n), reason
		return 0, ""
	}
	first, last := strings.IndexByte(s, ' '), strings.LastIndexByte(s, ' ')
	if first <= 0 || !token(s[:first]) {
		return 0, "not a SIP message"
	}
	version := strings.TrimSpace(s[last+1:])
	if version == "" { // spaces at the end
		m.Method = s[:first]
		return 400, "malformed request line"
	}
	name, number, ok := strings.Cut(version, "/")
	if !ok || !strings.EqualFold(name, "SIP") {
		return 0, "not a SIP message"
	}
	m.Method = s[:first]
	if number != "2.0" {
		return 505, "version not supported"
	}
	if last == first {
		return 400, "malformed request line"
	}
	m.RawURI = s[first+1 : last]
	uri, err := ParseURI(m.RawURI)
	if err != nil || len(uri.Headers) > 0 { // headers have no meaning there (RFC 3261 §19.1.1)
		return 400, "malformed Request-URI"
	}
	m.URI = uri
	return 0, ""
}

// single are the fields that a message may have once.
func single(name string) bool {
	switch strings.ToLower(name) {
	case "from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type", "expires", "refer-to",
		"session-expires", "rseq", "rack", "event", "replaces", "content-disposition":
		return true
	default:
		return false
	}
}

// read parses the mandatory fields, as many as can be, and returns the first trouble.
func (m *Message) read() string {
	what := ""
	blame := func(err error, name string) {
		if err != nil && what == "" {
			what = fmt.Sprintf("%s: %v", name, err)
		}
	}
	seen := map[string]bool{}
	for _, f := range m.Fields {
		key := strings.ToLower(f.Name)
		if seen[key] && single(key) {
			blame(fmt.Errorf("given twice"), f.Name)
			continue
		}
		first := !seen[key]
		seen[key] = true
		blame(m.field(key, f.Value, first), f.Name)
	}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		if !seen[strings.ToLower(name)] {
			blame(fmt.Errorf("missing"), name)
		}
	}
	if m.IsRequest() {
		if m.CSeqMethod != m.Method && m.CSeqMethod != "" {
			blame(fmt.Errorf("another method than the request's"), "CSeq")
		}
	}
	return what
}

// field parses one of the fields that every message needs.
func (m *Message) field(key, value string, first bool) (err error) {
	switch key {
	case "via":
		for i, v := range split(value, ',') {
			via, err := parseVia(v)
			if err != nil {
				return err
			}
			if first && i == 0 {
				m.Via = via
			}
		}
	case "from":
		m.From, err = ParseAddress(value)
	case "to":
		m.To, err = ParseAddress(value)
	case "contact":
		for _, v := range split(value, ',') {
			if v == "*" {
				continue
			}
			if _, err := ParseAddress(v); err != nil {
				return err
			}
		}
	case "route", "record-route", "path":
		for _, v := range split(value, ',') {
			if _, err := ParseAddress(v); err != nil {
				return err
			}
		}
	case "call-id":
		if value == "" || strings.ContainsAny(value, " \t") {
			return fmt.Errorf("malformed")
		}
		m.CallID = value
	case "cseq":
		return m.sequence(value)
	case "max-forwards":
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil {
			return fmt.Errorf("malformed")
		}
		m.MaxForwards = int(n)
	}
	return err
}

func (m *Message) sequence(value string) error {
	words := strings.Fields(value)
	if len(words) != 2 || !token(words[1]) {
		return fmt.Errorf("malformed")
	}
	n, err := strconv.ParseUint(words[0], 10, 32)
	if err != nil || n >= 1<<31 {
		return fmt.Errorf("number out of range")
	}
	m.CSeq, m.CSeqMethod = uint32(n), words[1]
	return nil
}

// cut takes as much body as Content-Length says (RFC 3261 §18.3): what follows is not ours.
func (m *Message) cut(body []byte) string {
	length := len(body)
	if value := m.Get("Content-Length"); m.Has("Content-Length") {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return "Content-Length: malformed"
		}
		if int(n) > length {
			return "Content-Length: more than there is"
		}
		length = int(n)
	}
	if length > 0 {
		m.Body = bytes.Clone(body[:length])
	}
	if length > 0 && m.IsRequest() && !m.Has("Content-Type") {
		return "Content-Type: missing"
	}
	return ""
}
