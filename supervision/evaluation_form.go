package supervision

import (
	"context"
	"fmt"
	"strconv"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/evaluationform"
	"ekc/ent/evaluationformversion"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/supervision/scorecard"
)

// FormContent is what a version of a form asks.
type FormContent struct {
	Form scorecard.Form
	// PassMark is the least score that is good enough, 0 to 100.
	PassMark int
	// ContestDays is for how many days after it was given the operator may contest an evaluation, 1 to 30.
	ContestDays int
	// DecideDays is in how many working days what was contested must be decided, 1 to 30.
	DecideDays int
}

func (c *FormContent) check() error {
	switch {
	case evaluationformversion.PassMarkValidator(c.PassMark) != nil:
		return fail.Field("passMark", fail.Invalid, "must be from 0 to 100")
	case evaluationformversion.ContestDaysValidator(c.ContestDays) != nil:
		return fail.Field("contestDays", fail.Invalid, "must be from 1 to 30")
	case evaluationformversion.DecideDaysValidator(c.DecideDays) != nil:
		return fail.Field("decideDays", fail.Invalid, "must be from 1 to 30")
	}
	return c.Form.Check()
}

// NewForm is a form to make. Empty agency and region: for all.
type NewForm struct {
	Name               string
	AgencyID, RegionID string
	FormContent
}

// MakeForm makes a form inside the viewer's segment, with its first version.
func (s *Service) MakeForm(ctx context.Context, n NewForm) (*ent.EvaluationForm, error) {
	if err := access.Check(ctx, access.ManageEvaluation, viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}); err != nil {
		return nil, err
	}
	name, err := checked("name", n.Name, maxName)
	if err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	var f *ent.EvaluationForm
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if err := s.knownSegment(system, tx, n.AgencyID, n.RegionID); err != nil {
			return err
		}
		create := tx.EvaluationForm.Create().SetName(name).SetAuthorID(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).
			SetNillableAgencyID(optional.Of(n.AgencyID)).SetNillableRegionID(optional.Of(n.RegionID))
		if f, err = create.Save(system); err != nil {
			return fmt.Errorf("write form: %w", err)
		}
		if err := s.addVersion(ctx, tx, f, n.FormContent); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "evaluation_form.made", f.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return f.Unwrap(), nil
}

// ReviseForm gives a form a new version, which evaluations from now on are given by; those that were given keep theirs. CONFLICT unless
// base is the number of the version in force: somebody else has revised it.
func (s *Service) ReviseForm(ctx context.Context, id string, base int, c FormContent) (*ent.EvaluationForm, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return s.changeForm(ctx, id, "evaluation_form.revised", func(system context.Context, tx *ent.Tx, f *ent.EvaluationForm) (*ent.EvaluationForm, error) {
		if f.Version != base {
			return nil, fail.Field("version", fail.Conflict, "version %d is in force", f.Version)
		}
		f, err := tx.EvaluationForm.UpdateOne(f).SetVersion(base + 1).Save(system)
		if err != nil {
			return nil, fmt.Errorf("write form: %w", err)
		}
		return f, s.addVersion(ctx, tx, f, c)
	})
}

// SetForm renames a form, puts it out of use or into use again.
func (s *Service) SetForm(ctx context.Context, id, name string, active bool) (*ent.EvaluationForm, error) {
	name, err := checked("name", name, maxName)
	if err != nil {
		return nil, err
	}
	return s.changeForm(ctx, id, "evaluation_form.changed", func(system context.Context, tx *ent.Tx, f *ent.EvaluationForm) (*ent.EvaluationForm, error) {
		f, err := tx.EvaluationForm.UpdateOne(f).SetName(name).SetActive(active).Save(system)
		if err != nil {
			return nil, fmt.Errorf("write form: %w", err)
		}
		return f, nil
	})
}

