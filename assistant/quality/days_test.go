package quality_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/assistant/quality"
	"ekc/internal/coretest"
)

// Counted days give what the turns give, for every way of asking, also after a late change.
func TestCountedDaysGiveTheSame(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	fill(t, core.Client, 3000)
	s := quality.New(quality.Options{Client: core.Client, Store: log, Base: untold{}})
	ctx := viewer.AsSystem(t.Context())
	period := quality.Period{From: time.Now().AddDate(0, 0, -31), To: time.Now()}
	all, err := s.Statistics(ctx, quality.StatisticsQuery{Period: period})
	require.NoError(t, err)
	asked := []quality.StatisticsQuery{
		{Period: period},
		{Period: period, AgencyID: all.Agencies[0].AgencyID},
		{Period: period, RegionID: all.Regions[0].RegionID},
		{Period: period, Topic: all.Topics[0].Topic},
		{Period: period, AgencyID: all.Agencies[1].AgencyID, RegionID: all.Regions[2].RegionID},
		{Period: quality.Period{From: time.Now().AddDate(0, 0, -10).Add(-5 * time.Hour), To: time.Now().AddDate(0, 0, -3)}},
	}
	answers := func() (out []quality.Statistics) {
		for _, q := range asked {
			got, err := s.Statistics(ctx, q)
			require.NoError(t, err)
			out = append(out, got)
		}
		return out
	}
	want := answers()
	count := func() (days int) {
		for {
			n, err := s.CountDays(ctx)
			require.NoError(t, err)
			if days += n; n == 0 {
				return days
			}
		}
	}
	require.Greater(t, count(), 25)
	require.Equal(t, want, answers())

	// The answers come from the tallies: one that was falsified shows.
	_, err = core.Client.ExecContext(ctx, `UPDATE answer_tallies SET questions = questions + 1000000`)
	require.NoError(t, err)
	require.NotEqual(t, want[0].Total, answers()[0].Total)

	// A change shows at once, before anybody has counted again.
	_, err = core.Client.ExecContext(ctx, `UPDATE answer_tallies SET questions = questions - 1000000`)
	require.NoError(t, err)
	i := core.Client.Interaction.Query().FirstX(ctx)
	began, _ := quality.Bounds(quality.Period{From: time.Now().AddDate(0, 0, -7), To: time.Now()})
	late := began[:len(began)-1] + "z"
	_, err = core.Client.ExecContext(ctx, `INSERT INTO interactions (id, created_at, channel, state, citizen_id, assistant_state, last_activity_at, topic)
		SELECT $1, now() - interval '7 days', 'CHAT', 'CLOSED', $2, '{}', now(), 'Поздняя'`, late, i.CitizenID)
	require.NoError(t, err)
	_, err = core.Client.ExecContext(ctx, `INSERT INTO assistant_turns (id, created_at, interaction_id, question_id, decision, reason, record_id, record_version_id, candidates)
		VALUES ('trn_late', now(), $1, 'msg', 'ANSWER', 'confident', 'rec', 'ver', '[]')`, late)
	require.NoError(t, err)
	_, err = core.Client.ExecContext(ctx, `INSERT INTO events (id, at, kind, interaction_id) VALUES (999999999, now(), 'test', $1)`, late)
	require.NoError(t, err)
	changed := answers()
	require.Equal(t, want[0].Total.Questions+1, changed[0].Total.Questions)
	require.Equal(t, want[0].Total.Contained+1, changed[0].Total.Contained)

	// And it is not counted again while it may still be moving.
	require.Zero(t, count())
	require.Equal(t, changed, answers())
}
