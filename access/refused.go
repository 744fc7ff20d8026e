package access

import (
	"context"
	"fmt"
	"strings"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/apikey"
	"ekc/ent/interaction"
	"ekc/ent/session"
	"ekc/internal/ratelimit"
)

const (
	auditRefused      = "request.refused"
	auditTokenRefused = "token.refused"
)

// suspectsAtOnce is how many refused tokens of one address are looked at in a row; after that it is one a second.
const suspectsAtOnce = 10

// Refused writes down that something was refused to the viewer of ctx, such as a mutation without the right or a forged cursor: what names
// the field of the contract, code the failure. It does so once a minute for each viewer, what and code, so that who tries a thousand times
// does not fill the log; who is not signed in is told by the address.
func (s *Service) Refused(ctx context.Context, what, code string) error {
	v := viewer.From(ctx)
	if v.Kind == viewer.System {
		return nil
	}
	who := v.AccountID + v.KeyID + v.InteractionID
	if who == "" {
		who = ratelimit.AddressKey(v.Address)
	}
	if !s.refusals.Allow(who + " " + what + " " + code) {
		return nil
	}
	return s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return Audit(ctx, tx, auditRefused, v.AccountID+v.KeyID, map[string]string{"field": what, "code": code})
	})
}

// RefusedToken writes down that a bearer token opened nothing: one that was never given out, or one that was withdrawn and came back. It
// does so once a minute for each address, and looks at no more than a token a second of one: a flood costs the database next to nothing.
// A token that has merely come to its end, as every access token does, is no attempt, nor is one
// that came from where it may not, which Authenticate has written down itself.
func (s *Service) RefusedToken(ctx context.Context, token string) error {
	address := ratelimit.AddressKey(viewer.From(ctx).Address)
	if !s.suspects.Allow(address) {
		return nil
	}
	reason, err := s.whyRefused(viewer.AsSystem(ctx), token)
	if err != nil || reason == "" {
		return err
	}
	if !s.refusals.Allow(address + " token " + reason) {
		return nil
	}
	return s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return Audit(ctx, tx, auditTokenRefused, "", map[string]string{"reason": reason})
	})
}

// whyRefused says what is wrong with a token: unknown, withdrawn, or empty for what needs no words.
func (s *Service) whyRefused(system context.Context, token string) (string, error) {
	hash := HashToken(token)
	var known, withdrawn bool
	var err error
	switch {
	case strings.HasPrefix(token, CitizenPrefix):
		known, err = s.client.Interaction.Query().Where(interaction.TokenHash(hash)).Exist(system)
	case strings.HasPrefix(token, KeyPrefix):
		of := s.client.APIKey.Query().Where(apikey.Or(apikey.Hash(hash), apikey.PreviousHash(hash)))
		if known, err = of.Clone().Exist(system); err == nil && known {
			withdrawn, err = of.Where(apikey.RevokedAtNotNil()).Exist(system)
		}
	default:
		of := s.client.Session.Query().Where(session.AccessHash(hash))
		if known, err = of.Clone().Exist(system); err == nil && known {
			withdrawn, err = of.Where(session.RevokedAtNotNil()).Exist(system)
		}
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("look for a refused token: %w", err)
	case !known:
		return "unknown", nil
	case withdrawn:
		return "withdrawn", nil
	default:
		return "", nil
	}
}
