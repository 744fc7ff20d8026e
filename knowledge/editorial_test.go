package knowledge_test

import (
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// slow is how long a condition may take on a busy machine.
const slow = 30 * time.Second

func act(t testing.TB, b *knowledge.Base, v knowledge.Version, actor string, a knowledge.Action, on knowledge.Date) knowledge.Version {
	t.Helper()
	moved, err := b.MoveVersion(t.Context(), knowledge.Move{Actor: actor, VersionID: v.ID, Revision: v.Revision, Action: a, On: on, Reason: "проверка"})
	require.NoError(t, err)
	return moved
}

func create(t testing.TB, b *knowledge.Base, n knowledge.NewRecord) knowledge.Version {
	t.Helper()
	n.Actor = "acc_a"
	made, err := b.CreateRecord(t.Context(), n)
	require.NoError(t, err)
	return act(t, b, *made.Open, "acc_a", knowledge.Submit, "")
}

// clock is moved by the test.
type clock struct{ at atomic.Int64 }

func (c *clock) set(t time.Time) { c.at.Store(t.Unix()) }
func (c *clock) now() time.Time  { return time.Unix(c.at.Load(), 0).UTC() }
func east(string) *time.Location { return time.FixedZone("east", 9*60*60) }
func day(d, hour int) time.Time  { return time.Date(2026, 12, d, hour, 0, 0, 0, time.UTC) }
func tea() knowledge.Content {
	return knowledge.Content{Question: "Кто заваривает чай в приёмной?", Answer: "Дежурный специалист."}
}

func findsVersion(b *knowledge.Base, t testing.TB, q knowledge.Query, versionID string) bool {
	t.Helper()
	hits := search(t, b, q)
	return len(hits) > 0 && hits[0].VersionID == versionID
}

func TestPublicationReachesEveryNode(t *testing.T) {
	t.Parallel()
	url := database(t)
	a := open(t, knowledge.Options{URL: url})
	importLines(t, a, small...)
	b := open(t, knowledge.Options{URL: url})
	v := act(t, a, create(t, a, knowledge.NewRecord{Content: tea()}), "acc_b", knowledge.Publish, "")
	published := time.Now()
	q := knowledge.Query{Text: "кто заваривает чай"}
	require.True(t, findsVersion(a, t, q, v.ID), "the node that published it finds it at once")
	require.Eventually(t, func() bool { return findsVersion(b, t, q, v.ID) }, slow, 5*time.Millisecond)
	t.Logf("the other node found it after %s", time.Since(published).Round(time.Millisecond))
	require.Greater(t, search(t, b, q)[0].Probability, 0.5, "and it can be answered")
	act(t, b, v, "acc_b", knowledge.Archive, "")
	require.Eventually(t, func() bool { return !findsVersion(a, t, q, v.ID) }, slow, 5*time.Millisecond)
}

func TestPublicationOnADay(t *testing.T) {
	t.Parallel()
	var c clock
	c.set(day(1, 12))
	url := database(t)
	o := knowledge.Options{URL: url, Clock: c.now, ZoneOf: east, PollEvery: 20 * time.Millisecond}
	a, b := open(t, o), open(t, o)
	importLines(t, a, small...)
	federal := act(t, a, create(t, a, knowledge.NewRecord{Content: tea()}), "acc_b", knowledge.Publish, "2026-12-05")
	require.Equal(t, knowledge.StatusApproved, federal.Status)
	require.Equal(t, knowledge.Date("2026-12-05"), federal.PublishOn)
	require.Equal(t, "acc_b", federal.Reviewer)
	c2 := tea()
	c2.ValidFrom = "2026-12-05"
	regional := act(t, a, create(t, a, knowledge.NewRecord{Region: "25", VariantOf: federal.RecordID, Content: c2}), "acc_b", knowledge.Publish, "")
	require.Equal(t, knowledge.Date("2026-12-05"), regional.PublishOn, "what is valid later waits for its day")
	q, there := knowledge.Query{Text: "кто заваривает чай"}, knowledge.Query{Text: "кто заваривает чай", Region: "25"}
	c.set(day(4, 16)) // the 5th has begun in the east only
	for _, node := range []*knowledge.Base{a, b} {
		require.Eventually(t, func() bool { return findsVersion(node, t, there, regional.ID) }, slow, 5*time.Millisecond)
		require.False(t, findsVersion(node, t, q, federal.ID))
	}
	c.set(day(4, 21)) // and in Moscow
	for _, node := range []*knowledge.Base{a, b} {
		require.Eventually(t, func() bool { return findsVersion(node, t, q, federal.ID) }, slow, 5*time.Millisecond)
		require.True(t, findsVersion(node, t, there, regional.ID), "the region keeps its own")
	}
	page, err := a.RecordHistory(t.Context(), knowledge.HistoryQuery{RecordID: federal.RecordID})
	require.NoError(t, err)
	require.Equal(t, knowledge.EventPublished, page.Events[0].Action)
	require.Empty(t, page.Events[0].Actor)
	require.Equal(t, 4, page.Total, "two nodes publish it once")
}

func TestScheduledVersionYieldsToAnImport(t *testing.T) {
	t.Parallel()
	var c clock
	c.set(day(1, 12))
	b := open(t, knowledge.Options{URL: database(t), Clock: c.now, PollEvery: 20 * time.Millisecond})
	importLines(t, b, `{"id":"tea","question":"Кто заваривает чай?","answer":"Дежурный."}`)
	v, err := b.DraftRecord(t.Context(), knowledge.NewDraft{Actor: "acc_a", RecordID: "tea"})
	require.NoError(t, err)
	v = act(t, b, act(t, b, v, "acc_a", knowledge.Submit, ""), "acc_b", knowledge.Publish, "2026-12-05")
	importLines(t, b, `{"id":"tea","question":"Кто заваривает чай?","answer":"Буфетчица."}`)
	c.set(day(6, 12))
	require.Eventually(t, func() bool {
		now, err := b.RecordVersion(t.Context(), v.ID)
		return err == nil && now.Status == knowledge.StatusDraft
	}, slow, 10*time.Millisecond)
	require.Equal(t, "Буфетчица.", search(t, b, knowledge.Query{Text: "кто заваривает чай"})[0].Answer)
	v, err = b.RecordVersion(t.Context(), v.ID)
	require.NoError(t, err)
	v = act(t, b, v, "acc_a", knowledge.Submit, "")
	_, err = b.MoveVersion(t.Context(), knowledge.Move{Actor: "acc_b", VersionID: v.ID, Revision: v.Revision, Action: knowledge.Publish})
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "nor may a person overwrite what the draft has not seen")
	v = act(t, b, v, "acc_a", knowledge.Withdraw, "")
	r, err := b.Record(t.Context(), "tea")
	require.NoError(t, err)
	v, err = b.SaveDraft(t.Context(), knowledge.DraftContent{
		Actor: "acc_a", VersionID: v.ID, Revision: v.Revision, Content: v.Content(), BasedOn: r.Version.ID,
	})
	require.NoError(t, err)
	act(t, b, act(t, b, v, "acc_a", knowledge.Submit, ""), "acc_b", knowledge.Publish, "")
}

