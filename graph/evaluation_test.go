package graph_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/alert"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationformversion"
	"ekc/ent/evaluationrule"
	"ekc/ent/event"
	"ekc/supervision"
)

// judges are an office with those who judge in it.
type judges struct {
	*office
	boss2, coordinator, head string
	second                   *ent.Account
	operatorID, topic        string
}

func newJudges(t *testing.T) *judges {
	t.Helper()
	j := &judges{office: newOffice(t)}
	j.second, j.boss2 = j.account("pfr.boss2", access.NewRole{Role: viewer.Supervisor, AgencyID: j.pfr.ID})
	_, j.coordinator = j.account("pfr.coord", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: j.pfr.ID})
	_, j.head = j.account("pfr.head", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: j.pfr.ID})
	j.operatorID = j.client.Account.Query().Where(account.Login("line1")).OnlyIDX(j.system)
	j.topic = j.client.Disposition.Create().SetCode("judged").SetName("d").SaveX(j.system).ID
	return j
}

// talked is an interaction of PFR in Moscow that the operator of line 1 has closed.
func (j *judges) talked() string {
	j.Helper()
	id, _ := j.talks()
	j.done(j.line1, "interactionClose", "InteractionCloseInput",
		map[string]any{"interactionId": id, "dispositionId": j.topic, "outcome": "RESOLVED"}, "interaction { state }")
	return id
}

func formContent() map[string]any {
	return map[string]any{"passMark": 70, "contestDays": 5, "sections": []any{
		map[string]any{"title": "Общение", "weight": 1, "criteria": []any{
			map[string]any{"code": "greeting", "title": "Приветствие"},
			map[string]any{"code": "tone", "title": "Тон", "weight": 3, "scale": 5, "optional": true},
		}},
		map[string]any{"title": "Ответ", "weight": 3, "criteria": []any{
			map[string]any{"code": "right", "title": "Верность", "scale": 2},
			map[string]any{"code": "personal", "title": "Персональные данные", "critical": true},
		}},
	}}
}

func (j *judges) newForm(token string, more map[string]any) answer {
	j.Helper()
	in := map[string]any{"name": "Разговор", "agencyId": j.pfr.ID, "content": formContent()}
	for k, v := range more {
		in[k] = v
	}
	return j.tried(token, "evaluationFormCreate", "EvaluationFormCreateInput", in, "form { id current { number sections { criteria { code scale } } } }")
}

func (j *judges) form() string {
	j.Helper()
	return j.newForm(j.boss, nil).path("evaluationFormCreate", "form", "id").(string)
}

func marked(greeting, tone, right, personal int) []any {
	mark := func(code string, points int) any {
		if points < 0 {
			return map[string]any{"code": code, "points": nil}
		}
		return map[string]any{"code": code, "points": points}
	}
	return []any{mark("greeting", greeting), mark("tone", tone), mark("right", right), mark("personal", personal)}
}

func (j *judges) give(token, interactionID, formID string, marks []any) answer {
	j.Helper()
	return j.tried(token, "evaluationGive", "EvaluationGiveInput",
		map[string]any{"interactionId": interactionID, "formId": formID, "marks": marks, "comment": "Вежливо"},
		"evaluation { id state score passed sectionScores violations evaluator { id } operator { id } form { number } }")
}

// given is an evaluation that the boss has given: 75 for the whole.
func (j *judges) given(interactionID, formID string) string {
	j.Helper()
	got := j.give(j.boss, interactionID, formID, marked(1, 5, 1, 1))
	require.Empty(j, got.path("evaluationGive", "userErrors"), got.raw)
	return got.path("evaluationGive", "evaluation", "id").(string)
}

func (j *judges) on(token, mutation, kind, id string, more map[string]any) any {
	j.Helper()
	in := map[string]any{"evaluationId": id}
	for k, v := range more {
		in[k] = v
	}
	got := j.tried(token, mutation, kind, in, "evaluation { state }")
	if errs, ok := got.path(mutation, "userErrors").([]any); ok && len(errs) == 0 {
		return got.path(mutation, "evaluation", "state")
	}
	return got.refusal(mutation)
}

func (j *judges) count(token string) any {
	return j.ask(token, `{ evaluations { totalCount } }`, nil).path("evaluations", "totalCount")
}

