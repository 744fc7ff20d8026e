package voice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/telephony"
)

// Looks is part of telephony.Centre.
func (s *Service) Looks(ctx context.Context, r telephony.CallReport) error {
	return s.together(ctx, s.looksStep(r))
}

// looksStep is written with what other calls tell; but a pause of the recording, which is rare, apart, because it is told in the timeline.
func (s *Service) looksStep(r telephony.CallReport) step {
	tape, consulting := call.Tape(strings.ToUpper(r.Tape)), call.Consulting(strings.ToUpper(r.Consulting))
	note := call.ConsultNote(strings.ToUpper(r.Note))
	if call.TapeValidator(tape) != nil || call.ConsultingValidator(consulting) != nil || note != "" && call.ConsultNoteValidator(note) != nil {
		return step{wrong: fail.New(fail.Invalid, "a call that is %q and %q, %q", r.Tape, r.Consulting, r.Note)}
	}
	if r.TapeMoved {
		return step{
			do:    func(context.Context, *ent.Tx, *round) error { return errApart },
			apart: func(ctx context.Context) error { return s.tapeMoved(ctx, r) },
		}
	}
	return step{look: &r, apart: func(ctx context.Context) error {
		return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			if _, err := s.callOf(ctx, tx, r.CallID, r.InteractionID, r.At); err != nil {
				return err
			}
			_, err := s.upsertLooks(ctx, tx, []telephony.CallReport{r})
			return err
		})
	}}
}

// tapeMoved writes that the recording was paused or goes on.
func (s *Service) tapeMoved(ctx context.Context, r telephony.CallReport) error {
	tape := call.Tape(strings.ToUpper(r.Tape))
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c, err := s.callOf(ctx, tx, r.CallID, r.InteractionID, r.At)
		if err != nil {
			return err
		}
		i, err := lockInteraction(ctx, tx, c.InteractionID)
		if err != nil {
			return err
		}
		if c, err = tx.Call.Get(ctx, c.ID); err != nil {
			return err
		}
		if _, err := s.upsertLooks(ctx, tx, []telephony.CallReport{r}); err != nil || c.Tape == tape || c.EndedAt != nil {
			return err
		}
		return s.o.Interactions.RecordingPaused(ctx, tx, i, tape == call.TapePaused)
	})
}

// lookRow is a report as the statement reads it.
type lookRow struct {
	Call       string `json:"call_id"`
	Held       bool   `json:"held"`
	Tape       string `json:"tape"`
	Consulting string `json:"consulting"`
	Note       string `json:"note"`
}

// upsertLooks writes reports to the calls that are known and last, and returns which are known.
func (s *Service) upsertLooks(ctx context.Context, tx *ent.Tx, reports []telephony.CallReport) (known map[string]bool, err error) {
	last := make(map[string]lookRow, len(reports))
	for _, r := range reports {
		last[r.CallID] = lookRow{r.CallID, r.Held, strings.ToUpper(r.Tape), strings.ToUpper(r.Consulting), strings.ToUpper(r.Note)}
	}
	list := make([]lookRow, 0, len(last))
	for _, row := range last {
		list = append(list, row)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write calls: %w", err)
	}
	rows, err := tx.QueryContext(ctx, `
		WITH reported AS (
			SELECT c.id, c.interaction_id, c.ended_at IS NULL AS lasts, l.held, l.tape, l.consulting, nullif(l.note, '') AS note
			FROM jsonb_to_recordset($1::jsonb) AS l(call_id text, held boolean, tape text, consulting text, note text)
			JOIN calls c ON c.id = l.call_id ORDER BY c.id FOR NO KEY UPDATE OF c),
		changed AS (
			UPDATE calls c SET held = r.held, tape = r.tape, consulting = r.consulting, consult_note = r.note FROM reported r WHERE c.id = r.id AND r.lasts)
		SELECT r.id, r.interaction_id, `+deskOf+`, r.lasts FROM reported r JOIN interactions i ON i.id = r.interaction_id`, string(text))
	if err != nil {
		return nil, fmt.Errorf("write calls: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	known = make(map[string]bool, len(list))
	for rows.Next() {
		var id, interactionID, operatorID string
		var lasts bool
		if err := rows.Scan(&id, &interactionID, &operatorID, &lasts); err != nil {
			return nil, fmt.Errorf("write calls: %w", err)
		}
		if known[id] = true; !lasts {
			continue
		}
		if err := s.o.Log.Append(ctx, tx, callEvent(id, interactionID, operatorID)); err != nil {
			return nil, err
		}
	}
	return known, rows.Err()
}

// deskOf is the operator who has an enquiry i, empty when nobody has.
const deskOf = `CASE WHEN i.state IN ('ACTIVE', 'HELD', 'WRAP_UP') THEN coalesce(i.operator_id, '') ELSE '' END`

// callEvent says that a call, a leg or a recording has changed; it is told to whoever follows the enquiry, and to the desk of its operator.
func callEvent(callID, interactionID, operatorID string) eventlog.Event {
	return eventlog.Event{
		Kind: KindCall, InteractionID: interactionID, AccountID: operatorID, Data: map[string]string{DataCall: callID},
	}
}
