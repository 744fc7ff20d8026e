package graph

import (
	"context"
	"time"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// APIKeys is the resolver for the apiKeys field.
func (r *queryResolver) APIKeys(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.APIKeyConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	q, err := r.Access.Keys(ctx)
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithAPIKeyOrder(newestKeys))
}

// APIKeyActions is the resolver for the apiKeyActions field.
func (r *queryResolver) APIKeyActions(ctx context.Context) ([]string, error) {
	if _, err := r.Access.Keys(ctx); err != nil {
		return nil, err
	}
	actions := []string{}
	for _, a := range access.KeyActions() {
		actions = append(actions, string(a))
	}
	return actions, nil
}

// APIKeyCreate is the resolver for the apiKeyCreate field.
func (r *mutationResolver) APIKeyCreate(ctx context.Context, input model.APIKeyCreateInput) (*model.APIKeyPayload, error) {
	n := access.NewKey{
		Name: input.Name, AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), ExpiresAt: input.ExpiresAt,
		CertificateSubject: value(input.CertificateSubject),
	}
	for _, a := range input.Actions {
		n.Actions = append(n.Actions, access.Action(a))
	}
	return keyPayload(r.Access.CreateKey(ctx, n))
}

// APIKeyRotate is the resolver for the apiKeyRotate field.
func (r *mutationResolver) APIKeyRotate(ctx context.Context, input model.APIKeyRotateInput) (*model.APIKeyPayload, error) {
	hours := 24
	if input.OverlapHours != nil {
		hours = *input.OverlapHours
	}
	if hours < 0 || hours > 10_000 { // beyond any bound, and not to be multiplied
		return keyPayload(nil, "", fail.Field("overlapHours", fail.Invalid, "from 0 to 168"))
	}
	return keyPayload(r.Access.RotateKey(ctx, input.APIKeyID, time.Duration(hours)*time.Hour))
}

// APIKeyRevoke is the resolver for the apiKeyRevoke field.
func (r *mutationResolver) APIKeyRevoke(ctx context.Context, input model.APIKeyInput) (*model.APIKeyPayload, error) {
	key, err := r.Access.RevokeKey(ctx, input.APIKeyID)
	return keyPayload(key, "", err)
}

func keyPayload(key *ent.APIKey, secret string, err error) (*model.APIKeyPayload, error) {
	payload := &model.APIKeyPayload{}
	if err == nil {
		payload.APIKey, payload.Secret = key, optional.Text(secret)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// LastAddress is the resolver for the lastAddress field.
func (r *apiKeyResolver) LastAddress(_ context.Context, obj *ent.APIKey) (*string, error) {
	return optional.Text(obj.LastAddress), nil
}

// CertificateSubject is the resolver for the certificateSubject field.
func (r *apiKeyResolver) CertificateSubject(_ context.Context, obj *ent.APIKey) (*string, error) {
	return optional.Text(obj.CertificateSubject), nil
}

// AgencyNetworks is the resolver for the agencyNetworks field.
func (r *queryResolver) AgencyNetworks(ctx context.Context, agencyID string) ([]*ent.AgencyNetwork, error) {
	return r.Access.AgencyNetworks(ctx, agencyID)
}

// AgencyNetworkAdd is the resolver for the agencyNetworkAdd field.
func (r *mutationResolver) AgencyNetworkAdd(ctx context.Context, input model.AgencyNetworkAddInput) (*model.AgencyNetworkPayload, error) {
	network, err := r.Access.AddAgencyNetwork(ctx, input.AgencyID, input.Network, value(input.Note))
	errs, err := userErrors(err)
	return &model.AgencyNetworkPayload{AgencyNetwork: network, UserErrors: errs}, err
}

// AgencyNetworkRemove is the resolver for the agencyNetworkRemove field.
func (r *mutationResolver) AgencyNetworkRemove(ctx context.Context, input model.AgencyNetworkRemoveInput) (*model.AgencyNetworkPayload, error) {
	errs, err := userErrors(r.Access.RemoveAgencyNetwork(ctx, input.AgencyNetworkID))
	return &model.AgencyNetworkPayload{UserErrors: errs}, err
}

// Note is the resolver for the note field.
func (r *agencyNetworkResolver) Note(_ context.Context, obj *ent.AgencyNetwork) (*string, error) {
	return optional.Text(obj.Note), nil
}
