package voice

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/callleg"
	entinteraction "ekc/ent/interaction"
	"ekc/internal/fail"
	"ekc/telephony"
)

// shortWait is how long a caller must have waited for having been lost: who hangs up at once has changed their mind.
const shortWait = 5 * time.Second

// endApart ends a call in a transaction of its own.
func (s *Service) endApart(ctx context.Context, interactionID string, e telephony.End) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		i, err := lockInteraction(ctx, tx, interactionID)
		if err != nil {
			return err
		}
		cb, err := openCallback(ctx, tx, interactionID)
		if err != nil {
			return err
		}
		c, err := openCall(ctx, tx, interactionID)
		if err != nil {
			return err
		}
		dialling := cb != nil && cb.State == callback.StateDialling
		switch {
		case c == nil && !dialling: // told before
			return nil
		case c != nil:
			if err := s.endCall(ctx, tx, c, string(e.Cause), e.SIPCode); err != nil {
				return err
			}
		}
		switch {
		case dialling:
			return s.dialled(ctx, tx, i, c, cb, e)
		case cb != nil: // promised: it waits now without its caller
			return nil
		case e.Cause == telephony.EndByDrain:
			return s.rescue(ctx, tx, i, c)
		default:
			return s.callerGone(ctx, tx, i, c)
		}
	})
}

// callerGone ends the enquiry of a caller; one who waited for an operator in vain is called back.
func (s *Service) callerGone(ctx context.Context, tx *ent.Tx, i *ent.Interaction, c *ent.Call) error {
	after, err := s.o.Interactions.Gone(ctx, tx, i)
	if err != nil {
		return err
	}
	waited := i.State == entinteraction.StateQueued || i.State == entinteraction.StateOffered
	if !waited || i.QueuedAt == nil || s.now().Sub(*i.QueuedAt) < shortWait {
		return nil
	}
	number, err := s.numberOf(ctx, tx, i, c)
	if err != nil || !Ordinary(number) {
		return err
	}
	again, err := s.o.Interactions.LostCall(ctx, tx, after, priorityLost)
	if err != nil {
		return err
	}
	return s.promise(ctx, tx, again, promise{reason: callback.ReasonLost, number: number, origin: i.ID})
}

// rescue gives an enquiry whose node stops or has died back to the queue, before all others, to be called back. Who cannot be
// called back is not kept waiting for it.
func (s *Service) rescue(ctx context.Context, tx *ent.Tx, i *ent.Interaction, c *ent.Call) error {
	switch i.State {
	case entinteraction.StateWithAssistant, entinteraction.StateQueued, entinteraction.StateOffered,
		entinteraction.StateActive, entinteraction.StateHeld:
	default:
		return nil
	}
	number, err := s.numberOf(ctx, tx, i, c)
	if err != nil {
		return err
	}
	if !Ordinary(number) {
		return s.abandoned(ctx, tx, i)
	}
	back, err := s.o.Interactions.ReturnToHead(ctx, tx, i.ID, "node_lost")
	if fail.CodeOf(err) == fail.NotFound {
		return s.abandoned(ctx, tx, i)
	}
	if err != nil {
		return err
	}
	if err := s.o.Interactions.Broken(ctx, tx, back); err != nil {
		return err
	}
	return s.promise(ctx, tx, back, promise{reason: callback.ReasonFailedNode, number: number})
}

func (s *Service) abandoned(ctx context.Context, tx *ent.Tx, i *ent.Interaction) error {
	if i.State == entinteraction.StateActive || i.State == entinteraction.StateHeld { // its operator records what it was about
		_, err := s.o.Interactions.EndTalk(ctx, tx, i.ID, "call_lost")
		return err
	}
	_, err := s.o.Interactions.GiveUp(ctx, tx, i.ID, entinteraction.CloseReasonCallLost)
	return err
}

// dialled is the end of a call to a citizen.
func (s *Service) dialled(ctx context.Context, tx *ent.Tx, i *ent.Interaction, c *ent.Call, cb *ent.Callback, e telephony.End) error {
	talking := i.State == entinteraction.StateActive || i.State == entinteraction.StateHeld
	reached, err := s.reached(ctx, tx, c, e)
	if err != nil {
		return err
	}
	switch {
	case e.Cause == telephony.EndByDrain:
		if err := s.release(ctx, tx, cb); err != nil {
			return err
		}
		return s.rescue(ctx, tx, i, c)
	case reached || i.State == entinteraction.StateWrapUp:
		if err := s.settle(ctx, tx, cb, callback.StateDone); err != nil {
			return err
		}
		return s.callerGone(ctx, tx, i, c)
	case talking: // the operator was there, the citizen was not
		return s.inVain(ctx, tx, i, cb, e.SIPCode)
	default: // the offer was missed or taken back
		return s.release(ctx, tx, cb)
	}
}

