package wire

import "strings"

// Reply makes the response to a request, malformed ones included: Via, From, To, Call-ID and CSeq are copied as they were
// sent (RFC 3261 §8.2.6.2). tag is our dialog tag, added to To unless it has one; empty for none.
func Reply(request *Message, status int, reason, tag string) *Message {
	m := &Message{
		Status: status, Reason: reason, Via: request.Via, From: request.From, To: request.To, CallID: request.CallID,
		CSeq: request.CSeq, CSeqMethod: request.CSeqMethod, MaxForwards: -1,
		Fields: make([]Field, 0, 12),
	}
	if reason == "" {
		m.Reason = Phrase(status)
	}
	once := map[string]bool{}
	for _, f := range request.Fields {
		switch key := strings.ToLower(f.Name); key {
		case "via", "record-route":
			if key == "via" || (status > 100 && status < 300) {
				m.Fields = append(m.Fields, f)
			}
		case "timestamp":
			if status == 100 {
				m.Fields = append(m.Fields, f)
			}
		case "from", "to", "call-id", "cseq":
			if once[key] {
				continue
			}
			once[key] = true
			if key == "to" && tag != "" && status > 100 && !tagged(request, f.Value) {
				f.Value = withTag(f.Value, tag)
				m.To.Params = append(m.To.Params[:len(m.To.Params):len(m.To.Params)], Param{"tag", tag})
			}
			m.Fields = append(m.Fields, f)
		}
	}
	return m
}

// tagged reports whether To already has a tag, also where it could not be parsed.
func tagged(request *Message, value string) bool {
	return request.To.Tag() != "" || (request.To.Raw == "" && strings.Contains(strings.ToLower(value), ";tag="))
}

// withTag puts brackets around a bare URI only when it has none: its parameters then stay those of the field.
func withTag(value, tag string) string { return value + ";tag=" + tag }

// Received notes where the request came from (RFC 3261 §18.2.1, RFC 3581 §4) in the top Via of a response or a request.
func (m *Message) Received(address string, port string) {
	for i, f := range m.Fields {
		if !strings.EqualFold(f.Name, "Via") {
			continue
		}
		elements := split(f.Value, ',')
		parts := split(elements[0], ';')
		rport, kept := false, parts[:1]
		for _, part := range parts[1:] {
			name, _, _ := strings.Cut(part, "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "rport":
				rport = true
			case "received":
			default:
				kept = append(kept, part)
			}
		}
		if m.Via.Host != address || rport {
			kept = append(kept, "received="+address)
		}
		if rport {
			kept = append(kept, "rport="+port)
		}
		elements[0] = strings.Join(kept, ";")
		m.Fields[i].Value = strings.Join(elements, ", ")
		return
	}
}
