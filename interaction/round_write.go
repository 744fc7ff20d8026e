package interaction

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ekc/ent"
	"ekc/interaction/dialogue"
	"ekc/internal/optional"
)

// saidRow is a message as the table has it.
type saidRow struct {
	ID          string              `json:"id"`
	At          time.Time           `json:"created_at"`
	Interaction string              `json:"interaction_id"`
	Sequence    int                 `json:"sequence"`
	Author      string              `json:"author"`
	Kind        string              `json:"kind"`
	Account     *string             `json:"account_id"`
	Text        string              `json:"text"`
	Clear       []byte              `json:"clear"` // base64
	Citations   []dialogue.Citation `json:"citations"`
	Choices     []dialogue.Choice   `json:"choices"`
	ClientKey   *string             `json:"client_key"`
}

// say takes down the message of a draft, the last of the interaction.
func (r *Round) say(d draft, i *ent.Interaction, now time.Time) *ent.Message {
	m := &ent.Message{
		ID: d.id, CreatedAt: now, InteractionID: i.ID, Sequence: i.MessageCount, Author: d.author, Kind: d.kind,
		AccountID: d.accountID, Text: d.text, Clear: cleared(d.clear), Citations: d.citations, Choices: d.choices, ClientKey: optional.Of(d.clientKey),
	}
	r.said = append(r.said, saidRow{
		ID: m.ID, At: now, Interaction: i.ID, Sequence: m.Sequence, Author: string(d.author), Kind: string(d.kind),
		Account: optional.Of(d.accountID), Text: d.text, Clear: d.clear, Citations: d.citations, Choices: d.choices, ClientKey: m.ClientKey,
	})
	return m
}

// interactionRow holds of an interaction what differ writes.
type interactionRow struct {
	ID          string     `json:"id"`
	State       string     `json:"state"`
	Line        int        `json:"line"`
	Priority    int        `json:"priority"`
	Messages    int        `json:"message_count"`
	Awaits      bool       `json:"awaits_assistant"`
	Activity    time.Time  `json:"last_activity_at"`
	Queue       *string    `json:"queue_id"`
	Operator    *string    `json:"operator_id"`
	Agency      *string    `json:"agency_id"`
	Region      *string    `json:"region_id"`
	Topic       *string    `json:"topic"`
	Disposition *string    `json:"disposition_id"`
	Note        *string    `json:"note"`
	Queued      *time.Time `json:"queued_at"`
	Place       *time.Time `json:"place_at"`
	Accepted    *time.Time `json:"accepted_at"`
	WrapUp      *time.Time `json:"wrap_up_until"`
	Closed      *time.Time `json:"closed_at"`
	CloseReason *string    `json:"close_reason"`
	Outcome     *string    `json:"outcome"`
}

func interactionRowOf(i *ent.Interaction) interactionRow {
	return interactionRow{
		ID: i.ID, State: string(i.State), Line: i.Line, Priority: i.Priority, Messages: i.MessageCount, Awaits: i.AwaitsAssistant,
		Activity: i.LastActivityAt, Queue: optional.Of(i.QueueID), Operator: optional.Of(i.OperatorID), Agency: optional.Of(i.AgencyID),
		Region: optional.Of(i.RegionID), Topic: optional.Of(i.Topic), Disposition: optional.Of(i.DispositionID), Note: optional.Of(i.Note),
		Queued: i.QueuedAt, Place: i.PlaceAt, Accepted: i.AcceptedAt, WrapUp: i.WrapUpUntil, Closed: i.ClosedAt,
		CloseReason: (*string)(i.CloseReason), Outcome: (*string)(i.Outcome),
	}
}

