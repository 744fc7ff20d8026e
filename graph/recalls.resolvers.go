package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/assistant/quality"
	"ekc/ent"
	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/graph/model"
)

// Recalls is the resolver for the recalls field.
func (r *queryResolver) Recalls(ctx context.Context, after *entgql.Cursor[string], first *int, versionID *string, state *recall.State) (*model.RecallConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.recallPage(ctx, after, *first, versionID, state)
}

// Recall is the resolver for the recall field.
func (r *queryResolver) Recall(ctx context.Context, id string) (*ent.Recall, error) {
	found, err := r.Quality.Recall(ctx, id)
	return found, orMissing(err)
}

// RecallBegin is the resolver for the recallBegin field.
func (r *mutationResolver) RecallBegin(ctx context.Context, input model.RecallBeginInput) (*model.RecallPayload, error) {
	return recallPayload(r.Quality.BeginRecall(ctx, quality.NewRecall{VersionID: input.VersionID, Reason: input.Reason, Text: input.Text}))
}

// RecallCancel is the resolver for the recallCancel field.
func (r *mutationResolver) RecallCancel(ctx context.Context, input model.RecallInput) (*model.RecallPayload, error) {
	return recallPayload(r.Quality.CancelRecall(ctx, input.RecallID))
}

// VersionID is the resolver for the versionId field.
func (r *recallResolver) VersionID(_ context.Context, obj *ent.Recall) (string, error) {
	return obj.RecordVersionID, nil
}

// BegunBy is the resolver for the begunBy field.
func (r *recallResolver) BegunBy(ctx context.Context, obj *ent.Recall) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// CancelledBy is the resolver for the cancelledBy field.
func (r *recallResolver) CancelledBy(ctx context.Context, obj *ent.Recall) (*model.Operator, error) {
	return r.operator(ctx, obj.CancelledBy)
}

// Listed is the resolver for the listed field.
func (r *recallResolver) Listed(_ context.Context, obj *ent.Recall) (bool, error) {
	return quality.Listed(obj), nil
}

// Progress is the resolver for the progress field.
func (r *recallResolver) Progress(ctx context.Context, obj *ent.Recall) ([]*model.RecallProgress, error) {
	return r.recallProgress(ctx, obj)
}

// People is the resolver for the people field.
func (r *recallResolver) People(ctx context.Context, obj *ent.Recall, after *entgql.Cursor[string], first *int, state *recallperson.State) (*model.RecallPersonConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.recallPeople(ctx, obj, after, *first, state)
}

// Interaction is the resolver for the interaction field.
func (r *recallPersonResolver) Interaction(ctx context.Context, obj *ent.RecallPerson) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}

// Callback is the resolver for the callback field.
func (r *recallPersonResolver) Callback(ctx context.Context, obj *ent.RecallPerson) (*ent.Callback, error) {
	if obj.CallbackID == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	found, err := r.Client.Callback.Get(ctx, obj.CallbackID)
	return found, ignoreMissing(err)
}
