package graph

import (
	"context"
	"time"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Viewer is the resolver for the viewer field.
func (r *queryResolver) Viewer(context.Context) (*model.Viewer, error) { return &model.Viewer{}, nil }

// Account is the resolver for the account field.
func (r *viewerResolver) Account(ctx context.Context, _ *model.Viewer) (*ent.Account, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account {
		return nil, nil //nolint:nilnil // null in the contract
	}
	return r.account(ctx, v.AccountID)
}

// Interaction is the resolver for the interaction field.
func (r *viewerResolver) Interaction(ctx context.Context, _ *model.Viewer) (*ent.Interaction, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Citizen {
		return nil, nil //nolint:nilnil // null in the contract
	}
	return r.interaction(ctx, v.InteractionID)
}

// Accounts is the resolver for the accounts field.
func (r *queryResolver) Accounts(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.AccountFilter) (*ent.AccountConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	f := value(filter)
	q, err := r.Access.Accounts(ctx, access.AccountFilter{Role: viewer.Role(value(f.Role)), Active: f.Active, Text: value(f.Text)})
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, before, last)
}

// Sessions is the resolver for the sessions field.
func (r *queryResolver) Sessions(ctx context.Context, accountID *string) ([]*ent.Session, error) {
	if accountID != nil {
		return r.Access.SessionsOf(ctx, *accountID)
	}
	return r.Access.Sessions(ctx)
}

// SignIn is the resolver for the signIn field.
func (r *mutationResolver) SignIn(ctx context.Context, input model.SignInInput) (*model.SignInPayload, error) {
	tokens, account, err := r.Access.SignIn(ctx, input.Login, input.Password)
	return r.signedIn(ctx, tokens, account, err)
}

// TokenRefresh is the resolver for the tokenRefresh field.
func (r *mutationResolver) TokenRefresh(ctx context.Context, input model.TokenRefreshInput) (*model.SignInPayload, error) {
	tokens, account, err := r.Access.Refresh(ctx, input.RefreshToken)
	return r.signedIn(ctx, tokens, account, err)
}

// signedIn lets the payload be read as the account that came in.
func (r *mutationResolver) signedIn(ctx context.Context, t access.Tokens, account *ent.Account, err error) (*model.SignInPayload, error) {
	payload := &model.SignInPayload{Account: account, Challenge: t.Challenge}
	if err == nil && t.Challenge == nil {
		payload.Tokens = &model.Tokens{
			AccessToken: t.AccessToken, AccessExpiresAt: t.AccessExpiresAt,
			RefreshToken: t.RefreshToken, RefreshExpiresAt: t.RefreshExpiresAt,
		}
		var v viewer.Viewer
		if v, err = r.Access.Authenticate(ctx, t.AccessToken); err == nil {
			become(ctx, v)
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// SignOut is the resolver for the signOut field.
func (r *mutationResolver) SignOut(ctx context.Context) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.SignOut(ctx))
}

// SignOutEverywhere is the resolver for the signOutEverywhere field.
func (r *mutationResolver) SignOutEverywhere(ctx context.Context) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.SignOutEverywhere(ctx))
}

// PasswordChange is the resolver for the passwordChange field.
func (r *mutationResolver) PasswordChange(ctx context.Context, input model.PasswordChangeInput) (*model.SignOutPayload, error) {
	return signOutPayload(r.Access.ChangePassword(ctx, input.Current, input.New))
}

// AccountCreate is the resolver for the accountCreate field.
func (r *mutationResolver) AccountCreate(ctx context.Context, input model.AccountCreateInput) (*model.AccountPayload, error) {
	n := access.NewAccount{
		Login: input.Login, DisplayName: input.DisplayName, Password: input.Password, ChatCapacity: input.ChatCapacity,
	}
	if input.Role != nil {
		role := roleOf(*input.Role)
		n.Role = &role
	}
	return accountPayload(r.Access.CreateAccount(ctx, n))
}

// AccountUpdate is the resolver for the accountUpdate field.
func (r *mutationResolver) AccountUpdate(ctx context.Context, input model.AccountUpdateInput) (*model.AccountPayload, error) {
	return accountPayload(r.Access.UpdateAccount(ctx, input.AccountID, access.AccountChange{
		DisplayName: input.DisplayName, Active: input.Active, ChatCapacity: input.ChatCapacity,
		Password: input.Password, Unlock: value(input.Unlock),
	}))
}

