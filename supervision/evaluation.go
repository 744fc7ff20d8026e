package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationstep"
	"ekc/ent/segment"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/knowledge/personal"
	"ekc/supervision/scorecard"
)

// KindEvaluation says that an evaluation was given, commented, contested or decided. It names the operator, and in its data, as
// "evaluation", the evaluation. Those of calibrations are not told.
const KindEvaluation = "evaluation.changed"

// DataEvaluation is the key of the event's data.
const DataEvaluation = "evaluation"

const day = 24 * time.Hour

// Sheet is what an evaluator gives.
type Sheet struct {
	Marks []scorecard.Mark
	// Comment is at most 4,000 characters; it may be empty.
	Comment string
}

// Giving is an evaluation to give.
type Giving struct {
	// OperatorID is whose work in the interaction is judged; empty: of who talked in it last.
	InteractionID, OperatorID, FormID string
	Sheet
}

// Evaluate judges what an operator did in an interaction that the viewer, a supervisor, sees; nobody judges themselves. What was drawn by a
// rule is given by the same call. CONFLICT when it was judged by the form before, perhaps at this moment by somebody else.
func (s *Service) Evaluate(ctx context.Context, g Giving) (*ent.Evaluation, error) {
	comment, err := optionalWords("comment", g.Comment, maxJudged)
	if err != nil {
		return nil, err
	}
	g.Comment = comment
	var e *ent.Evaluation
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		t, err := s.talkOf(ctx, system, tx, access.GiveEvaluation, g.InteractionID, g.OperatorID)
		if err != nil {
			return err
		}
		v, err := s.versionInForce(ctx, system, tx, g.FormID)
		if err != nil {
			return err
		}
		found, err := tx.Evaluation.Query().Where(evaluation.InteractionID(t.i.ID), evaluation.OperatorID(t.operatorID), evaluation.FormID(g.FormID),
			evaluation.CalibrationIDIsNil(), evaluation.StateNotIn(evaluation.StateAnnulled, evaluation.StateSkipped)).
			ForUpdate(database.Lock).Only(system)
		switch {
		case ent.IsNotFound(err):
			if found, err = s.newEvaluation(system, tx, t, g.FormID, nil); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("look for evaluation: %w", err)
		case found.State != evaluation.StateDrawn:
			return judged()
		}
		e, err = s.give(ctx, tx, found, v, g.Sheet)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.Unwrap(), nil
}

func judged() error { return fail.New(fail.Conflict, "this has been evaluated by the form") }

// talk is what an operator did in an interaction.
type talk struct {
	i          *ent.Interaction
	operatorID string
}

// talkOf finds a talk that is over, in an interaction that the viewer may do the action to; it is not the viewer's own.
func (s *Service) talkOf(ctx, system context.Context, tx *ent.Tx, action access.Action, interactionID, operatorID string) (talk, error) {
	i, err := tx.Interaction.Get(system, interactionID)
	missing := fail.Field("interactionId", fail.NotFound, "no such interaction")
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return talk{}, access.Check(ctx, action, access.Anywhere)
		}
		return talk{}, missing
	}
	if err != nil {
		return talk{}, fmt.Errorf("read interaction: %w", err)
	}
	own := access.InteractionObject(ctx, i, false).Own // who talks in it sees it, and is refused
	seen := own && access.CheckObject(ctx, access.ReadInteraction, access.Object{Own: true}) == nil
	if err := access.CheckObject(ctx, action, access.Object{Scope: access.InteractionScope(i), Seen: seen}); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return talk{}, missing
		}
		return talk{}, err
	}
	last := tx.Segment.Query().Where(segment.InteractionID(i.ID), segment.KindEQ(segment.KindTalk), segment.AccountIDNotNil(), segment.EndedAtNotNil())
	if operatorID != "" {
		last.Where(segment.AccountID(operatorID))
	}
	found, err := last.Order(ent.Desc(segment.FieldStartedAt)).First(system)
	if err != nil {
		return talk{}, orMissing(err, "operatorId", "nobody's talk in the interaction has ended, or not this operator's")
	}
	if found.AccountID == viewer.From(ctx).AccountID {
		return talk{}, fail.Field("operatorId", fail.Forbidden, "nobody evaluates themselves")
	}
	return talk{i: i, operatorID: found.AccountID}, nil
}

// newEvaluation writes one that waits to be given; more adds to it. CONFLICT when somebody else has just done so.
func (s *Service) newEvaluation(system context.Context, tx *ent.Tx, t talk, formID string, more func(*ent.EvaluationCreate)) (*ent.Evaluation, error) {
	create := tx.Evaluation.Create().SetInteractionID(t.i.ID).SetOperatorID(t.operatorID).SetFormID(formID).SetCreatedAt(s.now()).
		SetNillableAgencyID(optional.Of(t.i.AgencyID)).SetNillableRegionID(optional.Of(t.i.RegionID)).SetNillableLine(optional.Of(t.i.Line))
	if more != nil {
		more(create)
	}
	e, err := create.Save(system)
	if ent.IsConstraintError(err) {
		return nil, judged()
	}
	if err != nil {
		return nil, fmt.Errorf("write evaluation: %w", err)
	}
	return e, nil
}

