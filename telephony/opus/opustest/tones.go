// Package opustest has tones in Opus, for tests: nothing here can code any. Each file is a second of a sine of -9 dBFS in 50 packets with
// their lengths before them (16 bits, big-endian), made of `sox -n -r 48000 -c 1 -b 16 x.wav synth 2 sine HERTZ gain -9` and `opusenc
// --speech --bitrate KILOBITS x.wav x.opus`, of which they are the packets 20 to 69.
package opustest

import (
	_ "embed"
	"encoding/binary"
)

var (
	//go:embed silk-1000.packets
	silk []byte
	//go:embed hybrid-440.packets
	low []byte
	//go:embed hybrid-1000.packets
	high []byte
	//go:embed celt-1000.packets
	celt []byte
)

// Silk is 1,000 Hz in SILK alone, 8 kbit/s.
func Silk() [][]byte { return packets(silk) }

// Low is 440 Hz in SILK and CELT together, 32 kbit/s: the mode that browsers use.
func Low() [][]byte { return packets(low) }

// High is 1,000 Hz in the same mode.
func High() [][]byte { return packets(high) }

// Celt is 1,000 Hz in CELT alone, 64 kbit/s.
func Celt() [][]byte { return packets(celt) }

func packets(file []byte) (all [][]byte) {
	for len(file) > 2 {
		size := int(binary.BigEndian.Uint16(file))
		all = append(all, file[2:2+size:2+size])
		file = file[2+size:]
	}
	return all
}
