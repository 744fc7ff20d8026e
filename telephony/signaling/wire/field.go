package wire

import (
	"bytes"
	"strings"
)

// long maps compact names to long ones (RFC 3261 §7.3.3, and the extensions' registrations), and gives the common ones
// their usual spelling.
func long(name string) string {
	if len(name) == 1 {
		switch name[0] | 0x20 {
		case 'a':
			return "Accept-Contact"
		case 'b':
			return "Referred-By"
		case 'c':
			return "Content-Type"
		case 'd':
			return "Request-Disposition"
		case 'e':
			return "Content-Encoding"
		case 'f':
			return "From"
		case 'i':
			return "Call-ID"
		case 'j':
			return "Reject-Contact"
		case 'k':
			return "Supported"
		case 'l':
			return "Content-Length"
		case 'm':
			return "Contact"
		case 'o':
			return "Event"
		case 'r':
			return "Refer-To"
		case 's':
			return "Subject"
		case 't':
			return "To"
		case 'u':
			return "Allow-Events"
		case 'v':
			return "Via"
		case 'x':
			return "Session-Expires"
		}
	}
	return name
}

// maxFields bounds the fields of a message.
const maxFields = 256

// fields reads the header lines: everything between start line and empty line. Folded lines are joined with a space
// (RFC 3261 §7.3.1).
func fields(head []byte) ([]Field, string) {
	var all []Field
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\r\n"))
		head = rest
		if bytes.ContainsAny(line, "\r\n") {
			return all, "bare line end in a header line"
		}
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			if len(all) == 0 {
				return all, "folded line without a field"
			}
			last := &all[len(all)-1]
			last.Value = strings.TrimSpace(last.Value + " " + strings.TrimSpace(string(line)))
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		trimmed := strings.TrimRight(string(name), " \t")
		if !ok || !token(trimmed) {
			return all, "malformed header line"
		}
		if len(all) == maxFields {
			return all, "too many header lines"
		}
		all = append(all, Field{long(trimmed), strings.TrimSpace(string(value))})
	}
	return all, ""
}

// token reports whether s is one (RFC 3261 §25.1).
func token(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !tokenByte(s[i]) {
			return false
		}
	}
	return true
}

func tokenByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-.!%*_+`'~", c) >= 0
}

// split cuts at a separator outside of quotes, angle brackets and IPv6 brackets, and trims the parts.
func split(s string, separator byte) []string {
	var parts []string
	start, quoted, angle := 0, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle++
		case c == '>':
			angle = max(angle-1, 0)
		case c == separator && angle == 0:
			parts = append(parts, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// balanced reports whether every quote is closed.
func balanced(s string) bool {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		}
	}
	return !quoted
}
