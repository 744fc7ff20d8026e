package voice

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callback"
	entinteraction "ekc/ent/interaction"
	"ekc/internal/fail"
)

// TakeCallback gives a waiting callback to the viewer, an operator of its segment, out of turn; the citizen is called as soon as
// the operator's device is there.
func (s *Service) TakeCallback(ctx context.Context, id string) (*ent.Callback, error) {
	taken, err := s.change(ctx, id, access.TakeCallback, func(system context.Context, tx *ent.Tx, cb *ent.Callback) error {
		i, err := lockInteraction(system, tx, cb.InteractionID)
		if err != nil {
			return err
		}
		if i.State != entinteraction.StateQueued && i.State != entinteraction.StateDeferred {
			return fail.New(fail.Conflict, "somebody is about to call already")
		}
		if !Decent(s.now(), location(cb.TimeZone)).Equal(s.now()) {
			return fail.New(fail.Conflict, "it is too early or too late where the citizen lives")
		}
		_, err = s.o.Interactions.TakeWaiting(system, tx, cb.InteractionID, me(ctx))
		return err
	})
	if err == nil {
		s.poke()
	}
	return taken, err
}

// CancelCallback ends a waiting callback that is wanted no more. For supervisors of its segment.
func (s *Service) CancelCallback(ctx context.Context, id string) (*ent.Callback, error) {
	return s.change(ctx, id, access.CancelCallback, func(system context.Context, tx *ent.Tx, cb *ent.Callback) error {
		if _, err := s.o.Interactions.GiveUp(system, tx, cb.InteractionID, entinteraction.CloseReasonCallbackCancelled); err != nil {
			return err
		}
		return s.settle(system, tx, cb, callback.StateCancelled)
	})
}

// change does something to a callback that waits, within the viewer's rights.
func (s *Service) change(ctx context.Context, id string, action access.Action,
	do func(system context.Context, tx *ent.Tx, cb *ent.Callback) error,
) (*ent.Callback, error) {
	missing := fail.Field("callbackId", fail.NotFound, "no such callback")
	one, err := s.o.Client.Callback.Get(viewer.AsSystem(ctx), id)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, missing
	}
	if err != nil {
		return nil, away(err)
	}
	err = access.Check(ctx, action, viewer.Scope{AgencyID: one.AgencyID, RegionID: one.RegionID, Line: one.Line})
	if fail.CodeOf(err) == fail.NotFound {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if _, err := lockInteraction(system, tx, one.InteractionID); err != nil {
			return err
		}
		cb, err := openCallback(system, tx, one.InteractionID)
		if err != nil {
			return err
		}
		if cb == nil || cb.ID != id || cb.State != callback.StateWaiting {
			return fail.New(fail.Conflict, "the callback does not wait any more")
		}
		if err := do(system, tx, cb); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, string(action), id, map[string]string{"interaction": one.InteractionID}); err != nil {
			return err
		}
		one, err = tx.Callback.Get(system, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return one.Unwrap(), nil
}
