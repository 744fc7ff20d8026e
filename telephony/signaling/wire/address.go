package wire

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Address is a name-addr or addr-spec with its parameters (RFC 3261 §20.10).
type Address struct {
	// Display without quotes and escapes.
	Display string
	URI     sip.Uri
	// Raw is the URI's text.
	Raw    string
	Params Params
}

// Tag is the dialog tag.
func (a Address) Tag() string { return a.Params.Get("tag") }

// Param is one parameter; a quoted value keeps its quotes.
type Param struct{ Name, Value string }

// Params are in order, names in lower case.
type Params []Param

// Get returns a parameter's value without quotes, empty when absent.
func (p Params) Get(name string) string {
	for _, param := range p {
		if param.Name == name {
			return unquote(param.Value)
		}
	}
	return ""
}

// Has reports whether the parameter is there, with or without a value.
func (p Params) Has(name string) bool {
	for _, param := range p {
		if param.Name == name {
			return true
		}
	}
	return false
}

var errAddress = errors.New("malformed address")

// ParseAddress reads the value of From, To, Contact, Refer-To and their like.
func ParseAddress(s string) (Address, error) {
	var a Address
	s = strings.TrimSpace(s)
	var rest string
	if open := openAngle(s); open >= 0 {
		closing := strings.IndexByte(s[open:], '>')
		if closing < 0 {
			return a, errAddress
		}
		display, ok := displayName(strings.TrimSpace(s[:open]))
		if !ok {
			return a, errAddress
		}
		a.Display, a.Raw, rest = display, s[open+1:open+closing], strings.TrimSpace(s[open+closing+1:])
	} else {
		// Without brackets what follows ";" are parameters of the field, and "?" or "," cannot be in the URI (§20.10).
		a.Raw, rest, _ = strings.Cut(s, ";")
		if a.Raw = strings.TrimSpace(a.Raw); strings.ContainsAny(a.Raw, "?,\"") {
			return a, errAddress
		}
		if strings.Contains(s, ";") {
			rest = ";" + rest
		}
	}
	var err error
	if a.URI, err = ParseURI(a.Raw); err != nil {
		return a, err
	}
	if rest != "" {
		if rest[0] != ';' {
			return a, errAddress
		}
		a.Params, err = parseParams(rest[1:])
	}
	return a, err
}

// openAngle finds "<" outside of quotes.
func openAngle(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '<' && !quoted:
			return i
		}
	}
	return -1
}

// displayName is tokens with spaces, or one quoted string. UTF-8 outside of quotes is let through: phones send it.
func displayName(s string) (string, bool) {
	if strings.HasPrefix(s, `"`) {
		if len(s) < 2 || !strings.HasSuffix(s, `"`) || !balanced(s) {
			return "", false
		}
		return unquote(s), true
	}
	for i := range len(s) {
		if c := s[i]; !tokenByte(c) && c != ' ' && c != '\t' && c < 0x80 {
			return "", false
		}
	}
	return s, true
}

// unquote takes quotes and escapes away, where there are any.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Quote writes s as a quoted string; control characters are left out.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			continue
		}
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// parseParams reads "a=b;c;d="e"" without the leading semicolon. Empty parameters are an error.
func parseParams(s string) (Params, error) {
	var params Params
	for _, part := range split(s, ';') {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !token(name) || !balanced(value) || (!strings.HasPrefix(value, `"`) && strings.ContainsAny(value, " \t,<>")) {
			return nil, errAddress
		}
		params = append(params, Param{name, value})
	}
	return params, nil
}

// ParseURI reads a URI. SIP URIs must have a host; whitespace and unescaped angle brackets are errors.
func ParseURI(s string) (sip.Uri, error) {
	var uri sip.Uri
	if s == "" || s == "*" || strings.ContainsAny(s, " \t<>\"\x7f") {
		return uri, errAddress
	}
	for i := range len(s) {
		if s[i] < 0x20 {
			return uri, errAddress
		}
	}
	if !scheme(s) {
		return uri, errAddress
	}
	if name, _, _ := strings.Cut(s, ":"); strings.ContainsAny(name, "0123456789+-.") {
		uri.Scheme = strings.ToLower(name) // no scheme of ours, and sipgo takes letters only
		return uri, nil
	}
	if err := sip.ParseUri(s, &uri); err != nil {
		return uri, fmt.Errorf("%w: %w", errAddress, err)
	}
	if uri.Scheme != "sip" && uri.Scheme != "sips" {
		return uri, nil
	}
	host, err := parseHost(uri.Host)
	if err != nil || uri.Port < 0 || uri.Port > 65535 {
		return uri, errAddress
	}
	uri.Host = host
	return uri, nil
}

// scheme reports whether s begins with one (RFC 3986 §3.1).
func scheme(s string) bool {
	name, _, ok := strings.Cut(s, ":")
	if !ok || name == "" {
		return false
	}
	for i := range len(name) {
		c := name[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		other := name[i] >= '0' && name[i] <= '9' || strings.IndexByte("+-.", name[i]) >= 0
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return true
}

// parseHost checks a host name or address. An IPv6 reference with the extra colon that the grammar of RFC 3261 allowed by
// mistake is read without it (RFC 5118 §4.10).
func parseHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") {
		inner := strings.ReplaceAll(strings.TrimSuffix(host[1:], "]"), ":::", "::")
		addr, err := netip.ParseAddr(inner)
		if err != nil || !addr.Is6() || !strings.HasSuffix(host, "]") {
			return "", errAddress
		}
		return "[" + inner + "]", nil
	}
	if host == "" {
		return "", errAddress
	}
	for i := range len(host) {
		c := host[i]
		letter, digit := c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9'
		if !letter && !digit && c != '.' && c != '-' && c != '_' {
			return "", errAddress
		}
	}
	return host, nil
}
