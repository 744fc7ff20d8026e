package prompt

// EncodeALaw encodes one linear sample by G.711 A-law (ITU-T G.711, table 1; even bits inverted).
func EncodeALaw(sample int16) byte {
	value := int(sample)
	sign := byte(0x80)
	if value < 0 {
		sign = 0
		value = -value - 1 // one's complement: −1 belongs to the smallest negative step
	}
	value >>= 3 // 13 significant bits
	segment, step := 0, value>>1
	for limit := 0x10; step >= limit && segment < 7; limit <<= 1 {
		segment++
	}
	var code byte
	if segment == 0 {
		code = byte(step & 0x0F)
	} else {
		code = byte(segment<<4) | byte((step>>(segment-1))&0x0F)
	}
	return (code | sign) ^ 0x55
}

// DecodeALaw gives the linear sample of a G.711 A-law byte.
func DecodeALaw(code byte) int16 {
	code ^= 0x55
	segment, step := int(code>>4)&7, int(code&0x0F)
	value := step<<4 + 8
	if segment > 0 {
		value = (step<<4 + 0x108) << (segment - 1)
	}
	if code&0x80 == 0 {
		value = -value
	}
	return int16(value)
}

const (
	uLawBias = 0x84
	uLawClip = 32635
)

// EncodeULaw encodes one linear sample by G.711 µ-law (ITU-T G.711, table 2; all bits inverted).
func EncodeULaw(sample int16) byte {
	value, sign := int(sample), byte(0)
	if value < 0 {
		value, sign = -value, 0x80
	}
	value = min(value, uLawClip) + uLawBias
	segment := 7
	for limit := 0x4000; value < limit && segment > 0; limit >>= 1 {
		segment--
	}
	return ^(sign | byte(segment<<4) | byte((value>>(segment+3))&0x0F))
}

// DecodeULaw gives the linear sample of a G.711 µ-law byte.
func DecodeULaw(code byte) int16 {
	code = ^code
	value := (int(code&0x0F)<<3+uLawBias)<<((code>>4)&7) - uLawBias
	if code&0x80 != 0 {
		value = -value
	}
	return int16(value)
}