// WriteRound writes what the steps of a round have changed, and tells routing. Further steps may follow, and be written again.
func (s *Service) WriteRound(ctx context.Context, tx *ent.Tx, r *Round) error {
	changed := make([]interactionRow, 0, len(r.rows))
	for id, i := range r.rows {
		if i != r.stored[id] {
			changed = append(changed, interactionRowOf(i))
			r.stored[id] = i
		}
	}
	if len(changed) > 0 || len(r.turns) > 0 || len(r.said) > 0 {
		if err := writeRows(ctx, tx, changed, r.turns, r.said); err != nil {
			return fmt.Errorf("write interactions: %w", err)
		}
		r.written++
		r.turns, r.said = nil, nil
	}
	wrapping, released := r.wrapping, r.released
	r.wrapping, r.released = nil, nil
	if len(wrapping) > 0 {
		if err := s.router.WrappingUp(ctx, tx, unique(wrapping)...); err != nil {
			return err
		}
	}
	if len(released) == 0 {
		return nil
	}
	return s.router.Released(ctx, tx, unique(released)...)
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func writeRows(ctx context.Context, tx *ent.Tx, lists ...any) error {
	args := make([]any, 0, len(lists))
	for _, list := range lists {
		text, err := json.Marshal(list)
		if err != nil {
			return err
		}
		args = append(args, string(text))
	}
	_, err := tx.ExecContext(ctx, writeRound, args...)
	return err
}

// writeRound takes interactions, turns of their timelines, and messages, as JSON; null and an empty list are nothing. Postgres takes a
// list in JSON for a hundred rows and would read whole tables to join them; of an array it expects ten, and uses the index.
const writeRound = `
	WITH told AS MATERIALIZED (
		SELECT * FROM jsonb_to_recordset(coalesce(NULLIF($1::jsonb, 'null'), '[]')) AS n(id text, state text, line int, priority int,
			message_count int, awaits_assistant boolean, last_activity_at timestamptz, queue_id text, operator_id text, agency_id text,
			region_id text, topic text, disposition_id text, note text, queued_at timestamptz, place_at timestamptz, accepted_at timestamptz,
			wrap_up_until timestamptz, closed_at timestamptz, close_reason text, outcome text)),
	changed AS (
		UPDATE interactions AS i SET state = n.state, line = n.line, priority = n.priority, message_count = n.message_count,
			awaits_assistant = n.awaits_assistant, last_activity_at = n.last_activity_at, queue_id = n.queue_id, operator_id = n.operator_id,
			agency_id = n.agency_id, region_id = n.region_id, topic = n.topic, disposition_id = n.disposition_id, note = n.note,
			queued_at = n.queued_at, place_at = n.place_at, accepted_at = n.accepted_at, wrap_up_until = n.wrap_up_until,
			closed_at = n.closed_at, close_reason = n.close_reason, outcome = n.outcome
		FROM told n WHERE i.id = n.id AND i.id = ANY(ARRAY(SELECT id FROM told))),
	turned AS MATERIALIZED (
		SELECT * FROM jsonb_to_recordset(coalesce(NULLIF($2::jsonb, 'null'), '[]')) AS t(interaction_id text, id text, kind text,
			queue_id text, account_id text, reason text, at timestamptz)),
	ended AS (
		UPDATE segments AS g SET ended_at = t.at, end_reason = t.reason FROM turned t
		WHERE g.interaction_id = t.interaction_id AND g.interaction_id = ANY(ARRAY(SELECT interaction_id FROM turned))
			AND g.ended_at IS NULL),
	begun AS (
		INSERT INTO segments (id, created_at, interaction_id, kind, queue_id, account_id, started_at)
		SELECT id, at, interaction_id, kind, NULLIF(queue_id, ''), NULLIF(account_id, ''), at FROM turned WHERE kind <> '')
	INSERT INTO messages (id, created_at, interaction_id, sequence, author, kind, account_id, text, clear, citations, choices, client_key)
	SELECT id, created_at, interaction_id, sequence, author, kind, account_id, text, decode(clear, 'base64'), NULLIF(citations, 'null'), NULLIF(choices, 'null'), client_key
	FROM jsonb_to_recordset(coalesce(NULLIF($3::jsonb, 'null'), '[]')) AS m(id text, created_at timestamptz, interaction_id text, sequence int,
		author text, kind text, account_id text, text text, clear text, citations jsonb, choices jsonb, client_key text)`
