package interaction

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/region"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// Reply says and keeps one turn of Yana, and hands over when she decided to. said is false when the dialogue has moved on
// since she read it: the citizen spoke again, asked for a person, or left.
func (s *Service) Reply(ctx context.Context, r dialogue.Reply) (said bool, err error) {
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		said = false
		i, err := lock(system, tx, r.InteractionID)
		if err != nil {
			return err
		}
		if i.State != interaction.StateWithAssistant || !i.AwaitsAssistant || i.MessageCount != r.Sequence {
			return nil
		}
		said = true
		return s.reply(system, tx, i, r)
	})
	if err == nil && said && r.HandOver != nil {
		s.router.Wake()
	}
	return said, err
}

func (s *Service) reply(system context.Context, tx *ent.Tx, i *ent.Interaction, r dialogue.Reply) error {
	var first *ent.Message
	for _, u := range r.Utterances {
		kind := message.Kind(u.Kind)
		if err := message.KindValidator(kind); err != nil {
			return fail.New(fail.Internal, "reply of kind %q", u.Kind)
		}
		m, after, err := s.say(system, tx, i, draft{
			author: message.AuthorAssistant, kind: kind, text: aloud(i, u), citations: u.Citations, choices: u.Choices,
		})
		if err != nil {
			return err
		}
		if i = after; first == nil {
			first = m
		}
	}
	if err := s.keepTurn(system, tx, r, first); err != nil {
		return err
	}
	state := r.State
	state.RatingAsked, state.RatingAskedAtEnd = i.AssistantState.RatingAsked, i.AssistantState.RatingAskedAtEnd
	update := tx.Interaction.UpdateOne(i).SetAssistantState(state).SetAwaitsAssistant(false)
	if r.Decision == string(assistantturn.DecisionAnswer) {
		update.AddAnsweredByAssistant(1)
	}
	if r.RegionCode != "" && i.RegionID == "" {
		id, err := tx.Region.Query().Where(region.Code(r.RegionCode)).OnlyID(system)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("find region: %w", err)
		}
		if err == nil {
			update.SetRegionID(id)
		}
	}
	if r.HandOver != nil && r.HandOver.Priority > i.Priority {
		update.SetPriority(limited(r.HandOver.Priority))
	}
	if r.Topic != "" {
		update.SetTopic(shortened(r.Topic, maxTopicRunes))
	}
	i, err := update.Save(system)
	if err != nil {
		return fmt.Errorf("keep state of the dialogue: %w", err)
	}
	if r.AskRating {
		if i, err = s.askForRating(system, tx, i); err != nil {
			return err
		}
	}
	if r.HandOver == nil || i.Channel == interaction.ChannelVoice { // the menu hands a caller over, when it has said so
		return nil
	}
	_, err = s.handOver(system, tx, i, r.HandOver.Line, r.HandOver.AgencyCode, r.Reason)
	return err
}

// aloud is what is said: by phone the short form of an answer, where there is one.
func aloud(i *ent.Interaction, u dialogue.Utterance) string {
	if i.Channel == interaction.ChannelVoice && u.Spoken != "" {
		return u.Spoken
	}
	return u.Text
}

// maxTopicRunes is what an interaction keeps of a record's topic, which may be longer in the base.
const maxTopicRunes = 200

// shortened cuts a text that is too long and shows that it did.
func shortened(text string, runes int) string {
	all := []rune(text)
	if len(all) <= runes {
		return text
	}
	return string(all[:runes-1]) + "…"
}

// keepTurn stores what was decided and what was told, so that it can be explained and put right.
func (s *Service) keepTurn(system context.Context, tx *ent.Tx, r dialogue.Reply, first *ent.Message) error {
	create := tx.AssistantTurn.Create().SetInteractionID(r.InteractionID).SetQuestionID(r.QuestionID).
		SetDecision(assistantturn.Decision(r.Decision)).SetReason(r.Reason).
		SetRecordID(r.RecordID).SetRecordVersionID(r.VersionID).SetCandidates(r.Considered).SetTrace(r.Trace).SetCreatedAt(s.now())
	if first != nil {
		create.SetReplyID(first.ID)
	}
	if err := create.Exec(system); err != nil {
		return fmt.Errorf("keep turn: %w", err)
	}
	return nil
}