func TestExpiryNeedsNoRestart(t *testing.T) {
	t.Parallel()
	var c clock
	c.set(day(1, 12))
	b := open(t, knowledge.Options{URL: database(t), Clock: c.now})
	content := tea()
	content.ValidTo = "2026-12-03"
	v := act(t, b, create(t, b, knowledge.NewRecord{Content: content}), "acc_b", knowledge.Publish, "")
	q := knowledge.Query{Text: "кто заваривает чай"}
	c.set(day(3, 20))
	require.True(t, findsVersion(b, t, q, v.ID), "its last day lasts until midnight in Moscow")
	c.set(day(3, 22))
	require.False(t, findsVersion(b, t, q, v.ID))
	q.On = day(3, 20)
	require.True(t, findsVersion(b, t, q, v.ID), "an instant in UTC is of the day in Moscow")
}

func TestTwoWhoSaveAtOnce(t *testing.T) {
	t.Parallel()
	b := baseOf(t, small...)
	v, err := b.DraftRecord(t.Context(), knowledge.NewDraft{Actor: "acc_a", RecordID: "sick"})
	require.NoError(t, err)
	var saved, refused atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := b.SaveDraft(t.Context(), knowledge.DraftContent{Actor: "acc_a", VersionID: v.ID, Revision: v.Revision, Content: v.Content()})
			switch {
			case err == nil:
				saved.Add(1)
			case fail.CodeOf(err) == fail.Conflict:
				refused.Add(1)
			}
		})
	}
	wait.Wait()
	require.Equal(t, int32(1), saved.Load())
	require.Equal(t, int32(7), refused.Load())
}

// A process may die between any two lines: an edit that does not come to its end leaves nothing.
func TestAnEditIsOneTransaction(t *testing.T) {
	t.Parallel()
	url := database(t)
	b := open(t, knowledge.Options{URL: url})
	importLines(t, b, small...)
	v, err := b.DraftRecord(t.Context(), knowledge.NewDraft{Actor: "acc_a", RecordID: "sick"})
	require.NoError(t, err)
	v = act(t, b, v, "acc_a", knowledge.Submit, "")
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	// The last thing that a publication writes fails.
	_, err = db.ExecContext(t.Context(), `ALTER TABLE base_states ADD CONSTRAINT broken CHECK (revision < 2)`)
	require.NoError(t, err)
	_, err = b.MoveVersion(t.Context(), knowledge.Move{Actor: "acc_b", VersionID: v.ID, Revision: v.Revision, Action: knowledge.Publish})
	require.Error(t, err)
	now, err := b.RecordVersion(t.Context(), v.ID)
	require.NoError(t, err)
	require.Equal(t, v, now)
	r, err := b.Record(t.Context(), "sick")
	require.NoError(t, err)
	require.Equal(t, 1, r.Version.Number)
	require.Equal(t, knowledge.StatusPublished, r.Version.Status)
	require.Equal(t, 3, count(t, url, `SELECT count(*) FROM record_events WHERE record_id = 'sick'`))
	_, err = db.ExecContext(t.Context(), `UPDATE record_events SET actor = 'acc_x'`)
	require.ErrorContains(t, err, "append-only")
}
