package rtp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Codec is a static payload type of RFC 3551, table 4.
type Codec uint8

// The codecs.
const (
	PCMU Codec = 0
	PCMA Codec = 8
)

func (c Codec) String() string {
	if c == PCMU {
		return "PCMU"
	}
	return "PCMA"
}

func (c Codec) silence() byte {
	if c == PCMU {
		return 0xFF
	}
	return 0xD5
}

// Describe is a session description with a codec and keys (RFC 8866, RFC 3264).
func Describe(local netip.AddrPort, codec Codec) string {
	return fmt.Sprintf("v=0\r\no=load %d 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP %d %d\r\n"+
		"a=rtpmap:%d %s/8000\r\na=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
		local.Port(), local.Addr(), local.Addr(), local.Port(), codec, TypeEvent, codec, codec, TypeEvent, TypeEvent)
}

// Described is where a description wants its sound.
func Described(body string) (netip.AddrPort, error) {
	host, port := "", ""
	for _, line := range strings.Split(body, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "c=IN IP4 "):
			host = strings.TrimPrefix(line, "c=IN IP4 ")
		case strings.HasPrefix(line, "m=audio ") && port == "":
			port = strings.Fields(line)[1]
		}
	}
	addr, err := netip.ParseAddr(host)
	n, err2 := strconv.ParseUint(port, 10, 16)
	if err != nil || err2 != nil || n == 0 {
		return netip.AddrPort{}, fmt.Errorf("rtp: no address in the description: %q", body)
	}
	return netip.AddrPortFrom(addr, uint16(n)), nil
}
