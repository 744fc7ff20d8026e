package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/calibration"
	"ekc/ent/evaluation"
)

func (j *judges) calibrate(token, interactionID, formID string, evaluators []string, due time.Time) answer {
	j.Helper()
	return j.tried(token, "calibrationBegin", "CalibrationBeginInput", map[string]any{
		"interactionId": interactionID, "formId": formID, "evaluatorIds": evaluators, "dueAt": due,
	}, "calibration { id state evaluatorsNamed evaluatorsDone mine { state } evaluations { id } comparison { mean } }")
}

func (j *judges) sheet(token, id string, marks []any) answer {
	j.Helper()
	return j.tried(token, "calibrationGive", "CalibrationGiveInput", map[string]any{"calibrationId": id, "marks": marks},
		"calibration { state evaluatorsDone evaluations { evaluator { id } } comparison { mean spread agreement } }")
}

func (j *judges) id(login string) string {
	j.Helper()
	for _, a := range j.client.Account.Query().AllX(j.system) {
		if a.Login == login {
			return a.ID
		}
	}
	j.Fatal("no account " + login)
	return ""
}

func TestCalibrationIsBlindUntilItIsClosed(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	talk, form := j.talked(), j.form()
	boss, boss2, stranger, chief := j.id("pfr.boss"), j.second.ID, j.id("mse.boss"), j.id("chief")
	due := time.Now().Add(24 * time.Hour)
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "who talked": {j.line1, "FORBIDDEN"}, "another operator": {j.first, "NOT_FOUND"},
		"another agency": {j.other, "NOT_FOUND"}, "a coordinator": {j.coordinator, "FORBIDDEN"},
	} {
		require.Equal(t, c.want, j.calibrate(c.token, talk, form, []string{boss, boss2}, due).refusal("calibrationBegin"), who)
	}
	for what, c := range map[string]struct {
		evaluators []string
		due        time.Time
		want       string
	}{
		"one alone":                   {[]string{boss}, due, "INVALID"},
		"one twice":                   {[]string{boss, boss}, due, "INVALID"},
		"a supervisor elsewhere":      {[]string{boss, stranger}, due, "NOT_FOUND"},
		"an operator":                 {[]string{boss, j.op1.ID}, due, "NOT_FOUND"},
		"the operator who was judged": {[]string{boss, j.operatorID}, due, "NOT_FOUND"},
		"a term that is over":         {[]string{boss, boss2}, time.Now().Add(-time.Hour), "INVALID"},
	} {
		require.Equal(t, c.want, j.calibrate(j.boss, talk, form, c.evaluators, c.due).refusal("calibrationBegin"), what)
	}
	require.Zero(t, j.client.Calibration.Query().CountX(j.system))
	got := j.calibrate(j.boss, talk, form, []string{boss, boss2, chief}, due)
	id := got.path("calibrationBegin", "calibration", "id").(string)
	require.InDelta(t, 3, got.path("calibrationBegin", "calibration", "evaluatorsNamed"), 0)

	require.Equal(t, "INVALID", j.sheet(j.boss, id, marked(1, 5, 3, 1)).refusal("calibrationGive"))
	got = j.sheet(j.boss, id, marked(1, 5, 2, 1))
	require.Equal(t, "OPEN", got.path("calibrationGive", "calibration", "state"), got.raw)
	require.Len(t, got.path("calibrationGive", "calibration", "evaluations"), 1, "one's own")
	require.Equal(t, "CONFLICT", j.sheet(j.boss, id, marked(1, 0, 0, 1)).refusal("calibrationGive"), "once")
	require.Equal(t, "NOT_FOUND", j.sheet(j.other, id, marked(1, 5, 2, 1)).refusal("calibrationGive"))
	require.Equal(t, "FORBIDDEN", j.sheet(j.coordinator, id, marked(1, 5, 2, 1)).refusal("calibrationGive"))
	sealed := j.client.Evaluation.Query().Where(evaluation.EvaluatorID(boss)).OnlyX(j.system).ID
	see := `query($c: ID!, $e: ID!) { evaluation: node(id: $e) { ... on Evaluation { score } }
		node(id: $c) { ... on Calibration { evaluatorsDone evaluations { id } comparison { mean } mine { state } } }
		evaluations { totalCount edges { node { score marks { points } } } } }`
	for who, token := range map[string]string{"another evaluator": j.boss2, "an administrator": j.admin, "a coordinator": j.coordinator} {
		got := j.ask(token, see, map[string]any{"c": id, "e": sealed})
		require.Nil(t, got.path("evaluation"), who)
		require.Empty(t, got.path("node", "evaluations"), who)
		require.Nil(t, got.path("node", "comparison"), who)
		require.InDelta(t, 1, got.path("node", "evaluatorsDone"), 0, "how far it is is no secret")
		require.NotContains(t, got.raw, `"points":5`, who)
	}
	require.Nil(t, j.ask(j.line1, see, map[string]any{"c": id, "e": sealed}).path("evaluation"), "the operator")
	require.Nil(t, j.ask(j.other, see, map[string]any{"c": id, "e": sealed}).path("node"))

	require.Empty(t, j.sheet(j.boss2, id, marked(1, 2, 1, 1)).path("calibrationGive", "userErrors"))
	got = j.sheet(j.admin, id, marked(1, -1, 1, 0))
	require.Equal(t, "CLOSED", got.path("calibrationGive", "calibration", "state"), "the last one closes it: "+got.raw)
	shown := j.ask(j.boss2, `query($c: ID!) { node(id: $c) { ... on Calibration { closedAt evaluations { score } comparison { mean spread agreement
		criteria { code points spread alike } evaluators { evaluator { id } total deviation violations } } } } }`, map[string]any{"c": id})
	// 100; (1·(1 + 1.2)/4 + 3·.75)/4 = 70; 0 for what is critical.
	require.InDelta(t, 56.67, shown.path("node", "comparison", "mean"), 1e-9, shown.raw)
	require.InDelta(t, 100, shown.path("node", "comparison", "spread"), 1e-9)
	require.InDelta(t, .25, shown.path("node", "comparison", "agreement"), 1e-9)
	require.Len(t, shown.path("node", "evaluations"), 3)
	require.Equal(t, "CONFLICT", j.sheet(j.boss2, id, marked(1, 5, 2, 1)).refusal("calibrationGive"))
	require.InDelta(t, 0, j.count(j.line1), 0, "a calibration is not about the operator")
	require.Empty(t, j.results(j.boss), "and counts in no results")
	require.Equal(t, "FORBIDDEN", j.on(j.admin, "evaluationContest", "EvaluationContestInput", sealed, map[string]any{"reason": "x"}))

	conclude := func(token string) answer {
		return j.tried(token, "calibrationConclude", "CalibrationConcludeInput",
			map[string]any{"calibrationId": id, "conclusion": "Тон: пять баллов только без перебиваний"}, "calibration { conclusion concludedBy { id } }")
	}
	require.Equal(t, "NOT_FOUND", conclude(j.other).refusal("calibrationConclude"))
	require.Equal(t, "FORBIDDEN", conclude(j.coordinator).refusal("calibrationConclude"))
	require.Equal(t, boss2, conclude(j.boss2).path("calibrationConclude", "calibration", "concludedBy").(map[string]any)["id"])
	require.Len(t, j.ask(j.coordinator, `{ calibrations { edges { node { id } } } }`, nil).path("calibrations", "edges"), 1)
	require.Empty(t, j.ask(j.other, `{ calibrations { edges { node { id } } } }`, nil).path("calibrations", "edges"))
	require.Equal(t, "FORBIDDEN", j.ask(j.line1, `{ calibrations { totalCount } }`, nil).code())
}

