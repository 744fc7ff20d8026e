package interaction

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/internal/optional"
)

// beginRow is an enquiry by phone as it begins; Made is a citizen who is not known yet.
type beginRow struct {
	ID      string `json:"id"`
	Segment string `json:"segment_id"`
	Citizen string `json:"citizen_id"`
	Made    bool   `json:"made"`
	// Sealed and Index are the number of a citizen who is made, encrypted and its blind index; base64.
	Sealed   []byte  `json:"sealed"`
	Index    []byte  `json:"index"`
	Agency   *string `json:"agency_id"`
	Region   *string `json:"region_id"`
	Priority int     `json:"priority"`
}

// BeginCalls is BeginCall of many in as many statements; it returns the ids of the enquiries, in order.
func (s *Service) BeginCalls(ctx context.Context, tx *ent.Tx, callers []Caller) ([]string, error) {
	if len(callers) == 0 {
		return nil, nil
	}
	system := viewer.AsSystem(ctx)
	known, err := s.citizensOf(system, tx, callers)
	if err != nil {
		return nil, err
	}
	now := s.now()
	rows := make([]beginRow, 0, len(callers))
	begun := make([]string, 0, len(callers))
	for _, c := range callers {
		number, _ := normalPhone(c.Number) // citizensOf has refused what is none
		row := beginRow{
			ID: ids.New("int"), Segment: ids.New("seg"), Citizen: known[number],
			Agency: optional.Of(c.AgencyID), Region: optional.Of(c.RegionID), Priority: limited(c.Priority),
		}
		if row.Citizen == "" {
			row.Citizen, row.Made = ids.New("cit"), true
			if number != "" {
				known[number] = row.Citizen
				if row.Sealed, row.Index, err = s.sealPhone(system, row.Citizen, number); err != nil {
					return nil, err
				}
			}
		}
		rows, begun = append(rows, row), append(begun, row.ID)
		i := &ent.Interaction{ID: row.ID, State: interaction.StateWithAssistant}
		if err := s.log.Append(system, tx, changeEvents(&ent.Interaction{}, i)...); err != nil {
			return nil, err
		}
	}
	return begun, writeBegun(system, tx, rows, now)
}

// citizensOf finds who has the callers' numbers.
func (s *Service) citizensOf(system context.Context, tx *ent.Tx, callers []Caller) (known map[string]string, err error) {
	known = make(map[string]string, len(callers))
	numbers, indexes, byIndex := make([]string, 0, len(callers)), make([][]byte, 0, len(callers)), make(map[string]string, len(callers))
	for _, c := range callers {
		number, ok := normalPhone(c.Number)
		if !ok {
			return nil, fail.Field("number", fail.Invalid, "is not a phone number")
		}
		if number != "" {
			index := s.phoneIndex(number)
			numbers, indexes, byIndex[hex.EncodeToString(index)] = append(numbers, number), append(indexes, index), number
		}
	}
	if len(numbers) == 0 {
		return known, nil
	}
	rows, err := tx.QueryContext(system, `
		SELECT who, id FROM (SELECT encode(phone_index, 'hex') AS who, id, created_at FROM citizens WHERE phone_index = ANY((SELECT $1::bytea[])::bytea[])
			UNION ALL SELECT phone, id, created_at FROM citizens WHERE phone = ANY((SELECT $2::text[])::text[])) c ORDER BY created_at`, pq.Array(indexes), pq.Array(numbers))
	if err != nil {
		return nil, fmt.Errorf("find citizens: %w", err)
	}
	found := make(map[string]string, len(numbers))
	if err := readPairs(rows, found); err != nil {
		return nil, err
	}
	for who, id := range found {
		if number, is := byIndex[who]; is {
			who = number
		}
		known[who] = id
	}
	return known, nil
}

// readPairs reads rows of two texts; of one key the last stays.
func readPairs(rows *sql.Rows, into map[string]string) error {
	defer func() { _ = rows.Close() }() // after its end, which Err reports, or a failed scan
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		into[key] = value
	}
	return rows.Err()
}

// writeBegun writes enquiries with their citizens and the first stretches of their timelines.
func writeBegun(system context.Context, tx *ent.Tx, rows []beginRow, now time.Time) error {
	text, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("begin calls: %w", err)
	}
	_, err = tx.ExecContext(system, `
		WITH begun AS MATERIALIZED (
			SELECT * FROM jsonb_to_recordset($2::jsonb) AS b(id text, segment_id text, citizen_id text, made boolean, sealed text,
				index text, agency_id text, region_id text, priority int)),
		made AS (
			INSERT INTO citizens (id, created_at, phone_sealed, phone_index, region_id)
			SELECT citizen_id, $1::timestamptz, decode(sealed, 'base64'), decode(index, 'base64'), region_id FROM begun WHERE made),
		written AS (
			INSERT INTO interactions (id, created_at, channel, state, line, priority, message_count, last_activity_at, awaits_assistant,
				answered_by_assistant, citizen_id, agency_id, region_id)
			SELECT id, $1::timestamptz, 'VOICE', 'WITH_ASSISTANT', 1, priority, 0, $1::timestamptz, false, 0, citizen_id, agency_id, region_id FROM begun)
		INSERT INTO segments (id, created_at, interaction_id, kind, started_at)
		SELECT segment_id, $1::timestamptz, id, 'ASSISTANT', $1::timestamptz FROM begun`, now, string(text))
	if err != nil {
		return fmt.Errorf("begin calls: %w", err)
	}
	return nil
}
