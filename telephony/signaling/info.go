package signaling

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// info takes INFO: keys, and whatever else is of no use to us and harmless.
func (d *Dialog) info(m *wire.Message, tx *transaction.Server) {
	if len(m.Body) == 0 || (m.ContentType() != "application/dtmf-relay" && m.ContentType() != "application/dtmf") {
		d.respond(tx, 200)
		return
	}
	digit, ok := parseDigit(m.ContentType(), string(m.Body))
	if !ok {
		d.respond(tx, 400)
		return
	}
	d.respond(tx, 200)
	d.emit(digit)
}

// parseDigit reads "Signal=5\r\nDuration=160" or, of application/dtmf, "5".
func parseDigit(contentType, body string) (Digit, bool) {
	signal, duration := strings.TrimSpace(body), 160
	if contentType == "application/dtmf-relay" {
		signal = ""
		for _, text := range strings.FieldsFunc(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
			name, value, _ := strings.Cut(text, "=")
			value = strings.TrimSpace(value)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "signal":
				signal = value
			case "duration":
				if n, err := strconv.Atoi(value); err == nil && n > 0 && n <= 10000 {
					duration = n
				}
			}
		}
	}
	switch signal { // some send the event's number
	case "10":
		signal = "*"
	case "11":
		signal = "#"
	}
	signal = strings.ToUpper(signal)
	if len(signal) != 1 || !strings.Contains("0123456789*#ABCD", signal) {
		return Digit{}, false
	}
	return Digit{Key: rune(signal[0]), Duration: time.Duration(duration) * time.Millisecond}, true
}

// SendDigit presses a key by INFO (application/dtmf-relay).
func (d *Dialog) SendDigit(key rune, duration time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != up {
		return ErrState
	}
	if !strings.ContainsRune("0123456789*#ABCD", key) {
		return fmt.Errorf("signaling: no key %q", key)
	}
	body := fmt.Sprintf("Signal=%c\r\nDuration=%d\r\n", key, duration.Milliseconds())
	d.send(outRequest{method: "INFO", contentType: "application/dtmf-relay", body: []byte(body)})
	return nil
}
