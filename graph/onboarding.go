package graph

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/onboarding"
	"ekc/onboarding/stage"
)

func (r *Resolver) onboardingBoard(ctx context.Context, f model.OnboardingFilter) (*model.OnboardingBoard, error) {
	_, cursor, err := r.from(nil) // before the snapshot, so that nothing is missed
	if err != nil {
		return nil, err
	}
	b, err := r.Onboarding.Board(ctx, onboarding.Filter{
		Wave: value(f.Wave), AgencyID: value(f.AgencyID), RegionID: value(f.RegionID), Stage: stage.Stage(value(f.Stage)),
		Late: f.Late, Launched: f.Launched, Warning: f.Warning,
	})
	if err != nil {
		return nil, err
	}
	shown := &model.OnboardingBoard{
		At: b.At, Cursor: cursor, Totals: totalsShown(b.Totals), Waves: make([]*model.OnboardingWave, len(b.Waves)),
		Sites: make([]*model.SiteOnboarding, len(b.Sites)),
	}
	for i, w := range b.Waves {
		shown.Waves[i] = &model.OnboardingWave{Wave: w.Wave, Totals: totalsShown(w.Totals)}
	}
	for i, one := range b.Sites {
		shown.Sites[i] = siteShown(one)
	}
	return shown, nil
}

func totalsShown(t onboarding.Totals) *model.OnboardingTotals {
	shown := &model.OnboardingTotals{Sites: t.Sites, Ready: t.Ready, Launched: t.Launched, Late: t.Late, Warnings: t.Warnings}
	for _, st := range stage.All {
		shown.Stages = append(shown.Stages, &model.OnboardingStageCount{Stage: model.OnboardingStage(st), Sites: t.At[st]})
	}
	return shown
}

// siteShown is a site as the contract has it; nil of nil.
func siteShown(one *onboarding.Site) *model.SiteOnboarding {
	if one == nil {
		return nil
	}
	n := one.Row.Need
	shown := &model.SiteOnboarding{
		Site: one.Row, DueOn: optional.Text(one.DueOn), Late: one.Late, Warning: one.Warning, ReadyAt: one.Row.ReadyAt, LaunchedAt: one.Row.LaunchedAt,
		Need: &model.SiteNeed{
			OperatorsLine1: n.OperatorsLine1, OperatorsLine2: n.OperatorsLine2, Supervisors: n.Supervisors,
			ContentManagers: n.ContentManagers, Coordinators: n.Coordinators, Records: n.Records,
		},
		Stages: make([]*model.SiteStageState, len(one.Stages)), Confirmations: make([]*model.SiteCheckConfirmation, len(one.Confirmations)),
	}
	if one.At != "" {
		at := model.OnboardingStage(one.At)
		shown.Stage = &at
	}
	for i, st := range one.Stages {
		shown.Stages[i] = stageShown(st)
	}
	for i, w := range one.Confirmations {
		shown.Confirmations[i] = &model.SiteCheckConfirmation{
			Code: model.OnboardingCheck(w.Code), Person: w.Person, On: w.ConfirmedOn, Document: w.Document, By: w.By, CreatedAt: w.CreatedAt,
		}
	}
	return shown
}

func stageShown(st *ent.SiteStage) *model.SiteStageState {
	shown := &model.SiteStageState{
		Stage: model.OnboardingStage(st.Stage), Done: st.Done, Warning: st.Warning, DoneAt: st.DoneAt, ReopenedAt: st.ReopenedAt,
		CheckedAt: st.CheckedAt, Checks: make([]*model.SiteCheckResult, len(st.Checks)),
	}
	for i, c := range st.Checks {
		shown.Checks[i] = &model.SiteCheckResult{
			Code: model.OnboardingCheck(c.Code), Manual: c.Manual, Holds: c.Holds, Found: c.Found, Wanted: c.Wanted,
		}
	}
	return shown
}

func needOf(in *model.SiteNeedInput) stage.Need {
	n := value(in)
	return stage.Need{
		OperatorsLine1: n.OperatorsLine1, OperatorsLine2: n.OperatorsLine2, Supervisors: n.Supervisors,
		ContentManagers: n.ContentManagers, Coordinators: n.Coordinators, Records: n.Records,
	}
}

// sitePayload shows a site after a change as it is by now.
func (r *Resolver) sitePayload(ctx context.Context) func(*ent.Site, error) (*model.SiteOnboardingPayload, error) {
	return func(changed *ent.Site, err error) (*model.SiteOnboardingPayload, error) {
		errs, err := userErrors(err)
		if err != nil || changed == nil {
			return &model.SiteOnboardingPayload{UserErrors: errs}, err
		}
		one, err := r.Onboarding.One(ctx, changed.ID)
		return &model.SiteOnboardingPayload{Site: siteShown(one), UserErrors: errs}, err
	}
}

func (r *Resolver) importPlan(ctx context.Context, input model.OnboardingPlanImportInput) (*model.OnboardingPlanPayload, error) {
	if err := access.Check(ctx, access.PlanOnboarding, access.Anywhere); err != nil { // before the file is read
		errs, err := userErrors(err)
		return &model.OnboardingPlanPayload{BadRows: []*model.OnboardingBadRow{}, UserErrors: errs}, err
	}
	rows, err := onboarding.ReadPlan(input.File.File)
	var done onboarding.Imported
	if err == nil {
		done, err = r.Onboarding.Import(ctx, rows, input.Try)
	}
	shown := &model.OnboardingPlanPayload{
		Written: err == nil && !input.Try && len(done.Bad) == 0, Waves: done.Waves, Added: done.Added, Changed: done.Changed,
		Unchanged: done.Unchanged, BadRows: make([]*model.OnboardingBadRow, len(done.Bad)), MoreBadRows: done.MoreBad,
	}
	for i, bad := range done.Bad {
		shown.BadRows[i] = &model.OnboardingBadRow{Line: bad.Line, Field: optional.Text(bad.Field), Message: bad.Message}
	}
	shown.UserErrors, err = userErrors(err)
	return shown, err
}

// followOnboarding tells of sites of the viewer's segment that change.
func (r *Resolver) followOnboarding(ctx context.Context, after *string) (<-chan *model.SiteOnboardingEvent, error) {
	if err := r.Onboarding.MayWatch(ctx); err != nil {
		return nil, err
	}
	position, cursor, err := r.from(after)
	if err != nil {
		return nil, err
	}
	f := newFollower[*model.SiteOnboardingEvent](ctx, cursor)
	return follow(r, f, r.Log.All(position), r.siteHappened, while[*model.SiteOnboardingEvent](r.Onboarding.MayWatch)), nil
}

func (r *Resolver) siteHappened(ctx context.Context, f *follower[*model.SiteOnboardingEvent], e eventlog.Event) error {
	if e.ID == 0 || e.Kind != onboarding.KindSite {
		return nil
	}
	cursor := eventlog.Cursor(e.ID, e.At)
	shown := &model.SiteOnboardingEvent{Cursor: cursor, At: e.At}
	if id := e.Data[onboarding.DataSite]; id != "" {
		one, err := r.Onboarding.One(ctx, id)
		if fail.CodeOf(err) == fail.NotFound {
			return nil // of another segment
		}
		if err != nil {
			return err
		}
		shown.Site = siteShown(one)
	}
	return f.give(shown, cursor)
}
