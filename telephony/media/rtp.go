package media

import "encoding/binary"

// headerSize is that of an RTP header without contributors and extension, the only kind that the engine sends.
const headerSize = 12

// header is what the engine needs of an RTP packet (RFC 3550 §5.1). The payload is packet[start:end].
type header struct {
	seq         uint16
	ts, ssrc    uint32
	start, end  int
	payloadType uint8
	marker      bool
}

// parseHeader reads and checks an RTP packet. It never panics, whatever the bytes.
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < headerSize || len(b) >= maxPacket || b[0]>>6 != 2 {
		return h, false
	}
	h.marker = b[1]&0x80 != 0
	h.payloadType = b[1] & 0x7F
	h.seq = binary.BigEndian.Uint16(b[2:])
	h.ts = binary.BigEndian.Uint32(b[4:])
	h.ssrc = binary.BigEndian.Uint32(b[8:])
	h.start, h.end = headerSize+4*int(b[0]&0x0F), len(b)
	if b[0]&0x10 != 0 { // header extension, §5.3.1
		if len(b) < h.start+4 {
			return h, false
		}
		h.start += 4 + 4*int(binary.BigEndian.Uint16(b[h.start+2:]))
	}
	if h.start > h.end {
		return h, false
	}
	if b[0]&0x20 != 0 { // padding; its last byte is its length
		pad := int(b[h.end-1])
		if pad == 0 || h.start+pad > h.end {
			return h, false
		}
		h.end -= pad
	}
	return h, true
}

// putHeader writes a plain header into b[:12].
func putHeader(b []byte, payloadType uint8, marker bool, seq uint16, ts, ssrc uint32) {
	_ = b[headerSize-1]
	b[0], b[1] = 0x80, payloadType
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], ts)
	binary.BigEndian.PutUint32(b[8:], ssrc)
}

// isControl tells RTCP from RTP on one port (RFC 5761 §4): packet types 192 to 223 are no payload types in use.
func isControl(b []byte) bool { return len(b) >= 8 && b[1] >= 192 && b[1] <= 223 }
