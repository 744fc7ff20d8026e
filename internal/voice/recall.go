package voice

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/callback"
	entinteraction "ekc/ent/interaction"
	"ekc/internal/fail"
	"ekc/telephony"
)

// Recall promises a call to the citizen of an interaction, who was told in it what is wrong, in tx; text is what the operator tells
// them instead. INVALID when they have no number that the centre calls, NOT_FOUND when no queue takes such calls.
func (s *Service) Recall(ctx context.Context, tx *ent.Tx, told *ent.Interaction, text string) (callbackID string, err error) {
	number, err := s.numberOf(ctx, tx, told, nil)
	if err != nil {
		return "", err
	}
	if !Ordinary(number) {
		return "", fail.Field("number", fail.Invalid, "is not a number that the centre calls")
	}
	q, err := s.queueFor(ctx, tx, telephony.Wish{}, told.AgencyID, told.RegionID)
	if err != nil {
		return "", err
	}
	i, err := s.o.Interactions.RecalledCall(ctx, tx, told, q, text)
	if err != nil {
		return "", err
	}
	if err := s.promise(ctx, tx, i, promise{reason: callback.ReasonRecall, number: number, origin: told.ID}); err != nil {
		return "", err
	}
	cb, err := openCallback(ctx, tx, i.ID)
	if err != nil || cb == nil {
		return "", fmt.Errorf("read callback: %w", err)
	}
	return cb.ID, nil
}

// DecentFor is the first instant from now on when the citizen of an interaction may be called, by the clock of their region.
func (s *Service) DecentFor(ctx context.Context, tx *ent.Tx, i *ent.Interaction) (time.Time, error) {
	zone, err := s.zoneOf(ctx, tx, "", i)
	if err != nil {
		return time.Time{}, err
	}
	return Decent(s.now(), zone), nil
}

// Withdraw ends a promised call that is wanted no more, in tx; false when it is being made already, or has ended.
func (s *Service) Withdraw(ctx context.Context, tx *ent.Tx, callbackID string) (bool, error) {
	one, err := tx.Callback.Get(ctx, callbackID)
	if err != nil {
		return false, fmt.Errorf("read callback: %w", err)
	}
	i, err := lockInteraction(ctx, tx, one.InteractionID)
	if err != nil {
		return false, err
	}
	if i.State == entinteraction.StateActive || i.State == entinteraction.StateHeld { // an operator has taken it
		return false, nil
	}
	cb, err := openCallback(ctx, tx, one.InteractionID)
	if err != nil || cb == nil || cb.ID != callbackID || cb.State != callback.StateWaiting {
		return false, err
	}
	if _, err = s.o.Interactions.GiveUp(ctx, tx, cb.InteractionID, entinteraction.CloseReasonCallbackCancelled); err != nil {
		return false, err
	}
	return true, s.settle(ctx, tx, cb, callback.StateCancelled)
}
