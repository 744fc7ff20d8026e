package wire

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Version is the only one there is (RFC 3261 §7.1).
const Version = "SIP/2.0"

// Message is a request (Method set) or a response (Status set).
type Message struct {
	Method string
	// URI is the Request-URI; RawURI its text.
	URI    sip.Uri
	RawURI string

	Status int
	Reason string

	// Fields in order: long names, values without folding. Fields that may hold lists keep one line per field as sent.
	Fields []Field
	Body   []byte

	// What every message must have, parsed. Changing these does not change Fields.
	Via        Via
	From, To   Address
	CallID     string
	CSeq       uint32
	CSeqMethod string
	// MaxForwards is -1 when absent, as old elements leave it out.
	MaxForwards int
}

// Field is a header field.
type Field struct{ Name, Value string }

// IsRequest reports whether m is a request.
func (m *Message) IsRequest() bool { return m.Method != "" }

// Get returns the first value of a field, named by its long name in any case.
func (m *Message) Get(name string) string {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Has reports whether the field is there.
func (m *Message) Has(name string) bool {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// Values returns the elements of a list field, over all its lines.
func (m *Message) Values(name string) []string {
	var values []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			for _, v := range split(f.Value, ',') {
				if v != "" {
					values = append(values, v)
				}
			}
		}
	}
	return values
}

// Lists reports whether a list of tokens, as Supported, has the token (RFC 3261 §7.3.1: in any case).
func (m *Message) Lists(name, token string) bool {
	for _, v := range m.Values(name) {
		if strings.EqualFold(v, token) {
			return true
		}
	}
	return false
}

// Add appends a field.
func (m *Message) Add(name, value string) { m.Fields = append(m.Fields, Field{name, value}) }

// Set replaces the first field of the name and removes the others, or appends it.
func (m *Message) Set(name, value string) {
	kept, set := m.Fields[:0:0], false
	for _, f := range m.Fields {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		} else if !set {
			kept, set = append(kept, Field{f.Name, value}), true
		}
	}
	if !set {
		kept = append(kept, Field{name, value})
	}
	m.Fields = kept
}

// Contacts returns the addresses of Contact; star says that it is "*".
func (m *Message) Contacts() (contacts []Address, star bool, err error) {
	for _, v := range m.Values("Contact") {
		if v == "*" {
			star = true
			continue
		}
		a, err := ParseAddress(v)
		if err != nil {
			return nil, false, err
		}
		contacts = append(contacts, a)
	}
	return contacts, star, nil
}

// ContentType is the media type without parameters, in lower case; empty when absent.
func (m *Message) ContentType() string {
	mediaType, _, _ := strings.Cut(m.Get("Content-Type"), ";")
	return strings.ToLower(strings.Join(strings.Fields(mediaType), ""))
}

// SDP is the body when it is a session description, else nil.
func (m *Message) SDP() []byte {
	if len(m.Body) == 0 || m.ContentType() != "application/sdp" {
		return nil
	}
	return m.Body
}

// SetBody sets body and its type.
func (m *Message) SetBody(contentType string, body []byte) {
	m.Body = body
	if len(body) > 0 {
		m.Set("Content-Type", contentType)
	}
}

// StartLine is the first line without its end.
func (m *Message) StartLine() string {
	if m.IsRequest() {
		return m.Method + " " + m.RawURI + " " + Version
	}
	return Version + " " + strconv.Itoa(m.Status) + " " + m.Reason
}

// Bytes writes the message; Content-Length is its own.
func (m *Message) Bytes() []byte {
	size := len(m.Body) + 64 + len(m.RawURI) + len(m.Reason)
	for _, f := range m.Fields {
		size += len(f.Name) + len(f.Value) + 4
	}
	b := make([]byte, 0, size)
	b = append(b, m.StartLine()...)
	b = append(b, "\r\n"...)
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, "Content-Length") {
			continue
		}
		b = append(b, f.Name...)
		b = append(b, ": "...)
		b = append(b, f.Value...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(m.Body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, m.Body...)
}

// All returns the values of a field as sent, one for each line: for fields whose values have commas of their own.
func (m *Message) All(name string) []string {
	var values []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}