// give writes what the viewer gives into a locked evaluation that waits for it.
func (s *Service) give(ctx context.Context, tx *ent.Tx, e *ent.Evaluation, v *ent.EvaluationFormVersion, sheet Sheet) (*ent.Evaluation, error) {
	marks, score, err := v.Content.Evaluate(sheet.Marks)
	if err != nil {
		return nil, err
	}
	system, now := viewer.AsSystem(ctx), s.now()
	e, err = scored(tx.Evaluation.UpdateOne(e), v, marks, score).SetState(evaluation.StateGiven).SetFormVersionID(v.ID).
		SetEvaluatorID(viewer.From(ctx).AccountID).SetComment(sheet.Comment).SetGivenAt(now).
		SetContestUntil(now.Add(time.Duration(v.ContestDays) * day)).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write evaluation: %w", err)
	}
	if err := s.judge(ctx, tx, e, evaluationstep.KindGiven, sheet.Comment); err != nil {
		return nil, err
	}
	return e, access.Audit(ctx, tx, "evaluation.given", e.ID, map[string]string{"interaction": e.InteractionID, "operator": e.OperatorID})
}

func scored(u *ent.EvaluationUpdateOne, v *ent.EvaluationFormVersion, marks []scorecard.Mark, score scorecard.Score) *ent.EvaluationUpdateOne {
	critical := len(score.Violations) > 0
	for n := range marks {
		marks[n].Comment = personal.Redacted(marks[n].Comment)
	}
	return u.SetMarks(marks).SetScore(score.Total).SetCritical(critical).SetPassed(!critical && score.Total >= float64(v.PassMark))
}

// judge keeps what the viewer did to an evaluation, and tells of it.
func (s *Service) judge(ctx context.Context, tx *ent.Tx, e *ent.Evaluation, kind evaluationstep.Kind, text string) error {
	system := viewer.AsSystem(ctx)
	create := tx.EvaluationStep.Create().SetEvaluationID(e.ID).SetKind(kind).SetAccountID(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).
		SetNillableText(optional.Of(text))
	if kind == evaluationstep.KindGiven || kind == evaluationstep.KindChanged {
		create.SetNillableScore(e.Score).SetMarks(e.Marks)
	}
	if err := create.Exec(system); err != nil {
		return fmt.Errorf("write step of evaluation: %w", err)
	}
	if e.CalibrationID != "" {
		return nil
	}
	told := eventlog.Event{Kind: KindEvaluation, Data: map[string]string{DataEvaluation: e.ID}}
	if kind != evaluationstep.KindSkipped {
		told.AccountID = e.OperatorID
	}
	return s.o.Log.Append(system, tx, told)
}

// Skip lays aside what was drawn and cannot be judged, with a reason; the operator is not told. CONFLICT when it was judged or laid aside.
func (s *Service) Skip(ctx context.Context, id, reason string) (*ent.Evaluation, error) {
	reason, err := words("reason", reason, maxReason)
	if err != nil {
		return nil, err
	}
	return s.changeEvaluation(ctx, id, access.GiveEvaluation, func(e *ent.Evaluation, u *ent.EvaluationUpdateOne) (evaluationstep.Kind, string, error) {
		if e.State != evaluation.StateDrawn || e.CalibrationID != "" {
			return "", "", notNow(e)
		}
		if e.OperatorID == viewer.From(ctx).AccountID {
			return "", "", fail.New(fail.Forbidden, "nobody lays aside what is drawn of their own")
		}
		u.SetState(evaluation.StateSkipped).SetEvaluatorID(viewer.From(ctx).AccountID)
		return evaluationstep.KindSkipped, reason, nil
	})
}

func notNow(e *ent.Evaluation) error { return fail.New(fail.Conflict, "the evaluation is %s", e.State) }

// changeEvaluation locks an evaluation that the viewer sees and may do the action to, and writes what change says happened.
func (s *Service) changeEvaluation(ctx context.Context, id string, action access.Action,
	change func(*ent.Evaluation, *ent.EvaluationUpdateOne) (evaluationstep.Kind, string, error),
) (*ent.Evaluation, error) {
	if viewer.From(ctx).Kind == viewer.Nobody {
		return nil, access.Check(ctx, action, access.Anywhere)
	}
	var e *ent.Evaluation
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		seen, err := s.o.Client.Evaluation.Query().Where(evaluation.ID(id)).Exist(ctx)
		if err != nil || !seen {
			return firstOf(err, fail.Field("evaluationId", fail.NotFound, "no such evaluation"))
		}
		found, err := tx.Evaluation.Query().Where(evaluation.ID(id)).ForUpdate(database.Lock).Only(system)
		if err != nil {
			return fmt.Errorf("lock evaluation: %w", err)
		}
		if err := access.CheckObject(ctx, action, access.Object{
			Scope: evaluationScope(found), Own: found.OperatorID == viewer.From(ctx).AccountID, Seen: true,
		}); err != nil {
			return err
		}
		update := tx.Evaluation.UpdateOne(found)
		kind, text, err := change(found, update)
		if err != nil {
			return err
		}
		if e, err = update.Save(system); err != nil {
			return fmt.Errorf("write evaluation: %w", err)
		}
		if err := s.judge(ctx, tx, e, kind, text); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "evaluation."+lower(kind), id, nil)
	})
	if err != nil {
		return nil, err
	}
	return e.Unwrap(), nil
}

func evaluationScope(e *ent.Evaluation) viewer.Scope {
	scope := viewer.Scope{AgencyID: e.AgencyID, RegionID: e.RegionID}
	if e.Line != nil {
		scope.Line = *e.Line
	}
	return scope
}
