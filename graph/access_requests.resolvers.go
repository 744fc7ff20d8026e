package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/ent/roleassignment"
	"ekc/graph/model"
	"ekc/internal/optional"
)

// AccessRequests is the resolver for the accessRequests field.
func (r *queryResolver) AccessRequests(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.AccessRequestFilter) (*ent.AccessRequestConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	f := value(filter)
	q, err := r.Access.AccessRequests(ctx, access.RequestFilter{
		State: value(f.State), AccountID: value(f.AccountID), AgencyID: value(f.AgencyID), RegionID: value(f.RegionID),
	})
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithAccessRequestOrder(newestRequests))
}

// AccessRequestCreate is the resolver for the accessRequestCreate field.
func (r *mutationResolver) AccessRequestCreate(ctx context.Context, input model.AccessRequestCreateInput) (*model.AccessRequestPayload, error) {
	return requestPayload(r.Access.RequestAccess(ctx, access.Ask{
		AccountID: value(input.AccountID), Role: roleOf(*input.Role), Reason: input.Reason,
	}))
}

// AccessRequestDecide is the resolver for the accessRequestDecide field.
func (r *mutationResolver) AccessRequestDecide(ctx context.Context, input model.AccessRequestDecideInput) (*model.AccessRequestPayload, error) {
	return requestPayload(r.Access.DecideAccess(ctx, input.AccessRequestID, access.Decision{
		Approve: input.Approve, Reason: value(input.Reason), ValidTo: input.ValidTo,
	}))
}

// AccessRequestWithdraw is the resolver for the accessRequestWithdraw field.
func (r *mutationResolver) AccessRequestWithdraw(ctx context.Context, input model.AccessRequestInput) (*model.AccessRequestPayload, error) {
	return requestPayload(r.Access.WithdrawAccess(ctx, input.AccessRequestID))
}

func requestPayload(request *ent.AccessRequest, err error) (*model.AccessRequestPayload, error) {
	errs, err := userErrors(err)
	return &model.AccessRequestPayload{AccessRequest: request, UserErrors: errs}, err
}

// Role is the resolver for the role field.
func (r *accessRequestResolver) Role(_ context.Context, obj *ent.AccessRequest) (roleassignment.Role, error) {
	return roleassignment.Role(obj.Role), nil
}

// State is the resolver for the state field: a request ends by the clock, also before the sweep has come by.
func (r *accessRequestResolver) State(_ context.Context, obj *ent.AccessRequest) (accessrequest.State, error) {
	if obj.State == accessrequest.StatePending && !obj.ExpiresAt.After(r.Clock()) {
		return accessrequest.StateExpired, nil
	}
	return obj.State, nil
}

// AccountName is the resolver for the accountName field.
func (r *accessRequestResolver) AccountName(ctx context.Context, obj *ent.AccessRequest) (string, error) {
	name, err := r.nameOf(ctx, obj.AccountID)
	return value(name), err
}

// AskerName is the resolver for the askerName field.
func (r *accessRequestResolver) AskerName(ctx context.Context, obj *ent.AccessRequest) (string, error) {
	name, err := r.nameOf(ctx, obj.AskerID)
	return value(name), err
}

// DeciderName is the resolver for the deciderName field.
func (r *accessRequestResolver) DeciderName(ctx context.Context, obj *ent.AccessRequest) (*string, error) {
	return r.nameOf(ctx, obj.DeciderID)
}

// Decision is the resolver for the decision field.
func (r *accessRequestResolver) Decision(_ context.Context, obj *ent.AccessRequest) (*string, error) {
	return optional.Text(obj.Decision), nil
}

// RoleAssignmentID is the resolver for the roleAssignmentId field.
func (r *accessRequestResolver) RoleAssignmentID(_ context.Context, obj *ent.AccessRequest) (*string, error) {
	return optional.Text(obj.RoleAssignmentID), nil
}

// nameOf is an account's display name; null without an id. Whoever sees where the id stands may know the name.
func (r *Resolver) nameOf(ctx context.Context, id string) (*string, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	name, err := orNone(loaded(ctx).names.Load(ctx, id))
	return optional.Text(name), err
}
