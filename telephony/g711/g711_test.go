package g711_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

// TestG711KnownValues holds decision values of ITU-T G.711, tables 1a and 2a, in 16-bit scale.
func TestG711KnownValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code byte
		pcm  int16
	}{{0xD5, 8}, {0x55, -8}, {0xAA, 32256}, {0x2A, -32256}, {0x80, 5504}, {0x00, -5504}} {
		require.Equal(t, c.pcm, g711.DecodeALaw(c.code), "A-law %#x", c.code)
	}
	for _, c := range []struct {
		code byte
		pcm  int16
	}{{0xFF, 0}, {0x7F, 0}, {0x80, 32124}, {0x00, -32124}, {0xEF, 132}, {0x6F, -132}} {
		require.Equal(t, c.pcm, g711.DecodeMuLaw(c.code), "µ-law %#x", c.code)
	}
}

func TestG711RoundTrip(t *testing.T) {
	t.Parallel()
	for i := range 256 {
		require.Equal(t, byte(i), g711.EncodeALaw(g711.DecodeALaw(byte(i))))
		if i != 0x7F { // negative zero comes back as zero
			require.Equal(t, byte(i), g711.EncodeMuLaw(g711.DecodeMuLaw(byte(i))))
		}
	}
	for s := -32768; s <= 32767; s++ {
		tolerance := max(16, abs(s)/16)
		require.InDelta(t, s, g711.DecodeALaw(g711.EncodeALaw(int16(s))), float64(tolerance)+640*b2f(s < -32256 || s > 32256))
		require.InDelta(t, s, g711.DecodeMuLaw(g711.EncodeMuLaw(int16(s))), float64(tolerance)+660*b2f(abs(s) > 32124))
	}
}

func abs(v int) int { return max(v, -v) }

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
