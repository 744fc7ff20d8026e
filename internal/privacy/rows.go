package privacy

import (
	"context"
	"errors"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ekc/ent"
)

// removed is what stands in place of words that were destroyed.
const removed = "[уничтожено]"

// Kinds of objects in certificates.
const (
	kindInteraction = "interaction"
	kindMessage     = "message"
	kindAttachment  = "attachment"
	kindRecording   = "recording"
	kindTranscript  = "transcript"
	kindTurn        = "assistant_turn"
	kindCitizen     = "citizen"
	kindCall        = "call"
	kindCallback    = "callback"
	kindDeferral    = "deferral"
	kindIncident    = "incident"
	kindEvaluation  = "evaluation"
	kindCalibration = "calibration"
)

// statement destroys one kind of objects of a list of owners, $1, and returns the ids of what it changed.
type statement struct{ kind, sql string }

// words are what was said and written in interactions. Rows stay where statistics, the timeline or citations of the base hang on them.
var words = []statement{
	{kindMessage, `UPDATE messages SET text = '` + removed + `', clear = NULL, choices = NULL, client_key = NULL
		WHERE interaction_id = ANY($1) AND author IN ('CITIZEN', 'OPERATOR') RETURNING id`},
	{kindMessage, `UPDATE messages SET choices = NULL WHERE interaction_id = ANY($1) AND author = 'ASSISTANT' AND choices IS NOT NULL RETURNING id`},
	{kindAttachment, `DELETE FROM attachments WHERE interaction_id = ANY($1) RETURNING id`},
	{kindTurn, `UPDATE assistant_turns SET trace = NULL WHERE interaction_id = ANY($1) AND trace IS NOT NULL RETURNING id`},
	{kindInteraction, `UPDATE interactions SET note = NULL, rating_comment = NULL, page_url = NULL, assistant_state = NULL, token_hash = NULL,
		idempotency_key = NULL WHERE id = ANY($1) RETURNING id`},
	{kindDeferral, `UPDATE deferrals SET question = '` + removed + `', conclusion = NULL WHERE interaction_id = ANY($1) RETURNING id`},
	{kindIncident, `WITH said AS (UPDATE incident_comments SET text = '` + removed + `'
			WHERE incident_id IN (SELECT id FROM incidents WHERE interaction_id = ANY($1)))
		UPDATE incidents SET text = '` + removed + `', resolution = NULL WHERE interaction_id = ANY($1) RETURNING id`},
	{kindEvaluation, `WITH said AS (UPDATE evaluation_steps SET text = NULL, marks = (SELECT jsonb_agg(m - 'comment') FROM jsonb_array_elements(marks) m)
			WHERE evaluation_id IN (SELECT id FROM evaluations WHERE interaction_id = ANY($1)))
		UPDATE evaluations SET comment = NULL, contest_reason = NULL, decision = NULL,
			marks = (SELECT jsonb_agg(m - 'comment') FROM jsonb_array_elements(marks) m) WHERE interaction_id = ANY($1) RETURNING id`},
	{kindCalibration, `UPDATE calibrations SET conclusion = NULL WHERE interaction_id = ANY($1) AND conclusion IS NOT NULL RETURNING id`},
}

// sounds are recordings, whose objects were removed before, and what was understood of them.
var sounds = []statement{
	{kindTranscript, `DELETE FROM transcripts t USING recordings r WHERE r.id = t.recording_id AND r.interaction_id = ANY($1) RETURNING t.id`},
	{kindRecording, `UPDATE recordings SET destroyed_at = now() WHERE interaction_id = ANY($1) AND destroyed_at IS NULL RETURNING id`},
}

// numbersOfCalls are the numbers in calls and promises of interactions.
var numbersOfCalls = []statement{
	{kindCall, `UPDATE calls SET caller = NULL, called = NULL, citizen_sealed = NULL WHERE interaction_id = ANY($1) RETURNING id`},
	{kindCall, `UPDATE call_legs SET number = NULL WHERE interaction_id = ANY($1) AND role = 'CITIZEN' RETURNING call_id AS id`},
	{kindCallback, `UPDATE callbacks SET number = NULL, number_sealed = NULL, number_index = NULL, state = CASE WHEN state = 'WAITING' THEN 'CANCELLED' ELSE state END
		WHERE interaction_id = ANY($1) AND state <> 'DIALLING' RETURNING id`},
}

// person is who the citizens were; $1 are citizens.
var person = []statement{
	{kindCitizen, `WITH known AS (SELECT id, left(encode(phone_index, 'hex'), 40) AS was FROM citizens WHERE id = ANY($1)),
		recalled AS (UPDATE recall_persons p SET person = k.id FROM known k WHERE p.person = k.was AND p.state NOT IN ('PENDING', 'CALLING')
			AND NOT EXISTS (SELECT FROM recall_persons o WHERE o.recall_id = p.recall_id AND o.person = k.id))
		UPDATE citizens SET name = NULL, phone = NULL, phone_sealed = NULL, phone_index = NULL WHERE id = ANY($1) RETURNING id`},
}

// destroyRows carries out statements.
func destroyRows(system context.Context, tx *ent.Tx, owners []string, into destroyed, lists ...[]statement) error {
	for _, list := range lists {
		for _, one := range list {
			ids, err := texts(system, tx, one.sql, pq.Array(owners))
			if err != nil {
				return fmt.Errorf("destroy %s: %w", one.kind, err)
			}
			into.add(one.kind, ids...)
		}
	}
	return nil
}

// texts are the rows of one text.
func texts(system context.Context, tx *ent.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(system, query, args...)
	if err != nil {
		return nil, err
	}
	var found []string
	err = entsql.ScanSlice(rows, &found)
	return found, err
}

// removeFiles removes the files of interactions: attachments, and with sound also recordings. Done again it does no harm.
func (s *Service) removeFiles(system context.Context, tx *ent.Tx, interactions []string, sound bool) error {
	files, err := texts(system, tx, `SELECT id FROM attachments WHERE interaction_id = ANY($1)`, pq.Array(interactions))
	if err == nil {
		err = s.removeAttachments(files)
	}
	if err != nil || !sound {
		return err
	}
	keys, err := texts(system, tx, `SELECT object FROM recordings WHERE interaction_id = ANY($1) AND destroyed_at IS NULL`, pq.Array(interactions))
	for _, key := range keys {
		if s.o.Recordings == nil {
			return errors.New("recordings cannot be reached from this node")
		}
		err = errors.Join(err, s.o.Recordings.Remove(system, key))
	}
	return err
}

func (s *Service) removeAttachments(ids []string) error {
	var failed error
	for _, id := range ids {
		if s.o.Files == nil {
			return errors.New("attachments cannot be reached from this node")
		}
		failed = errors.Join(failed, s.o.Files.RemoveFile(id))
	}
	return failed
}
