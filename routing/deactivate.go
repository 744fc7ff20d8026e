package routing

import (
	"context"
	"errors"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/presence"
	"ekc/internal/fail"
)

// Deactivated sets an operator who may no longer sign in OFFLINE, in the transaction that says so: pending offers return to
// their old place. Open interactions stay with the operator until a supervisor hands them on. An account that never worked
// as operator has nothing to take back.
func (s *Service) Deactivated(ctx context.Context, tx *ent.Tx, accountID string) error {
	ctx = viewer.AsSystem(ctx)
	works, err := tx.Presence.Query().Where(presence.AccountID(accountID)).Exist(ctx)
	if err != nil || !works {
		return err
	}
	_, err = s.setPresence(ctx, tx, accountID, presence.StateOffline, "")
	if errors.Is(err, errNewOffer) {
		return fail.New(fail.Unavailable, "offers come in too fast; try again")
	}
	return err
}
