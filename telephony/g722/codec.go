package g722

// Encoder makes G.722 of sound at 16 kHz.
type Encoder struct {
	low, high band
	delay     [24]int32 // the last samples of the input
}

// NewEncoder makes an encoder at rest.
func NewEncoder() *Encoder { return &Encoder{low: low(), high: high()} }

// Encode codes 16-bit linear samples of 16 kHz, two to a byte, into out and gives their number of bytes. The last of an odd number of
// samples is left out; out must have room.
func (e *Encoder) Encode(out []byte, pcm []int16) int {
	n := len(pcm) / 2
	for i := range n {
		copy(e.delay[:], e.delay[2:])
		e.delay[22], e.delay[23] = int32(pcm[2*i]), int32(pcm[2*i+1])
		odd, even := mirror(&e.delay)
		// 13 bits of the coefficients, and the 16 of a sample are 15 here.
		lower, upper := (even+odd)>>14, (even-odd)>>14
		out[i] = e.low.codeLow(lower) | e.high.codeHigh(upper)<<6
	}
	return n
}

// Decoder makes sound at 16 kHz of G.722.
type Decoder struct {
	low, high band
	delay     [24]int32 // sums and differences of the bands
}

// NewDecoder makes a decoder at rest.
func NewDecoder() *Decoder { return &Decoder{low: low(), high: high()} }

// Decode writes two 16-bit linear samples of 16 kHz for every byte, and gives their number; pcm must have room.
func (d *Decoder) Decode(pcm []int16, coded []byte) int {
	for i, b := range coded {
		lower, upper := d.low.decodeLow(b&0x3F), d.high.decodeHigh(b>>6)
		copy(d.delay[:], d.delay[2:])
		d.delay[22], d.delay[23] = lower+upper, lower-upper
		odd, even := mirror(&d.delay)
		pcm[2*i], pcm[2*i+1] = int16(saturate(even>>11)), int16(saturate(odd>>11))
	}
	return 2 * len(coded)
}

// mirror is both phases of the quadrature mirror filters (§5.2 and §5.7).
func mirror(delay *[24]int32) (odd, even int32) {
	for i, c := range filter {
		odd += delay[2*i] * c
		even += delay[2*i+1] * filter[11-i]
	}
	return odd, even
}

// NarrowEncoder makes G.722 with an empty upper band of sound at 8 kHz.
type NarrowEncoder struct{ low band }

// NewNarrowEncoder makes an encoder at rest.
func NewNarrowEncoder() *NarrowEncoder { return &NarrowEncoder{low()} }

// upperSilence are the bits of an upper band in which nothing sounds: with them its scale stays at the smallest, whose difference is 0.
const upperSilence = 3 << 6

// EncodeSample codes a 16-bit linear sample of 8 kHz.
func (e *NarrowEncoder) EncodeSample(pcm int16) byte {
	return e.low.codeLow(int32(pcm)>>1) | upperSilence
}

// NarrowDecoder makes sound at 8 kHz of G.722, from the lower band.
type NarrowDecoder struct{ low band }

// NewNarrowDecoder makes a decoder at rest.
func NewNarrowDecoder() *NarrowDecoder { return &NarrowDecoder{low()} }

// DecodeSample gives the 16-bit linear sample of 8 kHz of a byte.
func (d *NarrowDecoder) DecodeSample(coded byte) int16 {
	return int16(d.low.decodeLow(coded&0x3F) << 1)
}
