package ivr_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr"
)

// call drives the shipped flow through the simulator.
type call struct {
	t     *testing.T
	sim   *ivr.Simulator
	state ivr.State
	done  []ivr.Effect // of the last step
	all   []ivr.Effect
}

func newCall(t *testing.T, sim *ivr.Simulator) *call {
	t.Helper()
	if sim.Flow == nil {
		flow, _, err := ivr.Default()
		require.NoError(t, err)
		sim.Flow = flow
	}
	return &call{t: t, sim: sim, state: ivr.Start()}
}

func (c *call) step(events ...ivr.Event) *call {
	c.t.Helper()
	c.done = nil
	for _, e := range events {
		// Through JSON every time: a state can be stored between any two events.
		data, err := json.Marshal(c.state)
		require.NoError(c.t, err)
		var state ivr.State
		require.NoError(c.t, json.Unmarshal(data, &state))
		var effects []ivr.Effect
		c.state, effects, err = c.sim.Step(c.t.Context(), state, e)
		require.NoError(c.t, err)
		c.done = append(c.done, effects...)
	}
	c.all = append(c.all, c.done...)
	return c
}

func (c *call) at(node string) *call {
	c.t.Helper()
	require.Equal(c.t, node, c.state.Node)
	return c
}

func (c *call) keys(keys string) *call {
	c.t.Helper()
	events := make([]ivr.Event, len(keys))
	for i := range keys {
		events[i] = ivr.Digit{Key: keys[i]}
	}
	return c.step(events...)
}

// heard is all that was said in the last step.
func (c *call) heard() string {
	text := ""
	for _, e := range c.done {
		if say, ok := e.(ivr.Say); ok {
			for _, line := range say.Lines {
				text += line.Text + " "
			}
		}
	}
	return text
}

func find[E ivr.Effect](effects []ivr.Effect) []E {
	var found []E
	for _, e := range effects {
		if one, ok := e.(E); ok {
			found = append(found, one)
		}
	}
	return found
}

// yana answers as told.
type yana struct{ answers map[string]ivr.Answered }

func (y yana) Ask(_ context.Context, question string, _ ivr.Wish) (ivr.Answered, error) {
	if a, ok := y.answers[question]; ok {
		return a, nil
	}
	return ivr.Answered{Kind: ivr.AnswerHandOver, Line: 2}, nil
}

// calendar is what Hours returns.
type calendar ivr.HoursKnown

func (c calendar) Hours(context.Context, string, ivr.Wish) (ivr.HoursKnown, error) {
	return ivr.HoursKnown(c), nil
}

const sickLeave = "Какой процент зарплаты платят по больничному в зависимости от стажа?"

func TestCallerIsHelpedByYana(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{Assistant: yana{map[string]ivr.Answered{
		sickLeave: {Kind: ivr.AnswerTold, Text: "Больничный оплачивается из расчёта среднего заработка.", ID: "rv_1"},
	}}})
	c.step(ivr.Started{Caller: "+74951234567", Called: "+78006000000"}).at("agency")
	require.Contains(t, c.heard(), "разговор записывается")
	require.Len(t, find[ivr.StartRecording](c.done), 1)
	c.keys("2").at("region")
	require.Contains(t, c.heard(), "Ваш регион: Москва.")
	c.keys("1").at("yana_fss")
	c.keys("1").at("yana_fss")
	require.Contains(t, c.heard(), "Больничный оплачивается из расчёта среднего заработка. Если ответ помог")
	c.keys("1").at("rate_yana")
	require.Equal(t, []ivr.Helped{{AnswerID: "rv_1", Helped: true}}, find[ivr.Helped](c.done))
	c.keys("5").at("bye")
	require.Equal(t, []ivr.Rate{{Rating: 5}}, find[ivr.Rate](c.done))
	require.True(t, c.state.Ended)
	require.Empty(t, find[ivr.Enqueue](c.all))
	last := find[ivr.Collect](c.all)
	require.Equal(t, ivr.Wish{Line: 1, Agency: "FSS", Region: "77", Topic: "SICK_LEAVE"}, last[len(last)-1].Wish)
}

