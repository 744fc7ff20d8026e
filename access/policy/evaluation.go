package policy

import (
	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationform"
	"ekc/ent/evaluationformversion"
	"ekc/ent/evaluationstep"
	"ekc/ent/predicate"
)

// Evaluation is the policy of how operators' work is judged: the operator, once it was judged, apart from calibrations; supervisors and
// coordinators whose segment and line reach it. One that is sealed only its evaluator sees, whatever role others have.
func Evaluation() entgo.Policy {
	return narrowed[predicate.Evaluation, *ent.EvaluationQuery](evaluations)
}

func evaluations(v viewer.Viewer) condition {
	if v.Kind != viewer.Account || !handling(v) {
		return nothing
	}
	grants := v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator)
	return func(s *sql.Selector) {
		own := sql.And(sql.EQ(s.C(evaluation.FieldOperatorID), v.AccountID), sql.IsNull(s.C(evaluation.FieldCalibrationID)),
			sql.NotIn(s.C(evaluation.FieldState), evaluation.StateDrawn, evaluation.StateSkipped))
		open := sql.Or(sql.EQ(s.C(evaluation.FieldSealed), false), sql.EQ(s.C(evaluation.FieldEvaluatorID), v.AccountID))
		if reached := reachedOnLine(s, grants); reached != nil {
			open = sql.And(open, reached)
		}
		s.Where(sql.Or(own, open))
	}
}

// EvaluationStep is the policy of what happened to evaluations: whoever sees the evaluation.
func EvaluationStep() entgo.Policy {
	return narrowed[predicate.EvaluationStep, *ent.EvaluationStepQuery](under(evaluationstep.FieldEvaluationID, evaluation.Table, evaluations))
}

// Calibration is the policy of calibrations: supervisors and coordinators whose segment and line reach them.
func Calibration() entgo.Policy {
	return narrowed[predicate.Calibration, *ent.CalibrationQuery](func(v viewer.Viewer) condition {
		return onSegmentLine(v, v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator))
	})
}

// EvaluationRule is the policy of what is drawn: supervisors and coordinators whose segment and line reach it.
func EvaluationRule() entgo.Policy {
	return narrowed[predicate.EvaluationRule, *ent.EvaluationRuleQuery](func(v viewer.Viewer) condition {
		return onSegmentLine(v, v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator))
	})
}

// EvaluationForm is the policy of forms: who judges by them and who is judged.
func EvaluationForm() entgo.Policy {
	return narrowed[predicate.EvaluationForm, *ent.EvaluationFormQuery](forms)
}

// EvaluationFormVersion is the policy of their versions: whoever sees the form.
func EvaluationFormVersion() entgo.Policy {
	return narrowed[predicate.EvaluationFormVersion, *ent.EvaluationFormVersionQuery](
		under(evaluationformversion.FieldFormID, evaluationform.Table, forms))
}

func forms(v viewer.Viewer) condition {
	if v.Kind != viewer.Account {
		return nothing
	}
	return reachedOr(v.GrantsOf(viewer.Operator, viewer.Supervisor, viewer.SegmentCoordinator, viewer.ExpertSystemUser), "")
}

// onSegmentLine is the condition on rows with agency, region and line that one of the grants reaches.
func onSegmentLine(v viewer.Viewer, grants []viewer.Grant) condition {
	if v.Kind != viewer.Account {
		return nothing
	}
	return func(s *sql.Selector) {
		if p := reachedOnLine(s, grants); p != nil {
			s.Where(p)
		}
	}
}

// reachedOnLine is viewer.Grant.Covers in SQL for any of the grants; nil when one of them reaches everything.
func reachedOnLine(s *sql.Selector, grants []viewer.Grant) *sql.Predicate {
	var alternatives []*sql.Predicate
	for _, g := range grants {
		p := covered(s, g)
		if g.Line != 0 {
			line := sql.Or(sql.IsNull(s.C(lineColumn)), sql.EQ(s.C(lineColumn), g.Line))
			if p == nil {
				p = line
			} else {
				p = sql.And(p, line)
			}
		}
		alternatives = append(alternatives, p)
	}
	return anyOf(alternatives)
}
