// Package opus hears Opus (RFC 6716) as a telephone does: it decodes packets to 8 kHz, mono, whatever the sender has put into them. It
// codes nothing. The decoder is pion/opus; what is ours is that no packet of a stranger's can do harm. It imports nothing of EKC.
//
// Why pion/opus: it is Go alone, so that the program stays one file without a C library, is by the same people as the WebRTC stack that is
// used here already, decodes all three modes (SILK, CELT and both together) and is checked by its authors with the vectors of RFC 6716 and
// 8251. It comes under the MIT licence. The bindings of libopus decode faster and would code as well, and need cgo.
//
// A packet of 20 ms takes from 7 µs (SILK, 8 kbit/s) to 52 µs (CELT and hybrid, from 16 kbit/s), and no memory once the decoder is warm:
//
//	go test ./telephony/opus -run '^$' -bench .
//
// Nothing is invented for packets that are lost: nobody asks for them, and a recording has silence there.
package opus
