package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMOS(t *testing.T) {
	t.Parallel()
	perfect := estimateMOS(LegStats{Received: 1000})
	require.InDelta(t, 4.38, perfect, 0.05, "G.107: R 93.2 is 4.41, less the playout delay")
	for name, s := range map[string]LegStats{
		"1 % loss":  {Received: 990, Lost: 10},
		"5 % loss":  {Received: 950, Lost: 50},
		"jitter":    {Received: 1000, Jitter: 60 * time.Millisecond},
		"satellite": {Received: 1000, RoundTrip: 600 * time.Millisecond},
	} {
		require.Less(t, estimateMOS(s), perfect, name)
	}
	require.InDelta(t, 3.88, estimateMOS(LegStats{Received: 950, Lost: 50}), 0.02, "5 % with concealment: R = 93.2 - 0.96 - 15.8")
	require.InDelta(t, 1, estimateMOS(LegStats{Received: 1, Lost: 1_000_000, RoundTrip: 5 * time.Second}), 0.01)
	require.InDelta(t, 4.5, mosOf(100), 1e-9)
	require.InDelta(t, 1, mosOf(0), 1e-9)
}
