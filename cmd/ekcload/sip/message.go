package sip

import (
	"errors"
	"strconv"
	"strings"
)

// Message is a request or a response, as far as a peer of a load test needs it.
type Message struct {
	// Method and URI are of a request; Status and Reason of a response.
	Method, URI string
	Status      int
	Reason      string
	Fields      []Field
	Body        string
}

// Field is one header line.
type Field struct{ Name, Value string }

var errMalformed = errors.New("sip: malformed message")

// compact forms (RFC 3261 §7.3.3).
var compact = map[string]string{
	"v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact", "l": "Content-Length", "c": "Content-Type", "k": "Supported",
}

// Parse reads one datagram.
func Parse(text string) (*Message, error) {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	m := &Message{Body: body}
	first := strings.SplitN(lines[0], " ", 3)
	switch {
	case len(first) < 3:
		return nil, errMalformed
	case first[0] == "SIP/2.0":
		status, err := strconv.Atoi(first[1])
		if err != nil {
			return nil, errMalformed
		}
		m.Status, m.Reason = status, first[2]
	default:
		m.Method, m.URI = first[0], first[1]
	}
	for _, line := range lines[1:] {
		if line != "" && (line[0] == ' ' || line[0] == '\t') && len(m.Fields) > 0 { // folded (§7.3.1)
			m.Fields[len(m.Fields)-1].Value += " " + strings.TrimSpace(line)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, errMalformed
		}
		name = strings.TrimSpace(name)
		if full, ok := compact[strings.ToLower(name)]; ok {
			name = full
		}
		m.Fields = append(m.Fields, Field{name, strings.TrimSpace(value)})
	}
	if m.Get("Call-ID") == "" || m.Get("CSeq") == "" || m.Get("Via") == "" {
		return nil, errMalformed
	}
	return m, nil
}

// Get is the first field of a name, empty when there is none.
func (m *Message) Get(name string) string {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// All are the fields of a name, in order.
func (m *Message) All(name string) []string {
	var all []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f.Value)
		}
	}
	return all
}

// Add puts a field at the end.
func (m *Message) Add(name, value string) { m.Fields = append(m.Fields, Field{name, value}) }

// String is the datagram.
func (m *Message) String() string {
	var b strings.Builder
	if m.Method != "" {
		b.WriteString(m.Method + " " + m.URI + " SIP/2.0\r\n")
	} else {
		b.WriteString("SIP/2.0 " + strconv.Itoa(m.Status) + " " + m.Reason + "\r\n")
	}
	for _, f := range m.Fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	b.WriteString("Content-Length: " + strconv.Itoa(len(m.Body)) + "\r\n\r\n" + m.Body)
	return b.String()
}

// cseq is the number and the method of CSeq.
func (m *Message) cseq() (number int, method string) {
	n, method, _ := strings.Cut(m.Get("CSeq"), " ")
	number, _ = strconv.Atoi(n) // a number that is none matches nothing
	return number, strings.TrimSpace(method)
}

// branch names the transaction.
func (m *Message) branch() string { return param(m.Get("Via"), "branch") }

// param is a parameter of a header's value.
func param(value, name string) string {
	if end := strings.LastIndexByte(value, '>'); end >= 0 {
		value = value[end:]
	}
	for _, p := range strings.Split(value, ";")[1:] {
		if k, v, _ := strings.Cut(p, "="); strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// address is the URI of a header such as Contact.
func address(value string) string {
	if _, rest, ok := strings.Cut(value, "<"); ok {
		uri, _, _ := strings.Cut(rest, ">")
		return uri
	}
	uri, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(uri)
}

// User is the user part of the URI of a header such as From.
func User(value string) string {
	uri := address(value)
	_, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return ""
	}
	user, _, ok := strings.Cut(rest, "@")
	if !ok {
		return ""
	}
	user, _, _ = strings.Cut(user, ";")
	return user
}

// reply makes a response to a request; tag is put on To when it has none.
func reply(m *Message, status int, reason, tag string) *Message {
	r := &Message{Status: status, Reason: reason}
	for _, name := range []string{"Via", "Record-Route", "From"} {
		for _, v := range m.All(name) {
			r.Add(name, v)
		}
	}
	to := m.Get("To")
	if param(to, "tag") == "" && tag != "" && status != 100 {
		to += ";tag=" + tag
	}
	r.Add("To", to)
	r.Add("Call-ID", m.Get("Call-ID"))
	r.Add("CSeq", m.Get("CSeq"))
	return r
}
