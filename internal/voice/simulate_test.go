package voice_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/internal/voice"
	"ekc/routing/timetable"
	"ekc/telephony/ivr/numbering"
)

// asksHours goes by the hours of a calendar, then by the caller's region, then into the queue of the line.
const asksHours = `{"name": "Часы", "start": "hours", "fallback": "bye", "nodes": {
	"hours": {"type": "hours", "calendar": "утро", "open": "region", "closed": "closed", "holiday": "holiday"},
	"closed": {"type": "say", "prompt": "Закрыто.", "goto": "bye"},
	"holiday": {"type": "say", "prompt": "Праздник.", "goto": "bye"},
	"region": {"type": "region", "confirm": "{region_name}?", "ask": "Наберите код.", "goto": "queue", "unknown": "queue"},
	"queue": {"type": "queue", "enter": "Ждите.", "announce": ["{position}."], "announce_every_s": 60, "max_wait_s": 600,
		"overflow": "bye", "closed": "full", "after": "bye"},
	"full": {"type": "say", "prompt": "Очередь закрыта.", "goto": "bye"},
	"bye": {"type": "hangup"}}}`

// plan is a numbering plan that was imported, by which 916-123 is of Kamchatka.
func plan(t *testing.T) *numbering.File {
	t.Helper()
	register, bad, err := numbering.ReadRegister(strings.NewReader("916;1230000;1239999;10000;Оператор;Камчатский край\n"))
	require.NoError(t, err)
	require.Empty(t, bad)
	path := filepath.Join(t.TempDir(), "numbering.csv")
	file, err := os.Create(path) //nolint:gosec // of this test
	require.NoError(t, err)
	require.NoError(t, register.Write(file))
	require.NoError(t, file.Close())
	return numbering.NewFile(path, time.Now, nil)
}

// A flow that is tried out goes by the hours, the holidays, the queues and the numbering plan of real calls, at the moment that is asked for.
func TestAFlowIsTriedOutAtAnyMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := w.client.BusinessHours.Create().SetName("утро").SetTimeZone("Europe/Moscow").
		SetPeriods([]timetable.Period{{Weekday: 3, From: 8 * 60, To: 12 * 60}}).
		SetExceptions([]timetable.Exception{{Date: "2026-12-02"}}).SaveX(w.system)
	early := w.client.BusinessHours.Create().SetName("рано").SetTimeZone("Europe/Moscow").
		SetPeriods([]timetable.Period{{Weekday: 3, From: 8 * 60, To: 9 * 60}}).SaveX(w.system)
	w.client.Queue.UpdateOne(w.line1).SetBusinessHoursID(early.ID).ExecX(w.system)
	w.client.Region.Create().SetCode("41").SetName("Камчатский край").SetTimeZone("Asia/Kamchatka").ExecX(w.system)
	require.NotEmpty(t, open.ID)
	o := w.options()
	o.Region = plan(t).ByNumber
	s, err := voice.New(w.system, o)
	require.NoError(t, err)
	editor := viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "a", Grants: []viewer.Grant{{Role: viewer.Administrator}},
	})
	try := func(in voice.Simulation) voice.Simulated {
		t.Helper()
		in.Document = asksHours
		out, err := s.SimulateMenu(editor, in)
		require.NoError(t, err)
		require.Empty(t, out.Problems)
		return out
	}
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return moment
	}

	require.Equal(t, []string{"Закрыто."}, try(voice.Simulation{Caller: "+79161234567"}).Said, "it is Tuesday noon")
	require.Equal(t, []string{"Праздник."}, try(voice.Simulation{At: at("2026-12-02T08:30:00+03:00")}).Said)
	morning := try(voice.Simulation{Caller: "89161234567", At: at("2026-11-25T08:30:00+03:00")})
	require.Equal(t, []string{"Камчатский край?"}, morning.Said, "by the imported plan, as a carrier writes the number")
	require.Equal(t, []string{"Ждите."}, try(voice.Simulation{State: morning.State, Key: "1"}).Said, "the moment stays as it was")
	later := try(voice.Simulation{State: morning.State, Key: "1", At: at("2026-11-25T10:00:00+03:00")})
	require.Contains(t, later.Said, "Очередь закрыта.")

	unknown := try(voice.Simulation{Caller: "+79161300000", At: at("2026-11-25T08:30:00+03:00")})
	require.Equal(t, []string{"Наберите код."}, unknown.Said)
	require.Equal(t, []string{"Камчатский край?"}, try(voice.Simulation{State: unknown.State, Key: "41#"}).Said, "corrected by the code")
}
