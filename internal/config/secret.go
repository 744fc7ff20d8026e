package config

import (
	"log/slog"
	"net/url"
)

const hidden = "(hidden)"

// Secret is a value that is never printed, logged or marshalled; Reveal gives it out.
type Secret string

// Reveal returns the value itself.
func (s Secret) Reveal() string { return string(s) }

// String tells only whether there is a value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ConnString is a database address; its password is never printed, logged or marshalled.
type ConnString string

// Reveal returns the address with its password.
func (c ConnString) Reveal() string { return string(c) }

// String returns the address without password and parameters, which may hold one too.
func (c ConnString) String() string {
	if c == "" {
		return ""
	}
	u, err := url.Parse(string(c))
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return hidden
	}
	u.RawQuery = ""
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

// GoString is String, for %#v.
func (c ConnString) GoString() string { return c.String() }

// LogValue is String, for slog.
func (c ConnString) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String, for JSON and the like.
func (c ConnString) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
