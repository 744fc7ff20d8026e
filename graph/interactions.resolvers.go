package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/optional"
)

// Interaction is the resolver for the interaction field.
func (r *queryResolver) Interaction(ctx context.Context, id string) (*ent.Interaction, error) {
	return r.interaction(ctx, id)
}

// AssistantTurn is the resolver for the assistantTurn field.
func (r *queryResolver) AssistantTurn(ctx context.Context, id string) (*ent.AssistantTurn, error) {
	return r.assistantTurn(ctx, id)
}

// Interactions is the resolver for the interactions field.
func (r *queryResolver) Interactions(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.InteractionFilter) (*ent.InteractionConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	if err := access.CheckObject(ctx, access.ReadInteraction, access.Object{Own: true}); err != nil {
		return nil, refusedListing(err)
	}
	return r.Client.Interaction.Query().Where(interactionsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithInteractionOrder(newestInteractions))
}

// Dispositions is the resolver for the dispositions field.
func (r *queryResolver) Dispositions(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.DispositionConnection, error) {
	first, last, err := pageOf(after, before, first, last, maxPage)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Disposition.Query().Paginate(ctx, after, first, before, last)
}

// ChatStart is the resolver for the chatStart field.
func (r *mutationResolver) ChatStart(ctx context.Context, input model.ChatStartInput) (*model.ChatStartPayload, error) {
	i, token, err := r.Interactions.Start(ctx, interaction.StartInput{
		AgencyCode: value(input.AgencyCode), RegionCode: value(input.RegionCode), Name: value(input.Name),
		Phone: value(input.Phone), Text: value(input.Text), PageURL: value(input.PageURL),
		IdempotencyKey: value(input.IdempotencyKey),
	})
	if err == nil {
		become(ctx, viewer.Viewer{Kind: viewer.Citizen, InteractionID: i.ID})
	}
	errs, err := userErrors(err)
	return &model.ChatStartPayload{Interaction: i, Token: optional.Text(token), UserErrors: errs}, err
}

// HandoverRequest is the resolver for the handoverRequest field.
func (r *mutationResolver) HandoverRequest(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.RequestHandover(ctx, input.InteractionID))
}

// ChatEnd is the resolver for the chatEnd field.
func (r *mutationResolver) ChatEnd(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.End(ctx, input.InteractionID))
}

// InteractionRate is the resolver for the interactionRate field.
func (r *mutationResolver) InteractionRate(ctx context.Context, input model.InteractionRateInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Rate(ctx, input.InteractionID, input.Rating, value(input.Comment)))
}

// InteractionHold is the resolver for the interactionHold field.
func (r *mutationResolver) InteractionHold(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Hold(ctx, input.InteractionID))
}

// InteractionResume is the resolver for the interactionResume field.
func (r *mutationResolver) InteractionResume(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Resume(ctx, input.InteractionID))
}

// InteractionFinish is the resolver for the interactionFinish field.
func (r *mutationResolver) InteractionFinish(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Finish(ctx, input.InteractionID))
}

// InteractionTransfer is the resolver for the interactionTransfer field.
func (r *mutationResolver) InteractionTransfer(ctx context.Context, input model.InteractionTransferInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Transfer(ctx, input.InteractionID, input.QueueID, value(input.Note)))
}

// SuggestionDismiss is the resolver for the suggestionDismiss field.
func (r *mutationResolver) SuggestionDismiss(ctx context.Context, input model.SuggestionDismissInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.DismissSuggestion(ctx, input.InteractionID, input.RecordID))
}

// InteractionClose is the resolver for the interactionClose field.
func (r *mutationResolver) InteractionClose(ctx context.Context, input model.InteractionCloseInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.Close(ctx, interaction.CloseInput{
		InteractionID: input.InteractionID, DispositionID: input.DispositionID, Outcome: input.Outcome, Note: value(input.Note),
	}))
}

func interactionPayload(i *ent.Interaction, err error) (*model.InteractionPayload, error) {
	errs, err := userErrors(err)
	return &model.InteractionPayload{Interaction: i, UserErrors: errs}, err
}
