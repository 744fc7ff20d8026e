// Package g711 codes and decodes the two laws of ITU-T G.711, for all who have to do with the sound of telephones. It imports nothing.
package g711

// The tables of ITU-T G.711, computed once from its definition, and the direct translations between the two laws. A-law
// distinguishes 13 bits of a sample and µ-law 14, so a table of those holds the whole encoder.
var (
	alawToPCM, mulawToPCM = decodeTables()
	pcmToAlaw, pcmToMulaw = encodeTables()
	alawToMulaw           = translateTable(&alawToPCM, EncodeMuLaw)
	mulawToAlaw           = translateTable(&mulawToPCM, EncodeALaw)
)

// EncodeALaw codes one 16-bit sample as A-law.
func EncodeALaw(s int16) byte { return pcmToAlaw[uint16(s)>>3] }

// EncodeMuLaw codes one 16-bit sample as µ-law.
func EncodeMuLaw(s int16) byte { return pcmToMulaw[uint16(s)>>2] }

// computeALaw follows ITU-T G.711 §2, table 1; even bits are inverted.
func computeALaw(s int16) byte {
	v, mask := int(s)>>3, byte(0xD5)
	if v < 0 {
		v, mask = -v-1, 0x55
	}
	if v > 0xFFF {
		v = 0xFFF
	}
	segment := 0
	for limit := 0x1F; v > limit; limit = limit<<1 | 1 {
		segment++
	}
	code := byte(segment << 4)
	if segment < 2 {
		code |= byte(v>>1) & 0x0F
	} else {
		code |= byte(v>>segment) & 0x0F
	}
	return code ^ mask
}

// computeMuLaw follows ITU-T G.711 §2, table 2; all bits are inverted.
func computeMuLaw(s int16) byte {
	v, sign := int(s)>>2, byte(0xFF)
	if v < 0 {
		v, sign = -v, 0x7F
	}
	v = min(v, 8158) + 33
	segment := 0
	for limit := 0x3F; v > limit && segment < 7; limit = limit<<1 | 1 {
		segment++
	}
	return (byte(segment<<4) | byte(v>>(segment+1))&0x0F) ^ sign
}

// DecodeALaw gives the 16-bit sample of an A-law byte.
func DecodeALaw(b byte) int16 { return alawToPCM[b] }

// DecodeMuLaw gives the 16-bit sample of a µ-law byte.
func DecodeMuLaw(b byte) int16 { return mulawToPCM[b] }

func decodeTables() (alaw, mulaw [256]int16) {
	for i := range 256 {
		a := byte(i) ^ 0x55
		v := int(a&0x0F)<<4 + 8
		if segment := int(a>>4) & 7; segment > 0 {
			v = (v + 0x100) << (segment - 1)
		}
		if a&0x80 == 0 {
			v = -v
		}
		alaw[i] = int16(v)

		u := ^byte(i)
		w := (int(u&0x0F)<<3+0x84)<<(u>>4&7) - 0x84
		if u&0x80 != 0 {
			w = -w
		}
		mulaw[i] = int16(w)
	}
	return alaw, mulaw
}

func encodeTables() (alaw [1 << 13]byte, mulaw [1 << 14]byte) {
	for i := range alaw {
		alaw[i] = computeALaw(int16(uint16(i << 3)))
	}
	for i := range mulaw {
		mulaw[i] = computeMuLaw(int16(uint16(i << 2)))
	}
	return alaw, mulaw
}

func translateTable(decode *[256]int16, encode func(int16) byte) (t [256]byte) {
	for i := range t {
		t[i] = encode(decode[i])
	}
	return t
}

// ALawSamples and MuLawSamples are the decoders as tables, for those that decode many bytes. They must not be changed.
func ALawSamples() *[256]int16 { return &alawToPCM }

// MuLawSamples is ALawSamples of the other law.
func MuLawSamples() *[256]int16 { return &mulawToPCM }

// ALawToMuLaw codes a byte of one law in the other, by way of its sample.
func ALawToMuLaw(b byte) byte { return alawToMulaw[b] }

// MuLawToALaw is ALawToMuLaw the other way.
func MuLawToALaw(b byte) byte { return mulawToAlaw[b] }
