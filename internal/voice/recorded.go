package voice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/recording"
	"ekc/telephony"
)

// How long recordings are kept: information is not personal and is kept for questions about quality; a personal matter as long as
// a claim from it may be brought (Civil Code, art. 196).
const (
	keepInformation = 183 * 24 * time.Hour
	keepPersonal    = 3 * 366 * 24 * time.Hour
)

// Recorded is part of telephony.Centre.
func (s *Service) Recorded(ctx context.Context, r telephony.RecordingReport) error {
	return s.together(ctx, step{recording: &r, apart: func(ctx context.Context) error { return s.recordUnknown(ctx, r) }})
}

// recordUnknown writes a recording of a call that is perhaps not known yet, or whose recording was awaited.
func (s *Service) recordUnknown(ctx context.Context, r telephony.RecordingReport) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c, err := s.callOf(ctx, tx, r.CallID, r.InteractionID, r.BeganAt)
		if err != nil {
			return err
		}
		if c.AwaitsRecovery {
			if err := tx.Call.Update().Where(call.ID(c.ID)).SetAwaitsRecovery(false).Exec(ctx); err != nil {
				return fmt.Errorf("write call: %w", err)
			}
		}
		_, err = s.insertRecordings(ctx, tx, []telephony.RecordingReport{r})
		return err
	})
}

// recordingRow is a recording as the table has it.
type recordingRow struct {
	ID        string    `json:"id"`
	Call      string    `json:"call_id"`
	Object    string    `json:"object"`
	SHA256    string    `json:"sha256"`
	Size      int64     `json:"size"`
	Began     time.Time `json:"began_at"`
	Length    int64     `json:"length_ms"`
	Recovered bool      `json:"recovered"`
}

// insertRecordings writes recordings; one that is there already stays as it is. Those of calls that are not known, or whose recording
// is awaited, are passed over. It returns the calls that are known.
func (s *Service) insertRecordings(ctx context.Context, tx *ent.Tx, reports []telephony.RecordingReport) (known map[string]bool, err error) {
	list := make([]recordingRow, 0, len(reports))
	for _, r := range reports {
		row := recordingRow{r.ID, r.CallID, r.Object, r.SHA256, r.Bytes, r.BeganAt, r.Length.Milliseconds(), r.Recovered}
		if err := errors.Join(recording.ObjectValidator(row.Object), recording.Sha256Validator(row.SHA256),
			recording.SizeValidator(row.Size), recording.LengthMsValidator(row.Length)); err != nil {
			return nil, fmt.Errorf("write recordings: %w", err)
		}
		list = append(list, row)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write recordings: %w", err)
	}
	rows, err := tx.QueryContext(ctx, keepRecordings,
		s.now(), string(text), keepPersonal.Seconds(), keepInformation.Seconds())
	if err != nil {
		return nil, fmt.Errorf("write recordings: %w", err)
	}
	known, fresh, err := s.readKept(ctx, tx, rows)
	if err != nil {
		return nil, fmt.Errorf("write recordings: %w", err)
	}
	for _, id := range fresh { // the connection must have been read to its end before
		if err := s.wantTranscript(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// readKept reads what keepRecordings returns to its end: the calls that are known, and the recordings that were not kept before.
func (s *Service) readKept(ctx context.Context, tx *ent.Tx, rows *sql.Rows) (known map[string]bool, fresh []string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	known = map[string]bool{}
	for rows.Next() {
		var callID, interactionID, operator, id string
		var written bool
		if err := rows.Scan(&callID, &interactionID, &operator, &id, &written); err != nil {
			return nil, nil, err
		}
		known[callID] = true
		if !written {
			continue
		}
		fresh = append(fresh, id)
		if err := s.o.Log.Append(ctx, tx, callEvent(callID, interactionID, operator)); err != nil {
			return nil, nil, err
		}
	}
	return known, fresh, rows.Err()
}

// keepRecordings takes the instant, recordings as JSON, and how long personal ones and others are kept, in seconds.
const keepRecordings = `
	WITH reported AS MATERIALIZED (
		SELECT * FROM jsonb_to_recordset($2::jsonb) AS r(id text, call_id text, object text, sha256 text, size bigint,
			began_at timestamptz, length_ms bigint, recovered boolean)),
	told AS MATERIALIZED (
		SELECT DISTINCT ON (r.id) r.*, i.id AS interaction_id, i.line, ` + deskOf + ` AS operator
		FROM reported r
		JOIN calls c ON c.id = r.call_id AND c.id = ANY(ARRAY(SELECT call_id FROM reported)) AND NOT c.awaits_recovery
		JOIN interactions i ON i.id = c.interaction_id
		ORDER BY r.id),
	written AS (
		INSERT INTO recordings (id, created_at, call_id, interaction_id, object, sha256, size, began_at, length_ms, recovered,
		retention, destroy_after)
		SELECT id, $1::timestamptz, call_id, interaction_id, object, sha256, size, began_at, length_ms, recovered,
		CASE line WHEN 2 THEN 'PERSONAL' ELSE 'INFORMATION' END,
		began_at + make_interval(secs => CASE line WHEN 2 THEN $3::float8 ELSE $4::float8 END)
		FROM told ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id)
	SELECT t.call_id, t.interaction_id, t.operator, t.id, w.id IS NOT NULL FROM told t LEFT JOIN written w ON w.id = t.id`
