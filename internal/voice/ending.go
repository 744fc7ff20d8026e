package voice

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/ent/call"
	entinteraction "ekc/ent/interaction"
	"ekc/telephony"
)

// openedCall is a call that has not ended.
type openedCall struct {
	id string
	// ordinary: it came to us, no callback is promised or under way, and nobody is asked to join it.
	ordinary bool
}

// openCalls reads the last open call of each interaction.
func openCalls(ctx context.Context, tx *ent.Tx, interactions []string) (map[string]openedCall, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT c.interaction_id, c.id, c.direction = 'INBOUND' AND NOT EXISTS (
			SELECT FROM callbacks b WHERE b.interaction_id = c.interaction_id AND (b.state = 'WAITING' OR b.state = 'DIALLING'))
			AND NOT EXISTS (SELECT FROM call_invitations n WHERE n.call_id = c.id AND n.state = 'PENDING')
		FROM calls c WHERE c.interaction_id = ANY((SELECT $1::text[])::text[]) AND c.ended_at IS NULL ORDER BY c.began_at`, pq.Array(interactions))
	if err != nil {
		return nil, fmt.Errorf("read open calls: %w", err)
	}
	open := make(map[string]openedCall, len(interactions))
	err = scanAll(rows, func() error {
		var interactionID string
		var c openedCall
		err := rows.Scan(&interactionID, &c.id, &c.ordinary)
		open[interactionID] = c // the last of them stays
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read open calls: %w", err)
	}
	return open, nil
}

// Ended is part of telephony.Centre.
func (s *Service) Ended(ctx context.Context, interactionID string, e telephony.End) error {
	return s.together(ctx, s.endStep(interactionID, e))
}

func (s *Service) endStep(interactionID string, e telephony.End) step {
	return step{
		interactionID: interactionID, ends: true,
		do:    func(ctx context.Context, tx *ent.Tx, r *round) error { return s.endIn(ctx, tx, r, interactionID, e) },
		apart: func(ctx context.Context) error { return s.endApart(ctx, interactionID, e) },
	}
}

// endIn ends a call that came to us and whose citizen is not to be called back.
func (s *Service) endIn(ctx context.Context, tx *ent.Tx, r *round, interactionID string, e telephony.End) error {
	i, c := r.Row(interactionID), r.open[interactionID]
	waits := i.State == entinteraction.StateQueued || i.State == entinteraction.StateOffered
	if !c.ordinary || waits || e.Cause == telephony.EndByDrain {
		return errApart
	}
	if _, err := s.o.Interactions.Gone(ctx, tx, i); err != nil {
		return err
	}
	r.ended = append(r.ended, endedCall{ID: c.id, Cause: string(e.Cause), Code: e.SIPCode})
	delete(r.open, interactionID)
	return nil
}

// endedCall is the end of a call as the table has it.
type endedCall struct {
	ID    string `json:"id"`
	Cause string `json:"end_cause"`
	Code  int    `json:"sip_code"`
}

// writeEnded writes the ends of calls.
func (s *Service) writeEnded(ctx context.Context, tx *ent.Tx, ended []endedCall) error {
	if len(ended) == 0 {
		return nil
	}
	for _, c := range ended {
		if err := call.EndCauseValidator(c.Cause); err != nil {
			return fmt.Errorf("end calls: %w", err)
		}
	}
	text, err := json.Marshal(ended)
	if err != nil {
		return fmt.Errorf("end calls: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		WITH ended AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($2::jsonb) AS e(id text, end_cause text, sip_code int))
		UPDATE calls c SET ended_at = $1::timestamptz, end_cause = e.end_cause, sip_code = e.sip_code,
			held = false, tape = 'OFF', consulting = 'NONE'
		FROM ended e WHERE c.id = e.id AND c.id = ANY(ARRAY(SELECT id FROM ended))`, s.now(), string(text))
	if err != nil {
		return fmt.Errorf("end calls: %w", err)
	}
	return nil
}
