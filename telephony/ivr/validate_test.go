package ivr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr"
)

// flowOf wraps nodes into a flow that begins at a and falls back to end.
func flowOf(nodes string) string {
	return `{"name":"t","start":"a","fallback":"end","nodes":{` + nodes + `,"end":{"type":"hangup"}}}`
}

func TestParseReportsMistakes(t *testing.T) {
	t.Parallel()
	const say = `"a":{"type":"say","prompt":"Да","goto":"end"}`
	menu := func(choices, rest string) string {
		return flowOf(`"a":{"type":"menu","prompt":"Да","choices":[` + choices + `],"fallback":"end"` + rest + `}`)
	}
	queue := `"type":"queue","announce":"{position}","announce_every_s":30,"max_wait_s":60,"overflow":"end","closed":"end","after":"end"`
	cases := map[string]struct{ json, path, code string }{
		"no JSON":            {`{"name":`, "", "SYNTAX"},
		"two values":         {flowOf(say) + `{}`, "", "SYNTAX"},
		"unknown field":      {strings.Replace(flowOf(say), `"name"`, `"title":"x","name"`, 1), "title", "UNKNOWN_FIELD"},
		"unknown in node":    {flowOf(strings.Replace(say, `"goto"`, `"barge":true,"goto"`, 1)), "nodes.a.barge", "UNKNOWN_FIELD"},
		"unknown in choice":  {menu(`{"digit":"1","goto":"end","go":1}`, ""), "nodes.a.choices[0].go", "UNKNOWN_FIELD"},
		"unknown in prompt":  {flowOf(`"a":{"type":"say","prompt":{"txt":"Да"},"goto":"end"}`), "nodes.a.prompt", "SYNTAX"},
		"unknown type":       {flowOf(`"a":{"type":"sing","goto":"end"}`), "nodes.a.type", "UNKNOWN_FIELD"},
		"no type":            {flowOf(`"a":{"prompt":"Да","goto":"end"}`), "nodes.a.type", "UNKNOWN_FIELD"},
		"node is a list":     {flowOf(`"a":[]`), "nodes.a", "SYNTAX"},
		"field twice":        {flowOf(strings.Replace(say, `"goto"`, `"goto":"a","goto"`, 1)), "nodes.a.goto", "DUPLICATE_FIELD"},
		"node twice":         {flowOf(say + "," + say), "nodes.a", "DUPLICATE_FIELD"},
		"number for text":    {flowOf(`"a":{"type":"say","prompt":"Да","goto":1}`), "nodes.a.goto", "SYNTAX"},
		"text for number":    {menu(`{"digit":"1","goto":"end"}`, `,"tries":"3"`), "nodes.a.tries", "SYNTAX"},
		"half a number":      {menu(`{"digit":"1","goto":"end"}`, `,"tries":1.5`), "nodes.a.tries", "OUT_OF_RANGE"},
		"no start":           {strings.Replace(flowOf(say), `"start":"a"`, `"start":"b"`, 1), "start", "DANGLING"},
		"no fallback":        {strings.Replace(flowOf(say), `"fallback":"end",`, ``, 1), "fallback", "MISSING"},
		"dangling goto":      {flowOf(`"a":{"type":"say","prompt":"Да","goto":"b"}`), "nodes.a.goto", "DANGLING"},
		"empty goto":         {flowOf(`"a":{"type":"say","prompt":"Да"}`), "nodes.a.goto", "MISSING"},
		"dangling choice":    {menu(`{"digit":"1","goto":"b"}`, ""), "nodes.a.choices[0].goto", "DANGLING"},
		"no prompt":          {flowOf(`"a":{"type":"say","prompt":" ","goto":"end"}`), "nodes.a.prompt", "MISSING_PROMPT"},
		"unknown value":      {flowOf(`"a":{"type":"say","prompt":"{position}","goto":"end"}`), "nodes.a.prompt", "INVALID"},
		"open brace":         {flowOf(`"a":{"type":"say","prompt":"{agency","goto":"end"}`), "nodes.a.prompt", "INVALID"},
		"unreachable":        {flowOf(say + `,"b":{"type":"say","prompt":"Да","goto":"end"}`), "nodes.b", "UNREACHABLE"},
		"menu without exits": {menu("", ""), "nodes.a.choices", "NO_EXIT"},
		"digit twice":        {menu(`{"digit":"1","goto":"end"},{"digit":"1","goto":"a"}`, ""), "nodes.a.choices[1].digit", "DUPLICATE_DIGIT"},
		"no digit":           {menu(`{"digit":"11","goto":"end"}`, ""), "nodes.a.choices[0].digit", "INVALID"},
		"phrase twice": {
			menu(`{"digit":"1","phrases":["пенсия"],"goto":"end"},{"digit":"2","phrases":["Пенсии"],"goto":"a"}`, ""),
			"nodes.a.choices[1].phrases[0]", "DUPLICATE_PHRASE",
		},
		"loop":          {flowOf(`"a":{"type":"say","prompt":"Да","goto":"b"},"b":{"type":"set","goto":"a"}`), "nodes.a", "LOOP_WITHOUT_USER"},
		"menu to self":  {strings.Replace(menu(`{"digit":"1","goto":"end"}`, ""), `"fallback":"end"}`, `"fallback":"a"}`, 1), "nodes.a", "LOOP_WITHOUT_USER"},
		"no way out":    {flowOf(`"a":{"type":"menu","prompt":"Да","choices":[{"digit":"1","goto":"b"}],"fallback":"b"},"b":{"type":"menu","prompt":"Да","choices":[{"digit":"1","goto":"a"}],"fallback":"a"}`), "nodes.a", "NO_EXIT"},
		"tries":         {menu(`{"digit":"1","goto":"end"}`, `,"tries":11`), "nodes.a.tries", "OUT_OF_RANGE"},
		"line":          {flowOf(`"a":{"type":"set","line":3,"goto":"end"}`), "nodes.a.line", "OUT_OF_RANGE"},
		"own value":     {flowOf(`"a":{"type":"set","attributes":{"agency":"X"},"goto":"end"}`), "nodes.a.attributes.agency", "INVALID"},
		"collect range": {flowOf(`"a":{"type":"collect","prompt":"Да","save":"x","min":3,"max":2,"goto":"end","fallback":"end"}`), "nodes.a.min", "OUT_OF_RANGE"},
		"transfer":      {flowOf(`"a":{"type":"transfer","to":"sip:evil@host;x","failed":"end"}`), "nodes.a.to", "INVALID"},
		"queue times":   {flowOf(`"a":{` + strings.Replace(queue, `"max_wait_s":60`, `"max_wait_s":5`, 1) + `}`), "nodes.a.max_wait_s", "OUT_OF_RANGE"},
		"half an offer": {flowOf(`"a":{` + queue + `,"offer_after_s":60,"offer_digit":"1","callback":"end"}`), "nodes.a.offer", "MISSING_PROMPT"},
		"notice":        {flowOf(`"a":{"type":"say","prompt":"Да","barge_in":true,"starts_recording":true,"goto":"end"}`), "nodes.a.barge_in", "INVALID"},
		"node's name":   {strings.Replace(flowOf(strings.ReplaceAll(say, `"a"`, `"A"`)), `"start":"a"`, `"start":"A"`, 1), "nodes.A", "INVALID"},
		"switch":        {flowOf(`"a":{"type":"switch","value":"agency","cases":{"PFR":"x"},"else":"end"}`), "nodes.a.cases.PFR", "DANGLING"},
		"ask by no way": {flowOf(`"a":{"type":"ask","prompt":"Да","answer":"{answer}","clarify":"{clarify}","did_help":"Да","helped":"end","operator":"end"}`), "nodes.a.questions", "MISSING"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ivr.Parse([]byte(c.json))
			var problems ivr.Problems
			require.ErrorAs(t, err, &problems)
			for _, p := range problems {
				if p.Path == c.path && string(p.Code) == c.code {
					require.NotEmpty(t, p.Message)
					return
				}
			}
			t.Fatalf("want %s at %q, got:\n%v", c.code, c.path, problems)
		})
	}
}

