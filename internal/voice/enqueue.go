package voice

import (
	"context"

	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/telephony"
)

// wanted is all that decides which queue is chosen.
type wanted struct {
	wish               telephony.Wish
	agencyID, regionID string
}

// Enqueue is part of telephony.Centre.
func (s *Service) Enqueue(ctx context.Context, interactionID string, w telephony.Wish) (telephony.Queued, error) {
	var q telephony.Queued
	err := s.together(ctx, s.enqueueStep(interactionID, w, &q))
	return q, err
}

// enqueueStep fills in q.
func (s *Service) enqueueStep(interactionID string, w telephony.Wish, q *telephony.Queued) step {
	do := func(ctx context.Context, tx *ent.Tx, r *round) (err error) {
		if r.Row(interactionID).State != entinteraction.StateWithAssistant {
			return errApart // an offer is perhaps withdrawn
		}
		*q, err = s.enqueueIn(ctx, tx, r, interactionID, w)
		return err
	}
	return step{interactionID: interactionID, do: do, apart: func(ctx context.Context) error {
		return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
			*q, err = s.enqueueIn(ctx, tx, nil, interactionID, w)
			return err
		})
	}}
}

// enqueueIn hands an enquiry to the queue that a wish stands for, if that is open; r may be nil.
func (s *Service) enqueueIn(ctx context.Context, tx *ent.Tx, r *round, interactionID string, w telephony.Wish) (q telephony.Queued, err error) {
	i, err := s.o.Interactions.Lock(ctx, tx, interactionID)
	if err != nil {
		return q, err
	}
	chosen, err := s.queueOnce(ctx, tx, r, wanted{wish: w, agencyID: i.AgencyID, regionID: i.RegionID})
	if err != nil {
		return q, err
	}
	q = telephony.Queued{QueueID: chosen.ID, QueueCode: chosen.Code}
	zone, err := s.zoneOf(ctx, tx, w.RegionCode, i)
	if err != nil {
		return q, err
	}
	if q.Hours, err = s.hoursOf(ctx, chosen, zone, s.now()); err != nil || !q.Open {
		return q, err
	}
	_, err = s.o.Interactions.EnqueueCall(ctx, tx, i, chosen, w.Priority)
	return q, err
}

// queueOnce is queueFor, in a round once for all who want the same.
func (s *Service) queueOnce(ctx context.Context, tx *ent.Tx, r *round, want wanted) (*ent.Queue, error) {
	want.wish.Priority = 0
	if r != nil && r.queues[want] != nil {
		return r.queues[want], nil
	}
	q, err := s.queueFor(ctx, tx, want.wish, want.agencyID, want.regionID)
	if err == nil && r != nil {
		r.queues[want] = q
	}
	return q, err
}