func (j *judges) results(token string) []any {
	j.Helper()
	got := j.ask(token, `query($f: Time!, $t: Time!) { evaluationResults(filter: {from: $f, to: $t, by: WEEK}) {
		operator { id displayName } evaluations meanScore passed critical changed contested periodFrom } }`,
		map[string]any{"f": time.Now().Add(-time.Hour), "t": time.Now().Add(30 * 24 * time.Hour)})
	return got.path("evaluationResults").([]any)
}

func TestEvaluationIsGivenContestedAndDecided(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	talk, form := j.talked(), j.form()
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "who talked": {j.line1, "FORBIDDEN"}, "another operator": {j.first, "NOT_FOUND"},
		"another agency": {j.other, "NOT_FOUND"}, "a coordinator": {j.coordinator, "FORBIDDEN"}, "a manager": {j.manager, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, j.give(c.token, talk, form, marked(1, 5, 1, 1)).refusal("evaluationGive"), who)
	}
	require.Equal(t, "INVALID", j.give(j.boss, talk, form, marked(1, 6, 1, 1)).refusal("evaluationGive"))
	require.Equal(t, "INVALID", j.give(j.boss, talk, form, marked(-1, 5, 1, 1)).refusal("evaluationGive"), "this always applies")
	require.Equal(t, "NOT_FOUND", j.give(j.boss, talk, "evf_none", marked(1, 5, 1, 1)).refusal("evaluationGive"))
	require.Zero(t, j.client.Evaluation.Query().CountX(j.system), "what is refused changes nothing")

	got := j.give(j.boss, talk, form, marked(1, -1, 1, 1))
	made := got.path("evaluationGive", "evaluation").(map[string]any)
	require.InDelta(t, 81.25, made["score"], 1e-9, got.raw)
	require.Equal(t, []any{100.0, 75.0}, made["sectionScores"])
	require.Equal(t, true, made["passed"])
	require.Equal(t, j.operatorID, made["operator"].(map[string]any)["id"])
	id := made["id"].(string)
	require.Equal(t, "CONFLICT", j.give(j.boss2, talk, form, marked(1, 5, 2, 1)).refusal("evaluationGive"), "once by each form")
	for who, c := range map[string]struct {
		token string
		sees  float64
	}{"who was judged": {j.line1, 1}, "another operator": {j.first, 0}, "another agency": {j.other, 0}, "a coordinator": {j.coordinator, 1}} {
		require.InDelta(t, c.sees, j.count(c.token), 0, who)
	}
	require.Equal(t, "FORBIDDEN", j.ask(j.manager, `{ evaluations { totalCount } }`, nil).code())
	see := `query($i: ID!) { node(id: $i) { ... on Evaluation { score firstScore comment decision steps { kind text score account { id } } interaction { id } } } }`
	require.Nil(t, j.ask(j.other, see, map[string]any{"i": id}).path("node"))
	require.Equal(t, "Вежливо", j.ask(j.line1, see, map[string]any{"i": id}).path("node", "comment"))

	comment := map[string]any{"text": "Клиент торопился"}
	require.Equal(t, "FORBIDDEN", j.on(j.boss, "evaluationComment", "EvaluationCommentInput", id, comment))
	require.Equal(t, "NOT_FOUND", j.on(j.first, "evaluationComment", "EvaluationCommentInput", id, comment))
	require.Equal(t, "GIVEN", j.on(j.line1, "evaluationComment", "EvaluationCommentInput", id, comment))
	verdict := map[string]any{"verdict": "CHANGED", "marks": marked(1, 5, 2, 1), "reason": "Ответ полный"}
	require.Equal(t, "CONFLICT", j.on(j.boss2, "evaluationDecide", "EvaluationDecideInput", id, verdict), "nothing is contested")
	contest := map[string]any{"reason": "Ответ был полным"}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "the evaluator": {j.boss, "FORBIDDEN"}, "another operator": {j.first, "NOT_FOUND"}, "another agency": {j.other, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, j.on(c.token, "evaluationContest", "EvaluationContestInput", id, contest), who)
	}
	require.InDelta(t, 1, j.results(j.head)[0].(map[string]any)["evaluations"], 0)
	require.Equal(t, "CONTESTED", j.on(j.line1, "evaluationContest", "EvaluationContestInput", id, contest))
	require.Equal(t, "CONFLICT", j.on(j.line1, "evaluationContest", "EvaluationContestInput", id, contest))
	row := j.results(j.boss)[0].(map[string]any)
	require.InDelta(t, 0, row["evaluations"], 0, "it does not count until it is decided")
	require.InDelta(t, 1, row["contested"], 0)
	require.Nil(t, row["meanScore"])

	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "who gave it": {j.boss, "FORBIDDEN"}, "who was judged": {j.line1, "FORBIDDEN"},
		"another operator": {j.first, "NOT_FOUND"}, "another agency": {j.other, "NOT_FOUND"}, "the head office": {j.head, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, j.on(c.token, "evaluationDecide", "EvaluationDecideInput", id, verdict), who)
	}
	require.Equal(t, "INVALID", j.on(j.boss2, "evaluationDecide", "EvaluationDecideInput", id, map[string]any{"verdict": "GIVEN", "reason": "x"}))
	require.Equal(t, "INVALID", j.on(j.boss2, "evaluationDecide", "EvaluationDecideInput", id, map[string]any{"verdict": "CHANGED", "reason": "x"}))
	require.Equal(t, "CHANGED", j.on(j.boss2, "evaluationDecide", "EvaluationDecideInput", id, verdict))
	require.Equal(t, "CONFLICT", j.on(j.coordinator, "evaluationDecide", "EvaluationDecideInput", id, verdict))
	node := j.ask(j.line1, see, map[string]any{"i": id}).path("node").(map[string]any)
	require.InDelta(t, 100, node["score"], 1e-9)
	require.InDelta(t, 81.25, node["firstScore"], 1e-9)
	require.Equal(t, "Ответ полный", node["decision"])
	require.Equal(t, talk, node["interaction"].(map[string]any)["id"])
	kinds := []any{}
	for _, s := range node["steps"].([]any) {
		kinds = append(kinds, s.(map[string]any)["kind"])
	}
	require.Equal(t, []any{"GIVEN", "COMMENTED", "CONTESTED", "CHANGED"}, kinds)
	row = j.results(j.line1)[0].(map[string]any)
	require.InDelta(t, 100, row["meanScore"], 1e-9)
	require.InDelta(t, 1, row["changed"], 0)
	require.Equal(t, j.operatorID, row["operator"].(map[string]any)["id"])
	require.Empty(t, j.results(j.first))
	require.Empty(t, j.results(j.other))
}

