package voice

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/interaction"
	"ekc/telephony"
)

// beginning is a call that begins, and what comes of it.
type beginning struct {
	telephony.NewCall
	interactionID string
}

// Begin is part of telephony.Centre.
func (s *Service) Begin(ctx context.Context, c telephony.NewCall) (string, error) {
	b := &beginning{NewCall: c}
	err := s.together(ctx, step{begin: b, apart: func(ctx context.Context) (err error) {
		b.interactionID, err = s.beginApart(ctx, c)
		return err
	}})
	return b.interactionID, err
}

// caller is what the database knows of a call that begins.
type caller struct {
	// began is the enquiry of a call that has begun before.
	began    string
	regionID string
	// lost: the citizen was to be called back.
	lost bool
}

// beginAll begins the calls among the steps.
func (s *Service) beginAll(ctx context.Context, tx *ent.Tx, steps []step, results []error) error {
	var all []*beginning
	var at []int
	for n, st := range steps {
		if st.begin != nil {
			all, at = append(all, st.begin), append(at, n)
		}
	}
	if len(all) == 0 {
		return nil
	}
	callers, err := s.readCallers(ctx, tx, all)
	if err != nil {
		return err
	}
	begun := make([]*beginning, 0, len(all))
	whose := make([]interaction.Caller, 0, len(all))
	for n, b := range all {
		switch c := callers[b.ID]; {
		case c.began != "":
			b.interactionID = c.began
		case c.lost:
			results[at[n]] = errApart // what was to come of it ends now
		default:
			begun, whose = append(begun, b), append(whose, s.callerWith(b.NewCall, c.regionID))
		}
	}
	ids, err := s.o.Interactions.BeginCalls(ctx, tx, whose)
	if err != nil {
		return err
	}
	for n, b := range begun {
		b.interactionID = ids[n]
	}
	return s.writeCalls(ctx, tx, begun)
}

// callerWith is what the numbers say of the caller.
func (s *Service) callerWith(c telephony.NewCall, regionID string) interaction.Caller {
	who := interaction.Caller{RegionID: regionID}
	if number, ok := E164(c.Caller); ok {
		who.Number = number
	}
	if called, ok := E164(c.Called); ok {
		who.AgencyID = s.lines.known.Load().numbers[called]
	}
	return who
}

// readCallers reads what is known of the callers, by the ids of their calls. Callbacks of before numbers were encrypted count too.
func (s *Service) readCallers(ctx context.Context, tx *ent.Tx, all []*beginning) (known map[string]caller, err error) {
	var calls, numbers, regions []string
	var indexes [][]byte
	for _, b := range all {
		var index []byte
		number, ok := E164(b.Caller)
		if ok {
			index = s.numberIndex(number)
		}
		calls, numbers, indexes, regions = append(calls, b.ID), append(numbers, number), append(indexes, index), append(regions, b.RegionCode)
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT n.call, coalesce((SELECT interaction_id FROM calls WHERE id = n.call), ''),
			coalesce((SELECT id FROM regions WHERE code = n.region), ''),
			n.number <> '' AND EXISTS (SELECT FROM callbacks WHERE (number_index = n.index OR number = n.number) AND state = 'WAITING' AND reason = 'LOST')
		FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bytea[]), (SELECT $4::text[])) AS n(call, number, index, region)`,
		pq.Array(calls), pq.Array(numbers), pq.Array(indexes), pq.Array(regions))
	if err != nil {
		return nil, fmt.Errorf("read what is known of callers: %w", err)
	}
	known = make(map[string]caller, len(all))
	err = scanAll(rows, func() error {
		var id string
		var c caller
		err := rows.Scan(&id, &c.began, &c.regionID, &c.lost)
		known[id] = c
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is known of callers: %w", err)
	}
	return known, nil
}

// scanAll calls scan for each row and closes them.
func scanAll(rows *sql.Rows, scan func() error) error {
	defer func() { _ = rows.Close() }() // after its end, which Err reports, or a failed scan
	for rows.Next() {
		if err := scan(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// callRow is a call as the table has it.
type callRow struct {
	ID          string    `json:"id"`
	Interaction string    `json:"interaction_id"`
	Node        string    `json:"node_id"`
	Trunk       string    `json:"trunk_id"`
	Citizen     []byte    `json:"citizen_sealed"` // base64
	Called      string    `json:"called"`
	Began       time.Time `json:"began_at"`
}

// writeCalls writes calls that reached us. One that is reported twice in one round is written once.
func (s *Service) writeCalls(ctx context.Context, tx *ent.Tx, begun []*beginning) error {
	if len(begun) == 0 {
		return nil
	}
	list := make([]callRow, 0, len(begun))
	for _, b := range begun {
		citizen, err := s.sealed(ctx, callPlace(b.ID), limited(b.Caller, 40))
		if err != nil {
			return err
		}
		list = append(list, callRow{
			ID: b.ID, Interaction: b.interactionID, Node: b.Node, Trunk: b.Trunk, Citizen: citizen, Called: limited(b.Called, 40), Began: b.At,
		})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write calls: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO calls (id, created_at, interaction_id, node_id, direction, trunk_id, citizen_sealed, called, began_at, sip_code, awaits_recovery)
		SELECT id, $1, interaction_id, node_id, 'INBOUND', trunk_id, decode(citizen_sealed, 'base64'), called, began_at, 0, false
		FROM jsonb_to_recordset($2::jsonb) AS c(id text, interaction_id text, node_id text, trunk_id text, citizen_sealed text, called text,
			began_at timestamptz)`, s.now(), string(text))
	if err != nil {
		return fmt.Errorf("write calls: %w", err)
	}
	return nil
}
