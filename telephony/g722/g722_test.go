package g722_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g722"
)

// tone is a sine with an amplitude out of 32768.
func tone(hertz, amplitude float64, rate, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
	}
	return pcm
}

// mixture is loud and soft, sweeps, noise, steps and silence: every branch of the quantizers. It is made of integers alone, so that it is
// the same on every machine.
func mixture(n int) []int16 {
	pcm := make([]int16, n)
	seed, phase, speed := uint32(1), int32(0), int32(0)
	for i := range pcm {
		seed = seed*1664525 + 1013904223
		noise := int32(int16(seed >> 16))
		phase += 200 + speed
		speed = int32(i) % 9000
		triangle := int32(int16(phase))
		if triangle < 0 {
			triangle = -triangle
		}
		triangle = 2*triangle - 32768
		level := int32(i) % 4000 >> 4
		switch i / 2000 % 6 {
		case 0:
			pcm[i] = int16(triangle * level >> 8)
		case 1:
			pcm[i] = int16(noise * level >> 8)
		case 2:
			pcm[i] = int16((noise>>3 + triangle>>1) * level >> 8)
		case 3:
			pcm[i] = int16(min(max(2*triangle, -32768), 32767))
		case 4:
			pcm[i] = int16(noise)
		}
	}
	return pcm
}

// TestBits compares with the digests of what spandsp 0.0.6 makes of the same sound, bit for bit. Its decoder lets samples beyond 16 bits wrap
// round, where the Recommendation limits them (LIMIT): those 3,102 and 343 samples were compared as limited.
func TestBits(t *testing.T) {
	t.Parallel()
	pcm := mixture(160000)
	coded := make([]byte, len(pcm)/2)
	require.Equal(t, len(coded), g722.NewEncoder().Encode(coded, pcm))
	decoded := make([]int16, len(pcm))
	require.Equal(t, len(decoded), g722.NewDecoder().Decode(decoded, coded))
	foreign := make([]byte, 40000) // bytes that no encoder has made
	seed := uint32(7)
	for i := range foreign {
		seed = seed*1664525 + 1013904223
		foreign[i] = byte(seed >> 24)
	}
	strange := make([]int16, 2*len(foreign))
	g722.NewDecoder().Decode(strange, foreign)
	if folder := os.Getenv("EKC_G722_VECTORS"); folder != "" { // for another comparison
		for name, b := range map[string][]byte{
			"pcm": bytesOf(pcm), "coded": coded, "decoded": bytesOf(decoded), "foreign": foreign, "strange": bytesOf(strange),
		} {
			require.NoError(t, os.WriteFile(folder+"/"+name, b, 0o600))
		}
	}
	require.Equal(t, "af37068125367c1f", digest(coded))
	require.Equal(t, "4fadd2a58c321796", digest(bytesOf(decoded)))
	require.Equal(t, "64b8c8ef52caa5bb", digest(bytesOf(strange)))
}

