package graph_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant/quality"
	"ekc/ent/assistantturn"
	"ekc/knowledge/improve"
)

func TestStatisticsAndJudgedSamples(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	author, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, second := w.account("staff-cm3", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, stranger := w.account("staff-cm2", access.NewRole{Role: viewer.ContentManager, AgencyID: w.mse.ID})
	_, operator := w.account("staff-op", access.NewRole{Role: viewer.Operator, Line: 1})
	ended, token := w.told("77", "", pension)
	w.told("77", "+79261110001", pension)
	w.told("78", "", "Где пройти техосмотр автомобиля?")
	w.done(token, "chatEnd", "InteractionInput", map[string]any{"interactionId": ended}, "interaction { state }")
	from := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	figures := func(token string) answer {
		return w.ask(token, `query($f: Time!) { knowledgeStatistics(filter: {from: $f}) {
			total { questions answered unanswered coverage dialogues contained containment }
			byTopic { topic figures { questions } } byAgency { agency { code } figures { questions } } byRegion { region { code } figures { questions } }
			precision { judged right share low high } mostTold { recordId question times } } }`, map[string]any{"f": from})
	}
	got := figures(manager)
	total := got.path("knowledgeStatistics", "total").(map[string]any)
	require.InDelta(t, 3, total["questions"], 0, got.raw)
	require.InDelta(t, 2, total["answered"], 0, got.raw)
	require.InDelta(t, 1, total["unanswered"], 0, got.raw)
	require.InDelta(t, 2.0/3, total["coverage"], 1e-9)
	require.InDelta(t, 1, total["dialogues"], 0, "the others go on")
	require.InDelta(t, 1, total["containment"], 0)
	require.Contains(t, got.raw, `{"agency":{"code":"PFR"},"figures":{"questions":3}}`)
	require.Contains(t, got.raw, `{"region":{"code":"77"},"figures":{"questions":2}}`)
	require.Contains(t, got.raw, `{"topic":"Пенсии","figures":{"questions":2}}`)
	require.Contains(t, got.raw, `{"recordId":"rec-1","question":"Как назначить пенсию по старости?","times":2}`)
	require.InDelta(t, 0, figures(stranger).path("knowledgeStatistics", "total").(map[string]any)["questions"], 0, "another agency's")
	require.NotEmpty(t, figures(operator).Errors)

	draw := map[string]any{"from": from, "size": 10, "seed": "x", "agencyId": w.pfr.ID}
	require.Equal(t, "FORBIDDEN", orForbidden(w.tried(stranger, "answerSampleDraw", "AnswerSampleDrawInput", draw, "answerSample { id }").refusal("answerSampleDraw")))
	list := func(sample any, token string) answer {
		return w.ask(token, `query($s: ID!) { sampledAnswers(sampleId: $s) { totalCount edges { node { id question answer recordId verdict } } } }`, map[string]any{"s": sample})
	}
	var questions [2][]string
	var sample any
	var reviews []any
	for n := range questions { // the same seed draws the same
		got = w.done(manager, "answerSampleDraw", "AnswerSampleDrawInput", draw, "answerSample { id population size precision { judged } }")
		require.InDelta(t, 2, got.path("answerSampleDraw", "answerSample", "population"), 0)
		sample = got.path("answerSampleDraw", "answerSample", "id")
		got = list(sample, manager)
		reviews = got.path("sampledAnswers", "edges").([]any)
		require.Len(t, reviews, 2, got.raw)
		for _, r := range reviews {
			questions[n] = append(questions[n], r.(map[string]any)["node"].(map[string]any)["question"].(string))
		}
	}
	require.Equal(t, questions[0], questions[1])
	require.NotEmpty(t, list(sample, operator).Errors)
	require.NotEmpty(t, list(sample, stranger).Errors)
	review := func(n int) any { return reviews[n].(map[string]any)["node"].(map[string]any)["id"] }
	judge := func(token string, n int, verdict, note string) answer {
		return w.tried(token, "answerJudge", "AnswerJudgeInput", map[string]any{"reviewId": review(n), "verdict": verdict, "note": note}, "sampledAnswer { verdict note }")
	}
	require.Equal(t, "INVALID", judge(manager, 0, "WRONG", "").refusal("answerJudge"), "what is wrong?")
	require.Empty(t, judge(manager, 0, "WRONG", "не о том").path("answerJudge", "userErrors"))
	require.Empty(t, judge(manager, 1, "RIGHT", "").path("answerJudge", "userErrors"))
	require.Equal(t, "NOT_FOUND", judge(stranger, 1, "RIGHT", "").refusal("answerJudge"))
	p := figures(manager).path("knowledgeStatistics", "precision").(map[string]any)
	require.InDelta(t, 0.5, p["share"], 0)
	low, high := improve.Wilson(1, 2)
	require.InDelta(t, low, p["low"], 1e-9)
	require.InDelta(t, high, p["high"], 1e-9)
	gaps, err := w.quality.Gaps(w.system, improve.GapQuery{})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(gaps, func(g improve.Gap) bool { return g.LowRated == 1 }), "the wrong answer's question")
	tallies := w.ask(manager, `{ record(id: "rec-1") { versionId } }`, nil).path("record", "versionId")
	tally, _, err := w.quality.Tally(w.system, tallies.(string))
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{tally.Wrong, tally.Useful})

	// Nobody judges what they have written.
	n := &newsroom{world: w}
	made := n.create(manager, w.pfr.ID)
	version := made.path("r", "record", "openVersion", "id").(string)
	turn := w.client.AssistantTurn.Query().Where(assistantturn.InteractionID(ended)).FirstX(w.system)
	own := w.client.AssistantTurn.Create().SetInteractionID(ended).SetQuestionID(turn.QuestionID).SetReplyID(turn.ReplyID).
		SetDecision(assistantturn.DecisionAnswer).SetReason("confident").SetRecordID("r").SetRecordVersionID(version).SaveX(w.system)
	draw["seed"] = "y"
	got = w.done(manager, "answerSampleDraw", "AnswerSampleDrawInput", draw, "answerSample { id }")
	found, _, err := w.quality.Reviews(w.system, got.path("answerSampleDraw", "answerSample", "id").(string), false, 0, 10)
	require.NoError(t, err)
	i := slices.IndexFunc(found, func(r quality.Review) bool { return r.TurnID == own.ID })
	input := map[string]any{"reviewId": found[i].ID, "verdict": "RIGHT"}
	require.Equal(t, "FORBIDDEN", w.tried(manager, "answerJudge", "AnswerJudgeInput", input, "sampledAnswer { id }").refusal("answerJudge"), author.Login)
	require.Empty(t, w.tried(second, "answerJudge", "AnswerJudgeInput", input, "sampledAnswer { id }").path("answerJudge", "userErrors"))
}