func TestEvaluationsOfTermsAndCriticalViolations(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	form := j.form()
	bad := j.give(j.boss, j.talked(), form, marked(1, 5, 2, 0)).path("evaluationGive", "evaluation").(map[string]any)
	require.InDelta(t, 0, bad["score"], 0)
	require.Equal(t, []any{"personal"}, bad["violations"])
	require.Equal(t, false, bad["passed"])
	late := j.given(j.talked(), form)
	j.later.Store(int64(5*24*time.Hour + time.Minute))
	require.Equal(t, "CONFLICT", j.on(j.line1, "evaluationContest", "EvaluationContestInput", late, map[string]any{"reason": "x"}), "the term is over")
	j.later.Store(0)
	require.Equal(t, "CONTESTED", j.on(j.line1, "evaluationContest", "EvaluationContestInput", bad["id"].(string), map[string]any{"reason": "x"}))
	require.Equal(t, "ANNULLED", j.on(j.coordinator, "evaluationDecide", "EvaluationDecideInput", bad["id"].(string), map[string]any{"verdict": "ANNULLED", "reason": "x"}))
	row := j.results(j.boss)[0].(map[string]any)
	require.InDelta(t, 1, row["evaluations"], 0, "what is void does not count")
	require.InDelta(t, 0, row["critical"], 0)
	require.InDelta(t, 81.25, row["meanScore"], 30)
}

func TestTwoSupervisorsEvaluateAtOnce(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	form := j.form()
	for range 3 {
		talk := j.talked()
		var both sync.WaitGroup
		answers := make([]any, 2)
		for n, token := range []string{j.boss, j.boss2} {
			both.Go(func() {
				got := j.give(token, talk, form, marked(1, 5, 1, 1))
				if answers[n] = "GIVEN"; got.path("evaluationGive", "evaluation") == nil {
					answers[n] = got.refusal("evaluationGive")
				}
			})
		}
		both.Wait()
		require.ElementsMatch(t, []any{"GIVEN", "CONFLICT"}, answers)
		require.Equal(t, 1, j.client.Evaluation.Query().Where(evaluation.InteractionID(talk)).CountX(j.system))
	}
	id := j.given(j.talked(), form)
	j.on(j.line1, "evaluationContest", "EvaluationContestInput", id, map[string]any{"reason": "x"})
	var both sync.WaitGroup
	answers := make([]any, 2)
	for n, token := range []string{j.boss2, j.coordinator} {
		both.Go(func() {
			answers[n] = j.on(token, "evaluationDecide", "EvaluationDecideInput", id, map[string]any{"verdict": "UPHELD", "reason": "x"})
		})
	}
	both.Wait()
	require.ElementsMatch(t, []any{"UPHELD", "CONFLICT"}, answers)
}