func bytesOf(pcm []int16) []byte {
	var b []byte
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// purity is how far a tone stands above everything else, in dB, and its amplitude.
func purity(pcm []int16, hertz float64, rate int) (ratio, amplitude float64) {
	var sine, cosine, total float64
	n := len(pcm) - len(pcm)%rate/100 // whole periods of every tone here
	for i, s := range pcm[:n] {
		at := 2 * math.Pi * hertz * float64(i) / float64(rate)
		sine, cosine, total = sine+float64(s)*math.Sin(at), cosine+float64(s)*math.Cos(at), total+float64(s)*float64(s)
	}
	power := 2 * (sine*sine + cosine*cosine) / float64(n)
	return 10 * math.Log10(power/max(total-power, 1e-9)), math.Sqrt(2 * power / float64(n))
}

// Tones survive: the lower band's better than the upper's, at a gain of 1.
func TestTones(t *testing.T) {
	t.Parallel()
	for hertz, least := range map[float64]float64{200: 30, 440: 30, 1000: 30, 2500: 30, 3400: 25, 5000: 12, 6500: 12} {
		pcm := tone(hertz, 9000, 16000, 16000)
		coded := make([]byte, 8000)
		g722.NewEncoder().Encode(coded, pcm)
		back := make([]int16, 16000)
		g722.NewDecoder().Decode(back, coded)
		ratio, amplitude := purity(back[1600:], hertz, 16000)
		require.Greater(t, ratio, least, "%v Hz", hertz)
		require.InEpsilon(t, 9000, amplitude, 0.05, "%v Hz", hertz)
	}
}

// Telephone sound there and back through the lower band alone is about as good as G.711, and it is true G.722.
func TestNarrow(t *testing.T) {
	t.Parallel()
	for _, hertz := range []float64{300, 400, 1000, 2000, 3300} {
		for _, amplitude := range []float64{300, 3000, 16000} {
			pcm := tone(hertz, amplitude, 8000, 8000)
			encoder, decoder := g722.NewNarrowEncoder(), g722.NewNarrowDecoder()
			coded, back := make([]byte, len(pcm)), make([]int16, len(pcm))
			for i, s := range pcm {
				coded[i] = encoder.EncodeSample(s)
				back[i] = decoder.DecodeSample(coded[i])
			}
			ratio, level := purity(back[800:], hertz, 8000)
			require.Greater(t, ratio, 25.0, "%v Hz at %v", hertz, amplitude)
			require.InEpsilon(t, amplitude, level, 0.03)

			wide := make([]int16, 2*len(pcm))
			g722.NewDecoder().Decode(wide, coded)
			ratio, level = purity(wide[1600:], hertz, 16000)
			require.Greater(t, ratio, 12.0, "a whole decoder hears it too: %v Hz at %v", hertz, amplitude)
			require.InEpsilon(t, amplitude, level, 0.12)
		}
	}
}

// The lower band of somebody who speaks wide is what a telephone would hear.
func TestWideHeardNarrow(t *testing.T) {
	t.Parallel()
	for _, hertz := range []float64{400, 1000, 3000} {
		coded := make([]byte, 8000)
		g722.NewEncoder().Encode(coded, tone(hertz, 9000, 16000, 16000))
		decoder, back := g722.NewNarrowDecoder(), make([]int16, 8000)
		for i, b := range coded {
			back[i] = decoder.DecodeSample(b)
		}
		ratio, amplitude := purity(back[800:], hertz, 8000)
		require.Greater(t, ratio, 30.0, "%v Hz", hertz)
		require.InEpsilon(t, 9000, amplitude, 0.05)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	encoder, decoder := g722.NewNarrowEncoder(), g722.NewNarrowDecoder()
	wide, out := g722.NewDecoder(), make([]int16, 2)
	for range 8000 {
		b := encoder.EncodeSample(0)
		s := decoder.DecodeSample(b)
		wide.Decode(out, []byte{b})
		require.LessOrEqual(t, max(s, -s, out[0], out[1], -out[0], -out[1]), int16(8))
	}
}

// A decoder that has heard a second of noise instead hears well again after a fifth of one.
func TestItFindsBack(t *testing.T) {
	t.Parallel()
	encoder, decoder := g722.NewNarrowEncoder(), g722.NewNarrowDecoder()
	var back []int16
	for i, s := range tone(700, 6000, 8000, 24000) {
		b := encoder.EncodeSample(s)
		if i >= 8000 && i < 16000 {
			b = byte(i * i >> 3)
		}
		back = append(back, decoder.DecodeSample(b))
	}
	before, _ := purity(back[1600:8000], 700, 8000)
	after, _ := purity(back[17600:], 700, 8000)
	require.Greater(t, before, 25.0)
	require.Greater(t, after, before-3)
}

func TestNothingIsAllocated(t *testing.T) {
	pcm, coded := mixture(320), make([]byte, 160)
	e, d, ne, nd := g722.NewEncoder(), g722.NewDecoder(), g722.NewNarrowEncoder(), g722.NewNarrowDecoder()
	require.Zero(t, testing.AllocsPerRun(10, func() {
		e.Encode(coded, pcm)
		d.Decode(pcm, coded)
		for _, b := range coded {
			ne.EncodeSample(nd.DecodeSample(b))
		}
	}))
}

// FuzzDecode: there are no wrong bytes; whatever comes, both decoders go on and stay the same on every machine.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0, 255, 3, 0xFA, 0x80})
	f.Fuzz(func(t *testing.T, coded []byte) {
		pcm := make([]int16, 2*len(coded))
		d, n, e := g722.NewDecoder(), g722.NewNarrowDecoder(), g722.NewEncoder()
		require.Equal(t, len(pcm), d.Decode(pcm, coded))
		for _, b := range coded {
			n.DecodeSample(b)
		}
		require.Equal(t, len(coded), e.Encode(make([]byte, len(coded)), pcm))
	})
}

func BenchmarkPacket(b *testing.B) {
	pcm, coded := mixture(320), make([]byte, 160)
	e, d, ne, nd := g722.NewEncoder(), g722.NewDecoder(), g722.NewNarrowEncoder(), g722.NewNarrowDecoder()
	for name, f := range map[string]func(){
		"encode": func() { e.Encode(coded, pcm) },
		"decode": func() { d.Decode(pcm, coded) },
		"narrow encode": func() {
			for i := range coded {
				coded[i] = ne.EncodeSample(pcm[i])
			}
		},
		"narrow decode": func() {
			for i, c := range coded {
				pcm[i] = nd.DecodeSample(c)
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
