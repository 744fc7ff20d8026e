package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/calibration"
	"ekc/ent/evaluation"
	"ekc/graph/model"
)

// mayReadCalibrations refuses who has no segment to calibrate in.
func mayReadCalibrations(ctx context.Context) error {
	if len(granted(viewer.From(ctx), access.ReadCalibrations)) == 0 {
		return refusedListing(refused(ctx, access.ReadCalibrations))
	}
	return nil
}

// calibrationMine is the viewer's own evaluation of a calibration.
func (r *Resolver) calibrationMine(ctx context.Context, c *ent.Calibration) (*ent.Evaluation, error) {
	mine, err := r.Client.Evaluation.Query().WithAgency().WithRegion().
		Where(evaluation.CalibrationID(c.ID), evaluation.EvaluatorID(viewer.From(ctx).AccountID)).Only(ctx)
	return mine, ignoreMissing(err)
}

// calibrationEvaluations are what was given, as far as the viewer may see it now.
func (r *Resolver) calibrationEvaluations(ctx context.Context, c *ent.Calibration) ([]*ent.Evaluation, error) {
	return r.Client.Evaluation.Query().WithAgency().WithRegion().
		Where(evaluation.CalibrationID(c.ID), evaluation.StateEQ(evaluation.StateGiven)).Order(ent.Asc(evaluation.FieldEvaluatorID)).All(ctx)
}

// calibrationsByID reads those of a board's events that the viewer sees.
func (r *Resolver) calibrationsByID(ctx context.Context, ids []string) (map[string]*ent.Calibration, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Client.Calibration.Query().WithAgency().WithRegion().Where(calibration.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Calibration, len(rows))
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}

func calibrationPayload(c *ent.Calibration, err error) (*model.CalibrationPayload, error) {
	errs, err := userErrors(err)
	return &model.CalibrationPayload{Calibration: c, UserErrors: errs}, err
}
