package graph

import (
	"context"

	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/routing/trace"
)

// OfferAccept is the resolver for the offerAccept field.
func (r *mutationResolver) OfferAccept(ctx context.Context, input model.OfferInput) (*model.OfferPayload, error) {
	return offerPayload(r.Routing.Accept(ctx, input.OfferID))
}

// OfferDecline is the resolver for the offerDecline field.
func (r *mutationResolver) OfferDecline(ctx context.Context, input model.OfferInput) (*model.OfferPayload, error) {
	return offerPayload(r.Routing.Decline(ctx, input.OfferID))
}

func offerPayload(o *ent.Offer, err error) (*model.OfferPayload, error) {
	errs, err := userErrors(err)
	return &model.OfferPayload{Offer: o, UserErrors: errs}, err
}

// Operator is the resolver for the operator field.
func (r *offerResolver) Operator(ctx context.Context, obj *ent.Offer) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Operator is the resolver for the operator field.
func (r *routingTraceResolver) Operator(ctx context.Context, obj *ent.RoutingTrace) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Rejection is the resolver for the rejection field.
func (r *routingCandidateResolver) Rejection(_ context.Context, obj *trace.Candidate) (*string, error) {
	return optional.Text(obj.Rejection), nil
}
