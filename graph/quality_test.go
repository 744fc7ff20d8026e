package graph_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/knowledge/improve"
)

// done posts a mutation of one input and expects no failure.
func (w *world) done(token, mutation, inputType string, input map[string]any, selection string) answer {
	w.Helper()
	got := w.tried(token, mutation, inputType, input, selection)
	require.Empty(w, got.path(mutation, "userErrors"), got.raw)
	return got
}

func (w *world) tried(token, mutation, inputType string, input map[string]any, selection string) answer {
	w.Helper()
	got := w.ask(token, `mutation($in: `+inputType+`!) { `+mutation+`(input: $in) { `+selection+` userErrors { code field message } } }`,
		map[string]any{"in": input})
	require.Empty(w, got.Errors, got.raw)
	return got
}

// refusal is the code of the first user error.
func (a answer) refusal(mutation string) any {
	a.t.Helper()
	errors := a.path(mutation, "userErrors").([]any)
	require.NotEmpty(a.t, errors, a.raw)
	return errors[0].(map[string]any)["code"]
}

func TestWordsOfStaffOnAVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.account("staff-op", access.NewRole{Role: viewer.Operator, Line: 1})
	_, second := w.account("staff-op2", access.NewRole{Role: viewer.Operator, Line: 1})
	_, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, stranger := w.account("staff-cm2", access.NewRole{Role: viewer.ContentManager, AgencyID: w.mse.ID})
	version := w.ask(manager, `{ record(id: "rec-1") { versionId } }`, nil).path("record", "versionId")
	say := func(token, verdict, comment string) answer {
		return w.tried(token, "recordFeedback", "RecordFeedbackInput",
			map[string]any{"versionId": version, "verdict": verdict, "comment": comment}, "tally { useful wrong outdated }")
	}
	say(operator, "USEFUL", "")
	say(operator, "OUTDATED", "звоните +7 926 123-45-67") // changed their mind
	got := say(second, "WRONG", "")
	require.Equal(t, map[string]any{"useful": 0.0, "wrong": 1.0, "outdated": 1.0}, got.path("recordFeedback", "tally"))
	got = w.tried(operator, "recordFeedback", "RecordFeedbackInput", map[string]any{"versionId": "ver_none", "verdict": "WRONG"}, "tally { wrong }")
	require.Equal(t, "NOT_FOUND", got.refusal("recordFeedback"))
	got = w.ask(manager, `query($v: ID!) { lowRatedVersions { recordId badness }
		recordVersionFeedback(versionId: $v) { comments { text verdict author { displayName } } } }`, map[string]any{"v": version})
	require.Len(t, got.path("lowRatedVersions"), 1, got.raw)
	require.Contains(t, got.raw, "звоните [номер]")
	require.Contains(t, got.raw, "Сотрудник staff-op")
	require.Empty(t, w.ask(stranger, `{ lowRatedVersions { recordId } }`, nil).path("lowRatedVersions"), "another agency's record")
	require.Equal(t, "FORBIDDEN", orForbidden(w.ask(operator, `{ lowRatedVersions { recordId } }`, nil).code()))
	_, citizen := w.chat("")
	require.Equal(t, "FORBIDDEN", orForbidden(say(citizen, "WRONG", "").refusal("recordFeedback")))
}

// orForbidden takes NOT_FOUND for FORBIDDEN: either refuses.
func orForbidden(code any) any {
	if code == "NOT_FOUND" {
		return "FORBIDDEN"
	}
	return code
}

func TestUnansweredQuestionsBecomeADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	for _, text := range []string{"Где пройти техосмотр автомобиля?", "где пройти техосмотр автомобиля, мой номер 8 926 123-45-67"} {
		id, _ := w.chat(text)
		_, err := w.yana.Answer(w.system, id)
		require.NoError(t, err)
	}
	for range 2 { // gathering again changes nothing
		require.NoError(t, w.quality.Gather(w.system, time.Now().Add(-time.Hour)))
	}
	got := w.ask(manager, `{ gaps(filter: {state: OPEN}) { id question examples citizens questions state } }`, nil)
	gaps := got.path("gaps").([]any)
	require.Len(t, gaps, 1, got.raw)
	gap := gaps[0].(map[string]any)
	require.InDelta(t, 2, gap["questions"], 0)
	require.InDelta(t, 1, gap["citizens"], 0, "one telephone number, one citizen")
	require.NotContains(t, got.raw, "926")
	input := map[string]any{"gapId": gap["id"]}
	require.Equal(t, "FORBIDDEN", w.tried(manager, "gapDraft", "GapDraftInput", input, "gap { id }").refusal("gapDraft"), "a record of all agencies")
	require.Equal(t, "INVALID", w.tried(manager, "gapDismiss", "GapDismissInput",
		map[string]any{"gapId": gap["id"], "reason": " "}, "gap { id }").refusal("gapDismiss"))
	input["agencyId"] = w.pfr.ID
	got = w.done(manager, "gapDraft", "GapDraftInput", input, "gap { state recordId }")
	require.Equal(t, "DRAFTED", got.path("gapDraft", "gap", "state"))
	require.NotEmpty(t, got.path("gapDraft", "gap", "recordId"))
	require.Equal(t, "CONFLICT", w.tried(manager, "gapDraft", "GapDraftInput", input, "gap { id }").refusal("gapDraft"))
}

func TestBadAnswersAndWhoWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, supervisor := w.account("staff-sv", access.NewRole{Role: viewer.Supervisor})
	id, citizen := w.chat("Как получить инвалидность?")
	_, err := w.yana.Answer(w.system, id)
	require.NoError(t, err)
	got := w.ask(citizen, `query($i: ID!) { interaction(id: $i) { messages { edges { node { id kind citations { versionId } } } } } }`, map[string]any{"i": id})
	var message, version any
	for _, e := range got.path("interaction", "messages", "edges").([]any) {
		if node := e.(map[string]any)["node"].(map[string]any); node["kind"] == "ANSWER" {
			message, version = node["id"], node["citations"].([]any)[0].(map[string]any)["versionId"]
		}
	}
	require.NotNil(t, message, got.raw)
	w.done(citizen, "answerFeedback", "AnswerFeedbackInput", map[string]any{"messageId": message, "helpful": false}, "message { id }")
	require.NoError(t, w.quality.Gather(w.system, time.Now().Add(-time.Hour)))
	tally, _, err := w.quality.Tally(w.system, version.(string))
	require.NoError(t, err)
	require.Equal(t, 1, tally.Unhelpful)
	gaps, err := w.quality.Gaps(w.system, improve.GapQuery{})
	require.NoError(t, err)
	require.Len(t, gaps, 1)
	require.Equal(t, 1, gaps[0].LowRated)
	who := func(version any) answer {
		return w.ask(supervisor, `query($v: ID!) { interactions(filter: {toldVersionId: $v}) { totalCount edges { node { id } } } }`, map[string]any{"v": version})
	}
	got = who(version)
	require.InDelta(t, 1, got.path("interactions", "totalCount"), 0, got.raw)
	require.Contains(t, got.raw, id)
	require.InDelta(t, 0, who(`ver_none"}]`).path("interactions", "totalCount"), 0)
}

func TestDestroyedDialoguesTeachNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, _ := w.chat("Как вывезти кота за границу?")
	kept, _ := w.chat("Как вывезти пони за границу?")
	for _, id := range []string{gone, kept} {
		_, err := w.yana.Answer(w.system, id)
		require.NoError(t, err)
	}
	tx, err := w.client.Tx(w.system)
	require.NoError(t, err)
	_, err = tx.ExecContext(w.system, `UPDATE assistant_turns SET decision = 'HAND_OVER', reason = $2,
		trace = CASE WHEN interaction_id = $1 THEN NULL ELSE trace END`, gone, assistant.ReasonNotFound)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.NoError(t, w.quality.Gather(w.system, time.Now().Add(-time.Hour)))
	gaps, err := w.quality.Gaps(w.system, improve.GapQuery{})
	require.NoError(t, err)
	require.Len(t, gaps, 1)
	require.Equal(t, []string{"Как вывезти пони за границу?"}, gaps[0].Examples)
}

func TestAProposalGoesItsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("staff-op", w.line1)
	id, citizen := w.talk(operator)
	_, manager := w.account("staff-cm", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	_, stranger := w.account("staff-sv2", access.NewRole{Role: viewer.Supervisor, AgencyID: w.mse.ID})
	version := w.ask(manager, `{ record(id: "rec-1") { versionId } }`, nil).path("record", "versionId")
	input := map[string]any{"interactionId": id, "versionId": version, "question": "Как назначить пенсию по старости?", "answer": "Через портал."}
	got := w.done(operator, "proposalCreate", "ProposalCreateInput", input, "proposal { id state agency { code } author { displayName } }")
	require.Equal(t, "PFR", got.path("proposalCreate", "proposal", "agency", "code"))
	proposal := map[string]any{"proposalId": got.path("proposalCreate", "proposal", "id")}
	input["answer"] = " "
	require.Equal(t, "INVALID", w.tried(operator, "proposalCreate", "ProposalCreateInput", input, "proposal { id }").refusal("proposalCreate"))
	move := func(token, mutation string) answer {
		return w.tried(token, mutation, "ProposalInput", proposal, "proposal { state recordId }")
	}
	require.Equal(t, "FORBIDDEN", move(operator, "proposalAccept").refusal("proposalAccept"))
	require.Equal(t, "FORBIDDEN", orForbidden(move(citizen, "proposalAccept").refusal("proposalAccept")))
	require.Equal(t, "NOT_FOUND", move(stranger, "proposalAccept").refusal("proposalAccept"), "another agency's")
	require.Equal(t, "CONFLICT", move(manager, "proposalDraft").refusal("proposalDraft"), "not before a supervisor")
	var accepted atomic.Int32
	var supervisors sync.WaitGroup
	for _, login := range []string{"staff-sv", "staff-sv3"} {
		_, token := w.account(login, access.NewRole{Role: viewer.Supervisor})
		supervisors.Go(func() {
			if errors := move(token, "proposalAccept").path("proposalAccept", "userErrors"); len(errors.([]any)) == 0 {
				accepted.Add(1)
			}
		})
	}
	supervisors.Wait()
	require.Equal(t, int32(1), accepted.Load(), "one decides")
	got = move(manager, "proposalDraft")
	require.Equal(t, map[string]any{"state": "DRAFTED", "recordId": "rec-1"}, got.path("proposalDraft", "proposal"), got.raw)
	got = w.ask(operator, `{ proposals { totalCount edges { node { state steps { state by { displayName } } } } } }`, nil)
	require.InDelta(t, 1, got.path("proposals", "totalCount"), 0, got.raw)
	require.Contains(t, got.raw, "Сотрудник staff-cm", "its author sees what became of it")
	require.InDelta(t, 0, w.ask(stranger, `{ proposals { totalCount } }`, nil).path("proposals", "totalCount"), 0)
}