func TestFormsHaveVersions(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "an operator": {j.first, "NOT_FOUND"}, "another agency": {j.other, "NOT_FOUND"},
		"a coordinator": {j.coordinator, "FORBIDDEN"}, "a manager": {j.manager, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, j.newForm(c.token, nil).refusal("evaluationFormCreate"), who)
	}
	require.Equal(t, "FORBIDDEN", j.newForm(j.boss, map[string]any{"agencyId": nil}).refusal("evaluationFormCreate"), "beyond their segment")
	require.Equal(t, "INVALID", j.newForm(j.boss, map[string]any{"name": " "}).refusal("evaluationFormCreate"))
	empty := formContent()
	empty["sections"] = []any{}
	require.Equal(t, "INVALID", j.newForm(j.boss, map[string]any{"content": empty}).refusal("evaluationFormCreate"))
	form := j.form()
	id := j.given(j.talked(), form)

	revise := func(token string, base int) answer {
		content := formContent()
		content["passMark"] = 95
		return j.tried(token, "evaluationFormRevise", "EvaluationFormReviseInput", map[string]any{"formId": form, "version": base, "content": content},
			"form { current { number passMark } versions { number } }")
	}
	require.Equal(t, "NOT_FOUND", revise(j.other, 1).refusal("evaluationFormRevise"))
	require.Equal(t, "FORBIDDEN", revise(j.coordinator, 1).refusal("evaluationFormRevise"))
	require.Equal(t, "CONFLICT", revise(j.boss, 2).refusal("evaluationFormRevise"), "somebody else has revised it")
	var both sync.WaitGroup
	answers := make([]answer, 2)
	for n, token := range []string{j.boss, j.boss2} {
		both.Go(func() { answers[n] = revise(token, 1) })
	}
	both.Wait()
	require.Equal(t, 2, j.client.EvaluationFormVersion.Query().CountX(j.system), "of two at once one comes through: "+answers[0].raw+answers[1].raw)
	list := j.ask(j.line1, `{ evaluationForms { id current { number passMark sections { title criteria { code weight } } } versions { number } } }`, nil)
	shown := list.path("evaluationForms").([]any)[0].(map[string]any)["current"].(map[string]any)
	require.InDelta(t, 95, shown["passMark"], 0, "who is judged by it sees it")
	require.Empty(t, j.ask(j.other, `{ evaluationForms { id } }`, nil).path("evaluationForms"))
	see := j.ask(j.line1, `query($i: ID!) { node(id: $i) { ... on Evaluation { form { number passMark } } } }`, map[string]any{"i": id})
	require.InDelta(t, 1, see.path("node", "form", "number"), 0, "what was judged keeps its version")

	j.done(j.boss2, "evaluationFormUpdate", "EvaluationFormUpdateInput", map[string]any{"formId": form, "name": "Старая", "active": false}, "form { name active }")
	require.Equal(t, "CONFLICT", j.give(j.boss, j.talked(), form, marked(1, 5, 2, 1)).refusal("evaluationGive"), "it is out of use")
	require.Empty(t, j.ask(j.boss, `{ evaluationForms { id } }`, nil).path("evaluationForms"))
	require.Len(t, j.ask(j.boss, `{ evaluationForms(includeInactive: true) { id } }`, nil).path("evaluationForms"), 1)
}

// drawRule makes a rule that draws one talk of each operator a week.
func (j *judges) drawRule(token, formID string, more map[string]any) answer {
	j.Helper()
	in := map[string]any{"formId": formID, "agencyId": j.pfr.ID, "period": "WEEK", "draw": map[string]any{"name": "Выборка", "perOperator": 1}}
	for k, v := range more {
		in[k] = v
	}
	return j.tried(token, "evaluationRuleCreate", "EvaluationRuleCreateInput", in, "rule { id drawnTo channel period }")
}

