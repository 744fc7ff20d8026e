package transport

import (
	"mime"
	"strconv"
	"strings"
)

// format is how a response is written.
type format int

const (
	// modern is application/graphql-response+json: the status code tells what came of the request.
	modern format = iota
	// legacy is application/json: a well-formed request is answered with 200.
	legacy
	// events is text/event-stream.
	events
)

func (f format) mediaType() string {
	return [...]string{"application/graphql-response+json", "application/json", "text/event-stream"}[f]
}

// negotiate picks the format that the client likes best; ok is false when it accepts none. Without a wish it is modern,
// as the draft asks of servers since 2025.
func negotiate(accept []string) (best format, ok bool) {
	list := strings.Join(accept, ",")
	if strings.TrimSpace(list) == "" {
		return modern, true
	}
	bestQuality := 0.0
	for _, offered := range []format{modern, legacy, events} {
		if q := quality(list, offered); q > bestQuality {
			best, bestQuality, ok = offered, q, true
		}
	}
	return best, ok
}

// quality is how much the Accept list wants the format (RFC 9110 §12.5.1): the most exact range that covers it decides.
// A wildcard never means an event stream, which only its own clients can read.
func quality(list string, f format) float64 {
	result, exactness := 0.0, 0
	for entry := range strings.SplitSeq(list, ",") {
		mediaType, params, err := mime.ParseMediaType(strings.TrimSpace(entry))
		if err != nil {
			continue
		}
		if charset := params["charset"]; charset != "" && !isUTF8(charset) {
			continue
		}
		match := exactnessOf(mediaType, f)
		if match <= exactness {
			continue
		}
		exactness, result = match, 1
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q >= 0 && q <= 1 {
			result = q
		}
	}
	return result
}

func exactnessOf(mediaRange string, f format) int {
	switch {
	case mediaRange == f.mediaType():
		return 3
	case f == events:
		return 0
	case mediaRange == "application/*":
		return 2
	case mediaRange == "*/*":
		return 1
	default:
		return 0
	}
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
