package voice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/callleg"
	"ekc/internal/fail"
	"ekc/telephony"
)

// Leg is part of telephony.Centre. A leg of a call that came to us is written with what other calls report; another one may change
// more than the leg.
func (s *Service) Leg(ctx context.Context, l telephony.LegReport) error {
	return s.together(ctx, s.legStep(l))
}

func (s *Service) legStep(l telephony.LegReport) step {
	kind, role := callleg.Kind(strings.ToUpper(l.Kind)), callleg.Role(strings.ToUpper(l.Role))
	if callleg.KindValidator(kind) != nil || callleg.RoleValidator(role) != nil {
		return step{wrong: fail.New(fail.Invalid, "a leg of kind %q and role %q", l.Kind, l.Role)}
	}
	return step{leg: &l, apart: func(ctx context.Context) error { return s.writeLeg(ctx, l) }}
}

const directionInbound = call.DirectionInbound

// writeLeg writes a leg with its call, when that is not known yet, and ends the callback that its citizen has answered.
func (s *Service) writeLeg(ctx context.Context, l telephony.LegReport) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c, err := s.callOf(ctx, tx, l.CallID, l.InteractionID, l.BeganAt)
		if err != nil {
			return err
		}
		if _, err := s.upsertLegs(ctx, tx, []telephony.LegReport{l}, c.Direction); err != nil {
			return err
		}
		return s.citizenAnswered(ctx, tx, c, l)
	})
}

// citizenRole is the citizen's in a report.
const citizenRole = "citizen"

// legRow is a leg as the table has it.
type legRow struct {
	ID       string     `json:"id"`
	Call     string     `json:"call_id"`
	Kind     string     `json:"kind"`
	Role     string     `json:"role"`
	Account  string     `json:"account_id"`
	Number   string     `json:"number"`
	Began    time.Time  `json:"began_at"`
	Answered *time.Time `json:"answered_at"`
	Ended    *time.Time `json:"ended_at"`
	Cause    string     `json:"end_cause"`
	Muted    bool       `json:"muted"`
	Codec    string     `json:"codec"`
	Sent     int64      `json:"packets_sent"`
	Received int64      `json:"packets_received"`
	Lost     int64      `json:"packets_lost"`
	Jitter   float64    `json:"jitter_ms"`
	Trip     float64    `json:"round_trip_ms"`
	MOS      float64    `json:"mos"`
}

// rowOf leaves out the citizen's number, which is the call's, encrypted.
func rowOf(l telephony.LegReport) legRow {
	if strings.EqualFold(l.Role, citizenRole) {
		l.Number = ""
	}
	return legRow{
		ID: l.ID, Call: l.CallID, Kind: strings.ToUpper(l.Kind), Role: strings.ToUpper(l.Role), Account: l.AccountID,
		Number: limited(l.Number, 100), Began: l.BeganAt, Answered: l.AnsweredAt, Ended: l.EndedAt, Cause: limited(l.EndCause, 60), Muted: l.Muted,
		Codec: limited(l.Codec, 40), Sent: l.Sent, Received: l.Received, Lost: l.Lost, Jitter: millis(l.Jitter), Trip: millis(l.RoundTrip),
		MOS: finite(l.MOS),
	}
}

// upsertLegs writes legs, or brings them up to date; a role may change, when a supervisor takes over. Those of calls that are not
// known or of the other direction are passed over. It returns which it has written.
func (s *Service) upsertLegs(ctx context.Context, tx *ent.Tx, legs []telephony.LegReport, d call.Direction) (written map[string]bool, err error) {
	last := make(map[string]legRow, len(legs)) // one statement can change a row once
	for _, l := range legs {
		last[l.ID] = rowOf(l)
	}
	list := make([]legRow, 0, len(last))
	for _, row := range last {
		list = append(list, row)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write legs: %w", err)
	}
	rows, err := tx.QueryContext(ctx, `
		WITH told AS MATERIALIZED (
			SELECT * FROM jsonb_to_recordset($2::jsonb) AS l(id text, call_id text, kind text, role text, account_id text, number text,
				began_at timestamptz, answered_at timestamptz, ended_at timestamptz, end_cause text, muted boolean, codec text,
				packets_sent bigint, packets_received bigint, packets_lost bigint, jitter_ms float8, round_trip_ms float8, mos float8)),
		written AS (INSERT INTO call_legs AS old (id, created_at, call_id, interaction_id, kind, role, account_id, number, began_at, answered_at,
			ended_at, end_cause, muted, codec, packets_sent, packets_received, packets_lost, jitter_ms, round_trip_ms, mos)
		SELECT l.id, $1, c.id, c.interaction_id, l.kind, l.role, l.account_id, l.number, l.began_at, l.answered_at,
			l.ended_at, l.end_cause, l.muted, l.codec, l.packets_sent, l.packets_received, l.packets_lost, l.jitter_ms, l.round_trip_ms, l.mos
		FROM told l JOIN calls c ON c.id = l.call_id AND c.id = ANY(ARRAY(SELECT call_id FROM told)) AND c.direction = $3
		ORDER BY l.id
		ON CONFLICT (id) DO UPDATE SET role = excluded.role, account_id = excluded.account_id,
			answered_at = coalesce(excluded.answered_at, old.answered_at), ended_at = coalesce(excluded.ended_at, old.ended_at),
			end_cause = excluded.end_cause, muted = excluded.muted, codec = excluded.codec, packets_sent = excluded.packets_sent,
			packets_received = excluded.packets_received, packets_lost = excluded.packets_lost, jitter_ms = excluded.jitter_ms,
			round_trip_ms = excluded.round_trip_ms, mos = excluded.mos
		RETURNING id, call_id, interaction_id)
		SELECT w.id, w.call_id, w.interaction_id, `+deskOf+` FROM written w JOIN interactions i ON i.id = w.interaction_id`, s.now(), string(text), string(d))
	if err != nil {
		return nil, fmt.Errorf("write legs: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	written = make(map[string]bool, len(list))
	for rows.Next() {
		var id, callID, interactionID, operatorID string
		if err := rows.Scan(&id, &callID, &interactionID, &operatorID); err != nil {
			return nil, fmt.Errorf("write legs: %w", err)
		}
		written[id] = true
		if err := s.o.Log.Append(ctx, tx, callEvent(callID, interactionID, operatorID)); err != nil {
			return nil, err
		}
	}
	return written, rows.Err()
}

// citizenAnswered ends the callback that a citizen has answered.
func (s *Service) citizenAnswered(ctx context.Context, tx *ent.Tx, c *ent.Call, l telephony.LegReport) error {
	if c.Direction != call.DirectionOutbound || !strings.EqualFold(l.Role, "citizen") || l.AnsweredAt == nil {
		return nil
	}
	if _, err := lockInteraction(ctx, tx, c.InteractionID); err != nil {
		return err
	}
	cb, err := openCallback(ctx, tx, c.InteractionID)
	if err != nil || cb == nil || cb.State != callback.StateDialling {
		return err
	}
	return s.settle(ctx, tx, cb, callback.StateDone)
}

func millis(d time.Duration) float64 { return finite(float64(d) / float64(time.Millisecond)) }

func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
