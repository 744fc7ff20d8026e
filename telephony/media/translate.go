package media

import "ekc/telephony/g711"

// pcmTable gives the decoder of a codec.
func pcmTable(c Codec) *[256]int16 {
	if c == PCMA {
		return g711.ALawSamples()
	}
	return g711.MuLawSamples()
}

// encodeALaw codes one sample.
func encodeALaw(s int16) byte { return g711.EncodeALaw(s) }

// translate codes b anew in the other law, in place.
func translate(b []byte, from, to Codec) {
	switch from {
	case to:
		return
	case PCMA:
		for i, v := range b {
			b[i] = g711.ALawToMuLaw(v)
		}
	default:
		for i, v := range b {
			b[i] = g711.MuLawToALaw(v)
		}
	}
}
