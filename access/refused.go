package access

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
)

const auditRefused = "request.refused"

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
		who = v.Address
	}
	if !s.refusals.Allow(who + " " + what + " " + code) {
		return nil
	}
	return s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return Audit(ctx, tx, auditRefused, v.AccountID+v.KeyID, map[string]string{"field": what, "code": code})
	})
}
