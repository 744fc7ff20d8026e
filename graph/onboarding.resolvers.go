package graph

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/rolloutwave"
	"ekc/graph/model"
	"ekc/onboarding"
	"ekc/onboarding/stage"
)

// OnboardingBoard is the resolver for the onboardingBoard field.
func (r *queryResolver) OnboardingBoard(ctx context.Context, filter *model.OnboardingFilter) (*model.OnboardingBoard, error) {
	return r.onboardingBoard(ctx, value(filter))
}

// SiteOnboarding is the resolver for the siteOnboarding field.
func (r *queryResolver) SiteOnboarding(ctx context.Context, siteID string) (*model.SiteOnboarding, error) {
	found, err := r.Onboarding.One(ctx, siteID)
	return siteShown(found), orMissing(err)
}

// RolloutWaves is the resolver for the rolloutWaves field.
func (r *queryResolver) RolloutWaves(ctx context.Context) ([]*ent.RolloutWave, error) {
	if err := access.Check(ctx, access.ReadReference, access.Anywhere); err != nil {
		return nil, err
	}
	return r.Client.RolloutWave.Query().Order(ent.Asc(rolloutwave.FieldNumber)).All(ctx)
}

// RolloutWaveSet is the resolver for the rolloutWaveSet field.
func (r *mutationResolver) RolloutWaveSet(ctx context.Context, input model.RolloutWaveSetInput) (*model.RolloutWavePayload, error) {
	wave, err := r.Onboarding.SetWave(ctx, onboarding.Wave{
		Number: input.Wave, StartsOn: input.StartsOn, EndsOn: input.EndsOn, PlannedSites: input.PlannedSites,
	})
	errs, err := userErrors(err)
	return &model.RolloutWavePayload{Wave: wave, UserErrors: errs}, err
}

// SiteAdd is the resolver for the siteAdd field.
func (r *mutationResolver) SiteAdd(ctx context.Context, input model.SiteAddInput) (*model.SiteOnboardingPayload, error) {
	return r.sitePayload(ctx)(r.Onboarding.AddSite(ctx, onboarding.NewSite{
		AgencyID: input.AgencyID, RegionID: input.RegionID, Name: input.Name, Wave: input.Wave, Need: needOf(input.Need),
	}))
}

// SiteChange is the resolver for the siteChange field.
func (r *mutationResolver) SiteChange(ctx context.Context, input model.SiteChangeInput) (*model.SiteOnboardingPayload, error) {
	change := onboarding.SiteChange{Name: input.Name, Wave: input.Wave}
	if input.Need != nil {
		need := needOf(input.Need)
		change.Need = &need
	}
	return r.sitePayload(ctx)(r.Onboarding.ChangeSite(ctx, input.SiteID, change))
}

// OnboardingPlanImport is the resolver for the onboardingPlanImport field.
func (r *mutationResolver) OnboardingPlanImport(ctx context.Context, input model.OnboardingPlanImportInput) (*model.OnboardingPlanPayload, error) {
	return r.importPlan(ctx, input)
}

// SiteCheckConfirm is the resolver for the siteCheckConfirm field.
func (r *mutationResolver) SiteCheckConfirm(ctx context.Context, input model.SiteCheckConfirmInput) (*model.SiteOnboardingPayload, error) {
	return r.sitePayload(ctx)(r.Onboarding.Confirm(ctx, onboarding.Word{
		SiteID: input.SiteID, Check: stage.Check(input.Check), Person: input.Person, Document: input.Document, On: input.On,
	}))
}

// SiteCheckWithdraw is the resolver for the siteCheckWithdraw field.
func (r *mutationResolver) SiteCheckWithdraw(ctx context.Context, input model.SiteCheckWithdrawInput) (*model.SiteOnboardingPayload, error) {
	return r.sitePayload(ctx)(r.Onboarding.Withdraw(ctx, input.SiteID, stage.Check(input.Check), input.Reason))
}

// SiteCheck is the resolver for the siteCheck field.
func (r *mutationResolver) SiteCheck(ctx context.Context, input model.SiteCheckInput) (*model.SiteOnboardingPayload, error) {
	return r.sitePayload(ctx)(r.Onboarding.Check(ctx, input.SiteID))
}

// Onboarding is the resolver for the onboarding field.
func (r *subscriptionResolver) Onboarding(ctx context.Context, after *string) (<-chan *model.SiteOnboardingEvent, error) {
	return r.followOnboarding(ctx, after)
}
