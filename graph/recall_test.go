package graph_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/callback"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/queue"
	"ekc/ent/recallperson"
)

// regionAt makes a region where it is about that hour now.
func (w *world) regionAt(code string, hour int) {
	w.Helper()
	shift := hour - time.Now().UTC().Hour()
	if shift > 12 {
		shift -= 24
	}
	if shift < -12 {
		shift += 24
	}
	w.client.Region.Create().SetCode(code).SetName(code).SetTimeZone(fmt.Sprintf("Etc/GMT%+d", -shift)).ExecX(w.system) // POSIX signs: west is positive
}

// told is a chat in which Yana has answered the question.
func (w *world) told(region, phone, text string) (id, token string) {
	w.Helper()
	got := w.ask("", `mutation($r: String, $p: String, $t: String) { chatStart(input: {agencyCode: "PFR", regionCode: $r, phone: $p, text: $t}) {
		interaction { id } token userErrors { message } } }`, map[string]any{"r": region, "p": phone, "t": text})
	require.Empty(w, got.path("chatStart", "userErrors"), got.raw)
	id = got.path("chatStart", "interaction", "id").(string)
	_, err := w.yana.Answer(w.system, id)
	require.NoError(w, err)
	return id, got.path("chatStart", "token").(string)
}

const pension = "Как назначить пенсию по старости?"

// recalled is a version that was told and is archived now.
func (w *world) recalled(manager string) string {
	w.Helper()
	got := w.ask(manager, `{ record(id: "rec-1") { versions { id revision } } }`, nil)
	v := got.path("record", "versions").([]any)[0].(map[string]any)
	begin := map[string]any{"versionId": v["id"], "reason": "r", "text": "t"}
	require.Equal(w, "CONFLICT", w.tried(manager, "recallBegin", "RecallBeginInput", begin, "recall { id }").refusal("recallBegin"), "still told")
	w.done(manager, "recordArchive", "RecordMoveInput", map[string]any{"versionId": v["id"], "revision": v["revision"]}, "recordVersion { status }")
	return v["id"].(string)
}

func (w *world) progress(token, id string) map[string]float64 {
	w.Helper()
	got := w.ask(token, `query($i: ID!) { recall(id: $i) { state progress { state people } } }`, map[string]any{"i": id})
	counts := map[string]float64{}
	for _, p := range got.path("recall", "progress").([]any) {
		counts[p.(map[string]any)["state"].(string)] = p.(map[string]any)["people"].(float64)
	}
	return counts
}

func (w *world) writtenTo(id string) int {
	w.Helper()
	return w.client.Message.Query().Where(message.InteractionID(id), message.AuthorEQ(message.AuthorSystem),
		message.TextHasSuffix("Подайте заявление до 1 мая.")).CountX(w.system)
}

func TestRecallReachesEachCitizenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.regionAt("12", 12)
	w.regionAt("02", 2)
	w.client.Queue.Create().SetCode("voice-1").SetName("v").SetChannel(queue.ChannelVoice).SetLine(1).ExecX(w.system)
	_, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, supervisor := w.account("staff-sv", access.NewRole{Role: viewer.Supervisor})
	_, stranger := w.account("staff-cm2", access.NewRole{Role: viewer.ContentManager, AgencyID: w.mse.ID})
	open, _ := w.told("77", "", pension)
	left, leaver := w.told("77", "", pension)
	first, one := w.told("12", "+79261110001", pension)
	second, two := w.told("12", "+79261110001", pension) // the same person again
	night, sleeper := w.told("02", "+79261110002", pension)
	w.told("77", "", "Где пройти техосмотр автомобиля?") // was told nothing
	for token, id := range map[string]string{leaver: left, one: first, two: second, sleeper: night} {
		w.done(token, "chatEnd", "InteractionInput", map[string]any{"interactionId": id}, "interaction { state }")
	}
	version := w.recalled(manager)
	input := map[string]any{"versionId": version, "reason": "закон изменился", "text": "Подайте заявление до 1 мая."}
	require.Equal(t, "FORBIDDEN", w.tried(stranger, "recallBegin", "RecallBeginInput", input, "recall { id }").refusal("recallBegin"))
	require.Equal(t, "FORBIDDEN", w.tried(supervisor, "recallBegin", "RecallBeginInput", input, "recall { id }").refusal("recallBegin"))
	got := w.done(manager, "recallBegin", "RecallBeginInput", input, "recall { id state listed begunBy { displayName } }")
	id := got.path("recallBegin", "recall", "id").(string)
	require.Equal(t, "RUNNING", got.path("recallBegin", "recall", "state"))
	require.Equal(t, "CONFLICT", w.tried(manager, "recallBegin", "RecallBeginInput", input, "recall { id }").refusal("recallBegin"), "already")
	require.Nil(t, w.ask(stranger, `query($i: ID!) { recall(id: $i) { id } }`, map[string]any{"i": id}).path("recall"))

	var all sync.WaitGroup
	for range 3 { // as several nodes at once, and after crashes
		all.Go(func() {
			for range 2 {
				if err := w.quality.WorkRecalls(w.system); err != nil {
					t.Errorf("work: %v", err)
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, w.quality.WorkRecalls(w.system))
	require.Equal(t, map[string]float64{"REACHED": 1, "LEFT": 1, "CALLING": 1, "PENDING": 1}, w.progress(supervisor, id))
	require.Equal(t, []int{1, 1, 0, 0, 0}, []int{w.writtenTo(open), w.writtenTo(left), w.writtenTo(first), w.writtenTo(second), w.writtenTo(night)})
	cb := w.client.Callback.Query().OnlyX(w.system)
	require.Equal(t, callback.ReasonRecall, cb.Reason)
	require.Equal(t, second, cb.OriginID, "where they were told last")
	require.Equal(t, 1, w.writtenTo(cb.InteractionID), "the operator reads what to say")
	require.Equal(t, interaction.StateQueued, w.client.Interaction.GetX(w.system, cb.InteractionID).State)
	waits := w.client.RecallPerson.Query().Where(recallperson.StateEQ(recallperson.StatePending)).OnlyX(w.system)
	require.Greater(t, time.Until(waits.NextAt), time.Hour, "not at night")
	got = w.ask(supervisor, `query($i: ID!) { recall(id: $i) { people(first: 3) { totalCount pageInfo { hasNextPage } edges { node {
		state toldAt interaction { id } callback { reason } } } } } }`, map[string]any{"i": id})
	require.InDelta(t, 4, got.path("recall", "people", "totalCount"), 0, got.raw)
	require.Equal(t, true, got.path("recall", "people", "pageInfo", "hasNextPage"))
	require.NotContains(t, w.ask(manager, `query($i: ID!) { recall(id: $i) { people { edges { node { interaction { id } } } } } }`,
		map[string]any{"i": id}).raw, open, "a content manager sees no dialogues")

	w.client.Callback.UpdateOne(cb).SetState(callback.StateDone).ExecX(w.system)
	w.client.RecallPerson.UpdateOne(waits).SetState(recallperson.StateNotReached).ExecX(w.system)
	w.ahead.Store(int64(2 * time.Minute))
	require.NoError(t, w.quality.WorkRecalls(w.system))
	require.NoError(t, w.quality.WorkRecalls(w.system))
	got = w.ask(supervisor, `query($v: ID!) { recalls(versionId: $v) { totalCount edges { node { state endedAt progress { state people } } } } }`,
		map[string]any{"v": version})
	require.Contains(t, got.raw, `"state":"DONE"`)
	require.Contains(t, got.raw, `{"state":"REACHED","people":2}`)
}

func TestRecallIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.regionAt("12", 12)
	w.regionAt("02", 2)
	w.client.Queue.Create().SetCode("voice-1").SetName("v").SetChannel(queue.ChannelVoice).SetLine(1).ExecX(w.system)
	_, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, supervisor := w.account("staff-sv", access.NewRole{Role: viewer.Supervisor, AgencyID: w.pfr.ID})
	for region, phone := range map[string]string{"12": "+79261110001", "02": "+79261110002"} {
		id, token := w.told(region, phone, pension)
		w.done(token, "chatEnd", "InteractionInput", map[string]any{"interactionId": id}, "interaction { state }")
	}
	version := w.recalled(manager)
	got := w.done(manager, "recallBegin", "RecallBeginInput",
		map[string]any{"versionId": version, "reason": "ошибка", "text": "Подайте заявление до 1 мая."}, "recall { id }")
	id := got.path("recallBegin", "recall", "id").(string)
	require.NoError(t, w.quality.WorkRecalls(w.system))
	require.Equal(t, map[string]float64{"CALLING": 1, "PENDING": 1}, w.progress(supervisor, id))
	w.done(supervisor, "recallCancel", "RecallInput", map[string]any{"recallId": id}, "recall { state cancelledBy { displayName } }")
	require.Equal(t, "CONFLICT", w.tried(manager, "recallCancel", "RecallInput", map[string]any{"recallId": id}, "recall { id }").refusal("recallCancel"))
	require.NoError(t, w.quality.WorkRecalls(w.system))
	require.Equal(t, map[string]float64{"CANCELLED": 2}, w.progress(supervisor, id))
	cb := w.client.Callback.Query().OnlyX(w.system)
	require.Equal(t, callback.StateCancelled, cb.State)
	require.Equal(t, interaction.StateAbandoned, w.client.Interaction.GetX(w.system, cb.InteractionID).State)
	// Who was not reached may be by another recall.
	got = w.done(manager, "recallBegin", "RecallBeginInput",
		map[string]any{"versionId": version, "reason": "ошибка", "text": "Подайте заявление до 1 мая."}, "recall { id }")
	require.NoError(t, w.quality.WorkRecalls(w.system))
	require.Equal(t, map[string]float64{"CALLING": 1, "PENDING": 1}, w.progress(supervisor, got.path("recallBegin", "recall", "id").(string)))
}