func TestDeadRecordsAndTheBench(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	dead := func(token string, days int) answer {
		return n.ask(token, `query($d: Int!) { deadRecords(days: $d) { totalCount records { recordId } } }`, map[string]any{"d": days})
	}
	require.InDelta(t, 0, dead(n.author, 1).path("deadRecords", "totalCount"), 0, "nothing is there for a day")
	n.told("77", "", pension)
	n.ahead.Store(int64(47 * time.Hour))
	require.Contains(t, dead(n.author, 1).raw, `"rec-1"`, "told two days ago")
	require.NotContains(t, dead(n.author, 1).raw, `"rec-2"`, "another agency's")
	require.NotEmpty(t, dead(n.operator, 1).Errors)
	n.ahead.Store(0)

	keep := func(token string, agency, record any, query string) answer {
		return n.tried(token, "benchCaseKeep", "BenchCaseKeepInput",
			map[string]any{"agencyId": agency, "recordId": record, "query": query}, "benchCase { id query source agency { code } }")
	}
	require.Equal(t, "FORBIDDEN", keep(n.author, n.mse.ID, "rec-2", "инвалидность").refusal("benchCaseKeep"))
	require.Equal(t, "FORBIDDEN", keep(n.author, nil, "rec-1", "пенсия").refusal("benchCaseKeep"), "the bench of all")
	require.Equal(t, "NOT_FOUND", keep(n.author, n.pfr.ID, "rec-9", "пенсия").refusal("benchCaseKeep"))
	require.Empty(t, keep(n.author, n.pfr.ID, "rec-1", "Как назначить пенсию по старости?").path("benchCaseKeep", "userErrors"))
	got := n.done(n.author, "benchCasesCollect", "BenchCasesCollectInput", map[string]any{"from": "PHRASING", "agencyId": n.pfr.ID}, "made")
	require.InDelta(t, 1, got.path("benchCasesCollect", "made"), 0)
	got = n.ask(n.author, `query($a: ID!) { benchCases(agencyId: $a) { totalCount edges { node { id source recordId } } } }`, map[string]any{"a": n.pfr.ID})
	require.InDelta(t, 2, got.path("benchCases", "totalCount"), 0, got.raw)
	run := func(token string, version any) answer {
		return n.ask(token, `query($a: ID!, $v: ID) { benchRun(agencyId: $a, versionId: $v) { total run rightNow rightThen broken
			results { case { query } change now { rank } then { rank firstId } } } }`, map[string]any{"a": n.pfr.ID, "v": version})
	}
	got = run(n.author, nil)
	require.InDelta(t, 2, got.path("benchRun", "rightNow"), 0, got.raw)
	// A draft with the same question takes the first place away.
	made := n.ask(n.author, `mutation($a: ID!) { r: recordCreate(input: {agencyId: $a, content: {question: "Как назначить пенсию по старости?",
		answer: "Иначе.", phrasings: ["оформить пенсию по старости", "пенсия по старости"], intent: true}}) { record { id openVersion { id } } userErrors { code } } }`, map[string]any{"a": n.pfr.ID})
	version := made.path("r", "record", "openVersion", "id")
	for range 2 {
		got = run(n.author, version)
		require.InDelta(t, 2, got.path("benchRun", "run"), 0, got.raw)
		require.InDelta(t, 2, got.path("benchRun", "rightNow"), 0, got.raw)
		require.NotEmpty(t, got.path("benchRun", "results"), got.raw)
	}
	require.NotContains(t, n.ask(n.operator, `{ recordSearch(input: {text: "Как назначить пенсию по старости?"}) { record { id } } }`, nil).raw,
		made.path("r", "record", "id").(string), "nothing was published")
	require.NotEmpty(t, run(n.other, version).Errors, "another agency's draft")
	require.NotEmpty(t, run(n.operator, nil).Errors)
}
