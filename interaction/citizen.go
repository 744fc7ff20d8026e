package interaction

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
)

const (
	minRating       = 1
	maxRating       = 5
	maxCommentRunes = 2000
)

// RequestHandover hands the viewer's own interaction to a person. Asking again while waiting or talking changes nothing.
func (s *Service) RequestHandover(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.act(ctx, interactionID, access.RequestHandover,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			switch {
			case Ended(i.State):
				return nil, fail.New(fail.Conflict, "the interaction is over")
			case i.State != interaction.StateWithAssistant:
				return i, nil
			case i.MessageCount >= maxMessages: // each asking may be answered
				return nil, errTooMany
			}
			return s.handOver(system, tx, i, i.Line, "", "asked_for_person")
		})
}

// End ends the viewer's own interaction: one that waits is abandoned, one that talks goes to the operator's wrap-up.
func (s *Service) End(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.act(ctx, interactionID, access.EndChat, s.end)
}

func (s *Service) end(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	switch i.State {
	case interaction.StateWithAssistant:
		i, err := s.askAtTheEnd(system, tx, i)
		if err != nil {
			return nil, err
		}
		return s.close(system, tx, i, MoveClose, interaction.CloseReasonClosedByCitizen, nil)
	case interaction.StateQueued, interaction.StateOffered:
		return s.abandon(system, tx, i, interaction.CloseReasonLeftQueue)
	case interaction.StateActive, interaction.StateHeld:
		i, err := s.notice(system, tx, i, message.KindNotice, textCitizenLeft)
		if err != nil {
			return nil, err
		}
		return s.finish(system, tx, i, "citizen_left")
	default: // being recorded, deferred or over: nothing is left to end
		return i, nil
	}
}

// abandon ends an interaction whose citizen was not answered by an operator.
func (s *Service) abandon(system context.Context, tx *ent.Tx, i *ent.Interaction, why interaction.CloseReason) (*ent.Interaction, error) {
	if i.State == interaction.StateOffered {
		if err := s.router.WithdrawOffer(system, tx, i.ID, "abandoned"); err != nil {
			return nil, err
		}
	}
	return s.apply(system, tx, i, change{move: MoveAbandon, reason: string(why), set: func(i *ent.Interaction) {
		i.CloseReason = &why
	}})
}

// Rate keeps the viewer's rating of their own interaction; the last one counts.
func (s *Service) Rate(ctx context.Context, interactionID string, rating int, comment string) (*ent.Interaction, error) {
	comment = strings.TrimSpace(comment)
	switch {
	case rating < minRating || rating > maxRating:
		return nil, fail.Field("rating", fail.Invalid, "must be %d to %d", minRating, maxRating)
	case utf8.RuneCountInString(comment) > maxCommentRunes:
		return nil, fail.Field("comment", fail.Invalid, "is longer than %d characters", maxCommentRunes)
	case !utf8.ValidString(comment) || strings.ContainsRune(comment, 0):
		return nil, fail.Field("comment", fail.Invalid, "is not valid text")
	}
	return s.act(ctx, interactionID, access.RateInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			i, err := tx.Interaction.UpdateOne(i).SetRating(rating).SetRatingComment(comment).SetRatedAt(s.now()).Save(system)
			if err != nil {
				return nil, fmt.Errorf("write rating: %w", err)
			}
			return i, s.log.Append(system, tx, event(KindChanged, i, nil))
		})
}

// Feedback keeps the citizen's word on an answer of Yana and answers it. A repeat with the same word says nothing more.
func (s *Service) Feedback(ctx context.Context, messageID string, helpful bool) (*ent.Message, error) {
	missing := fail.Field("messageId", fail.NotFound, "no such message")
	m, err := s.client.Message.Get(viewer.AsSystem(ctx), messageID)
	if ent.IsNotFound(err) {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	interactionID := m.InteractionID
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := s.allowed(ctx, system, tx, interactionID, access.RateAnswer)
		if fail.CodeOf(err) == fail.NotFound {
			return missing
		}
		if err != nil {
			return err
		}
		// Again, under the lock: the same word may have come twice at once.
		if m, err = tx.Message.Get(system, messageID); err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		if m.Kind != message.KindAnswer {
			return fail.Field("messageId", fail.Invalid, "is not an answer")
		}
		if m.Helpful != nil && *m.Helpful == helpful {
			return nil
		}
		if i.MessageCount >= maxMessages { // each change of mind is answered
			return errTooMany
		}
		if m, err = tx.Message.UpdateOne(m).SetHelpful(helpful).Save(system); err != nil {
			return fmt.Errorf("write feedback: %w", err)
		}
		if err := s.log.Append(system, tx, messageEvent(KindMessageChanged, i, messageID)); err != nil {
			return err
		}
		return s.answerFeedback(system, tx, i, helpful)
	})
	if err != nil {
		return nil, err
	}
	return m.Unwrap(), nil
}

// answerFeedback speaks for Yana while the dialogue is with her.
func (s *Service) answerFeedback(system context.Context, tx *ent.Tx, i *ent.Interaction, helpful bool) error {
	if i.State != interaction.StateWithAssistant {
		return nil
	}
	text := textNotHelped
	if helpful {
		text = textHelped
	}
	_, i, err := s.say(system, tx, i, draft{author: message.AuthorAssistant, kind: message.KindText, text: text})
	if err == nil && helpful {
		_, err = s.askForRating(system, tx, i)
	}
	return err
}

// askForRating asks once in the midst of an interaction, and not when it is rated already.
func (s *Service) askForRating(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	if i.AssistantState.RatingAsked || i.Rating != nil {
		return i, nil
	}
	return s.requestRating(system, tx, i, false)
}

// askAtTheEnd asks again when the interaction ends without a rating, once, unless the request before is the last word.
func (s *Service) askAtTheEnd(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	if i.AssistantState.RatingAskedAtEnd || i.Rating != nil {
		return i, nil
	}
	if i.AssistantState.RatingAsked {
		isLast, err := tx.Message.Query().Where(message.InteractionID(i.ID), message.Sequence(i.MessageCount),
			message.KindEQ(message.KindRatingRequest)).Exist(system)
		if err != nil || isLast {
			return i, err
		}
	}
	return s.requestRating(system, tx, i, true)
}

func (s *Service) requestRating(system context.Context, tx *ent.Tx, i *ent.Interaction, atEnd bool) (*ent.Interaction, error) {
	if i.Channel == interaction.ChannelVoice { // the switchboard asks, aloud
		return i, nil
	}
	state := i.AssistantState
	state.RatingAsked, state.RatingAskedAtEnd = true, atEnd
	i, err := tx.Interaction.UpdateOne(i).SetAssistantState(state).Save(system)
	if err != nil {
		return nil, fmt.Errorf("ask for rating: %w", err)
	}
	return s.notice(system, tx, i, message.KindRatingRequest, textRate)
}

// act runs one action of the viewer on a locked interaction and wakes the router.
func (s *Service) act(ctx context.Context, id string, action access.Action,
	do func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error),
) (*ent.Interaction, error) {
	var result *ent.Interaction
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := s.allowed(ctx, system, tx, id, action)
		if err != nil {
			return err
		}
		result, err = do(system, tx, i)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.router.Wake()
	return result.Unwrap(), nil
}
