package browser

import (
	"encoding/binary"
	"io"

	"github.com/pion/transport/v4/packetio"
)

// maxStreams bounds the RTP and RTCP streams of one browser that pion keeps a record of; a browser in a call has three or four.
const maxStreams = 64

// sink stands where pion would buffer the decrypted packets of one SSRC for a reader: whatever is written goes to the leg at once.
type sink struct {
	session *Session
	control bool
	ssrc    uint32
}

// newSink is pion's buffer factory. It is called under pion's lock.
func (s *Session) newSink(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	if s.streams.Add(1) == maxStreams {
		s.gateway.later(func() { s.input(inBroken, "the browser opened too many streams") })
	}
	return &sink{s, kind == packetio.RTCPBufferPacket, ssrc}
}

// The packets of RTCP that matter here (RFC 3550 §12.1).
const (
	senderReport   = 200
	receiverReport = 201
	goodbye        = 203
)

// Write takes one decrypted packet. A leg that has ended needs none.
func (k *sink) Write(b []byte) (int, error) {
	if !k.control {
		if len(b) >= 2 && !isControl(b) {
			_ = k.session.leg.Deliver(b)
		}
		return len(b), nil
	}
	if len(b) < 8 {
		return len(b), nil
	}
	// pion takes compound packets apart (RFC 3550 §6.1), and writes each part to every stream that it speaks of.
	switch b[1] {
	case senderReport:
		if binary.BigEndian.Uint32(b[4:]) == k.ssrc {
			_ = k.session.leg.Deliver(b)
		}
	case receiverReport:
		_ = k.session.leg.Deliver(b)
	case goodbye:
		compound := []byte{0x80, receiverReport, 0, 1, b[4], b[5], b[6], b[7]}
		_ = k.session.leg.Deliver(append(compound, b...))
	}
	return len(b), nil
}

// Read implements io.Reader: there is nothing left to read.
func (*sink) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements io.Closer.
func (*sink) Close() error { return nil }
