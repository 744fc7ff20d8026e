package wire

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// MaxMessage is the longest message taken, in bytes: as much as a datagram can carry.
const MaxMessage = 65535

// maxHead is the longest header taken from a stream.
const maxHead = 32 << 10

// Errors of a Stream. After them nothing more can be read from it: the connection is to be closed.
var (
	ErrTooLong = errors.New("wire: message too long")
	// ErrFraming says that the end of the message cannot be known: no usable Content-Length (RFC 3261 §18.3).
	ErrFraming = errors.New("wire: no usable Content-Length in a stream")
)

// Stream cuts messages out of a byte stream (RFC 3261 §7.5).
type Stream struct{ buffer []byte }

// Write adds what was read from the connection.
func (s *Stream) Write(data []byte) { s.buffer = append(s.buffer, data...) }

// Next returns the next whole message; ping is true for a double CRLF, which asks for a CRLF back (RFC 5626 §3.5.1).
// Both are empty when more bytes are needed. With ErrFraming the header that was read is returned too.
func (s *Stream) Next() (message []byte, ping bool, err error) {
	crlf := 0
	for bytes.HasPrefix(s.buffer, []byte("\r\n")) {
		s.buffer = s.buffer[2:]
		if crlf++; crlf == 2 {
			return nil, true, nil
		}
	}
	end := bytes.Index(s.buffer, []byte("\r\n\r\n"))
	if end < 0 {
		if len(s.buffer) > maxHead {
			return nil, false, ErrTooLong
		}
		return nil, false, nil
	}
	if end > maxHead {
		return nil, false, ErrTooLong
	}
	length, ok := contentLength(s.buffer[:end])
	if !ok {
		return bytes.Clone(s.buffer[:end+4]), false, ErrFraming
	}
	total := end + 4 + length
	if total > MaxMessage {
		return nil, false, ErrTooLong
	}
	if len(s.buffer) < total {
		return nil, false, nil
	}
	message = bytes.Clone(s.buffer[:total])
	s.buffer = s.buffer[total:]
	if len(s.buffer) == 0 {
		s.buffer = nil
	}
	return message, false, nil
}

func contentLength(head []byte) (int, bool) {
	for _, line := range bytes.Split(head, []byte("\r\n"))[1:] {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(string(name))) {
		case "content-length", "l":
			n, err := strconv.ParseUint(strings.TrimSpace(string(value)), 10, 31)
			return int(n), err == nil
		}
	}
	return 0, false
}

// Pending reports whether part of a message waits for the rest.
func (s *Stream) Pending() bool { return len(s.buffer) > 0 }
