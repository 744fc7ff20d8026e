package wire

import (
	"errors"
	"strconv"
	"strings"
)

// Via is one hop (RFC 3261 §20.42).
type Via struct {
	Transport string // upper case
	// Host is a name or an address, IPv6 without brackets. Port is 0 when absent.
	Host   string
	Port   int
	Params Params
}

// Branch is the transaction id.
func (v Via) Branch() string { return v.Params.Get("branch") }

// Cookie begins the branches of RFC 3261's transactions.
const Cookie = "z9hG4bK"

var errVia = errors.New("malformed Via")

// parseVia reads one element of Via; whitespace may stand around every separator.
func parseVia(s string) (Via, error) {
	var v Via
	parts := split(s, ';')
	protocol, version, ok1 := strings.Cut(parts[0], "/")
	version, rest, ok2 := strings.Cut(version, "/")
	if !ok1 || !ok2 || !strings.EqualFold(strings.TrimSpace(protocol), "SIP") || strings.TrimSpace(version) != "2.0" {
		return v, errVia
	}
	words := strings.Fields(rest)
	if len(words) < 2 || !token(words[0]) {
		return v, errVia
	}
	v.Transport = strings.ToUpper(words[0])
	if err := v.sentBy(strings.Join(words[1:], "")); err != nil {
		return v, err
	}
	if len(parts) > 1 {
		params, err := parseParams(strings.Join(parts[1:], ";"))
		if err != nil {
			return v, errVia
		}
		v.Params = params
	}
	return v, nil
}

func (v *Via) sentBy(s string) error {
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return errVia
		}
		host, port = s[:end+1], s[end+1:]
	} else if i := strings.IndexByte(s, ':'); i >= 0 {
		host, port = s[:i], s[i:]
	}
	checked, err := parseHost(host)
	if err != nil {
		return errVia
	}
	v.Host = strings.Trim(checked, "[]")
	if port == "" {
		return nil
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16)
	if err != nil || port[0] != ':' || n == 0 {
		return errVia
	}
	v.Port = int(n)
	return nil
}

// MustVia reads a Via that we wrote ourselves; a malformed one gives the zero value.
func MustVia(s string) Via {
	v, err := parseVia(s)
	if err != nil {
		return Via{}
	}
	return v
}
