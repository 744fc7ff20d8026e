package supervision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/alertrule"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	high := &ent.AlertRule{Metric: alertrule.MetricWaiting, Threshold: 10, ClearThreshold: 5, ForSeconds: 30, QuietSeconds: 300, Active: true}
	low := &ent.AlertRule{Metric: alertrule.MetricFreeOperators, Threshold: 2, ClearThreshold: 4, Active: true}
	off := *high
	off.Active = false
	pending := func(ago time.Duration) *ent.Alert {
		return &ent.Alert{State: alert.StatePending, CreatedAt: now.Add(-ago), Value: 12}
	}
	raised := &ent.Alert{State: alert.StateRaised, CreatedAt: now.Add(-time.Hour), Value: 12}
	acknowledged := &ent.Alert{State: alert.StateAcknowledged, CreatedAt: now.Add(-time.Hour), Value: 12}
	for name, c := range map[string]struct {
		s    situation
		want verdict
	}{
		"well":                       {situation{rule: high, value: 9, known: true}, nothing},
		"nothing to measure":         {situation{rule: high}, nothing},
		"broken":                     {situation{rule: high, value: 10, known: true}, begin},
		"broken, but nobody watches": {situation{rule: &off, value: 10, known: true}, nothing},
		"too few":                    {situation{rule: low, value: 2, known: true}, begin},
		"enough":                     {situation{rule: low, value: 3, known: true}, nothing},
		"not for long enough":        {situation{rule: high, open: pending(29 * time.Second), value: 12, known: true}, nothing},
		"for long enough":            {situation{rule: high, open: pending(30 * time.Second), value: 12, known: true}, raise},
		"quiet after the last":       {situation{rule: high, open: pending(time.Minute), last: now.Add(-4 * time.Minute), value: 12, known: true}, nothing},
		"quiet is over":              {situation{rule: high, open: pending(time.Minute), last: now.Add(-5 * time.Minute), value: 12, known: true}, raise},
		"between, not yet an alert":  {situation{rule: high, open: pending(time.Minute), value: 7, known: true}, update},
		"over before it was one":     {situation{rule: high, open: pending(time.Minute), value: 4, known: true}, forget},
		"gone before it was one":     {situation{rule: high, open: pending(time.Minute)}, forget},
		"goes on":                    {situation{rule: high, open: raised, value: 12, known: true}, nothing},
		"goes on, worse":             {situation{rule: high, open: raised, value: 20, known: true}, update},
		"between the thresholds":     {situation{rule: high, open: raised, value: 5, known: true}, update},
		"below both":                 {situation{rule: high, open: raised, value: 4, known: true}, clearIt},
		"acknowledged, over":         {situation{rule: high, open: acknowledged, value: 0, known: true}, clearIt},
		"gone":                       {situation{rule: high, open: raised}, clearIt},
		"nobody watches any more":    {situation{rule: &off, open: raised, value: 12, known: true}, clearIt},
		"few again, between":         {situation{rule: low, open: raised, value: 4, known: true}, update},
		"enough again":               {situation{rule: low, open: raised, value: 5, known: true}, clearIt},
	} {
		c.s.now = now
		require.Equal(t, c.want, judge(c.s), name)
	}
	require.Equal(t, 3, worse(alertrule.MetricFreeOperators, 3, 7))
	require.Equal(t, 7, worse(alertrule.MetricWaiting, 3, 7))
}
