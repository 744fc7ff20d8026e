package interaction

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/predicate"
	"ekc/internal/database"
	"ekc/internal/repeat"
)

const (
	sweepBatch = 100
	// unanswered is how long Yana may take before another node is told that a citizen waits for her.
	unanswered = 3 * time.Second
	// filesEvery is how often forgotten files are looked for.
	filesEvery = time.Hour
)

// Run ends what time alone ends, on every node side by side, until ctx ends: wrap-ups that ran out, dialogues in which
// nobody speaks any more, questions that a killed node left unanswered, files that were never sent.
func (s *Service) Run(ctx context.Context) error {
	var files sync.WaitGroup
	var failed error
	files.Go(func() { // may take long where there are many
		failed = repeat.Work{Name: "sweep of files", Do: s.SweepFiles, Pause: filesEvery, Logger: s.o.Logger}.Run(ctx)
	})
	err := repeat.Work{Name: "sweep", Do: s.Sweep, Pause: s.o.SweepEvery, Logger: s.o.Logger}.Run(ctx)
	files.Wait()
	return errors.Join(err, failed)
}

// Sweep does once what Run does all the time, but for files.
func (s *Service) Sweep(ctx context.Context) error {
	system := viewer.AsSystem(ctx)
	now := s.now()
	failure := s.remindAssistant(system, now)
	for _, rule := range s.rules(now) {
		failure = errors.Join(failure, s.sweepRule(system, rule))
	}
	return failure
}

// sweepRule ends what is due by one rule. One interaction that cannot be ended does not keep the others from it: they come
// in random order, so that no batch is filled with the same ones again and again.
func (s *Service) sweepRule(system context.Context, r rule) error {
	ids, err := s.client.Interaction.Query().Where(r.due).Order(entsql.OrderByRand()).Limit(sweepBatch).IDs(system)
	if err != nil {
		return fmt.Errorf("look for %s: %w", r.name, err)
	}
	var failure error
	for _, id := range ids {
		if err := s.sweepOne(system, id, r); err != nil {
			failure = errors.Join(failure, fmt.Errorf("%s, %s: %w", r.name, id, err))
		}
		if system.Err() != nil {
			break
		}
	}
	return failure
}

// rule is something that ends by itself.
type rule struct {
	name string
	due  predicate.Interaction
	end  func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error)
}

func (s *Service) rules(now time.Time) []rule {
	silent := func(since time.Time, states ...interaction.State) predicate.Interaction {
		return interaction.And(interaction.StateIn(states...), interaction.LastActivityAtLT(since))
	}
	talk := now.Add(-s.o.TalkIdle)
	return []rule{
		{
			name: "wrap-up over",
			due:  interaction.And(interaction.StateEQ(interaction.StateWrapUp), interaction.WrapUpUntilLT(now)),
			end: func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
				return s.close(system, tx, i, MoveRecorded, interaction.CloseReasonClosedByOperator, nil)
			},
		},
		{
			name: "silent with Yana",
			due:  silent(now.Add(-s.o.AssistantIdle), interaction.StateWithAssistant),
			end:  s.timeOutWithAssistant,
		},
		{
			name: "silent in the queue",
			due:  silent(now.Add(-s.o.QueueIdle), interaction.StateQueued),
			end: func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
				i, err := s.notice(system, tx, i, message.KindNotice, textTimedOut)
				if err != nil {
					return nil, err
				}
				return s.abandon(system, tx, i, interaction.CloseReasonTimedOut)
			},
		},
		{
			name: "silent with an operator",
			due:  silent(talk, interaction.StateActive, interaction.StateHeld),
			end: func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
				i, err := s.notice(system, tx, i, message.KindNotice, textTimedOut)
				if err != nil {
					return nil, err
				}
				return s.close(system, tx, i, MoveClose, interaction.CloseReasonTimedOut, nil)
			},
		},
	}
}

// timeOutWithAssistant ends a dialogue with Yana: answered when she answered, timed out when she did not.
func (s *Service) timeOutWithAssistant(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	why := interaction.CloseReasonTimedOut
	if i.AnsweredByAssistant > 0 {
		why = interaction.CloseReasonAnsweredByAssistant
	}
	i, err := s.askAtTheEnd(system, tx, i)
	if err != nil {
		return nil, err
	}
	return s.close(system, tx, i, MoveClose, why, nil)
}

// sweepOne ends one interaction if it is still due and no other node has it.
func (s *Service) sweepOne(system context.Context, id string, r rule) error {
	return s.inTx(system, func(system context.Context, tx *ent.Tx) error {
		i, err := tx.Interaction.Query().Where(interaction.ID(id), r.due).
			ForUpdate(database.LockOrSkip).Only(system)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = r.end(system, tx, i)
		return err
	})
}

// remindAssistant tells Yana of citizens who have waited for her for a while, whose node perhaps died.
func (s *Service) remindAssistant(system context.Context, now time.Time) error {
	ids, err := s.client.Interaction.Query().
		Where(interaction.AwaitsAssistant(true), interaction.StateEQ(interaction.StateWithAssistant), interaction.ChannelEQ(interaction.ChannelChat),
			interaction.LastActivityAtLT(now.Add(-unanswered))).
		Order(ent.Asc(interaction.FieldLastActivityAt)).Limit(sweepBatch).IDs(system)
	if err != nil {
		return fmt.Errorf("look for unanswered questions: %w", err)
	}
	for _, id := range ids {
		s.assistant.Notify(id)
	}
	return nil
}
