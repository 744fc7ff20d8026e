package voice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/internal/fail"
	"ekc/telephony"
)

const (
	// batch is how many callbacks one round looks at.
	batch = 200
	// settling is how long a call that was asked for may take to be seen on the switchboard, and one that has ended to be told.
	settling = 15 * time.Second
)

// Callbacks moves all callbacks on that can be: Run does it every tick, and when an offer is made.
func (s *Service) Callbacks(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	return errors.Join(s.resumeDue(ctx), s.postponeNight(ctx), s.settleEnded(ctx), s.releaseStale(ctx), s.dialDue(ctx))
}

// each locks the enquiries of callbacks one by one and runs do on those whose callback is still open.
func (s *Service) each(ctx context.Context, q *ent.CallbackQuery, do func(ctx context.Context, tx *ent.Tx, i *ent.Interaction, cb *ent.Callback) error) error {
	found, err := q.Order(ent.Asc(callback.FieldPlaceAt)).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("look for callbacks: %w", err)
	}
	var failure error
	for _, one := range found {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			i, err := lockInteraction(ctx, tx, one.InteractionID)
			if err != nil {
				return err
			}
			cb, err := openCallback(ctx, tx, one.InteractionID)
			if err != nil || cb == nil || cb.ID != one.ID {
				return err
			}
			return do(ctx, tx, i, cb)
		})
		if err != nil {
			failure = errors.Join(failure, fmt.Errorf("callback %s: %w", one.ID, err))
		}
	}
	return failure
}

func (s *Service) inState(states ...entinteraction.State) *ent.CallbackQuery {
	return s.o.Client.Callback.Query().Where(callback.StateEQ(callback.StateWaiting),
		callback.HasInteractionWith(entinteraction.StateIn(states...)))
}

// resumeDue puts those whose hour has come back into their place.
func (s *Service) resumeDue(ctx context.Context) error {
	due := s.inState(entinteraction.StateDeferred).Where(callback.NextAttemptAtLTE(s.now()))
	return s.each(ctx, due, func(ctx context.Context, tx *ent.Tx, i *ent.Interaction, cb *ent.Callback) error {
		if i.State != entinteraction.StateDeferred || cb.State != callback.StateWaiting || cb.NextAttemptAt.After(s.now()) {
			return nil
		}
		_, err := s.o.Interactions.ResumeWaiting(ctx, tx, i.ID, "callback_due")
		return err
	})
}

// postponeNight takes those out of the line whose citizens sleep.
func (s *Service) postponeNight(ctx context.Context) error {
	waiting, err := s.inState(entinteraction.StateQueued).Unique(true).Select(callback.FieldTimeZone).Strings(ctx)
	if err != nil {
		return fmt.Errorf("zones of callbacks: %w", err)
	}
	var asleep []string
	now := s.now()
	for _, zone := range waiting {
		if !Decent(now, location(zone)).Equal(now) {
			asleep = append(asleep, zone)
		}
	}
	if len(asleep) == 0 {
		return nil
	}
	return s.each(ctx, s.inState(entinteraction.StateQueued).Where(callback.TimeZoneIn(asleep...)),
		func(ctx context.Context, tx *ent.Tx, i *ent.Interaction, cb *ent.Callback) error {
			if i.State != entinteraction.StateQueued || cb.State != callback.StateWaiting {
				return nil
			}
			if err := tx.Callback.UpdateOne(cb).SetNextAttemptAt(Decent(s.now(), location(cb.TimeZone))).Exec(ctx); err != nil {
				return fmt.Errorf("postpone callback: %w", err)
			}
			_, err := s.o.Interactions.Postpone(ctx, tx, i.ID, "night")
			return err
		})
}

// settleEnded ends those whose enquiry has ended without a call.
func (s *Service) settleEnded(ctx context.Context) error {
	return s.each(ctx, s.inState(entinteraction.StateClosed, entinteraction.StateAbandoned),
		func(ctx context.Context, tx *ent.Tx, _ *ent.Interaction, cb *ent.Callback) error {
			if cb.State != callback.StateWaiting {
				return nil
			}
			return s.settle(ctx, tx, cb, callback.StateExhausted)
		})
}