// RoleGrant is the resolver for the roleGrant field.
func (r *mutationResolver) RoleGrant(ctx context.Context, input model.RoleGrantInput) (*model.AccountPayload, error) {
	return accountPayload(r.Access.GrantRole(ctx, input.AccountID, roleOf(*input.Role)))
}

// RoleRevoke is the resolver for the roleRevoke field.
func (r *mutationResolver) RoleRevoke(ctx context.Context, input model.RoleRevokeInput) (*model.AccountPayload, error) {
	return accountPayload(r.Access.RevokeRole(ctx, input.RoleAssignmentID))
}

func roleOf(in model.RoleInput) access.NewRole {
	return access.NewRole{
		Role: viewer.Role(in.Role), AgencyID: value(in.AgencyID), RegionID: value(in.RegionID), Line: value(in.Line),
		ValidFrom: in.ValidFrom, ValidTo: in.ValidTo,
	}
}

func accountPayload(account *ent.Account, err error) (*model.AccountPayload, error) {
	errs, err := userErrors(err)
	return &model.AccountPayload{Account: account, UserErrors: errs}, err
}

// LockedUntil is the resolver for the lockedUntil field.
func (r *accountResolver) LockedUntil(ctx context.Context, obj *ent.Account) (*time.Time, error) {
	if obj.LockedUntil == nil || !obj.LockedUntil.After(r.Clock()) {
		return nil, nil //nolint:nilnil // null in the contract
	}
	may, err := r.Access.MayManage(ctx, obj.ID)
	if err != nil || !may {
		return nil, err
	}
	return obj.LockedUntil, nil
}

// LastSignInAt is the resolver for the lastSignInAt field.
func (r *accountResolver) LastSignInAt(ctx context.Context, obj *ent.Account) (*time.Time, error) {
	roles, err := r.Roles(ctx, obj)
	if err != nil {
		return nil, err
	}
	own := viewer.From(ctx).AccountID == obj.ID
	for _, scope := range append(scopes(roles), viewer.Scope{}) {
		object := access.Object{Scope: scope, Own: own}
		if (own || len(roles) > 0 && scope != viewer.Scope{}) && access.CheckObject(ctx, access.ReadSignIns, object) == nil {
			return obj.LastSignInAt, nil
		}
	}
	if viewer.From(ctx).Has(viewer.Administrator) {
		return obj.LastSignInAt, nil
	}
	return nil, nil //nolint:nilnil // null in the contract
}

// Roles is the resolver for the roles field.
func (r *accountResolver) Roles(ctx context.Context, obj *ent.Account) ([]*ent.RoleAssignment, error) {
	all, err := obj.Roles(ctx)
	if err != nil {
		return nil, err
	}
	live := make([]*ent.RoleAssignment, 0, len(all))
	for _, role := range sorted(all, func(r *ent.RoleAssignment) string { return r.ID }) {
		if role.ValidTo == nil || role.ValidTo.After(r.Clock()) {
			live = append(live, role)
		}
	}
	return live, nil
}

// Queues is the resolver for the queues field.
func (r *accountResolver) Queues(ctx context.Context, obj *ent.Account) ([]*ent.Queue, error) {
	return orNone(loaded(ctx).queues.Load(ctx, obj.ID))
}

// Address is the resolver for the address field.
func (r *sessionResolver) Address(_ context.Context, obj *ent.Session) (*string, error) {
	return optional.Text(obj.Address), nil
}

// UserAgent is the resolver for the userAgent field.
func (r *sessionResolver) UserAgent(_ context.Context, obj *ent.Session) (*string, error) {
	return optional.Text(obj.UserAgent), nil
}

// Current is the resolver for the current field.
func (r *sessionResolver) Current(ctx context.Context, obj *ent.Session) (bool, error) {
	return obj.ID == viewer.From(ctx).SessionID, nil
}

// account reads one as the viewer; null when they may not see it.
func (r *Resolver) account(ctx context.Context, id string) (*ent.Account, error) {
	node, err := r.node(ctx, id)
	if err != nil || node == nil {
		return nil, err
	}
	account, ok := node.(*ent.Account)
	if !ok {
		return nil, fail.New(fail.NotFound, "no such account")
	}
	return account, nil
}
