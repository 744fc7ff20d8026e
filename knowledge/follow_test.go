package knowledge_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

// freshness is what a node may take to know a change.
const freshness = 2 * time.Second

func TestNodesSeeEachOthersChanges(t *testing.T) {
	t.Parallel()
	url := database(t)
	a := open(t, knowledge.Options{URL: url})
	// The second node's poll is out of the way, so that it is the announcement that is tested.
	b := open(t, knowledge.Options{URL: url, PollEvery: time.Hour})
	importLines(t, a, small...)
	eventuallyFirst(t, b, "кто платит за больничный", "Первые три дня платит работодатель, остальные дни — Социальный фонд.")
	importLines(t, b, `{"id":"sick","question":"Сколько дней оплачивают больничный лист?","answer":"По-новому.","topic":"Больничные"}`)
	eventuallyFirst(t, a, "сколько дней оплачивают больничный", "По-новому.")
}

func TestChangesAreSeenWithoutAnnouncement(t *testing.T) {
	t.Parallel()
	url := database(t)
	b := open(t, knowledge.Options{URL: url, PollEvery: 50 * time.Millisecond})
	importLines(t, b, small...)
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	// An editor elsewhere retires a record; the announcement is lost.
	_, err = db.ExecContext(t.Context(), `
		WITH r AS (UPDATE base_states SET revision = revision + 1 RETURNING revision),
		v AS (UPDATE record_versions SET status = 'archived' WHERE record_id = 'sick')
		UPDATE records SET revision = r.revision FROM r WHERE id = 'sick'`)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		for _, h := range search(t, b, knowledge.Query{Text: "сколько дней оплачивают больничный лист"}) {
			if h.RecordID == "sick" {
				return false
			}
		}
		return true
	}, freshness, 10*time.Millisecond)
}

func TestReopenedBaseFindsEverything(t *testing.T) {
	t.Parallel()
	url := database(t)
	a := open(t, knowledge.Options{URL: url})
	importLines(t, a, small...)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close(), "Close may be called again")
	require.Error(t, a.Ready(t.Context()))
	b := open(t, knowledge.Options{URL: url})
	require.Equal(t, "capital", search(t, b, knowledge.Query{Text: "куда вложить маткапитал"})[0].RecordID)
}

func eventuallyFirst(t *testing.T, b *knowledge.Base, query, answer string) {
	t.Helper()
	require.Eventually(t, func() bool {
		hits := search(t, b, knowledge.Query{Text: query})
		return len(hits) > 0 && hits[0].Answer == answer
	}, freshness, 10*time.Millisecond)
}