func TestCallerReachesAnOperator(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{Caller: "+79161234567"}).keys("1").at("region")
	require.Contains(t, c.heard(), "Наберите код вашего региона", "a mobile number says nothing")
	c.keys("16#")
	require.Contains(t, c.heard(), "Республика Татарстан")
	c.keys("1").at("yana_pfr").keys("2").at("queue")
	want := ivr.Wish{Line: 1, Agency: "PFR", Region: "16", Topic: "PENSION_RECORD"}
	enqueued := find[ivr.Enqueue](c.done)
	require.Len(t, enqueued, 1)
	require.Equal(t, want, enqueued[0].Wish)
	c.step(ivr.PlaceKnown{Place: ivr.Place{Position: 3, Wait: 4 * time.Minute, Known: true}})
	require.Equal(t, "вы третий в очереди. Ожидание около четырёх минут. ", c.heard())
	c.step(ivr.OperatorJoined{})
	require.False(t, c.state.Ended)
	c.step(ivr.OperatorLeft{}).at("rating").keys("74").at("bye")
	require.Equal(t, []ivr.Rate{{Rating: 4}}, find[ivr.Rate](c.done))
	require.True(t, c.state.Ended)
	require.Empty(t, find[ivr.LeaveQueue](c.all), "the enquiry belongs to the operator")
}

func TestWaitingCallerHearsOnlyGoodNews(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{}).keys("0").at("region_only").keys("77#1").at("queue")
	say := func(place ivr.Place) string {
		c.step(ivr.PlaceKnown{Place: place}, ivr.TimeUp{Name: ivr.TimerAnnounce})
		return c.heard()
	}
	require.Equal(t, "вы пятый в очереди. ", say(ivr.Place{Position: 5}), "without a guess none is told")
	require.Empty(t, say(ivr.Place{Position: 5}))
	require.Empty(t, say(ivr.Place{Position: 6}))
	require.Contains(t, say(ivr.Place{Position: 5, Wait: 10 * time.Minute, Known: true}), "около десяти минут")
	require.Empty(t, say(ivr.Place{Position: 5, Wait: 9*time.Minute + 30*time.Second, Known: true}))
	require.Contains(t, say(ivr.Place{Position: 5, Wait: 9 * time.Minute, Known: true}), "около девяти минут")
	require.Contains(t, say(ivr.Place{Position: 1, Wait: 20 * time.Second, Known: true}), "вы следующий в очереди")
	require.NotEmpty(t, find[ivr.Music](c.done), "and then the music goes on")
}

func TestCallbackKeepsThePlace(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{Caller: "+79161234567"}).keys("0").keys("77#1").at("queue")
	c.step(ivr.TimeUp{Name: ivr.TimerCallback})
	require.Contains(t, c.heard(), "мы перезвоним, и ваше место в очереди сохранится")
	c.keys("1").at("callback")
	require.Contains(t, c.heard(), "плюс семь, девятьсот шестнадцать, сто двадцать три, сорок пять, шестьдесят семь")
	require.Empty(t, find[ivr.LeaveQueue](c.all))
	c.keys("0").at("queue") // changed their mind
	require.Len(t, find[ivr.Enqueue](c.all), 1, "never left, not queued again")
	c.keys("1").keys("2").keys("4951234567").keys("1").at("bye")
	require.Equal(t, []ivr.BookCallback{{Turn: find[ivr.BookCallback](c.all)[0].Turn, Number: "+74951234567"}}, find[ivr.BookCallback](c.all))
	require.Empty(t, find[ivr.LeaveQueue](c.all), "the callback has the place")
	require.True(t, c.state.Ended)
}

func TestOperatorComesWhileTheCallbackIsDiscussed(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{Caller: "+79161234567"}).keys("0").keys("77#1").keys("1").at("callback")
	c.step(ivr.OperatorJoined{}).at("queue")
	c.keys("1").at("queue") // a key in the talk is none of the menu's business
	require.Empty(t, find[ivr.BookCallback](c.all))
	c.step(ivr.OperatorLeft{}).at("rating")
}

