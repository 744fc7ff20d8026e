package graph

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
)

// Identities is the resolver for the identities field.
func (r *queryResolver) Identities(ctx context.Context) ([]*ent.IdentityLink, error) {
	return r.Access.Identities(ctx)
}

// IdentityDepart is the resolver for the identityDepart field.
func (r *mutationResolver) IdentityDepart(ctx context.Context, input model.IdentityDepartInput) (*model.IdentityDepartPayload, error) {
	departure, err := r.Access.Depart(ctx, input.Link)
	errs, err := userErrors(err)
	return &model.IdentityDepartPayload{URL: optional.Text(departure.URL), Secret: optional.Text(departure.Secret), UserErrors: errs}, err
}

// IdentitySignIn is the resolver for the identitySignIn field.
func (r *mutationResolver) IdentitySignIn(ctx context.Context, input model.IdentityReturnInput) (*model.SignInPayload, error) {
	tokens, account, err := r.Access.SignInByIdentity(ctx, access.Return(input))
	return r.signedIn(ctx, tokens, account, err)
}

// IdentityLink is the resolver for the identityLink field.
func (r *mutationResolver) IdentityLink(ctx context.Context, input model.IdentityReturnInput) (*model.IdentityPayload, error) {
	link, err := r.Access.LinkIdentity(ctx, access.Return(input))
	errs, err := userErrors(err)
	return &model.IdentityPayload{Identity: link, UserErrors: errs}, err
}

// IdentityUnlink is the resolver for the identityUnlink field.
func (r *mutationResolver) IdentityUnlink(ctx context.Context, input model.IdentityUnlinkInput) (*model.IdentityPayload, error) {
	errs, err := userErrors(r.Access.UnlinkIdentity(ctx, input.IdentityID))
	return &model.IdentityPayload{UserErrors: errs}, err
}
