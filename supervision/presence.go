package supervision

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/directive"
	"ekc/ent/presence"
	"ekc/internal/fail"
)

// attempts is how often a change of presence is begun anew because an offer came in between.
const attempts = 5

// Forcing is a presence that a supervisor sets for an operator.
type Forcing struct {
	AccountID string
	// State is AVAILABLE, BUSY, PAUSED or OFFLINE; PauseReasonCode belongs to PAUSED.
	State           presence.State
	PauseReasonCode string
	// Reason is told to the operator, 1 to 1,000 characters.
	Reason string
}

// ForcePresence sets the presence of an operator of the viewer's segment and tells them why. Pending offers return to their queues;
// interactions stay with the operator.
func (s *Service) ForcePresence(ctx context.Context, f Forcing) (*ent.Directive, error) {
	reason, err := words("reason", f.Reason, maxReason)
	if err != nil {
		return nil, err
	}
	var d *ent.Directive
	for range attempts {
		err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
			if _, err := s.staff(ctx, system, tx, f.AccountID, access.DirectOperator); err != nil {
				return err
			}
			if err := s.routing.Force(system, tx, f.AccountID, f.State, f.PauseReasonCode); err != nil {
				return err
			}
			if d, err = s.tell(ctx, tx, order{accountID: f.AccountID, kind: directive.KindPresence, reason: reason}); err != nil {
				return err
			}
			return access.Audit(ctx, tx, "operator.force_presence", f.AccountID, map[string]string{"state": string(f.State), "directive": d.ID})
		})
		if fail.CodeOf(err) != fail.Unavailable {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	s.routing.Wake()
	return d.Unwrap(), nil
}
