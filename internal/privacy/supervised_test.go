package privacy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/supervision/scorecard"
)

// What was said of an enquiry while it was deferred, reported or judged goes with its words; scores stay.
func TestWordsOfSupervisionAreDestroyedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, at := w.core.Client, w.system, w.now
	id := w.talked(w.citizen(phone), 400*day)
	deferral := c.Deferral.Create().SetInteractionID(id).SetQuestion("Когда придёт пенсия Марии?").SetConclusion("Марии ответили").SetDeferredBy("acc").
		SetTimeZone("Europe/Moscow").SetTermStamp("s").SetWarnAt(at).SetDueAt(at).SaveX(ctx)
	incident := c.Incident.Create().SetInteractionID(id).SetRaisedBy("acc").SetSeverity("LOW").SetSubject("OTHER").SetText("Мария жалуется").SaveX(ctx)
	c.IncidentComment.Create().SetIncidentID(incident.ID).SetAccountID("acc").SetText("Мария звонит снова").ExecX(ctx)
	f := c.EvaluationForm.Create().SetName("n").SetAuthorID("acc").SaveX(ctx)
	v := c.EvaluationFormVersion.Create().SetFormID(f.ID).SetNumber(1).SetContent(scorecard.Form{}).SetPassMark(1).SetContestDays(1).SetAuthorID("acc").SaveX(ctx)
	marks := []scorecard.Mark{{Code: "tone", Points: new(int), Comment: "Мария плакала"}}
	e := c.Evaluation.Create().SetInteractionID(id).SetOperatorID("acc").SetFormID(f.ID).SetState("CHANGED").SetMarks(marks).SetScore(70).
		SetComment("о Марии").SetContestReason("о Марии").SetDecision("о Марии").SaveX(ctx)
	c.EvaluationStep.Create().SetEvaluationID(e.ID).SetKind("GIVEN").SetText("о Марии").SetMarks(marks).ExecX(ctx)
	b := c.Calibration.Create().SetInteractionID(id).SetOperatorID("acc").SetFormVersionID(v.ID).SetAuthorID("acc").SetDueAt(at).SetConclusion("о Марии").SaveX(ctx)

	_, err := w.Retain(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, "[уничтожено]", c.Deferral.GetX(ctx, deferral.ID).Question)
	require.Empty(t, c.Deferral.GetX(ctx, deferral.ID).Conclusion)
	require.Equal(t, "[уничтожено]", c.Incident.GetX(ctx, incident.ID).Text)
	require.Equal(t, "[уничтожено]", c.IncidentComment.Query().OnlyX(ctx).Text)
	e = c.Evaluation.GetX(ctx, e.ID)
	require.Empty(t, e.Comment+e.ContestReason+e.Decision)
	require.Equal(t, []scorecard.Mark{{Code: "tone", Points: new(int)}}, e.Marks)
	require.InDelta(t, 70, *e.Score, 0)
	step := c.EvaluationStep.Query().OnlyX(ctx)
	require.Empty(t, step.Text)
	require.Equal(t, e.Marks, step.Marks)
	require.Empty(t, c.Calibration.GetX(ctx, b.ID).Conclusion)
	act := c.DestructionAct.Query().OnlyX(ctx)
	for _, kind := range []string{"deferral", "incident", "evaluation", "calibration"} {
		require.Equal(t, 1, act.Counts[kind], kind)
	}
}
