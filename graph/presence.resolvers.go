package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/pausereason"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/supervision"
)

// PauseReasons is the resolver for the pauseReasons field.
func (r *queryResolver) PauseReasons(ctx context.Context) ([]*ent.PauseReason, error) {
	if err := signedIn(ctx); err != nil {
		return nil, err
	}
	return r.Client.PauseReason.Query().Order(ent.Asc(pausereason.FieldCode)).All(ctx)
}

// PresenceSet is the resolver for the presenceSet field.
func (r *mutationResolver) PresenceSet(ctx context.Context, input model.PresenceSetInput) (*model.PresencePayload, error) {
	p, err := r.Routing.Set(ctx, input.State, value(input.PauseReasonCode))
	errs, err := userErrors(err)
	return &model.PresencePayload{Presence: p, UserErrors: errs}, err
}

// Operator is the resolver for the operator field.
func (r *presenceResolver) Operator(ctx context.Context, obj *ent.Presence) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Chats is the resolver for the chats field.
func (r *presenceResolver) Chats(ctx context.Context, obj *ent.Presence) (int, error) {
	load, err := loaded(ctx).loads.Load(ctx, obj.AccountID)
	return load.Chats, err
}

// ChatCapacity is the resolver for the chatCapacity field.
func (r *presenceResolver) ChatCapacity(ctx context.Context, obj *ent.Presence) (int, error) {
	return loaded(ctx).capacities.Load(ctx, obj.AccountID)
}

// Desk is the resolver for the desk field.
func (r *queryResolver) Desk(ctx context.Context) (*model.Desk, error) {
	if err := access.Check(ctx, access.ReadDesk, access.Anywhere); err != nil {
		return nil, err
	}
	return &model.Desk{Cursor: eventlog.Cursor(loaded(ctx).began, r.Clock())}, nil
}

// Presence is the resolver for the presence field.
func (r *deskResolver) Presence(ctx context.Context, _ *model.Desk) (*ent.Presence, error) {
	return r.Routing.Presence(ctx)
}

// Offers is the resolver for the offers field.
func (r *deskResolver) Offers(ctx context.Context, _ *model.Desk) ([]*ent.Offer, error) {
	return r.deskOffers(ctx)
}

// Invitations is the resolver for the invitations field.
func (r *deskResolver) Invitations(ctx context.Context, _ *model.Desk) ([]*ent.CallInvitation, error) {
	return r.deskInvitations(ctx)
}

// Interactions is the resolver for the interactions field.
func (r *deskResolver) Interactions(ctx context.Context, _ *model.Desk) ([]*ent.Interaction, error) {
	return r.deskInteractions(ctx)
}

// Board is the resolver for the board field.
func (r *queryResolver) Board(ctx context.Context) (*model.Board, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	return &model.Board{Cursor: eventlog.Cursor(loaded(ctx).began, r.Clock())}, nil
}

// Queues is the resolver for the queues field.
func (r *boardResolver) Queues(ctx context.Context, _ *model.Board) ([]*ent.Queue, error) {
	q, err := r.Client.Queue.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Where(watched(viewer.From(ctx))).Order(ent.Asc(queue.FieldID)).All(ctx)
}

// Operators is the resolver for the operators field.
func (r *boardResolver) Operators(ctx context.Context, _ *model.Board) ([]*ent.Presence, error) {
	q, err := r.Client.Presence.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Order(ent.Asc(presence.FieldID)).All(ctx)
}

// Today is the resolver for the today field.
func (r *boardResolver) Today(ctx context.Context, _ *model.Board) (*model.BoardToday, error) {
	return r.today(ctx)
}

// Interactions is the resolver for the interactions field.
func (r *boardResolver) Interactions(ctx context.Context, _ *model.Board) ([]*ent.Interaction, error) {
	return r.boardInteractions(ctx)
}

// Queue is the resolver for the queue field.
func (r *queueTodayResolver) Queue(ctx context.Context, obj *supervision.QueueToday) (*ent.Queue, error) {
	return loaded(ctx).queueRows.Load(ctx, obj.QueueID)
}
