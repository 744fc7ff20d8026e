package voice

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/callback"
	"ekc/internal/fail"
)

// CallBack promises the citizen of a deferred enquiry a call, which is made as soon as the operator has taken the enquiry, in tx, which
// has locked it. CONFLICT when there is no number that the centre calls, or when it is too early or too late where the citizen lives.
func (s *Service) CallBack(ctx context.Context, tx *ent.Tx, i *ent.Interaction) error {
	number, err := s.numberOf(ctx, tx, i, nil)
	if err != nil {
		return err
	}
	if !Ordinary(number) {
		return fail.New(fail.Conflict, "the citizen has no number that the centre calls")
	}
	at, err := s.DecentFor(ctx, tx, i)
	if err != nil {
		return err
	}
	if at.After(s.now()) {
		return fail.New(fail.Conflict, "it is too early or too late where the citizen lives")
	}
	return s.promise(ctx, tx, i, promise{reason: callback.ReasonDeferred, number: number})
}

// PutOff ends a call that was promised in an enquiry which is being deferred, in tx, which has locked it.
func (s *Service) PutOff(ctx context.Context, tx *ent.Tx, interactionID string) error {
	cb, err := openCallback(ctx, tx, interactionID)
	if err != nil || cb == nil {
		return err
	}
	return s.settle(ctx, tx, cb, callback.StateCancelled)
}

// countVain ends the call of a deferred enquiry that its citizen did not answer.
func (s *Service) countVain(ctx context.Context, tx *ent.Tx, cb *ent.Callback, code int) error {
	now := s.now()
	err := tx.Callback.UpdateOne(cb).SetState(callback.StateExhausted).SetAttempts(1).SetLastSipCode(code).SetLastAttemptAt(now).
		SetEndedAt(now).ClearNodeID().Exec(ctx)
	if err != nil {
		return fmt.Errorf("end callback: %w", err)
	}
	return nil
}
