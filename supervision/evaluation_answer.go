package supervision

import (
	"context"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationstep"
	"ekc/internal/fail"
	"ekc/supervision/scorecard"
)

func lower(kind evaluationstep.Kind) string { return strings.ToLower(string(kind)) }

// CommentEvaluation adds a word of the operator to their evaluation, at any time.
func (s *Service) CommentEvaluation(ctx context.Context, id, text string) (*ent.Evaluation, error) {
	text, err := words("text", text, maxJudged)
	if err != nil {
		return nil, err
	}
	return s.changeEvaluation(ctx, id, access.AnswerEvaluation, func(e *ent.Evaluation, _ *ent.EvaluationUpdateOne) (evaluationstep.Kind, string, error) {
		if !operators(ctx, e) {
			return "", "", notTheirs()
		}
		return evaluationstep.KindCommented, text, nil
	})
}

// Contest lets the operator contest their evaluation, once and within its term. It counts in no results until it is decided, which must be
// done in so many working days as the form says.
func (s *Service) Contest(ctx context.Context, id, reason string) (*ent.Evaluation, error) {
	reason, err := words("reason", reason, maxJudged)
	if err != nil {
		return nil, err
	}
	return s.changeEvaluation(ctx, id, access.AnswerEvaluation, func(e *ent.Evaluation, u *ent.EvaluationUpdateOne) (evaluationstep.Kind, string, error) {
		switch {
		case !operators(ctx, e):
			return "", "", notTheirs()
		case e.State != evaluation.StateGiven:
			return "", "", notNow(e)
		case e.ContestUntil == nil || !s.now().Before(*e.ContestUntil):
			return "", "", fail.New(fail.Conflict, "the term for contesting is over")
		}
		until, err := s.decideUntil(ctx, e, s.now())
		if err != nil {
			return "", "", err
		}
		u.SetState(evaluation.StateContested).SetContestedAt(s.now()).SetContestReason(reason).SetDecideUntil(until)
		return evaluationstep.KindContested, reason, nil
	})
}

// operators reports whether the evaluation is of the viewer's own work.
func operators(ctx context.Context, e *ent.Evaluation) bool {
	return e.OperatorID == viewer.From(ctx).AccountID && e.CalibrationID == ""
}

func notTheirs() error { return fail.New(fail.Forbidden, "only who was evaluated may do this") }

// Verdict is what a contested evaluation is decided to be.
type Verdict struct {
	EvaluationID string
	// State is UPHELD, CHANGED (Marks are the new ones, of the whole form) or ANNULLED.
	State evaluation.State
	Marks []scorecard.Mark
	// Reason is told to the operator, 1 to 4,000 characters.
	Reason string
}

// DecideContest decides what an operator has contested: a supervisor or coordinator of the segment who is neither who gave the evaluation nor
// the operator. CONFLICT when it is not contested, or decided already.
func (s *Service) DecideContest(ctx context.Context, v Verdict) (*ent.Evaluation, error) {
	reason, err := words("reason", v.Reason, maxJudged)
	switch {
	case err != nil:
		return nil, err
	case v.State != evaluation.StateUpheld && v.State != evaluation.StateChanged && v.State != evaluation.StateAnnulled:
		return nil, fail.Field("verdict", fail.Invalid, "is not a verdict")
	case v.State != evaluation.StateChanged && len(v.Marks) > 0:
		return nil, fail.Field("marks", fail.Invalid, "marks are given only to change them")
	}
	kinds := map[evaluation.State]evaluationstep.Kind{
		evaluation.StateUpheld: evaluationstep.KindUpheld, evaluation.StateChanged: evaluationstep.KindChanged,
		evaluation.StateAnnulled: evaluationstep.KindAnnulled,
	}
	return s.changeEvaluation(ctx, v.EvaluationID, access.DecideEvaluation,
		func(e *ent.Evaluation, u *ent.EvaluationUpdateOne) (evaluationstep.Kind, string, error) {
			me := viewer.From(ctx).AccountID
			switch {
			case e.State != evaluation.StateContested:
				return "", "", notNow(e)
			case me == e.EvaluatorID || me == e.OperatorID:
				return "", "", fail.New(fail.Forbidden, "somebody else decides than who gave it and who was evaluated")
			}
			if v.State == evaluation.StateChanged {
				if err := s.rescore(ctx, e, u, v.Marks); err != nil {
					return "", "", err
				}
			}
			u.SetState(v.State).SetDecidedBy(me).SetDecidedAt(s.now()).SetDecision(reason)
			return kinds[v.State], reason, nil
		})
}

// rescore gives an evaluation other marks, by the version of the form that it was given by.
func (s *Service) rescore(ctx context.Context, e *ent.Evaluation, u *ent.EvaluationUpdateOne, given []scorecard.Mark) error {
	v, err := s.FormVersion(ctx, e.FormVersionID)
	if err != nil {
		return err
	}
	marks, score, err := v.Content.Evaluate(given)
	if err != nil {
		return err
	}
	scored(u, v, marks, score).SetNillableFirstScore(e.Score)
	return nil
}