func TestLongWaitBecomesACallback(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{Caller: "+79161234567"}).keys("0").keys("77#1").at("queue")
	c.step(ivr.TimeUp{Name: ivr.TimerMaxWait}).at("callback")
	require.Contains(t, c.heard(), "все операторы по-прежнему заняты")
	c.keys("0").at("queue")
	require.Contains(t, ivr.Waits(c.done), ivr.TimerMaxWait, "the wait is bounded again")
}

func TestClosedCentre(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("MSK", 3*3600)
	now := time.Date(2026, 11, 22, 23, 0, 0, 0, moscow)
	c := newCall(t, &ivr.Simulator{Calendar: calendar{Now: now, Next: now.Add(9 * time.Hour)}})
	c.step(ivr.Started{Caller: "+74951234567"}).at("after_hours")
	require.Contains(t, c.heard(), "Они снова ответят завтра в восемь часов.")
	c.keys("2").at("callback_closed").keys("1")
	require.True(t, c.state.Ended)
	require.Len(t, find[ivr.BookCallback](c.all), 1)

	c = newCall(t, &ivr.Simulator{Calendar: calendar{Holiday: true}})
	c.step(ivr.Started{}).at("after_hours")
	require.Contains(t, c.heard(), "праздником")
	require.NotContains(t, c.heard(), "снова ответят", "not known when")
}

func TestQueueThatTakesNobody(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{}).keys("0").keys("77#1").at("queue")
	c.step(ivr.QueueClosed{}).at("after_hours")
	c.step(ivr.CallerGone{})
	require.Empty(t, find[ivr.LeaveQueue](c.all))
	require.True(t, c.state.Ended)
}

func TestSpokenDialogue(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{Assistant: yana{map[string]ivr.Answered{
		"когда мне дадут ветерана": {Kind: ivr.AnswerClarify, Text: "Уточните", Choices: []string{"Ветеран труда", "Ветеран боевых действий"}},
		"Ветеран труда":            {Kind: ivr.AnswerTold, Text: "Звание присваивает регион.", ID: "rv_2"},
	}}})
	c.step(ivr.Started{Caller: "+78432123456"}).at("agency")
	c.step(ivr.Heard{Text: "Мне в соцзащиту, пожалуйста"}).at("region")
	c.step(ivr.Heard{Text: "нет, я из Башкирии"})
	require.Contains(t, c.heard(), "Наберите код", "a no wins over what follows")
	c.step(ivr.Heard{Text: "Башкортостан"})
	require.Contains(t, c.heard(), "Республика Башкортостан")
	c.step(ivr.Heard{Text: "да, верно"}).at("yana_oszn")
	c.step(ivr.Heard{Text: "когда мне дадут ветерана"})
	require.Contains(t, c.heard(), "Ветеран труда: нажмите один. Ветеран боевых действий: нажмите два.")
	c.keys("1")
	require.Contains(t, c.heard(), "Звание присваивает регион.")
	c.step(ivr.Heard{Text: "не помогло"}).at("queue")
	require.Equal(t, []ivr.Helped{{AnswerID: "rv_2", Helped: false}}, find[ivr.Helped](c.done))
}

func TestSilentCallerReachesAnOperator(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{})
	for range 20 {
		if c.state.Node == "queue" {
			break
		}
		c.step(ivr.TimeUp{Name: ivr.TimerInput})
	}
	c.at("queue")
	require.Contains(t, ivr.Waits(c.done), ivr.TimerMaxWait)
}

func TestCallerHangsUpAnywhere(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"", "1", "10", "177#1", "177#11", "0", "077#1", "077#11"} {
		c := newCall(t, &ivr.Simulator{})
		c.step(ivr.Started{}).keys(keys)
		queued := c.state.QueueNode != ""
		c.step(ivr.CallerGone{})
		require.True(t, c.state.Ended)
		require.Equal(t, queued, len(find[ivr.LeaveQueue](c.done)) == 1, "%q", keys)
		branches := find[ivr.Branch](c.done)
		require.Equal(t, "caller_gone", branches[len(branches)-1].Exit)
		c.step(ivr.Digit{Key: '1'})
		require.Empty(t, c.done, "nothing after the end")
	}
}
