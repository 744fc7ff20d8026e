package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/citizenrequest"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/internal/privacy"
	"ekc/internal/seal"
)

// DestructionActs is the resolver for the destructionActs field.
func (r *queryResolver) DestructionActs(ctx context.Context, after *entgql.Cursor[string], first *int, requestID *string) (*ent.DestructionActConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	q, err := r.Privacy.Acts(ctx, value(requestID))
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, nil, nil, ent.WithDestructionActOrder(newestActs))
}

// LegalHolds is the resolver for the legalHolds field.
func (r *queryResolver) LegalHolds(ctx context.Context, after *entgql.Cursor[string], first *int, active *bool) (*ent.LegalHoldConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	q, err := r.Privacy.Holds(ctx, value(active))
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, nil, nil, ent.WithLegalHoldOrder(newestHolds))
}

// CitizenRequests is the resolver for the citizenRequests field.
func (r *queryResolver) CitizenRequests(ctx context.Context, after *entgql.Cursor[string], first *int, state *citizenrequest.State) (*ent.CitizenRequestConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	q, err := r.Privacy.Requests(ctx, value(state))
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, nil, nil, ent.WithCitizenRequestOrder(newestCitizenRequests))
}

// LegalHoldPlace is the resolver for the legalHoldPlace field.
func (r *mutationResolver) LegalHoldPlace(ctx context.Context, input model.LegalHoldPlaceInput) (*model.LegalHoldPayload, error) {
	return holdPayload(r.Privacy.Place(ctx, privacy.NewHold{InteractionID: value(input.InteractionID), Phone: value(input.Phone), Reason: input.Reason}))
}

// LegalHoldRelease is the resolver for the legalHoldRelease field.
func (r *mutationResolver) LegalHoldRelease(ctx context.Context, input model.LegalHoldInput) (*model.LegalHoldPayload, error) {
	return holdPayload(r.Privacy.Release(ctx, input.HoldID))
}

// CitizenRequestAsk is the resolver for the citizenRequestAsk field.
func (r *mutationResolver) CitizenRequestAsk(ctx context.Context, input model.CitizenRequestAskInput) (*model.CitizenRequestPayload, error) {
	return citizenRequestPayload(r.Privacy.Ask(ctx, privacy.NewRequest{Kind: input.Kind, Phone: input.Phone, Basis: input.Basis}))
}

// CitizenRequestApprove is the resolver for the citizenRequestApprove field.
func (r *mutationResolver) CitizenRequestApprove(ctx context.Context, input model.CitizenRequestInput) (*model.CitizenRequestPayload, error) {
	return citizenRequestPayload(r.Privacy.Approve(ctx, input.RequestID))
}

// CitizenRequestRefuse is the resolver for the citizenRequestRefuse field.
func (r *mutationResolver) CitizenRequestRefuse(ctx context.Context, input model.CitizenRequestRefuseInput) (*model.CitizenRequestPayload, error) {
	return citizenRequestPayload(r.Privacy.Refuse(ctx, input.RequestID, input.Reason))
}

// Text is the resolver for the text field.
func (r *messageResolver) Text(ctx context.Context, obj *ent.Message) (string, error) {
	return r.Interactions.ShownText(ctx, obj)
}

// Masked is the resolver for the masked field.
func (r *messageResolver) Masked(_ context.Context, obj *ent.Message) (bool, error) {
	return seal.Held(obj.Clear) != nil, nil
}

// ClearText is the resolver for the clearText field.
func (r *messageResolver) ClearText(ctx context.Context, obj *ent.Message, purpose access.Purpose, note *string) (*string, error) {
	return r.Interactions.ClearText(ctx, obj, access.Reason{Purpose: purpose, Note: value(note)})
}

// RequestID is the resolver for the requestId field.
func (r *destructionActResolver) RequestID(_ context.Context, obj *ent.DestructionAct) (*string, error) {
	return optional.Text(obj.RequestID), nil
}

// Counts is the resolver for the counts field.
func (r *destructionActResolver) Counts(_ context.Context, obj *ent.DestructionAct) ([]*model.DestroyedCount, error) {
	return destroyedCounts(obj.Counts), nil
}

// Objects is the resolver for the objects field.
func (r *destructionActResolver) Objects(_ context.Context, obj *ent.DestructionAct, kind string) ([]string, error) {
	return append([]string{}, obj.Objects[kind]...), nil
}

// Genuine is the resolver for the genuine field.
func (r *destructionActResolver) Genuine(_ context.Context, obj *ent.DestructionAct) (bool, error) {
	return privacy.Genuine(obj), nil
}

// InteractionID is the resolver for the interactionId field.
func (r *legalHoldResolver) InteractionID(_ context.Context, obj *ent.LegalHold) (*string, error) {
	return optional.Text(obj.InteractionID), nil
}

// PlacedBy is the resolver for the placedBy field.
func (r *legalHoldResolver) PlacedBy(ctx context.Context, obj *ent.LegalHold) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// ReleasedBy is the resolver for the releasedBy field.
func (r *legalHoldResolver) ReleasedBy(ctx context.Context, obj *ent.LegalHold) (*model.Operator, error) {
	return r.operator(ctx, obj.ReleasedBy)
}

// AskedBy is the resolver for the askedBy field.
func (r *citizenRequestResolver) AskedBy(ctx context.Context, obj *ent.CitizenRequest) (*model.Operator, error) {
	return r.operator(ctx, obj.AskedBy)
}

// DecidedBy is the resolver for the decidedBy field.
func (r *citizenRequestResolver) DecidedBy(ctx context.Context, obj *ent.CitizenRequest) (*model.Operator, error) {
	return r.operator(ctx, obj.DecidedBy)
}

// Refusal is the resolver for the refusal field.
func (r *citizenRequestResolver) Refusal(_ context.Context, obj *ent.CitizenRequest) (*string, error) {
	return optional.Text(obj.Refusal), nil
}

// ActID is the resolver for the actId field.
func (r *citizenRequestResolver) ActID(_ context.Context, obj *ent.CitizenRequest) (*string, error) {
	return optional.Text(obj.ActID), nil
}
