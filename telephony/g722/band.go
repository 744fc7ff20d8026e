package g722

// band is the adaptive predictor and quantizer scale of one band, the same in encoder and decoder (§5.3 to §5.5).
type band struct {
	s, sz int32    // the prediction of the next sample, and the zeros' part of it
	r     [2]int32 // the last reconstructed samples
	p     [2]int32 // the same without the poles' part
	a     [2]int32 // the poles, 14 bits behind the point
	b     [6]int32 // the zeros
	d     [6]int32 // the last differences
	nb    int32    // the scale factor's logarithm, 11 bits behind the point
	det   int32    // the scale factor
}

func saturate(v int32) int32 { return min(max(v, -32768), 32767) }

// scaleLow adapts the lower band's scale to the upper four bits of a code (LOGSCL, SCALEL).
func (k *band) scaleLow(ril byte) {
	k.nb = min(max(k.nb*127>>7+wl[ril], 0), 18432)
	k.det = linear(k.nb, 8)
}

// scaleHigh is the same for the upper band's two bits (LOGSCH, SCALEH).
func (k *band) scaleHigh(ih byte) {
	k.nb = min(max(k.nb*127>>7+wh[ih], 0), 22528)
	k.det = linear(k.nb, 10)
}

func linear(nb, bits int32) int32 {
	v := ilb[nb>>6&31]
	if shift := bits - nb>>11; shift >= 0 {
		v >>= shift
	} else {
		v <<= -shift
	}
	return v << 2
}

// adapt takes the quantized difference d of a sample, and predicts the next one. Signs are as good as random, so there are no branches
// on them: opposed gives -1 for different ones.
func (k *band) adapt(d int32) {
	r, p := saturate(k.s+d), saturate(k.sz+d) // RECONS, PARREC
	k.adaptPoles(p)
	k.r[1], k.r[0] = k.r[0], r
	k.p[1], k.p[0] = k.p[0], p
	k.sz = saturate(k.adaptZeros(d))
	sp := saturate(k.a[0]*saturate(2*k.r[0])>>15 + k.a[1]*saturate(2*k.r[1])>>15) // FILTEP
	k.s = saturate(sp + k.sz)                                                     // PREDIC
}

func opposed(a, b int32) int32 { return (a ^ b) >> 31 }

// negate gives -v where not is -1, and v where it is 0.
func negate(v, not int32) int32 { return v ^ not - not }

// adaptPoles moves the poles after the signs of the last three of p (UPPOL2, UPPOL1).
func (k *band) adaptPoles(p int32) {
	one, two := opposed(p, k.p[0]), opposed(p, k.p[1])
	second := min(negate(saturate(4*k.a[0]), ^one), 32767)>>7 + negate(128, two) + k.a[1]*32512>>15
	second = min(max(second, -12288), 12288)
	limit := 15360 - second
	first := k.a[0]*32640>>15 + negate(192, one)
	k.a[0], k.a[1] = min(max(first, -limit), limit), second
}

// adaptZeros moves the zeros after the signs of the last differences, makes d the first of those, and gives the zeros' part of the
// next prediction (UPZERO, DELAYA, FILTEZ). A zero never leaves 16 bits: it loses a part in 256 each time.
func (k *band) adaptZeros(d int32) (sz int32) {
	step := int32(128)
	if d == 0 {
		step = 0
	}
	next := d
	for i, last := range k.d {
		b := k.b[i]*32640>>15 + negate(step, opposed(last, d))
		sz += b * saturate(2*next) >> 15
		k.b[i], k.d[i] = b, next
		next = last
	}
	return sz
}

// low and high are bands at rest.
func low() band  { return band{det: 32} }
func high() band { return band{det: 8} }

// codeLow gives the six bits of a sample of the lower band, of 15 bits (SUBTRA, QUANTL, INVQAL).
func (k *band) codeLow(sample int32) byte {
	e := saturate(sample - k.s)
	size := e
	if e < 0 {
		size = -(e + 1)
	}
	i, end := 0, len(q6) // how many levels it reaches, by halves
	for i < end {
		if middle := (i + end) / 2; size >= q6[middle]*k.det>>12 {
			i = middle + 1
		} else {
			end = middle
		}
	}
	il := ilp[i]
	if e < 0 {
		il = iln[i]
	}
	k.follow(il)
	return il
}

// decodeLow gives the sample of the lower band that six bits mean, of 15 bits (INVQBL, LIMIT).
func (k *band) decodeLow(il byte) int32 {
	sample := min(max(k.s+k.det*qm6[il]>>15, -16384), 16383)
	k.follow(il)
	return sample
}

// follow adapts the lower band; the lowest two bits of a code, which a network may steal, have no say in that.
func (k *band) follow(il byte) {
	d := k.det * qm4[il>>2] >> 15
	k.scaleLow(il >> 2)
	k.adapt(d)
}

// codeHigh gives the two bits of a sample of the upper band (SUBTRA, QUANTH, INVQAH).
func (k *band) codeHigh(sample int32) byte {
	e := saturate(sample - k.s)
	ih := byte(3)
	size := e
	if e < 0 {
		ih, size = 1, -(e + 1)
	}
	if size >= 564*k.det>>12 {
		ih--
	}
	d := k.det * qm2[ih] >> 15
	k.scaleHigh(ih)
	k.adapt(d)
	return ih
}

// decodeHigh gives the sample of the upper band that two bits mean.
func (k *band) decodeHigh(ih byte) int32 {
	d := k.det * qm2[ih] >> 15
	sample := min(max(k.s+d, -16384), 16383)
	k.scaleHigh(ih)
	k.adapt(d)
	return sample
}
