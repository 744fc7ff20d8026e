package telemetry

import (
	"context"
	"log/slog"
	"strings"

	"ekc/internal/dataclass"
	"ekc/knowledge/personal"
)

// withheld stands where a private value would have been, so that a fault of the code is seen.
const withheld = "(withheld)"

// private are the names of attributes that would hold personal data, words of a dialogue or keys. The rule of the house is
// not to log such things at all; this is the net below it.
var private = map[string]bool{
	"text": true, "message_text": true, "question": true, "answer": true, "query": true, "variables": true, "comment": true,
	"note": true, "draft": true, "name": true, "display_name": true, "citizen": true, "citizen_name": true, "phone": true, "email": true,
	"login": true, "password": true, "token": true, "access_token": true, "refresh_token": true, "authorization": true,
	"cookie": true, "secret": true, "key": true, "api_key": true, "file_name": true, "address": true, "remote_addr": true,
	"client_ip": true, "ip": true, "body": true, "url": true, "page_url": true, "user_agent": true,
}

// masked are the names of columns whose class is masked, so that a column that is added is withheld without a word here.
var masked = dataclass.MaskedColumns()

// Private wraps a handler of logs so that attributes with private names lose their values, in groups too.
func Private(next slog.Handler) slog.Handler { return privateHandler{next} }

type privateHandler struct{ next slog.Handler }

// Enabled is part of slog.Handler.
func (h privateHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle is part of slog.Handler.
func (h privateHandler) Handle(ctx context.Context, r slog.Record) error { //nolint:gocritic // the interface passes it by value
	clean := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(withhold(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs is part of slog.Handler.
func (h privateHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = withhold(a)
	}
	return privateHandler{h.next.WithAttrs(clean)}
}

// WithGroup is part of slog.Handler.
func (h privateHandler) WithGroup(name string) slog.Handler {
	return privateHandler{h.next.WithGroup(name)}
}

func withhold(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	if isPrivate(a.Key) {
		return slog.String(a.Key, withheld)
	}
	if text, is := words(value); is { // the words of an error may repeat what somebody sent
		redacted, hidden := personal.Redact(text)
		if len(hidden) > 0 {
			return slog.String(a.Key, redacted)
		}
	}
	if value.Kind() != slog.KindGroup {
		return slog.Attr{Key: a.Key, Value: value}
	}
	members := value.Group()
	clean := make([]slog.Attr, len(members))
	for i, m := range members {
		clean[i] = withhold(m)
	}
	return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
}

// words are what a value will be written as, where that is text.
func words(v slog.Value) (string, bool) {
	if v.Kind() == slog.KindString {
		return v.String(), true
	}
	if err, is := v.Any().(error); is {
		return err.Error(), true
	}
	return "", false
}

// isPrivate knows camelCase, hyphens and any case.
func isPrivate(key string) bool {
	var b strings.Builder
	for i, r := range key {
		switch {
		case r == '-' || r == '.':
			b.WriteByte('_')
		case r >= 'A' && r <= 'Z':
			if i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
				b.WriteByte('_')
			}
			b.WriteRune(r + 'a' - 'A')
		default:
			b.WriteRune(r)
		}
	}
	return private[b.String()] || masked[b.String()]
}
