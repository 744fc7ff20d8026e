package sdp

import (
	"bytes"
	"strings"
)

// tolerate replaces the m= lines that pion/sdp takes for malformed, because it knows only some media and transports – a fax
// beside the audio (m=image 5004 udptl t38) is common on trunks –, by ones that it reads, and returns the true ones by their
// index. They are refused anyway, with the line as it was.
func tolerate(body []byte) ([]byte, map[int]line) {
	var original map[int]line
	lines := bytes.Split(body, []byte("\n"))
	n := -1
	for i, text := range lines {
		rest, ok := bytes.CutPrefix(text, []byte("m="))
		if !ok {
			continue
		}
		n++
		words := strings.Fields(string(rest))
		if len(words) < 4 || known(words[0], words[2]) {
			continue
		}
		if original == nil {
			original, lines = map[int]line{}, append([][]byte(nil), lines...)
		}
		original[n] = line{media: strings.ToLower(words[0]), protos: strings.Split(words[2], "/"), formats: words[3:]}
		lines[i] = []byte("m=application " + words[1] + " UDP 0\r")
	}
	if original == nil {
		return body, nil
	}
	return bytes.Join(lines, []byte("\n")), original
}

// known reports whether pion reads such a line.
func known(media, transport string) bool {
	switch media {
	case "audio", "video", "text", "application", "message":
	default:
		return false
	}
	for _, part := range strings.Split(transport, "/") {
		switch part {
		case "UDP", "RTP", "AVP", "SAVP", "SAVPF", "TLS", "DTLS", "SCTP", "AVPF", "TCP", "MSRP", "BFCP", "UDT", "IX", "MRCPv2",
			"FEC":
		default:
			return false
		}
	}
	return true
}