func TestRulesDrawAtRandomOnce(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	form := j.form()
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "an operator": {j.first, "NOT_FOUND"}, "another agency": {j.other, "NOT_FOUND"},
		"a coordinator": {j.coordinator, "FORBIDDEN"},
	} {
		require.Equal(t, c.want, j.drawRule(c.token, form, nil).refusal("evaluationRuleCreate"), who)
	}
	require.Equal(t, "FORBIDDEN", j.drawRule(j.boss, form, map[string]any{"agencyId": nil}).refusal("evaluationRuleCreate"))
	require.Equal(t, "NOT_FOUND", j.drawRule(j.boss, "evf_none", nil).refusal("evaluationRuleCreate"))
	require.Equal(t, "INVALID", j.drawRule(j.boss, form, map[string]any{"draw": map[string]any{"name": "x", "perOperator": 51}}).refusal("evaluationRuleCreate"))
	rule := j.drawRule(j.boss, form, map[string]any{"channel": "CHAT"}).path("evaluationRuleCreate", "rule", "id").(string)
	calls := j.drawRule(j.boss, form, map[string]any{"channel": "VOICE"}).path("evaluationRuleCreate", "rule", "id").(string)
	talks := []string{j.talked(), j.talked(), j.talked()}
	j.given(talks[0], form)
	j.laterBy(time.Hour)
	require.Zero(t, j.client.Evaluation.Query().Where(evaluation.RuleIDNotNil()).CountX(j.system), "the week is not over")

	// Two nodes draw at one moment, and then again.
	j.later.Store(int64(8 * 24 * time.Hour))
	node := func() *supervision.Service {
		s := supervision.New(supervision.Options{Client: j.client, Log: j.log, Life: j.interactions, Clock: func() time.Time { return time.Now().Add(8 * 24 * time.Hour) }})
		s.Bind(j.routing, j.voice, j.quality)
		return s
	}
	var both sync.WaitGroup
	for _, s := range []*supervision.Service{j.supervision, node()} {
		both.Go(func() { _ = s.Sweep(j.system) })
	}
	both.Wait()
	j.laterBy(8 * 24 * time.Hour)
	drawn := j.client.Evaluation.Query().Where(evaluation.RuleIDNotNil()).AllX(j.system)
	require.Len(t, drawn, 1)
	require.Equal(t, rule, drawn[0].RuleID)
	require.Equal(t, j.operatorID, drawn[0].OperatorID)
	require.NotEqual(t, talks[0], drawn[0].InteractionID, "what was judged is not drawn")
	require.True(t, j.client.EvaluationRule.Query().Where(evaluationrule.ID(calls)).OnlyX(j.system).DrawnTo.After(time.Now()))

	list := `{ evaluations(filter: {state: DRAWN}) { edges { node { id ruleId formId interaction { id } } } } }`
	require.Len(t, j.ask(j.boss2, list, nil).path("evaluations", "edges"), 1)
	for who, token := range map[string]string{"who talked": j.line1, "another agency": j.other} {
		require.Empty(t, j.ask(token, list, nil).path("evaluations", "edges"), who)
	}
	require.Equal(t, "NOT_FOUND", j.on(j.line1, "evaluationSkip", "EvaluationSkipInput", drawn[0].ID, map[string]any{"reason": "x"}))
	require.Equal(t, "FORBIDDEN", j.on(j.coordinator, "evaluationSkip", "EvaluationSkipInput", drawn[0].ID, map[string]any{"reason": "x"}))
	j.given(drawn[0].InteractionID, form)
	require.Equal(t, evaluation.StateGiven, j.client.Evaluation.GetX(j.system, drawn[0].ID).State, "what was drawn is given")
	require.Equal(t, "CONFLICT", j.on(j.boss, "evaluationSkip", "EvaluationSkipInput", drawn[0].ID, map[string]any{"reason": "x"}))

	limits := func(token string, n int) answer {
		return j.tried(token, "evaluationRuleUpdate", "EvaluationRuleUpdateInput",
			map[string]any{"ruleId": rule, "draw": map[string]any{"name": "Больше", "perOperator": n, "ratedAtMost": 3}}, "rule { perOperator ratedAtMost }")
	}
	require.Equal(t, "NOT_FOUND", limits(j.other, 5).refusal("evaluationRuleUpdate"))
	require.Equal(t, "FORBIDDEN", limits(j.coordinator, 5).refusal("evaluationRuleUpdate"))
	require.InDelta(t, 5, limits(j.boss, 5).path("evaluationRuleUpdate", "rule", "perOperator"), 0)
	require.Len(t, j.ask(j.coordinator, `{ evaluationRules { id name } }`, nil).path("evaluationRules"), 2)
	require.Empty(t, j.ask(j.other, `{ evaluationRules { id } }`, nil).path("evaluationRules"))
	require.Equal(t, "FORBIDDEN", j.ask(j.line1, `{ evaluationRules { id } }`, nil).code())
}