func TestCalibrationEndsWhenItsTermDoes(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	talk, form := j.talked(), j.form()
	j.given(talk, form) // an evaluation of its own does not stand in the way
	begin := func() string {
		got := j.calibrate(j.boss, talk, form, []string{j.id("pfr.boss"), j.second.ID}, time.Now().Add(24*time.Hour))
		return got.path("calibrationBegin", "calibration", "id").(string)
	}
	id := begin()
	require.Empty(t, j.sheet(j.boss, id, marked(1, 5, 2, 1)).path("calibrationGive", "userErrors"))
	j.laterBy(23 * time.Hour)
	require.Equal(t, calibration.StateOpen, j.client.Calibration.GetX(j.system, id).State)
	j.laterBy(25 * time.Hour)
	require.Equal(t, calibration.StateClosed, j.client.Calibration.GetX(j.system, id).State)
	require.Equal(t, 1, j.client.Evaluation.Query().Where(evaluation.CalibrationID(id), evaluation.StateEQ(evaluation.StateSkipped)).CountX(j.system))
	require.Equal(t, "CONFLICT", j.sheet(j.boss2, id, marked(1, 5, 2, 1)).refusal("calibrationGive"))

	j.later.Store(0)
	early := begin()
	j.done(j.boss2, "calibrationConclude", "CalibrationConcludeInput", map[string]any{"calibrationId": early, "conclusion": "Отменена"}, "calibration { state }")
	require.Equal(t, calibration.StateClosed, j.client.Calibration.GetX(j.system, early).State)
	require.Nil(t, j.ask(j.boss, `query($c: ID!) { node(id: $c) { ... on Calibration { comparison { mean } } } }`, map[string]any{"c": early}).path("node", "comparison"))
}

func TestJudgedOperatorsAreToldLive(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	talk, form := j.talked(), j.form()
	from := map[string]any{"c": j.ask(j.boss2, `{ board { cursor } }`, nil).path("board", "cursor")} // nothing after it is missed
	board, desk := j.connect(j.boss2), j.connect(j.line1)
	board.subscribe("1", `subscription($c: EventCursor!) { board(after: $c) { __typename ... on EvaluationChanged { evaluation { id state score } } ... on CalibrationChanged { calibration { id state } } } }`, from)
	desk.subscribe("1", `subscription($c: EventCursor!) { desk(after: $c) { __typename ... on EvaluationChanged { evaluation { id state score } } } }`, from)
	began := j.calibrate(j.boss, talk, form, []string{j.id("pfr.boss"), j.second.ID}, time.Now().Add(24*time.Hour)).path("calibrationBegin", "calibration", "id")
	require.Equal(t, began, board.until("board", "CalibrationChanged")["calibration"].(map[string]any)["id"])
	require.Empty(t, j.sheet(j.boss, began.(string), marked(1, 5, 2, 1)).path("calibrationGive", "userErrors"))
	id := j.given(talk, form)
	for _, s := range []struct {
		*socket
		field string
	}{{board, "board"}, {desk, "desk"}} {
		require.Equal(t, id, s.until(s.field, "EvaluationChanged")["evaluation"].(map[string]any)["id"], "what is sealed is told to nobody")
	}
}
