package graph_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
)

// scaled is a centre with many interactions, of six agencies and 85 regions, with messages and timelines.
type scaled struct {
	*world
	agency, region string
	// ours are ids of the segment of agency and region, newest first; oldest is among the first of all that were made.
	ours           []string
	operator       string
	theirs, oldest string
}

// fillScaled writes n interactions, each with two messages and a talk of one of a thousand operators.
func fillScaled(b *testing.B, n int) *scaled {
	b.Helper()
	w := &scaled{world: newWorld(b), agency: "agn_2", region: "reg_7"}
	citizen := w.client.Citizen.Create().SaveX(w.system)
	for _, statement := range []string{
		`INSERT INTO agencies (id, created_at, code, name, short_name) SELECT 'agn_' || k, now(), 'A' || k, 'a', 'a' FROM generate_series(0, 5) k`,
		`INSERT INTO regions (id, created_at, code, name, time_zone) SELECT 'reg_' || k, now(), 'R' || k, 'r', 'Europe/Moscow' FROM generate_series(0, 84) k`,
		`INSERT INTO accounts (id, created_at, login, display_name, password_hash) SELECT 'acc_' || k, now(), 'operator' || k, 'Оператор ' || k, 'x'
			FROM generate_series(0, 999) k`,
		// Some numbers without a common measure, so that nothing hangs together by chance.
		`INSERT INTO interactions (id, created_at, channel, state, citizen_id, agency_id, region_id, topic, line, closed_at, last_activity_at,
				accepted_at, operator_id, message_count, note)
			SELECT 'int_' || (SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + (floor(extract(epoch FROM at) * 1000)::bigint >> 5 * d & 31)::int, 1), '' ORDER BY d DESC)
					FROM generate_series(0, 9) d) || lpad(k::text, 16, '0'), at, CASE WHEN k % 7 < 3 THEN 'VOICE' ELSE 'CHAT' END, CASE WHEN k > ` + strconv.Itoa(n-800) + ` THEN (ARRAY['QUEUED', 'ACTIVE', 'HELD'])[1 + k % 3] WHEN k % 50 = 0 THEN 'ABANDONED' ELSE 'CLOSED' END,
				'` + citizen.ID + `', 'agn_' || (k * 31 / 7) % 6, 'reg_' || (k * 97 / 11) % 85, 'Тема ' || k % 500, 1 + k % 2, at, at, at,
				'acc_' || (k * 53 / 13) % 1000, 2, repeat(md5(k::text), 4)
			FROM (SELECT k, now() - (` + strconv.Itoa(n) + ` - k) * interval '3 seconds' AS at FROM generate_series(1::bigint, ` + strconv.Itoa(n) + `) k) numbers`,
		`INSERT INTO messages (id, created_at, sequence, author, text, interaction_id)
			SELECT 'msg_' || i.id || j, i.created_at, j, 'CITIZEN', 'Как назначить пенсию по старости?', i.id FROM interactions i, generate_series(1, 2) j`,
		`INSERT INTO segments (id, created_at, kind, started_at, ended_at, interaction_id, account_id)
			SELECT 'seg_' || id, created_at, 'TALK', created_at, created_at, id, operator_id FROM interactions`,
		`VACUUM ANALYZE interactions, messages, segments, accounts`,
	} {
		_, err := w.client.ExecContext(w.system, statement)
		require.NoError(b, err)
	}
	w.ours = w.ids(`SELECT id FROM interactions WHERE agency_id = $1 AND region_id = $2 ORDER BY id DESC LIMIT 100`, w.agency, w.region)
	w.operator = w.ids(`SELECT operator_id FROM interactions WHERE id = $1`, w.ours[0])[0]
	w.theirs = w.ids(`SELECT id FROM interactions WHERE agency_id <> $1 LIMIT 1`, w.agency)[0]
	w.oldest = w.ids(`SELECT id FROM interactions WHERE agency_id = $1 AND region_id = $2 ORDER BY id LIMIT 1`, w.agency, w.region)[0]
	return w
}