func TestWhatWasDrawnIsLaidAside(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	form := j.form()
	require.Empty(t, j.drawRule(j.boss, form, map[string]any{"draw": map[string]any{"name": "x", "perOperator": 50}}).path("evaluationRuleCreate", "userErrors"))
	talk := j.talked()
	j.laterBy(8 * 24 * time.Hour)
	drawn := j.client.Evaluation.Query().OnlyX(j.system)
	require.Equal(t, "SKIPPED", j.on(j.boss, "evaluationSkip", "EvaluationSkipInput", drawn.ID, map[string]any{"reason": "Запись не слышна"}))
	require.InDelta(t, 0, j.count(j.line1), 0, "the operator is not told")
	j.given(talk, form) // and may be judged after all
	require.Equal(t, 2, j.client.Evaluation.Query().CountX(j.system))
}

// workingDaysOn is the midnight of Moscow that ends the nth day from Monday to Friday after today.
func workingDaysOn(n int) time.Time {
	moscow := time.FixedZone("", 3*60*60)
	y, m, d := time.Now().In(moscow).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, moscow); ; {
		day = day.AddDate(0, 0, 1)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		if n--; n == 0 {
			return day.AddDate(0, 0, 1)
		}
	}
}

func TestContestedIsToBeDecidedInItsTerm(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	for _, days := range []int{0, 31} {
		content := formContent()
		content["decideDays"] = days
		require.Equal(t, "INVALID", j.newForm(j.boss, map[string]any{"content": content}).refusal("evaluationFormCreate"))
	}
	content := formContent()
	content["decideDays"] = 2
	form := j.newForm(j.boss, map[string]any{"content": content}).path("evaluationFormCreate", "form", "id").(string)
	require.InDelta(t, 2, j.ask(j.boss, `{ evaluationForms { current { decideDays } } }`, nil).path("evaluationForms").([]any)[0].(map[string]any)["current"].(map[string]any)["decideDays"], 0)
	require.Equal(t, 5, j.client.EvaluationFormVersion.GetX(j.system, j.client.EvaluationFormVersion.Query().Where(evaluationformversion.FormID(j.form())).OnlyIDX(j.system)).DecideDays, "unless it is said")

	id, calm := j.given(j.talked(), form), j.given(j.talked(), form)
	see := func(token, id string) map[string]any {
		node, _ := j.ask(token, `query($i: ID!) { node(id: $i) { ... on Evaluation { decideUntil overdue } } }`, map[string]any{"i": id}).path("node").(map[string]any)
		return node
	}
	require.Equal(t, map[string]any{"decideUntil": nil, "overdue": false}, see(j.line1, id))
	require.Empty(t, j.rule(j.boss, "CONTEST_DUE", 1, 1, nil).path("alertRuleCreate", "userErrors"))
	require.Empty(t, j.rule(j.other, "CONTEST_DUE", 1, 1, map[string]any{"agencyId": j.mse.ID}).path("alertRuleCreate", "userErrors"))
	before := workingDaysOn(2)
	require.Equal(t, "CONTESTED", j.on(j.line1, "evaluationContest", "EvaluationContestInput", id, map[string]any{"reason": "x"}))
	until, err := time.Parse(time.RFC3339, see(j.line1, id)["decideUntil"].(string))
	require.NoError(t, err)
	require.Contains(t, []string{before.UTC().String(), workingDaysOn(2).UTC().String()}, until.UTC().String(), "midnight may pass meanwhile")

	late := func(token string, overdue bool) int {
		got := j.ask(token, `query($o: Boolean!) { evaluations(filter: {overdue: $o}) { edges { node { id } } } }`, map[string]any{"o": overdue})
		return len(got.path("evaluations", "edges").([]any))
	}
	j.laterBy(time.Until(until) - time.Minute)
	require.Equal(t, false, see(j.boss, id)["overdue"])
	require.Equal(t, []int{0, 2}, []int{late(j.boss, true), late(j.boss, false)})
	require.Empty(t, j.alerts(alert.StateRaised))
	j.laterBy(time.Until(until) + time.Minute)
	require.Equal(t, true, see(j.line1, id)["overdue"])
	require.Equal(t, false, see(j.line1, calm)["overdue"])
	require.Equal(t, []int{1, 1, 0}, []int{late(j.boss, true), late(j.boss, false), late(j.other, true)})
	raised := j.alerts(alert.StateRaised)
	require.Len(t, raised, 1, "of the rule of its agency")
	require.Equal(t, []any{1, j.pfr.ID}, []any{raised[0].Value, raised[0].AgencyID})

	require.Equal(t, "UPHELD", j.on(j.boss2, "evaluationDecide", "EvaluationDecideInput", id, map[string]any{"verdict": "UPHELD", "reason": "x"}))
	require.Equal(t, true, see(j.boss, id)["overdue"], "it was decided too late")
	require.Zero(t, late(j.boss, true), "nobody waits for it any more")
	j.laterBy(time.Until(until) + 2*time.Minute)
	require.Empty(t, j.alerts(alert.StateRaised))
	require.Len(t, j.alerts(alert.StateCleared), 1)
}