func TestDefaultFlowIsRightAndComesBack(t *testing.T) {
	t.Parallel()
	flow, raw, err := ivr.Default()
	require.NoError(t, err)
	data, err := json.Marshal(flow)
	require.NoError(t, err)
	require.JSONEq(t, string(raw), string(data))
	again, err := ivr.Parse(data)
	require.NoError(t, err)
	require.Equal(t, flow, again)
}

func TestParseTakesEveryFormOfAPrompt(t *testing.T) {
	t.Parallel()
	for _, prompt := range []string{`"Да"`, `{"text":"Да"}`, `{"audio":"aud_1"}`, `["Да",{"audio":"aud_1"}]`} {
		_, err := ivr.Parse([]byte(flowOf(`"a":{"type":"say","prompt":` + prompt + `,"goto":"end"}`)))
		require.NoError(t, err)
	}
	_, err := ivr.Parse([]byte(flowOf(`"a":{"type":"say","prompt":{"text":"Да","audio":"x"},"goto":"end"}`)))
	require.Error(t, err)
}

func FuzzParse(f *testing.F) {
	_, raw, err := ivr.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(flowOf(`"a":{"type":"menu","prompt":[],"choices":null,"fallback":"a"}`)))
	f.Add([]byte(`{"nodes":{"a":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		flow, err := ivr.Parse(data)
		var problems ivr.Problems
		if err != nil {
			if !errors.As(err, &problems) {
				t.Fatalf("%T is no Problems", err)
			}
			return
		}
		play(t, flow, rand.New(rand.NewPCG(uint64(len(data)), 7)))
	})
}

// play throws events at a flow in any order: nothing may panic, every step is bounded, and nothing follows the end.
func play(t *testing.T, flow *ivr.Flow, random *rand.Rand) {
	t.Helper()
	state := ivr.Start()
	events := []func() ivr.Event{
		func() ivr.Event { return ivr.Digit{Key: "0123456789*#"[random.IntN(12)]} },
		func() ivr.Event { return ivr.Said{Turn: state.Turn} },
		func() ivr.Event { return ivr.Said{Turn: state.Turn} },
		func() ivr.Event { return ivr.Said{Turn: state.Turn} },
		func() ivr.Event {
			return ivr.TimeUp{Name: []ivr.TimerName{"input", "announce", "callback", "max_wait"}[random.IntN(4)]}
		},
		func() ivr.Event {
			return ivr.Heard{Text: []string{"", "да", "нет", "пенсия", "оператор", "Москва"}[random.IntN(6)]}
		},
		func() ivr.Event { return ivr.HoursKnown{Open: random.IntN(2) == 0, Holiday: random.IntN(2) == 0} },
		func() ivr.Event {
			return ivr.RegionKnown{Code: []string{"", "77"}[random.IntN(2)], Name: "Москва"}
		},
		func() ivr.Event {
			return ivr.Answered{Kind: []ivr.AnswerKind{"told", "clarify", "hand_over", "failed"}[random.IntN(4)], Text: "{agency", Choices: []string{"а", "б"}}
		},
		func() ivr.Event { return ivr.PlaceKnown{Place: ivr.Place{Position: random.IntN(5), Known: true}} },
		func() ivr.Event { return ivr.CallbackBooked{OK: random.IntN(2) == 0} },
		func() ivr.Event { return ivr.OperatorJoined{} },
		func() ivr.Event { return ivr.OperatorLeft{} },
		func() ivr.Event { return ivr.QueueClosed{} },
		func() ivr.Event { return ivr.Transferred{OK: random.IntN(2) == 0} },
	}
	state, _ = ivr.Next(flow, state, ivr.Started{Caller: "+79161234567"})
	for range 250 {
		before, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		event := events[random.IntN(len(events))]()
		next, effects := ivr.Next(flow, state, event)
		if after, _ := json.Marshal(state); string(after) != string(before) {
			t.Fatalf("Next changed the state that it was given: %s", event)
		}
		if len(effects) > 1000 {
			t.Fatalf("%d effects of one event", len(effects))
		}
		if state.Ended && len(effects) > 0 {
			t.Fatal("something follows the end")
		}
		if !next.Ended && flow.Nodes[next.Node] == nil {
			t.Fatalf("at no node: %q", next.Node)
		}
		state = next
	}
}

func TestNextBearsAnything(t *testing.T) {
	t.Parallel()
	flow, _, err := ivr.Default()
	require.NoError(t, err)
	for seed := range uint64(40) {
		play(t, flow, rand.New(rand.NewPCG(seed, 1)))
	}
}

func TestNextEndsWhatNeverEnds(t *testing.T) {
	t.Parallel()
	// Not validated: a circle, and a fallback that leads into it.
	var flow ivr.Flow
	require.NoError(t, json.Unmarshal([]byte(`{"name":"t","start":"a","fallback":"a","nodes":{"a":{"type":"set","goto":"b"},"b":{"type":"set","goto":"a"}}}`), &flow))
	state, effects := ivr.Next(&flow, ivr.Start(), ivr.Started{})
	require.True(t, state.Ended)
	require.Equal(t, ivr.Hangup{Reason: "too many steps"}, effects[len(effects)-1])

	// A caller who chooses the same for ever ends at the fallback.
	flow = ivr.Flow{}
	require.NoError(t, json.Unmarshal([]byte(`{"name":"t","start":"a","fallback":"end","max_steps":10,"nodes":{
		"a":{"type":"menu","prompt":"Да","barge_in":true,"choices":[{"digit":"1","goto":"a"}],"fallback":"end"},"end":{"type":"hangup","prompt":"Пока"}}}`), &flow))
	state, _ = ivr.Next(&flow, ivr.Start(), ivr.Started{})
	for range 10 {
		state, _ = ivr.Next(&flow, state, ivr.Digit{Key: '1'})
	}
	require.Equal(t, "end", state.Node)
}

func TestAnswersToOlderTurnsAreIgnored(t *testing.T) {
	t.Parallel()
	flow, _, err := ivr.Default()
	require.NoError(t, err)
	state, _ := ivr.Next(flow, ivr.Start(), ivr.Started{})
	require.Equal(t, "greeting", state.Node)
	same, effects := ivr.Next(flow, state, ivr.Said{Turn: state.Turn - 1})
	require.Equal(t, state, same)
	require.Empty(t, effects)
	notice, _ := ivr.Next(flow, state, ivr.Said{Turn: state.Turn})
	require.Equal(t, "notice", notice.Node)
	deaf, effects := ivr.Next(flow, notice, ivr.Digit{Key: '1'})
	require.Equal(t, "1", deaf.Ahead, "the key is for the menu after it")
	deaf.Ahead = ""
	require.Equal(t, notice, deaf, "the notice cannot be skipped")
	require.Empty(t, effects)
}

func TestBranchesTellTheStory(t *testing.T) {
	t.Parallel()
	c := newCall(t, &ivr.Simulator{})
	c.step(ivr.Started{Caller: "+74951234567"}).keys("4").keys("1")
	var story []string
	for _, b := range find[ivr.Branch](c.all) {
		story = append(story, fmt.Sprintf("%s/%s %q %s→%s", b.Node, b.Type, b.Input, b.Exit, b.Next))
	}
	require.Equal(t, []string{
		`greeting/say "" goto→notice`, `notice/say "" goto→hours`, `hours/hours "" open→agency`,
		`agency/menu "4" choices[3].goto→set_rostrud`, `set_rostrud/set "4" goto→region`,
		`region/region "1" goto→by_agency`, `by_agency/switch "ROSTRUD" cases.ROSTRUD→yana_rostrud`,
	}, story)
}
