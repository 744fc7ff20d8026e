package voice

import (
	"context"

	"ekc/internal/fail"
	"ekc/telephony"
)

var _ telephony.Teller = (*Service)(nil)

// Tell is part of telephony.Teller.
func (s *Service) Tell(ctx context.Context, interactionID string, all []*telephony.Told) []error {
	steps := make([]step, 0, len(all))
	for _, t := range all {
		steps = append(steps, s.stepOf(interactionID, t))
	}
	return s.tellSteps(ctx, steps)
}

func (s *Service) stepOf(interactionID string, t *telephony.Told) step {
	switch {
	case t.Collected != nil:
		return s.collectStep(interactionID, *t.Collected)
	case t.Wish != nil:
		return s.enqueueStep(interactionID, *t.Wish, &t.Queued)
	case t.OfferID != "":
		return s.pickUpStep(t.OfferID, t.AccountID)
	case t.Leg != nil:
		return s.legStep(*t.Leg)
	case t.Looks != nil:
		return s.looksStep(*t.Looks)
	case t.End != nil:
		return s.endStep(interactionID, *t.End)
	default:
		return step{wrong: fail.New(fail.Invalid, "nothing is told")}
	}
}