// What an older version had contested gets the term that it would have had.
func TestContestsOfBeforeGetATerm(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	terms := func() (term *time.Time) {
		return j.client.Evaluation.Query().Where(evaluation.StateEQ(evaluation.StateContested)).OnlyX(j.system).DecideUntil
	}
	id := j.given(j.talked(), j.form())
	require.Equal(t, "CONTESTED", j.on(j.line1, "evaluationContest", "EvaluationContestInput", id, map[string]any{"reason": "тел. 8 926 999-00-11"}))
	given := terms()
	require.Equal(t, "тел. [телефон]", j.client.Evaluation.GetX(j.system, id).ContestReason)
	j.client.Evaluation.UpdateOneID(id).ClearDecideUntil().ExecX(j.system)
	j.later.Store(int64(20 * 24 * time.Hour))
	require.NoError(t, j.supervision.Sweep(j.system))
	require.Equal(t, given, terms(), "from when it was contested, not from now")
	j.client.Evaluation.UpdateOneID(id).SetState(evaluation.StateUpheld).ClearDecideUntil().ExecX(j.system)
	require.NoError(t, j.supervision.Sweep(j.system))
	require.Nil(t, j.client.Evaluation.GetX(j.system, id).DecideUntil, "what is decided needs none")
}

func TestBoardsAreToldWhatWasDrawn(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	rule := j.drawRule(j.boss, j.form(), map[string]any{"draw": map[string]any{"name": "Выборка", "perOperator": 5}}).path("evaluationRuleCreate", "rule", "id")
	j.talked()
	j.talked()
	from := map[string]any{"c": j.ask(j.boss2, `{ board { cursor } }`, nil).path("board", "cursor")}
	const follow = `subscription($c: EventCursor!) { board(after: $c) { __typename ... on EvaluationsDrawn { drawn rule { id name } } } }`
	ours, theirs := j.connect(j.boss2), j.connect(j.other)
	ours.subscribe("1", follow, from)
	theirs.subscribe("1", follow, from)
	j.laterBy(8 * 24 * time.Hour)
	told := ours.until("board", "EvaluationsDrawn")
	require.InDelta(t, 2, told["drawn"], 0)
	require.Equal(t, map[string]any{"id": rule, "name": "Выборка"}, told["rule"])
	require.Equal(t, 1, j.client.Event.Query().Where(event.Kind(supervision.KindDrawn)).CountX(j.system))
	// Something that the other agency sees comes behind it.
	require.Empty(t, j.rule(j.other, "CONTEST_DUE", 0, 0, map[string]any{"agencyId": j.mse.ID}).path("alertRuleCreate", "userErrors"))
	j.laterBy(8*24*time.Hour + time.Second)
	for e := theirs.event("board"); e["__typename"] != "AlertChanged"; e = theirs.event("board") {
		require.NotEqual(t, "EvaluationsDrawn", e["__typename"], "they see none of it")
	}
}
