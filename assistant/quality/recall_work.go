package quality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callback"
	"ekc/ent/interaction"
	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/internal/database"
	"ekc/internal/fail"
)

const (
	// recallEvery is how often the node that has the duty looks after recalls, recallDuty how long it has it for.
	recallEvery = 5 * time.Second
	recallDuty  = 30 * time.Second
	// calm is how long after its beginning a recall looks for citizens once more: a turn that was being written then is there by then.
	calm = time.Minute
	// callsAtOnce is how many calls of one recall wait or are made at a time, so that it does not bury the queues.
	callsAtOnce = 20
	// later is when one is tried again who could not be reached for a reason that will go by.
	later = 10 * time.Minute
)

// RunRecalls looks after recalls until ctx ends.
func (s *Service) RunRecalls(ctx context.Context) error {
	ticker := time.NewTicker(recallEvery)
	defer ticker.Stop()
	for {
		mine, err := s.holds(viewer.AsSystem(ctx), "recalls", recallDuty)
		if err == nil && mine {
			err = s.WorkRecalls(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Logger.WarnContext(ctx, "recalls do not go on, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// WorkRecalls takes each recall as far as it can go now. It may run on several nodes at once, and be cut off anywhere: one citizen is
// one transaction, which finds them still to be reached.
func (s *Service) WorkRecalls(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	open, err := s.o.Client.Recall.Query().Where(recall.Or(recall.StateEQ(recall.StateRunning),
		recall.HasPeopleWith(recallperson.StateEQ(recallperson.StateCalling)))).Order(ent.Asc(recall.FieldID)).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("read recalls: %w", err)
	}
	var failed []error
	for _, r := range open {
		steps := []func(context.Context, *ent.Recall) error{s.listTold, s.followCalls, s.reachAll, s.finish}
		if r.State != recall.StateRunning {
			steps = steps[1:2]
		}
		for _, step := range steps {
			if err := step(ctx, r); err != nil {
				failed = append(failed, fmt.Errorf("recall %s: %w", r.ID, err))
				break
			}
		}
	}
	return errors.Join(failed...)
}

// insertTold writes the citizens who were told a version, each person once, with the interaction in which they were told last. The id
// is made of recall and person, so that every repetition makes the same, also one at the same moment. Who was reached by an earlier
// recall is left out.
const insertTold = `
	INSERT INTO recall_persons (id, created_at, recall_id, person, interaction_id, told_at, state, next_at)
	SELECT 'rcp_0' || substr(md5($1 || ' ' || t.person), 1, 25), $3, $1, t.person, t.interaction_id, t.told_at, 'PENDING', $3
	FROM (SELECT DISTINCT ON (person) * FROM (
		SELECT COALESCE(left(encode(c.phone_index, 'hex'), 40), NULLIF(c.phone, ''), c.id) AS person, w.interaction_id, w.told_at
		FROM (SELECT interaction_id, created_at AS told_at FROM assistant_turns WHERE record_version_id = $2
			UNION ALL SELECT interaction_id, created_at FROM messages WHERE author = 'OPERATOR' AND citations @> $4::jsonb) w
		JOIN interactions i ON i.id = w.interaction_id JOIN citizens c ON c.id = i.citizen_id) p
		ORDER BY person, told_at DESC, interaction_id) t
	WHERE NOT EXISTS (SELECT FROM recall_persons p JOIN recalls r ON r.id = p.recall_id WHERE r.record_version_id = $2 AND r.id <> $1
		AND p.person = t.person AND p.state IN ('CALLING', 'REACHED', 'LEFT'))
	ON CONFLICT DO NOTHING`

// listTold looks for those who were told, at once and once more after the calm.
func (s *Service) listTold(ctx context.Context, r *ent.Recall) error {
	now := s.now()
	if r.ListedAt != nil && (Listed(r) || now.Before(r.CreatedAt.Add(calm))) {
		return nil
	}
	cited, err := json.Marshal([]map[string]string{{"versionId": r.RecordVersionID}})
	if err != nil {
		return err
	}
	return s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if _, err := tx.ExecContext(ctx, insertTold, r.ID, r.RecordVersionID, now, string(cited)); err != nil {
			return fmt.Errorf("list who was told: %w", err)
		}
		after, err := tx.Recall.UpdateOne(r).SetListedAt(now).Save(ctx)
		if err == nil {
			r.ListedAt = after.ListedAt
		}
		return err
	})
}

// Listed reports whether everybody who was told is known.
func Listed(r *ent.Recall) bool {
	return r.ListedAt != nil && !r.ListedAt.Before(r.CreatedAt.Add(calm))
}

// followCalls writes down how promised calls ended, and takes back those of a cancelled recall.
func (s *Service) followCalls(ctx context.Context, r *ent.Recall) error {
	calling, err := s.o.Client.RecallPerson.Query().
		Where(recallperson.RecallID(r.ID), recallperson.StateEQ(recallperson.StateCalling)).All(ctx)
	if err != nil || len(calling) == 0 {
		return err
	}
	for _, p := range calling {
		err := s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			if r.State == recall.StateCancelled {
				if _, err := s.phone.Withdraw(ctx, tx, p.CallbackID); err != nil {
					return err
				}
			}
			cb, err := tx.Callback.Get(ctx, p.CallbackID)
			if err != nil {
				return err
			}
			state, ended := ends[cb.State]
			if !ended {
				return nil
			}
			return tx.RecallPerson.UpdateOne(p).SetState(state).SetSettledAt(s.now()).Exec(ctx)
		})
		if err != nil {
			return fmt.Errorf("follow call: %w", err)
		}
	}
	return nil
}

