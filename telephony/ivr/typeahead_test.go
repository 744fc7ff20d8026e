package ivr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr"
)

// aheadFlow has a greeting, a notice that must be heard, two menus of which the first must be heard, and digits.
const aheadFlow = `{"name": "t", "start": "greeting", "fallback": "bye", "nodes": {
  "greeting": {"type": "say", "prompt": "Здравствуйте.", "barge_in": true, "goto": "notice"},
  "notice": {"type": "say", "prompt": "Разговор записывается.", "starts_recording": true, "goto": "hours"},
  "hours": {"type": "hours", "open": "first", "closed": "closed"},
  "closed": {"type": "menu", "prompt": "Закрыто.", "choices": [{"digit": "1", "goto": "bye"}], "fallback": "bye"},
  "first": {"type": "menu", "prompt": "Первое меню.", "invalid": "Нет такого.", "tries": 5,
    "choices": [{"digit": "1", "goto": "second"}, {"digit": "2", "goto": "queue"}], "fallback": "bye"},
  "second": {"type": "menu", "prompt": "Второе меню.", "barge_in": true,
    "choices": [{"digit": "2", "goto": "number"}], "fallback": "bye"},
  "number": {"type": "collect", "prompt": "Наберите номер.", "barge_in": true, "save": "ref", "min": 2, "max": 4, "goto": "rest", "fallback": "bye"},
  "rest": {"type": "menu", "prompt": "Последнее меню.", "choices": [{"digit": "1", "goto": "bye"}], "fallback": "bye"},
  "queue": {"type": "queue", "enter": "Ждите.", "announce": "{position}", "announce_every_s": 10, "max_wait_s": 600,
    "offer": "Один.", "offer_after_s": 60, "offer_digit": "1", "callback": "callback", "overflow": "bye", "closed": "bye", "after": "bye"},
  "callback": {"type": "callback", "confirm": "{phone}?", "number": "Номер.", "booked": "Да.", "goto": "bye", "declined": "queue"},
  "bye": {"type": "hangup", "prompt": "До свидания."}
}}`

// impatient is a caller whose keys come while prompts play.
type impatient struct {
	t     *testing.T
	flow  *ivr.Flow
	state ivr.State
	done  []ivr.Effect
}

func newImpatient(t *testing.T) *impatient {
	t.Helper()
	flow, err := ivr.Parse([]byte(aheadFlow))
	require.NoError(t, err)
	c := &impatient{t: t, flow: flow, state: ivr.Start()}
	return c.then(ivr.Started{Caller: "+79161234567"})
}

func (c *impatient) then(events ...ivr.Event) *impatient {
	for _, e := range events {
		c.state, c.done = ivr.Next(c.flow, c.state, e)
	}
	return c
}

func (c *impatient) press(keys string) *impatient {
	for i := range keys {
		c.then(ivr.Digit{Key: keys[i]})
	}
	return c
}

// said lets the prompt that plays end.
func (c *impatient) said() *impatient {
	c.t.Helper()
	require.True(c.t, c.state.Playing, "nothing plays at %s", c.state.Node)
	return c.then(ivr.Said{Turn: c.state.Turn})
}

func (c *impatient) at(node string) *impatient {
	c.t.Helper()
	require.Equal(c.t, node, c.state.Node)
	return c
}

// open is a centre that works.
func (c *impatient) open() *impatient { return c.at("hours").then(ivr.HoursKnown{Open: true}) }

func TestKeysDuringThePromptsAreKept(t *testing.T) {
	t.Parallel()
	c := newImpatient(t).press("1").at("notice").press("2").said().at("hours")
	require.Equal(t, "12", c.state.Ahead)
	c.open().at("first")
	require.True(t, c.state.Playing, "the first menu must be heard")
	c.press("77#").said().at("rest")
	require.Equal(t, "77", c.state.Values["ref"], "what was typed ahead broke off the prompts in between")
	require.Empty(t, c.state.Ahead)
	require.Len(t, find[ivr.Say](c.done), 3, "second, number, rest are begun")
	require.True(t, c.state.Playing)
}

func TestKeysBetweenPromptsAreKept(t *testing.T) {
	t.Parallel()
	c := newImpatient(t).said().said().at("hours").press("1")
	c.open().at("first").said().at("second")
	require.Empty(t, c.state.Ahead)
}

func TestMistakesAndNewsDropWhatWasTypedAhead(t *testing.T) {
	t.Parallel()
	c := newImpatient(t).press("1").at("notice").said().then(ivr.HoursKnown{}).at("closed")
	require.Empty(t, c.state.Ahead, "the centre is closed: the key was for another menu")

	c = newImpatient(t).said().said().open().press("911").said().at("first")
	require.Empty(t, c.state.Ahead, "a key that is no choice")
	require.False(t, c.state.Playing, "it is no mistake, and the menu is not said again")
	require.Zero(t, c.state.Tries)
	c.press("9").at("first")
	require.Equal(t, 1, c.state.Tries, "pressed after the prompt it is one")
	c.press("1").said().at("second")

	c = newImpatient(t).said().said().open().said().press("9")
	require.True(t, c.state.Playing)
	c.press("1").then(ivr.TimeUp{Name: ivr.TimerInput}).at("first")
	require.Empty(t, c.state.Ahead, "not across another try")
}

func TestKeysTypedAheadEndAtTheQueue(t *testing.T) {
	t.Parallel()
	c := newImpatient(t).said().said().open().press("211").said().at("queue")
	require.Empty(t, c.state.Ahead)
	require.Equal(t, "queue", c.state.QueueNode, "the ones were not for the callback")
	c.said().press("1").at("callback")
}

func TestKeysTypedAheadAreBounded(t *testing.T) {
	t.Parallel()
	c := newImpatient(t).said()
	for range 1000 {
		c.press("1")
	}
	require.Len(t, c.state.Ahead, 16)
	c.said().open().said().at("second")
}

func TestSimulatorTypesAhead(t *testing.T) {
	t.Parallel()
	flow, err := ivr.Parse([]byte(aheadFlow))
	require.NoError(t, err)
	sim := &ivr.Simulator{Flow: flow}
	state, _, err := sim.Step(t.Context(), ivr.Start(), ivr.Started{}, ivr.Digit{Key: '1'}, ivr.Digit{Key: '2'}, ivr.Digit{Key: '5'}, ivr.Digit{Key: '5'}, ivr.Digit{Key: '#'})
	require.NoError(t, err)
	require.Equal(t, "rest", state.Node)
	require.Equal(t, "55", state.Values["ref"])
}