func (w *scaled) ids(query string, args ...any) (ids []string) {
	rows, err := w.client.QueryContext(w.system, query, args...)
	require.NoError(w, err)
	defer func() { require.NoError(w, rows.Close()) }()
	for rows.Next() {
		var id string
		require.NoError(w, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(w, rows.Err())
	return ids
}

// as makes an account with roles and signs it in.
func (w *scaled) as(login string, role access.NewRole) string {
	_, token := w.account(login, role)
	return token
}

// asks runs an operation and gives how long it took.
func (w *scaled) asks(token, body string) (time.Duration, answer) {
	began := time.Now()
	got := w.post(body, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	return time.Since(began), got
}

// warmUp is how often everybody asks before it counts: a node that has served for a while has its statements prepared, and Postgres
// takes six uses of one on a connection before it keeps a plan.
const warmUp = 20

// BenchmarkSegmentsAtScale compares what a user of a segment waits for with what one waits who sees everything, over EKC_BENCH_INTERACTIONS
// interactions, 1,000,000 unless told: medians in milliseconds and their ratio. Everybody asks in turn, so that a busy machine is so for all.
func BenchmarkSegmentsAtScale(b *testing.B) {
	n := 1_000_000
	if given := os.Getenv("EKC_BENCH_INTERACTIONS"); given != "" {
		var err error
		n, err = strconv.Atoi(given)
		require.NoError(b, err)
	}
	began := time.Now()
	w := fillScaled(b, n)
	b.Logf("%d interactions in %v", n, time.Since(began))
	all := w.as("all", access.NewRole{Role: viewer.Supervisor})
	users := []struct{ name, token string }{
		{"agency", w.as("agency", access.NewRole{Role: viewer.Supervisor, AgencyID: w.agency})},
		{"segment", w.as("segment", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: w.agency, RegionID: w.region})},
		{"operator", w.colleague(b)},
		{"veteran", w.veteran(b)},
	}
	for _, q := range w.operations() {
		body, err := json.Marshal(map[string]any{"query": q.query, "variables": q.variables})
		require.NoError(b, err)
		took := make([][]time.Duration, len(users)+1)
		round := func() {
			for u := range took {
				token := all
				if u > 0 {
					token = users[u-1].token
				}
				d, got := w.asks(token, string(body))
				require.Empty(b, got.Errors, got.raw)
				took[u] = append(took[u], d)
			}
		}
		b.Run(q.name, func(b *testing.B) {
			for range warmUp {
				round()
			}
			clear(took)
			for b.Loop() {
				round()
			}
			whole := median(took[0])
			b.ReportMetric(whole, "ms-all")
			for u, user := range users {
				b.ReportMetric(median(took[u+1]), "ms-"+user.name)
				b.ReportMetric(median(took[u+1])/whole, "ratio-"+user.name)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(d []time.Duration) float64 {
	slices.SortFunc(d, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return float64(d[len(d)/2].Microseconds()) / 1000
}

// colleague signs in as the operator who had the first interaction of the segment, and some thousandth of all others.
func (w *scaled) colleague(b *testing.B) string {
	b.Helper()
	made, token := w.account("line2", access.NewRole{Role: viewer.Operator, Line: 2, AgencyID: w.agency, RegionID: w.region})
	w.run(b, `UPDATE interactions SET operator_id = $1 WHERE operator_id = $2`, made.ID, w.operator)
	w.run(b, `UPDATE segments SET account_id = $1 WHERE account_id = $2`, made.ID, w.operator)
	w.run(b, `VACUUM ANALYZE interactions, segments`)
	return token
}

// veteran signs in as an operator who had a twentieth of all interactions and handed one in a hundred of them on.
func (w *scaled) veteran(b *testing.B) string {
	b.Helper()
	made, token := w.account("veteran", access.NewRole{Role: viewer.Operator, Line: 2, AgencyID: w.agency, RegionID: w.region})
	w.run(b, `UPDATE segments SET account_id = $1 WHERE right(interaction_id, 16)::bigint % 20 = 7`, made.ID)
	w.run(b, `UPDATE interactions SET operator_id = $1 WHERE right(id, 16)::bigint % 20 = 7 AND right(id, 16)::bigint % 2000 <> 7`, made.ID)
	w.run(b, `VACUUM ANALYZE interactions, segments`)
	return token
}

func (w *scaled) run(b *testing.B, statement string, args ...any) {
	b.Helper()
	_, err := w.client.ExecContext(w.system, statement, args...)
	require.NoError(b, err)
}

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }

type operation struct {
	name, query string
	variables   map[string]any
}

func (w *scaled) operations() []operation {
	const row = `{ edges { node { id state topic createdAt agency { code } region { code } } } }`
	list := func(name, arguments string) operation {
		return operation{name: "list/" + name, query: fmt.Sprintf(`{ interactions(%s) %s }`, arguments, row)}
	}
	one := map[string]any{"id": w.ours[0]}
	return []operation{
		{"node", `query($id: ID!) { node(id: $id) { ... on Interaction { id state topic agency { code } } } }`, one},
		{"node/strange", `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": w.theirs}},
		{"node/nodes", `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Interaction { id state topic } } }`, map[string]any{"ids": w.ours[:50]}},
		{"node/dialogue", `query($id: ID!) { interaction(id: $id) { messages(first: 50) { edges { node { text } } } segments { kind } } }`, one},
		list("newest", "first: 50"),
		list("oldest", "last: 50"),
		list("closed", "first: 50, filter: {states: [CLOSED], channel: CHAT}"),
		list("open", "first: 50, filter: {states: [QUEUED, ACTIVE, HELD]}"),
		list("agency", fmt.Sprintf(`first: 50, filter: {agencyId: %q}`, w.agency)),
		list("segment", fmt.Sprintf(`first: 50, filter: {agencyId: %q, regionId: %q}`, w.agency, w.region)),
		list("minutes", fmt.Sprintf(`first: 50, filter: {createdFrom: %q}`, ago(10*time.Minute))),
		list("hour", fmt.Sprintf(`first: 50, filter: {createdFrom: %q}`, ago(time.Hour))),
		list("day", fmt.Sprintf(`first: 50, filter: {createdFrom: %q, createdTo: %q}`, ago(30*time.Hour), ago(6*time.Hour))),
		{"list/count", `{ interactions(first: 1) { totalCount } }`, nil},
		{"search/records", `query { recordSearch(input: {text: "назначить пенсию по старости", first: 5}) { probability record { id } } }`, nil},
	}
}
