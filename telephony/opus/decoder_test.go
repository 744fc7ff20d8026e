package opus_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/opus"
	"ekc/telephony/opus/opustest"
)

// share is the part of a tone in the power of the sound, 0 to 1.
func share(pcm []int16, hertz float64) float64 {
	var sine, cosine, total float64
	for i, v := range pcm {
		at := 2 * math.Pi * hertz * float64(i) / opus.SampleRate
		sine, cosine = sine+float64(v)*math.Sin(at), cosine+float64(v)*math.Cos(at)
		total += float64(v) * float64(v)
	}
	return 2 * (sine*sine + cosine*cosine) / float64(len(pcm)) / max(total, 1)
}

// level is the root of the mean power.
func level(pcm []int16) float64 {
	total := 0.0
	for _, v := range pcm {
		total += float64(v) * float64(v)
	}
	return math.Sqrt(total / float64(len(pcm)))
}

func decode(t *testing.T, d *opus.Decoder, packets [][]byte) (pcm []int16) {
	t.Helper()
	for _, p := range packets {
		part, err := d.Decode(p)
		require.NoError(t, err)
		require.Len(t, part, 160)
		pcm = append(pcm, part...)
	}
	return pcm
}

func TestTones(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		packets [][]byte
		hertz   float64
	}{
		"silk":   {opustest.Silk(), 1000},
		"hybrid": {opustest.Low(), 440},
		"celt":   {opustest.Celt(), 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pcm := decode(t, opus.NewDecoder(), c.packets)[1600:]
			require.Greater(t, share(pcm, c.hertz), 0.97)
			require.InDelta(t, 32767*math.Pow(10, -9.0/20)/math.Sqrt2, level(pcm), 900)
		})
	}
}

// A stream that changes its mode, loses packets and gets garbage goes on.
func TestDecoderSurvives(t *testing.T) {
	t.Parallel()
	d := opus.NewDecoder()
	for _, packets := range [][][]byte{opustest.Silk(), opustest.High(), opustest.Celt(), opustest.Silk()} {
		for i, p := range packets {
			if i%7 == 3 {
				_, err := d.Decode(append([]byte{p[0] | 3}, p...))
				_ = err // whatever it says
				continue
			}
			_, err := d.Decode(p)
			require.NoError(t, err)
		}
		require.Greater(t, share(decode(t, d, packets)[1600:], 1000), 0.95)
	}
}

func TestNotPackets(t *testing.T) {
	t.Parallel()
	d := opus.NewDecoder()
	for name, packet := range map[string][]byte{
		"empty":                     {},
		"no count":                  {0x7B},
		"no frames":                 {0x7B, 0},
		"longer than 120 ms":        {0x7B, 7, 1, 2, 3, 4, 5, 6, 7},
		"two frames of odd length":  {0x79, 1, 2, 3},
		"a frame behind the end":    {0x7A, 200, 1},
		"padding behind the end":    {0x7B, 0x41, 255, 255},
		"a frame of too many bytes": make([]byte, 1400),
	} {
		pcm, err := d.Decode(packet)
		require.ErrorIs(t, err, opus.ErrPacket, name)
		require.Empty(t, pcm, name)
	}
	require.Greater(t, share(decode(t, d, opustest.High())[1600:], 1000), 0.97)
}

// What a sender without anything to say sends is silence of its length, and the tone is there at once afterwards.
func TestDiscontinuousTransmission(t *testing.T) {
	t.Parallel()
	d := opus.NewDecoder()
	decode(t, d, opustest.High())
	for _, packet := range [][]byte{{0x78}, {0x78, 0}, {0x08}} {
		pcm, err := d.Decode(packet)
		require.NoError(t, err)
		require.Len(t, pcm, 160)
		require.Zero(t, level(pcm))
	}
	require.Greater(t, share(decode(t, d, opustest.High())[1600:], 1000), 0.97)
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packet []byte
		want   int
	}{
		{[]byte{0 << 3}, 80},
		{[]byte{3 << 3}, 480},
		{[]byte{3<<3 | 1}, 960},
		{[]byte{12 << 3}, 80},
		{[]byte{16 << 3}, 20},
		{[]byte{31<<3 | 2}, 320},
		{[]byte{16<<3 | 3, 48}, 960},
		{[]byte{16<<3 | 3, 0xC0 | 48}, 960},
	} {
		n, err := opus.Samples(c.packet)
		require.NoError(t, err)
		require.Equal(t, c.want, n, "%x", c.packet)
	}
	for _, packet := range [][]byte{{}, {3}, {3, 0}, {3<<3 | 3, 3}, {16<<3 | 3, 49}} {
		_, err := opus.Samples(packet)
		require.ErrorIs(t, err, opus.ErrPacket, "%x", packet)
	}
}

func FuzzDecode(f *testing.F) {
	for _, packets := range [][][]byte{opustest.Silk(), opustest.High(), opustest.Celt()} {
		f.Add(packets[0], packets[1])
	}
	f.Add([]byte{0x7B, 0x42, 3, 1, 2, 3, 4, 5, 6, 7}, []byte{0x7A, 2, 1, 2, 3})
	f.Fuzz(func(t *testing.T, one, other []byte) {
		d := opus.NewDecoder()
		for _, packet := range [][]byte{one, other, one} {
			pcm, err := d.Decode(packet)
			n, known := opus.Samples(packet)
			if err == nil && (known != nil || len(pcm) != n) {
				t.Fatalf("%d samples of %d, %v", len(pcm), n, known)
			}
			if err != nil && len(pcm) != 0 {
				t.Fatal("both sound and an error")
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name    string
		packets [][]byte
	}{
		{"silk", opustest.Silk()}, {"hybrid", opustest.High()}, {"celt", opustest.Celt()},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := opus.NewDecoder()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := d.Decode(c.packets[i%len(c.packets)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
