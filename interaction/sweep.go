package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/predicate"
	"ekc/internal/database"
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
	ticker := time.NewTicker(s.o.SweepEvery)
	defer ticker.Stop()
	files := time.NewTicker(filesEvery)
	defer files.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.o.Logger.WarnContext(ctx, "sweep failed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-files.C:
			if err := s.SweepFiles(ctx); err != nil && ctx.Err() == nil {
				s.o.Logger.WarnContext(ctx, "sweep of files failed, trying again", "error", err)
			}
		case <-ticker.C:
		}
	}
}

// Sweep does once what Run does all the time, but for files.
func (s *Service) Sweep(ctx context.Context) error {
	system := viewer.AsSystem(ctx)
	now := s.now()
	if err := s.remindAssistant(system, now); err != nil {
		return err
	}
	for _, rule := range s.rules(now) {
		ids, err := s.client.Interaction.Query().Where(rule.due).Limit(sweepBatch).IDs(system)
		if err != nil {
			return fmt.Errorf("look for %s: %w", rule.name, err)
		}
		for _, id := range ids {
			if err := s.sweepOne(system, id, rule); err != nil {
				return fmt.Errorf("%s: %w", rule.name, err)
			}
		}
	}
	return nil
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
			due:  silent(talk, interaction.StateQueued),
			end: func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
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
	i, err := s.askForRating(system, tx, i)
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
		Where(interaction.AwaitsAssistant(true), interaction.StateEQ(interaction.StateWithAssistant),
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
