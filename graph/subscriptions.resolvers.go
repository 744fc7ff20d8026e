package graph

import (
	"context"

	"ekc/graph/model"
)

// Dialogue is the resolver for the dialogue field.
func (r *subscriptionResolver) Dialogue(ctx context.Context, interactionID string, after *string) (<-chan model.DialogueEvent, error) {
	return r.dialogue(ctx, interactionID, after)
}

// Desk is the resolver for the desk field.
func (r *subscriptionResolver) Desk(ctx context.Context, after *string) (<-chan model.DeskEvent, error) {
	return r.desk(ctx, after)
}

// Board is the resolver for the board field.
func (r *subscriptionResolver) Board(ctx context.Context, after *string) (<-chan model.BoardEvent, error) {
	return r.board(ctx, after)
}

// BoardToday is the resolver for the boardToday field.
func (r *subscriptionResolver) BoardToday(ctx context.Context) (<-chan *model.BoardToday, error) {
	return r.followToday(ctx)
}

// BoardInteractions is the resolver for the boardInteractions field.
func (r *subscriptionResolver) BoardInteractions(ctx context.Context, after *string) (<-chan model.BoardInteractionEvent, error) {
	return r.followInteractions(ctx, after)
}
