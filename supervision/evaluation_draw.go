package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationrule"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/optional"
)

// KindDrawn says that a rule has drawn talks to be judged. It names in its data, as "rule", the rule, and as "at" the instant, RFC 3339,
// at which all that it drew then was made.
const KindDrawn = "evaluations.drawn"

// The keys of the event's data.
const (
	DataRule    = "rule"
	DataDrawnAt = "at"
)

// longestAgo is how far back periods are drawn that no node was there to draw.
const longestAgo = 62 * day

// drawDue draws the periods that are over, one of each rule at a time. A node that dies has drawn the period wholly or not at all.
func (s *Service) drawDue(ctx context.Context) error {
	rules, err := s.o.Client.EvaluationRule.Query().Where(evaluationrule.Active(true), evaluationrule.DrawnToLTE(s.now().Add(-day))).
		Order(ent.Asc(evaluationrule.FieldID)).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("look for rules: %w", err)
	}
	var failure error
	for _, r := range rules {
		if endOf(r.Period, r.DrawnTo).After(s.now()) {
			continue
		}
		failure = errors.Join(failure, named("evaluation rule", r.ID, s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			return s.draw(ctx, tx, r.ID)
		})))
	}
	return failure
}

// draw draws the next period of a rule, unless another node does.
func (s *Service) draw(ctx context.Context, tx *ent.Tx, ruleID string) error {
	r, err := tx.EvaluationRule.Query().Where(evaluationrule.ID(ruleID), evaluationrule.Active(true)).WithForm().ForUpdate(database.LockOrSkip).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock rule: %w", err)
	}
	from := r.DrawnTo
	if oldest := beginOf(r.Period, s.now().Add(-longestAgo)); from.Before(oldest) {
		from = oldest
	}
	to := endOf(r.Period, from)
	if to.After(s.now()) {
		return nil
	}
	if r.Edges.Form.Active {
		now := s.now()
		creates, err := s.drawn(ctx, tx, r, from, to, now)
		if err != nil {
			return err
		}
		for n := 0; n < len(creates); n += batch {
			if err := tx.Evaluation.CreateBulk(creates[n:min(n+batch, len(creates))]...).OnConflict().DoNothing().Exec(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("write what was drawn: %w", err)
			}
		}
		if len(creates) > 0 {
			told := eventlog.Event{Kind: KindDrawn, Data: map[string]string{DataRule: r.ID, DataDrawnAt: now.Format(time.RFC3339Nano)}}
			if err := s.o.Log.Append(ctx, tx, told); err != nil {
				return err
			}
		}
	}
	return tx.EvaluationRule.UpdateOne(r).SetDrawnTo(to).Exec(ctx)
}

// talksOver selects at random, by a hash that nobody can foresee who does not know the ids, so many talks of each operator that ended in
// interactions closed in [$2, $3) and that the form has not been asked of. $1 is the rule, $4 the form, $5 how many, $6 the least seconds,
// $7 to $12 what bounds the rule.
const talksOver = `SELECT interaction_id, account_id, agency_id, region_id, line FROM (
		SELECT i.id AS interaction_id, t.account_id, i.agency_id, i.region_id, i.line,
			row_number() OVER (PARTITION BY t.account_id ORDER BY md5($1::text || i.id)) AS place
		FROM interactions i JOIN LATERAL (
			SELECT account_id, sum(extract(epoch FROM ended_at - started_at)) AS seconds, array_agg(queue_id) AS queues FROM segments
			WHERE interaction_id = i.id AND kind = 'TALK' AND account_id IS NOT NULL AND ended_at IS NOT NULL GROUP BY 1) t ON t.seconds >= $6
		WHERE i.state = 'CLOSED' AND i.closed_at >= $2 AND i.closed_at < $3
			AND ($7::text IS NULL OR i.agency_id = $7) AND ($8::text IS NULL OR i.region_id = $8) AND ($9::int IS NULL OR i.line = $9)
			AND ($10::text IS NULL OR $10 = ANY(t.queues)) AND ($11::text IS NULL OR i.channel = $11) AND ($12::int IS NULL OR i.rating <= $12)
			AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.interaction_id = i.id AND e.operator_id = t.account_id AND e.form_id = $4
				AND e.calibration_id IS NULL)) d
	WHERE place <= $5 ORDER BY account_id, place`

// drawn are the evaluations that a rule wants of a period, made at the instant now.
func (s *Service) drawn(ctx context.Context, tx *ent.Tx, r *ent.EvaluationRule, from, to, now time.Time) (creates []*ent.EvaluationCreate, err error) {
	rows, err := tx.QueryContext(ctx, talksOver, r.ID, from, to, r.FormID, r.PerOperator, r.LeastTalkSeconds,
		optional.Of(r.AgencyID), optional.Of(r.RegionID), r.Line, optional.Of(r.QueueID), channelOf(r), r.RatedAtMost)
	if err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var interactionID, operatorID string
		var agency, region sql.NullString
		var line sql.NullInt64
		if err := rows.Scan(&interactionID, &operatorID, &agency, &region, &line); err != nil {
			return nil, fmt.Errorf("draw: %w", err)
		}
		create := tx.Evaluation.Create().SetInteractionID(interactionID).SetOperatorID(operatorID).SetFormID(r.FormID).SetRuleID(r.ID).
			SetState(evaluation.StateDrawn).SetCreatedAt(now)
		if agency.Valid {
			create.SetAgencyID(agency.String)
		}
		if region.Valid {
			create.SetRegionID(region.String)
		}
		if line.Int64 == 1 || line.Int64 == 2 {
			create.SetLine(int(line.Int64))
		}
		creates = append(creates, create)
	}
	return creates, rows.Err()
}

func channelOf(r *ent.EvaluationRule) *string {
	if r.Channel == nil {
		return nil
	}
	return optional.Of(string(*r.Channel))
}
