package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callleg"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/segment"
	"ekc/internal/database"
)

// endDeferrals ends those whose interaction is over: answered, when an operator reached the citizen after it was deferred.
func (s *Service) endDeferrals(ctx context.Context) error {
	over := deferral.HasInteractionWith(interaction.StateIn(interaction.StateClosed, interaction.StateAbandoned))
	return s.each(ctx, over, func(ctx context.Context, tx *ent.Tx, d *ent.Deferral) error {
		i, err := tx.Interaction.Get(ctx, d.InteractionID)
		if err != nil {
			return fmt.Errorf("read interaction: %w", err)
		}
		talk, err := answerOf(ctx, tx, d, i)
		if err != nil {
			return err
		}
		update, ended := tx.Deferral.UpdateOne(d), s.now()
		switch {
		case talk != nil:
			if talk.EndedAt != nil {
				ended = *talk.EndedAt
			}
			update.SetState(deferral.StateAnswered).SetAnsweredBy(talk.AccountID).SetAnalysis(deferral.AnalysisPending)
		case i.ClosedAt != nil:
			ended = *i.ClosedAt
			fallthrough
		default:
			update.SetState(deferral.StateUnanswered)
		}
		if update.SetEndedAt(ended); ended.After(d.DueAt) {
			update.SetBreachedAt(d.DueAt)
		}
		return s.mark(ctx, tx, deferralstep.KindEnded, update)
	})
}

// answerOf is the last talk in which a deferred enquiry was answered: an operator wrote in its chat, or its citizen picked the phone up;
// nil when neither has happened since it was deferred.
func answerOf(ctx context.Context, tx *ent.Tx, d *ent.Deferral, i *ent.Interaction) (*ent.Segment, error) {
	var reached bool
	var err error
	if i.Channel == interaction.ChannelVoice {
		reached, err = tx.CallLeg.Query().Where(callleg.InteractionID(i.ID), callleg.RoleEQ(callleg.RoleCitizen),
			callleg.AnsweredAtGTE(d.CreatedAt)).Exist(ctx)
	} else {
		reached, err = tx.Message.Query().Where(message.InteractionID(i.ID), message.AuthorEQ(message.AuthorOperator),
			message.CreatedAtGTE(d.CreatedAt)).Exist(ctx)
	}
	if err != nil || !reached {
		return nil, err
	}
	talk, err := tx.Segment.Query().Where(segment.InteractionID(i.ID), segment.KindEQ(segment.KindTalk), segment.StartedAtGTE(d.CreatedAt)).
		Order(ent.Desc(segment.FieldStartedAt)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // it was not answered
	}
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", err)
	}
	return talk, nil
}

// longPause is how long an operator may be on a pause before they count as away.
const longPause = 15 * time.Minute

// Why an operator is named no more.
const (
	reasonGone = "operator_gone"
	reasonAway = "operator_away"
)

// releaseAway takes enquiries from operators who cannot answer them: whose account or role has ended, at once; who are away when the
// term is about to run out, then. Who was named after the warning was named although they are away.
func (s *Service) releaseAway(ctx context.Context) error {
	now := s.now()
	rows, err := s.o.Client.QueryContext(ctx, `
		SELECT d.id, CASE WHEN `+operatorGone+` THEN '`+reasonGone+`' ELSE '`+reasonAway+`' END
		FROM deferrals d JOIN interactions i ON i.id = d.interaction_id
		WHERE d.state = 'OPEN' AND d.operator_id IS NOT NULL AND i.state = 'DEFERRED' AND (`+operatorGone+` OR (
			d.warned_at IS NOT NULL AND d.named_at <= d.warned_at AND NOT EXISTS (
				SELECT FROM presences p WHERE p.account_id = d.operator_id AND p.state <> 'OFFLINE' AND (p.state <> 'PAUSED' OR p.since > $2))))
		ORDER BY d.due_at LIMIT $3`, now, now.Add(-longPause), batch)
	if err != nil {
		return fmt.Errorf("look for operators who are away: %w", err)
	}
	away, err := scanPairs(rows)
	if err != nil {
		return fmt.Errorf("look for operators who are away: %w", err)
	}
	var failure error
	for _, a := range away {
		failure = errors.Join(failure, named("deferral", a[0], s.releaseOne(ctx, a[0], a[1])))
	}
	return failure
}

// operatorGone is true of a deferral d whose operator has no open account with a role for it; $1 is now.
const operatorGone = `NOT EXISTS (
	SELECT FROM role_assignments r JOIN accounts a ON a.id = r.account_id AND a.active
	WHERE r.account_id = d.operator_id AND r.role = 'OPERATOR' AND r.valid_from <= $1 AND (r.valid_to IS NULL OR r.valid_to > $1)
		AND (r.line IS NULL OR r.line = 2)
		AND (r.agency_id IS NULL OR d.agency_id IS NULL OR r.agency_id = d.agency_id)
		AND (r.region_id IS NULL OR d.region_id IS NULL OR r.region_id = d.region_id))`

func scanPairs(rows *sql.Rows) (pairs [][2]string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p [2]string
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, rows.Err()
}

func (s *Service) releaseOne(ctx context.Context, id, reason string) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		found, err := tx.Deferral.Get(ctx, id)
		if err != nil {
			return err
		}
		i, err := s.o.Life.Lock(ctx, tx, found.InteractionID)
		if err != nil {
			return err
		}
		d, err := tx.Deferral.Query().Where(deferral.ID(id)).ForUpdate(database.Lock).Only(ctx)
		if err != nil {
			return err
		}
		if d.State != deferral.StateOpen || i.State != interaction.StateDeferred || d.OperatorID != found.OperatorID {
			return nil // somebody was faster
		}
		_, err = s.nameIn(viewer.AsSystem(ctx), tx, d, i, "", reason)
		return err
	})
}
