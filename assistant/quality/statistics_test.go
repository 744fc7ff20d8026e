package quality_test

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/assistant/quality"
	"ekc/ent"
	"ekc/internal/coretest"
	"ekc/knowledge/improve"
)

// untold is a base of which only Untold is asked.
type untold struct{ improve.Service }

func (untold) Untold(_ context.Context, q improve.UntoldQuery) (improve.UntoldPage, error) {
	return improve.UntoldPage{Total: len(q.Told)}, nil
}

// fill writes n interactions of the last 30 days, each with a message's worth of state, and three turns for two of them: of six agencies,
// 85 regions, 500 topics and 28,000 records.
func fill(tb testing.TB, client *ent.Client, n int) {
	tb.Helper()
	ctx := viewer.AsSystem(context.Background())
	c := client.Citizen.Create().SaveX(ctx)
	for _, statement := range []string{
		`INSERT INTO agencies (id, created_at, code, name, short_name) SELECT 'agn_' || k, now(), 'A' || k, 'a', 'a' FROM generate_series(0, 5) k`,
		`INSERT INTO regions (id, created_at, code, name, time_zone) SELECT 'reg_' || k, now(), lpad(k::text, 2, '0'), 'r', 'Europe/Moscow' FROM generate_series(0, 84) k`,
	} {
		_, err := client.ExecContext(ctx, statement)
		require.NoError(tb, err)
	}
	// Ids in the order of time: the time of their day, and a number.
	days := make([]string, 30)
	for d := range days {
		noon := time.Now().AddDate(0, 0, d-30).Add(12 * time.Hour)
		low, _ := quality.Bounds(quality.Period{From: noon, To: noon})
		days[d] = low[:len("int_")+10]
	}
	_, err := client.ExecContext(ctx, `
		INSERT INTO interactions (id, created_at, channel, state, citizen_id, agency_id, region_id, topic, assistant_state, closed_at,
			last_activity_at, accepted_at, answered_by_assistant)
		SELECT ($3::text[])[1 + (k - 1)::bigint * 30 / $2] || lpad(k::text, 12, '0'), now() - (30 - (k - 1)::bigint * 30 / $2) * interval '1 day', 'CHAT', 'CLOSED', $1, 'agn_' || k % 6,
			'reg_' || k % 85, 'Тема ' || k % 500, jsonb_build_object('filler', repeat(md5(k::text), 6)), now(), now(),
			CASE WHEN k % 3 = 0 THEN now() END, k % 2
		FROM generate_series(1, $2::int) k`, c.ID, n, pq.Array(days))
	require.NoError(tb, err)
	_, err = client.ExecContext(ctx, `
		INSERT INTO assistant_turns (id, created_at, interaction_id, question_id, decision, reason, record_id, record_version_id, candidates)
		SELECT 'trn_' || i.id || j, i.created_at, i.id, 'msg', (ARRAY['ANSWER', 'CLARIFY', 'HAND_OVER'])[1 + (i.k + j) % 3],
			(ARRAY['confident', 'unsure', 'not_found'])[1 + (i.k + j) % 3],
			CASE WHEN (i.k + j) % 3 = 0 THEN 'rec-' || i.k % 28000 ELSE '' END, CASE WHEN (i.k + j) % 3 = 0 THEN 'ver-' || i.k % 28000 ELSE '' END,
			jsonb_build_array(jsonb_build_object('filler', repeat(md5(i.id || j), 10)))
		FROM (SELECT id, created_at, row_number() OVER (ORDER BY id)::int AS k FROM interactions) i CROSS JOIN generate_series(1, 2) j
		WHERE j = 1 OR i.k % 2 = 0`)
	require.NoError(tb, err)
	_, err = client.ExecContext(ctx, `ANALYZE interactions, assistant_turns`)
	require.NoError(tb, err)
}

func TestStatisticsAddUp(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	fill(t, core.Client, 600)
	s := quality.New(quality.Options{Client: core.Client, Store: log, Base: untold{}})
	ctx := viewer.AsSystem(t.Context())
	got, err := s.Statistics(ctx, quality.StatisticsQuery{Period: quality.Period{From: time.Now().AddDate(0, 0, -31)}})
	require.NoError(t, err)
	require.Equal(t, 900, got.Total.Questions)
	require.Equal(t, got.Total.Questions, got.Total.Answered+got.Total.Clarified+got.Total.Unanswered+got.Total.HandedOver)
	require.Equal(t, 600, got.Total.Dialogues)
	for _, groups := range [][]quality.Group{got.Agencies, got.Regions} {
		sum := quality.Figures{}
		for _, g := range groups {
			sum.Questions += g.Questions
			sum.Contained += g.Contained
		}
		require.Equal(t, got.Total.Questions, sum.Questions)
		require.Equal(t, got.Total.Contained, sum.Contained)
	}
	require.Len(t, got.Agencies, 6)
	require.Len(t, got.Topics, quality.MaxGroups)
	one, err := s.Statistics(ctx, quality.StatisticsQuery{Period: got.Period, AgencyID: got.Agencies[0].AgencyID})
	require.NoError(t, err)
	require.Equal(t, got.Agencies[0].Figures, one.Total)
	for name, p := range map[string]quality.Period{
		"no beginning": {}, "backwards": {From: time.Now().Add(time.Hour)}, "too long": {From: time.Now().AddDate(-2, 0, 0)},
	} {
		_, err = s.Statistics(ctx, quality.StatisticsQuery{Period: p})
		require.Error(t, err, name)
	}
}