// changeForm changes a form of the viewer's segment that it has locked.
func (s *Service) changeForm(ctx context.Context, id, audit string,
	change func(context.Context, *ent.Tx, *ent.EvaluationForm) (*ent.EvaluationForm, error),
) (*ent.EvaluationForm, error) {
	var f *ent.EvaluationForm
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := tx.EvaluationForm.Query().Where(evaluationform.ID(id)).ForUpdate(database.Lock).Only(system)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("lock form: %w", err)
		}
		if err := s.mayManage(ctx, "formId", "no such form", found != nil, func() viewer.Scope {
			return viewer.Scope{AgencyID: found.AgencyID, RegionID: found.RegionID}
		}); err != nil {
			return err
		}
		if f, err = change(system, tx, found); err != nil {
			return err
		}
		return access.Audit(ctx, tx, audit, id, nil)
	})
	if err != nil {
		return nil, err
	}
	return f.Unwrap(), nil
}

// mayManage decides on a form or a rule that was looked for: what lies beyond the viewer's segment is missing.
func (s *Service) mayManage(ctx context.Context, field, message string, found bool, scope func() viewer.Scope) error {
	missing := fail.Field(field, fail.NotFound, "%s", message)
	if !found {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return access.Check(ctx, access.ManageEvaluation, access.Anywhere)
		}
		return missing
	}
	err := access.Check(ctx, access.ManageEvaluation, scope())
	if fail.CodeOf(err) == fail.NotFound {
		return missing
	}
	return err
}

// addVersion writes the version whose number the form has.
func (s *Service) addVersion(ctx context.Context, tx *ent.Tx, f *ent.EvaluationForm, c FormContent) error {
	err := tx.EvaluationFormVersion.Create().SetFormID(f.ID).SetNumber(f.Version).SetContent(c.Form).SetPassMark(c.PassMark).
		SetContestDays(c.ContestDays).SetDecideDays(c.DecideDays).SetAuthorID(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).Exec(viewer.AsSystem(ctx))
	if err != nil {
		return fmt.Errorf("write version of form: %w", err)
	}
	return nil
}

// knownSegment makes sure that agency and region exist; empty ones need not.
func (s *Service) knownSegment(system context.Context, tx *ent.Tx, agencyID, regionID string) error {
	if agencyID != "" {
		known, err := tx.Agency.Query().Where(agency.ID(agencyID)).Exist(system)
		if err != nil || !known {
			return firstOf(err, fail.Field("agencyId", fail.NotFound, "no such agency"))
		}
	}
	return s.knownRegion(system, tx, regionID)
}

// versionInForce is the version that new evaluations are given by, of a form that the viewer sees. CONFLICT when it is out of use.
func (s *Service) versionInForce(ctx, system context.Context, tx *ent.Tx, formID string) (*ent.EvaluationFormVersion, error) {
	f, err := s.o.Client.EvaluationForm.Get(ctx, formID)
	if err != nil {
		return nil, orMissing(err, "formId", "no such form")
	}
	if !f.Active {
		return nil, fail.Field("formId", fail.Conflict, "the form is out of use")
	}
	v, err := tx.EvaluationFormVersion.Query().
		Where(evaluationformversion.FormID(formID)).Order(ent.Desc(evaluationformversion.FieldNumber)).First(system)
	if err != nil {
		return nil, fmt.Errorf("read version of form: %w", err)
	}
	return v, nil
}

// FormVersion is a version of a form, whoever asks: what was judged by it is what shows it. Versions never change.
func (s *Service) FormVersion(ctx context.Context, id string) (*ent.EvaluationFormVersion, error) {
	return s.versions.get(id, func() (*ent.EvaluationFormVersion, error) {
		return s.o.Client.EvaluationFormVersion.Get(viewer.AsSystem(ctx), id)
	})
}

// FormInForce is the version in force of a form that the viewer sees.
func (s *Service) FormInForce(ctx context.Context, f *ent.EvaluationForm) (*ent.EvaluationFormVersion, error) {
	return s.versions.get(f.ID+"/"+strconv.Itoa(f.Version), func() (*ent.EvaluationFormVersion, error) {
		return s.o.Client.EvaluationFormVersion.Query().
			Where(evaluationformversion.FormID(f.ID), evaluationformversion.Number(f.Version)).Only(viewer.AsSystem(ctx))
	})
}
