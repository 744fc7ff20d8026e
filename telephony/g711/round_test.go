package g711_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

func TestG711MatchesTheTables(t *testing.T) {
	t.Parallel()
	// ITU-T G.711 tables 1a, 1b, 2a, 2b, scaled to 16 bits.
	for code, want := range map[byte]int16{0xD5: 8, 0x55: -8, 0xD4: 24, 0x80: 5504, 0xAA: 32256, 0x2A: -32256} {
		require.Equal(t, want, g711.DecodeALaw(code), "A-law %#x", code)
	}
	for code, want := range map[byte]int16{0xFF: 0, 0x7F: 0, 0xFE: 8, 0x80: 32124, 0x00: -32124, 0x8F: 16764} {
		require.Equal(t, want, g711.DecodeMuLaw(code), "µ-law %#x", code)
	}
}

func TestEverySampleComesBackWithinHalfAStep(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		code := byte(c)
		require.Equal(t, code, g711.EncodeALaw(g711.DecodeALaw(code)), "A-law %#x", code)
		if code != 0x7F { // negative zero
			require.Equal(t, code, g711.EncodeMuLaw(g711.DecodeMuLaw(code)), "µ-law %#x", code)
		}
	}
	// Every sample comes back within half a step of its segment.
	for s := math.MinInt16; s <= math.MaxInt16; s++ {
		step := max(16, math.Abs(float64(s))/16+8)
		require.InDelta(t, s, g711.DecodeALaw(g711.EncodeALaw(int16(s))), step, "A-law")
		limit := step
		if math.Abs(float64(s)) > 32124 {
			limit = 700
		}
		require.InDelta(t, s, g711.DecodeMuLaw(g711.EncodeMuLaw(int16(s))), limit, "µ-law")
	}
}