func TestMostTold(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	fill(t, core.Client, 600)
	ctx := viewer.AsSystem(t.Context())
	// A record that is told five times in two dialogues, of one agency.
	_, err := core.Client.ExecContext(ctx, `
		INSERT INTO assistant_turns (id, created_at, interaction_id, question_id, decision, reason, record_id, record_version_id)
		SELECT 'trn_more' || i.id || j, i.created_at, i.id, 'msg', 'ANSWER', 'confident', 'rec-often', 'ver-often'
		FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS k FROM interactions WHERE agency_id = 'agn_2') i, generate_series(1, 4) j
		WHERE i.k = 1 OR i.k = 2 AND j = 1`)
	require.NoError(t, err)
	s := quality.New(quality.Options{Client: core.Client, Store: log, Base: untold{}})
	q := quality.StatisticsQuery{Period: quality.Period{From: time.Now().AddDate(0, 0, -31)}}
	often := quality.Telling{RecordID: "rec-often", Times: 5, Dialogues: 2}
	for _, agency := range []string{"", "agn_2"} {
		q.AgencyID = agency
		most, err := s.MostTold(ctx, q, 3)
		require.NoError(t, err)
		require.Len(t, most, 3, agency)
		require.Equal(t, often, most[0], agency)
		require.Positive(t, most[2].Times)
	}
	q.AgencyID = "agn_5"
	most, err := s.MostTold(ctx, q, 100)
	require.NoError(t, err)
	require.NotContains(t, most, often)
	q.AgencyID = ""
	account := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_1", Grants: []viewer.Grant{
		{Role: viewer.Supervisor, AgencyID: "agn_2"},
	}})
	most, err = s.MostTold(account, q, 1)
	require.NoError(t, err)
	require.Equal(t, []quality.Telling{often}, most)
	q.From, q.To = time.Now().Add(-time.Minute), time.Now()
	most, err = s.MostTold(ctx, q, 1)
	require.NoError(t, err)
	require.Empty(t, most)
}

func TestDrawsAreProportionalAndRepeat(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	fill(t, core.Client, 3000)
	s := quality.New(quality.Options{Client: core.Client, Store: log, Base: untold{}})
	ctx := viewer.AsSystem(t.Context())
	draw := func(seed string) (turns []string, agencies map[string]int) {
		sample, err := s.DrawSample(ctx, quality.SampleDraw{Period: quality.Period{From: time.Now().AddDate(0, 0, -31)}, Size: 300, Seed: seed})
		require.NoError(t, err)
		require.Equal(t, 1500, sample.Population)
		agencies = map[string]int{}
		for _, r := range sample.QueryReviews().AllX(ctx) {
			turns = append(turns, r.TurnID)
			agencies[r.AgencyID]++
		}
		return turns, agencies
	}
	first, agencies := draw("a")
	require.Len(t, first, 300)
	again, _ := draw("a")
	require.ElementsMatch(t, first, again)
	other, _ := draw("b")
	require.NotEqual(t, first, other)
	total := map[string]int{}
	rows, err := core.Client.QueryContext(ctx, `SELECT agency_id, count(*) FROM assistant_turns t JOIN interactions i ON i.id = t.interaction_id
		WHERE decision = 'ANSWER' GROUP BY 1`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var agency string
		var n int
		require.NoError(t, rows.Scan(&agency, &n))
		total[agency] = n
	}
	require.NoError(t, rows.Err())
	for agency, n := range total { // each topic is right within one, and topics here have three answers: chance evens out
		require.InDelta(t, float64(n)/5, agencies[agency], 30, agency)
	}
}

// BenchmarkStatisticsAtScale counts over EKC_BENCH_INTERACTIONS interactions, 1,000,000 unless told.
func BenchmarkStatisticsAtScale(b *testing.B) {
	n := 1_000_000
	if given := os.Getenv("EKC_BENCH_INTERACTIONS"); given != "" {
		var err error
		n, err = strconv.Atoi(given)
		require.NoError(b, err)
	}
	core, log := coretest.New(b)
	fill(b, core.Client, n)
	ctx := viewer.AsSystem(context.Background())
	_, err := core.DB.ExecContext(ctx, `VACUUM ANALYZE interactions, assistant_turns`)
	require.NoError(b, err)
	s := quality.New(quality.Options{Client: core.Client, Store: log, Base: untold{}})
	began, counted := time.Now(), 0
	for { // as a node does, a few days at a time
		n, err := s.CountDays(ctx)
		require.NoError(b, err)
		if n == 0 {
			break
		}
		counted += n
	}
	b.Logf("%d days counted in %v", counted, time.Since(began))
	for _, days := range []int{1, 7, 31} {
		q := quality.StatisticsQuery{Period: quality.Period{From: time.Now().AddDate(0, 0, -days)}}
		b.Run("statistics/days="+strconv.Itoa(days), func(b *testing.B) {
			for b.Loop() {
				_, err := s.Statistics(ctx, q)
				require.NoError(b, err)
			}
		})
		b.Run("told/days="+strconv.Itoa(days), func(b *testing.B) {
			for b.Loop() {
				_, err := s.MostTold(ctx, q, 100)
				require.NoError(b, err)
			}
		})
		b.Run("dead/days="+strconv.Itoa(days), func(b *testing.B) {
			for b.Loop() {
				_, err := s.Dead(ctx, days, 100)
				require.NoError(b, err)
			}
		})
	}
}