// ends says what the end of a promised call means.
var ends = map[callback.State]recallperson.State{
	callback.StateDone:      recallperson.StateReached,
	callback.StateExhausted: recallperson.StateNotReached,
	callback.StateCancelled: recallperson.StateCancelled,
}

// reachAll reaches those whose time has come.
func (s *Service) reachAll(ctx context.Context, r *ent.Recall) error {
	calls, err := s.o.Client.RecallPerson.Query().
		Where(recallperson.RecallID(r.ID), recallperson.StateEQ(recallperson.StateCalling)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count calls: %w", err)
	}
	due, err := s.o.Client.RecallPerson.Query().
		Where(recallperson.RecallID(r.ID), recallperson.StateEQ(recallperson.StatePending), recallperson.NextAtLTE(s.now())).
		Order(ent.Asc(recallperson.FieldNextAt, recallperson.FieldID)).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("read citizens of recall: %w", err)
	}
	for _, one := range due {
		var after *ent.RecallPerson
		err := s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
			after, err = s.reachOne(ctx, tx, r, one.ID, calls < callsAtOnce)
			return err
		})
		switch {
		case err != nil: // they must not keep others waiting
			s.o.Logger.WarnContext(ctx, "a citizen of a recall could not be reached, trying again later", "recall", r.ID, "person", one.ID, "error", err)
			err = s.o.Client.RecallPerson.Update().Where(recallperson.ID(one.ID), recallperson.StateEQ(recallperson.StatePending)).
				SetNextAt(s.now().Add(later)).Exec(ctx)
		case after != nil && after.State == recallperson.StateCalling:
			calls++
		}
		if err != nil {
			return fmt.Errorf("postpone citizen of recall: %w", err)
		}
	}
	return nil
}

// reachOne tells one citizen, or promises to call them: a chat that is not over takes a message at once; who can be called is, at a
// decent hour; what is left for others is a message in the chat that is over, should they look at it again. nil when another node was
// faster, or the recall has ended.
func (s *Service) reachOne(ctx context.Context, tx *ent.Tx, r *ent.Recall, personID string, mayCall bool) (*ent.RecallPerson, error) {
	p, err := tx.RecallPerson.Query().Where(recallperson.ID(personID), recallperson.StateEQ(recallperson.StatePending),
		recallperson.HasRecallWith(recall.StateEQ(recall.StateRunning))).ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nothing is left to do
	}
	if err != nil {
		return nil, err
	}
	told, err := tx.Interaction.Get(ctx, p.InteractionID)
	if err != nil {
		return nil, err
	}
	over := told.State == interaction.StateClosed || told.State == interaction.StateAbandoned
	chat := told.Channel == interaction.ChannelChat
	if chat && !over {
		return s.write(ctx, tx, p, r.Text)
	}
	if !over { // they talk with us now; the call must end before another
		return tx.RecallPerson.UpdateOne(p).SetNextAt(s.now().Add(later)).Save(ctx)
	}
	at, err := s.phone.DecentFor(ctx, tx, told)
	if err != nil {
		return nil, err
	}
	if p.Person != told.CitizenID { // they have a number
		if at.After(s.now()) {
			return tx.RecallPerson.UpdateOne(p).SetNextAt(at).Save(ctx)
		}
		if !mayCall {
			return p, nil
		}
		id, err := s.phone.Recall(ctx, tx, told, r.Text)
		if err == nil {
			return tx.RecallPerson.UpdateOne(p).SetState(recallperson.StateCalling).SetCallbackID(id).Save(ctx)
		}
		if fail.CodeOf(err) != fail.Invalid {
			return nil, err
		}
	}
	if chat {
		return s.write(ctx, tx, p, r.Text)
	}
	return tx.RecallPerson.UpdateOne(p).SetState(recallperson.StateNotReached).SetSettledAt(s.now()).Save(ctx)
}

// write tells a citizen in their chat.
func (s *Service) write(ctx context.Context, tx *ent.Tx, p *ent.RecallPerson, text string) (*ent.RecallPerson, error) {
	m, over, err := s.chats.PutRight(ctx, tx, p.InteractionID, text)
	if fail.CodeOf(err) == fail.Conflict { // Yana is thinking
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	state := recallperson.StateReached
	if over {
		state = recallperson.StateLeft
	}
	return tx.RecallPerson.UpdateOne(p).SetState(state).SetMessageID(m.ID).SetSettledAt(s.now()).Save(ctx)
}

// finish ends a recall in which nobody is left to be reached.
func (s *Service) finish(ctx context.Context, r *ent.Recall) error {
	if !Listed(r) {
		return nil
	}
	waiting := recallperson.StateIn(recallperson.StatePending, recallperson.StateCalling)
	err := s.o.Client.Recall.Update().Where(recall.ID(r.ID), recall.StateEQ(recall.StateRunning), recall.Not(recall.HasPeopleWith(waiting))).
		SetState(recall.StateDone).SetEndedAt(s.now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end recall: %w", err)
	}
	return nil
}