// releaseStale lets those of this node wait again whose call is over without having been told, because the offer was missed or
// taken back.
func (s *Service) releaseStale(ctx context.Context) error {
	if s.board == nil {
		return nil
	}
	mine := s.o.Client.Callback.Query().Where(callback.StateEQ(callback.StateDialling), callback.NodeID(s.node))
	return s.each(ctx, mine, func(ctx context.Context, tx *ent.Tx, i *ent.Interaction, cb *ent.Callback) error {
		if cb.State != callback.StateDialling || cb.NodeID != s.node {
			return nil
		}
		if _, err := s.board.Find(i.ID); fail.CodeOf(err) != fail.NotFound {
			return nil
		}
		talking := i.State == entinteraction.StateActive || i.State == entinteraction.StateHeld
		if talking && cb.LastAttemptAt != nil && s.now().Sub(*cb.LastAttemptAt) < settling {
			return nil // its end is about to be told
		}
		if c, err := openCall(ctx, tx, i.ID); err != nil {
			return err
		} else if c != nil {
			if err := s.endCall(ctx, tx, c, "withdrawn", 0); err != nil {
				return err
			}
		}
		if i.State == entinteraction.StateWrapUp {
			return s.settle(ctx, tx, cb, callback.StateDone)
		}
		return s.release(ctx, tx, cb)
	})
}

// dialDue dials those whose turn has come: an operator is offered them, or has taken them.
func (s *Service) dialDue(ctx context.Context) error {
	if !s.dials() {
		return nil
	}
	turn := s.inState(entinteraction.StateOffered, entinteraction.StateActive, entinteraction.StateHeld)
	found, err := turn.Order(ent.Asc(callback.FieldPlaceAt)).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("look for callbacks: %w", err)
	}
	var failure error
	for _, one := range found {
		if err := s.dialOne(ctx, one); err != nil {
			failure = errors.Join(failure, fmt.Errorf("callback %s: %w", one.ID, err))
		}
	}
	return failure
}

// dialOne claims a callback and dials it. Whoever moves the row to DIALLING dials, and nobody else; a call that could not even be
// begun gives it back.
func (s *Service) dialOne(ctx context.Context, one *ent.Callback) error {
	var request telephony.CallRequest
	claimed := false
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		claimed = false
		i, err := lockInteraction(ctx, tx, one.InteractionID)
		if err != nil {
			return err
		}
		cb, err := openCallback(ctx, tx, one.InteractionID)
		if err != nil || cb == nil || cb.ID != one.ID || cb.State != callback.StateWaiting {
			return err
		}
		if engaged, err := tx.Call.Query().Where(call.InteractionID(i.ID), call.EndedAtIsNil()).Exist(ctx); err != nil || engaged {
			return err
		}
		number, err := s.CallbackNumber(ctx, cb)
		if err != nil {
			return err
		}
		request = telephony.CallRequest{InteractionID: i.ID, Number: number, AccountID: i.OperatorID}
		switch i.State {
		case entinteraction.StateActive, entinteraction.StateHeld:
		case entinteraction.StateOffered:
			o, err := tx.Offer.Query().Where(offer.InteractionID(i.ID), offer.StateEQ(offer.StatePending)).Only(ctx)
			if err != nil {
				return err
			}
			request.OfferID, request.AccountID = o.ID, o.AccountID
		default:
			return nil
		}
		if request.From, err = s.shown(ctx, i.AgencyID); err != nil {
			return err
		}
		claimed = true
		return tx.Callback.UpdateOne(cb).SetState(callback.StateDialling).SetNodeID(s.node).SetLastAttemptAt(s.now()).Exec(ctx)
	})
	if err != nil || !claimed {
		return err
	}
	callID, err := s.board.Call(request)
	if err != nil {
		return errors.Join(err, s.giveBack(ctx, one))
	}
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return s.writeOutbound(ctx, tx, callID, request.InteractionID, s.now())
	})
}

func (s *Service) giveBack(ctx context.Context, one *ent.Callback) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if _, err := lockInteraction(ctx, tx, one.InteractionID); err != nil {
			return err
		}
		cb, err := openCallback(ctx, tx, one.InteractionID)
		if err != nil || cb == nil || cb.State != callback.StateDialling || cb.NodeID != s.node {
			return err
		}
		return s.release(ctx, tx, cb)
	})
}
