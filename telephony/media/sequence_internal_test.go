package media

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSequenceCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seqs      []uint16
		lost      int64
		late, dup uint64
		epoch     uint32
	}{
		"all":                 {[]uint16{1, 2, 3, 4}, 0, 0, 0, 0},
		"wrap":                {[]uint16{65534, 65535, 0, 1}, 0, 0, 0, 0},
		"one lost":            {[]uint16{1, 2, 4}, 1, 0, 0, 0},
		"late":                {[]uint16{1, 3, 2, 4}, 0, 1, 0, 0},
		"late over the wrap":  {[]uint16{65534, 0, 65535, 1}, 0, 1, 0, 0},
		"twice":               {[]uint16{1, 2, 2, 3, 1}, 0, 0, 2, 0},
		"far behind":          {[]uint16{1000, 1001, 920, 1002}, -1, 1, 0, 0},
		"restart":             {[]uint16{1, 2, 30000, 30001, 30002}, 0, 0, 0, 1},
		"single wild one":     {[]uint16{1, 2, 30000, 3, 4}, 0, 0, 0, 0},
		"lost before restart": {[]uint16{1, 3, 30000, 30001, 30003}, 2, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s sequence
			for _, seq := range c.seqs {
				s.update(7, seq)
			}
			require.Equal(t, c.lost, s.lost())
			require.Equal(t, c.late, s.late)
			require.Equal(t, c.dup, s.dup)
			require.Equal(t, c.epoch, s.epoch)
		})
	}
}

func TestSequenceOfAnotherSource(t *testing.T) {
	t.Parallel()
	var s sequence
	for _, seq := range []uint16{1, 2, 5} {
		s.update(7, seq)
	}
	require.Equal(t, inOrder, s.update(8, 40000))
	require.Equal(t, uint32(1), s.epoch)
	require.Equal(t, int64(2), s.lost(), "the losses of the first stay counted")
}

func TestFractionLost(t *testing.T) {
	t.Parallel()
	var s sequence
	for seq := range uint16(100) {
		if seq%4 != 1 {
			s.update(7, seq)
		}
	}
	require.InDelta(t, 64, s.fraction(), 3)
	for seq := uint16(100); seq < 200; seq++ {
		s.update(7, seq)
	}
	require.Zero(t, s.fraction(), "since the last report")
}

// TestJitterOfRFC3550 feeds a packet train of alternating delay and expects what A.8's formula converges to.
func TestJitterOfRFC3550(t *testing.T) {
	t.Parallel()
	var s sequence
	want := 0.0
	for i := range uint32(500) {
		arrival := 1000 + i*160 + i%2*80
		s.time(arrival, i*160)
		if i > 0 {
			want += (80 - want) / 16
		}
	}
	require.InDelta(t, want, s.jitter>>4, 1.5)
}
