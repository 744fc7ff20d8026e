package voice

import (
	"context"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callback"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/internal/fail"
)

// callToCome finds the call of a callback that the viewer is offered, or has, and that nobody dials yet: the offer is told to people as
// soon as it is made, and they may answer it before a node has seen it. This node dials then, or waits for the one that does. NOT_FOUND:
// there is no such callback.
func (s *Service) callToCome(ctx context.Context, interactionID string) (controls, error) {
	missing := fail.Field("interactionId", fail.NotFound, "no such call")
	system := viewer.AsSystem(ctx)
	mine, err := s.o.Client.Interaction.Query().Where(entinteraction.ID(interactionID), entinteraction.Or(
		entinteraction.And(entinteraction.StateIn(entinteraction.StateActive, entinteraction.StateHeld), entinteraction.OperatorID(me(ctx))),
		entinteraction.And(entinteraction.StateEQ(entinteraction.StateOffered),
			entinteraction.HasOffersWith(offer.AccountID(me(ctx)), offer.StateEQ(offer.StatePending))))).Exist(system)
	if err != nil {
		return nil, away(err)
	}
	if !mine {
		return nil, missing
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	ticker := time.NewTicker(lookForCall)
	defer ticker.Stop()
	for {
		cb, err := s.o.Client.Callback.Query().Where(callback.InteractionID(interactionID),
			callback.StateIn(callback.StateWaiting, callback.StateDialling)).Only(system)
		switch {
		case ent.IsNotFound(err):
			return nil, missing
		case err != nil:
			return nil, away(err)
		case cb.State == callback.StateWaiting && s.dials():
			if err := s.dialOne(system, cb); err != nil {
				return nil, away(err)
			}
		}
		at, err := s.callOrNone(ctx, interactionID)
		if fail.CodeOf(err) != fail.NotFound {
			return at, err
		}
		select {
		case <-ctx.Done():
			return nil, missing
		case <-ticker.C:
		}
	}
}

// lookForCall is how often a call is looked for that another node is about to make.
const lookForCall = 50 * time.Millisecond
