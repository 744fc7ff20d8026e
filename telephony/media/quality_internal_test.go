package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQualityCountsEveryLegOnce(t *testing.T) {
	t.Parallel()
	var q Quality
	q.add(LegStats{Lost: 5})
	require.Zero(t, q, "a leg that has heard nothing says nothing of the network")
	q.add(LegStats{Received: 1000, Lost: -2, Jitter: 3 * time.Millisecond, MOS: 4.38, Duplicate: 2})
	q.add(LegStats{Received: 970, Lost: 30, Jitter: 50 * time.Millisecond, MOS: 3.2, Late: 4})
	require.InDelta(t, .03, q.LossSum, 1e-9)
	require.InDelta(t, .053, q.JitterSum, 1e-9)
	require.InDelta(t, 4.38+3.2, q.MOSSum, 1e-9)
	q.LossSum, q.JitterSum, q.MOSSum = 0, 0, 0
	require.Equal(t, Quality{
		Legs: 2, Loss: [8]uint64{1, 1, 1, 1, 1, 2, 2, 2}, Jitter: [8]uint64{0, 0, 1, 1, 1, 1, 2, 2}, MOS: [8]uint64{0, 0, 0, 1, 1, 1, 1, 2},
		Lost: 30, Late: 4, Duplicate: 2,
	}, q)
}

func TestQualityOfLegsThatEnd(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, silent := p.join(nil), p.join(nil)
	a.talk(50, frame(1))
	a.seq++ // lost
	a.talk(50, frame(1))
	require.Zero(t, p.thread.snapshot().Quality, "not while it goes on")
	p.thread.bury(a.Leg)
	p.thread.bury(a.Leg)
	p.thread.bury(silent.Leg)
	q := p.thread.snapshot().Quality
	require.Equal(t, uint64(1), q.Legs)
	require.Equal(t, uint64(1), q.Lost)
	require.InDelta(t, 1.0/101, q.LossSum, 1e-9)
	require.Equal(t, uint64(1), q.MOS[len(q.MOS)-1])
}
