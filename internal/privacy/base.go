package privacy

import (
	"context"
	"fmt"
	"slices"

	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/knowledge/improve"
)

// Kinds of what the question base keeps, in certificates.
const (
	kindFeedback = "feedback"
	kindQuestion = "gap_question"
	kindProposal = "proposal"
)

// dialogues finds what the base may have of interactions, in portions that it takes.
func dialogues(system context.Context, turns *ent.AssistantTurnClient, interactions []string) ([]improve.Dialogues, error) {
	var all []improve.Dialogues
	for some := range slices.Chunk(interactions, improve.MaxBatch) {
		all = append(all, improve.Dialogues{Interactions: some})
		found, err := turns.Query().Where(assistantturn.InteractionIDIn(some...)).Order(ent.Asc(assistantturn.FieldID)).
			Select(assistantturn.FieldID, assistantturn.FieldReplyID).All(system)
		if err != nil {
			return nil, fmt.Errorf("read turns: %w", err)
		}
		for portion := range slices.Chunk(found, improve.MaxBatch) {
			var d improve.Dialogues
			for _, t := range portion {
				d.Questions, d.Answers = append(d.Questions, t.ID), append(d.Answers, t.ReplyID)
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// forgetInBase has the base forget dialogues. Done again it does no harm.
func (s *Service) forgetInBase(system context.Context, tx *ent.Tx, interactions []string, into destroyed) error {
	if s.o.Base == nil {
		return nil
	}
	portions, err := dialogues(system, tx.AssistantTurn, interactions)
	if err != nil {
		return err
	}
	for _, d := range portions {
		gone, err := s.o.Base.Forget(system, d)
		if err != nil {
			return fmt.Errorf("have the question base forget: %w", err)
		}
		into.add(kindFeedback, gone.Words...)
		into.add(kindQuestion, gone.Questions...)
		into.add(kindProposal, gone.Proposals...)
	}
	return nil
}

// copyBase adds what the base keeps of an interaction.
func (s *Service) copyBase(system context.Context, interactionID string, into *copiedContact) error {
	if s.o.Base == nil {
		return nil
	}
	portions, err := dialogues(system, s.o.Client.AssistantTurn, []string{interactionID})
	if err != nil {
		return err
	}
	for _, d := range portions {
		if len(d.Questions) == 0 {
			continue
		}
		kept, err := s.o.Base.Kept(system, d)
		if err != nil {
			return fmt.Errorf("ask the question base: %w", err)
		}
		for _, w := range kept.Words {
			into.Feedback = append(into.Feedback, copiedWord{w.GivenAt, string(w.Verdict), w.Comment})
		}
		for _, q := range kept.Questions {
			into.Unanswered = append(into.Unanswered, copiedQuestion{q.AskedAt, q.Text})
		}
	}
	return nil
}