// reached reports whether the citizen whom we called has answered.
func (s *Service) reached(ctx context.Context, tx *ent.Tx, c *ent.Call, e telephony.End) (bool, error) {
	if e.Cause == telephony.EndUnanswered || c == nil {
		return false, nil
	}
	if e.Cause == telephony.EndByCaller {
		return true, nil
	}
	answered, err := tx.CallLeg.Query().Where(callleg.CallID(c.ID), callleg.RoleEQ(callleg.RoleCitizen), callleg.AnsweredAtNotNil()).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("read legs: %w", err)
	}
	return answered, nil
}

// inVain counts a call that the citizen did not answer.
func (s *Service) inVain(ctx context.Context, tx *ent.Tx, i *ent.Interaction, cb *ent.Callback, code int) error {
	if cb.Reason == callback.ReasonDeferred { // the operator who is named calls again when they see fit
		if err := s.countVain(ctx, tx, cb, code); err != nil {
			return err
		}
		_, err := s.o.Interactions.DeferAgain(ctx, tx, i, "no_answer")
		return err
	}
	now := s.now()
	attempts := cb.Attempts + 1
	update := tx.Callback.UpdateOne(cb).SetAttempts(min(attempts, maxAttempts)).SetLastSipCode(code).SetLastAttemptAt(now).ClearNodeID()
	if attempts >= maxAttempts {
		if err := update.SetState(callback.StateExhausted).SetEndedAt(now).Exec(ctx); err != nil {
			return fmt.Errorf("end callback: %w", err)
		}
		_, err := s.o.Interactions.GiveUp(ctx, tx, i.ID, entinteraction.CloseReasonNotReached)
		return err
	}
	next := again(now, attempts, location(cb.TimeZone))
	if err := update.SetState(callback.StateWaiting).SetNextAttemptAt(next).Exec(ctx); err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	_, err := s.o.Interactions.Postpone(ctx, tx, i.ID, "no_answer")
	return err
}

// release lets a callback wait for its next turn, without having been an attempt.
func (s *Service) release(ctx context.Context, tx *ent.Tx, cb *ent.Callback) error {
	err := tx.Callback.UpdateOne(cb).SetState(callback.StateWaiting).ClearNodeID().Exec(ctx)
	if err != nil {
		return fmt.Errorf("release callback: %w", err)
	}
	return nil
}

// settle ends a callback.
func (s *Service) settle(ctx context.Context, tx *ent.Tx, cb *ent.Callback, state callback.State) error {
	if err := tx.Callback.UpdateOne(cb).SetState(state).SetEndedAt(s.now()).ClearNodeID().Exec(ctx); err != nil {
		return fmt.Errorf("end callback: %w", err)
	}
	return nil
}

// endCall writes the end of a call and of its legs that did not end by themselves.
func (s *Service) endCall(ctx context.Context, tx *ent.Tx, c *ent.Call, cause string, code int) error {
	err := tx.Call.Update().Where(call.ID(c.ID)).SetEndedAt(s.now()).SetEndCause(cause).SetSipCode(code).
		SetHeld(false).SetTape(call.TapeOff).SetConsulting(call.ConsultingNone).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end call: %w", err)
	}
	return s.withdrawInvitations(ctx, tx, c.ID)
}

// openCall is the call of an enquiry that has not ended; nil when there is none.
func openCall(ctx context.Context, tx *ent.Tx, interactionID string) (*ent.Call, error) {
	c, err := tx.Call.Query().Where(call.InteractionID(interactionID), call.EndedAtIsNil()).Order(ent.Desc(call.FieldBeganAt)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("read call: %w", err)
	}
	return c, nil
}

// numberOf is where the citizen of a call can be called; empty when nobody knows.
func (s *Service) numberOf(ctx context.Context, tx *ent.Tx, i *ent.Interaction, c *ent.Call) (string, error) {
	if c != nil {
		raw, err := s.CitizenNumber(ctx, c)
		if err != nil {
			return "", err
		}
		if number, ok := E164(raw); ok {
			return number, nil
		}
	}
	who, err := tx.Citizen.Get(ctx, i.CitizenID)
	if err != nil {
		return "", fmt.Errorf("read citizen: %w", err)
	}
	phone, err := s.o.Interactions.PhoneOf(ctx, who)
	if err != nil {
		return "", err
	}
	number, _ := E164(phone)
	return number, nil
}
