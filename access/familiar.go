package access

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/session"
	"ekc/internal/ratelimit"
)

// familiarFor is how long an address stays familiar after a sign-in.
const familiarFor = 30 * 24 * time.Hour

// isFamiliar reports whether the account has signed in from the network of the viewer's address lately, so that a lock-out,
// which anybody who knows a login can bring about, does not hold there (OWASP, "Blocking Brute Force Attacks": device
// cookies; here the address stands for the cookie). Guesses from there count by themselves.
func (s *Service) isFamiliar(ctx context.Context, tx *ent.Tx, a *ent.Account) (bool, error) {
	address := viewer.From(ctx).Address
	if address == "" || !s.guesses.Ready(guessKey(ctx, a)) {
		return false, nil
	}
	addresses, err := tx.Session.Query().
		Where(session.AccountID(a.ID), session.CreatedAtGT(s.now().Add(-familiarFor)), session.AddressNotNil()).
		Unique(true).Select(session.FieldAddress).Strings(ctx)
	if err != nil {
		return false, fmt.Errorf("read addresses of sessions: %w", err)
	}
	for _, known := range addresses {
		if ratelimit.AddressKey(known) == ratelimit.AddressKey(address) {
			return true, nil
		}
	}
	return false, nil
}

// guessKey is what guesses at an account from one network count under.
func guessKey(ctx context.Context, a *ent.Account) string {
	return a.ID + " " + ratelimit.AddressKey(viewer.From(ctx).Address)
}
