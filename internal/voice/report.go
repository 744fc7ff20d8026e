package voice

import (
	"context"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/internal/fail"
)

// KindCall says that a call, a leg or a recording of an interaction changed. It names the interaction and its operator, and the call in
// its data.
const KindCall = "call.changed"

// DataCall is a key of its data.
const DataCall = "call"

// callOf finds the call of a report, or writes it: a call to a citizen is first heard of by its legs.
func (s *Service) callOf(ctx context.Context, tx *ent.Tx, callID, interactionID string, at time.Time) (*ent.Call, error) {
	c, err := tx.Call.Query().Where(call.ID(callID)).Only(ctx)
	if err == nil || !ent.IsNotFound(err) {
		return c, err
	}
	if interactionID == "" {
		return nil, fail.New(fail.NotFound, "no such call")
	}
	if err := s.writeOutbound(ctx, tx, callID, interactionID, at); err != nil {
		return nil, err
	}
	return tx.Call.Get(ctx, callID)
}

// writeOutbound writes the row of a call to a citizen, unless it is there.
func (s *Service) writeOutbound(ctx context.Context, tx *ent.Tx, callID, interactionID string, at time.Time) error {
	i, err := lockInteraction(ctx, tx, interactionID)
	if err != nil {
		return err
	}
	if there, err := tx.Call.Query().Where(call.ID(callID)).Exist(ctx); there || err != nil {
		return err
	}
	create := tx.Call.Create().SetID(callID).SetInteractionID(i.ID).SetNodeID(s.node).SetDirection(call.DirectionOutbound).SetBeganAt(at)
	cb, err := openCallback(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	number := ""
	if cb != nil {
		create.SetCallbackID(cb.ID)
		number, err = s.CallbackNumber(ctx, cb)
	} else {
		number, err = s.numberOf(ctx, tx, i, nil)
	}
	if err != nil {
		return err
	}
	from, err := s.shown(ctx, i.AgencyID)
	if err != nil {
		return err
	}
	return s.withCitizen(ctx, create.SetCaller(from), callID, number)
}
