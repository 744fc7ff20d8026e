package assistant

import (
	"context"
	"fmt"
	"strconv"

	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/attachment"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
)

// turn is what Yana knows when she thinks about a reply.
type turn struct {
	interaction *ent.Interaction
	// question is the citizen's newest message.
	question *ent.Message
	// choices are those of her own last clarifying question, if it is still open.
	choices []dialogue.Choice
	// files says that the message came with files.
	files bool
	// region is the code of the citizen's region; empty when unknown.
	region string
	// trace gathers what the decision rests on.
	trace dialogue.Trace
}

// read gathers a turn; nil when nothing waits for her any more.
func (s *Service) read(ctx context.Context, id string) (*turn, error) {
	i, err := s.o.Client.Interaction.Query().Where(interaction.ID(id)).WithRegion().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if !i.AwaitsAssistant || i.State != interaction.StateWithAssistant {
		return nil, nil //nolint:nilnil // answered meanwhile
	}
	t := &turn{interaction: i}
	if i.Edges.Region != nil {
		t.region = i.Edges.Region.Code
	}
	t.question, err = s.o.Client.Message.Query().Where(message.InteractionID(id)).
		Order(ent.Desc(message.FieldSequence)).First(ctx)
	if err != nil {
		return nil, fmt.Errorf("read question: %w", err)
	}
	if t.question.Author != message.AuthorCitizen {
		return s.lastOfCitizen(ctx, t)
	}
	return t, s.readRest(ctx, t)
}

// lastOfCitizen finds the citizen's newest message behind a notice that came after it.
func (s *Service) lastOfCitizen(ctx context.Context, t *turn) (*turn, error) {
	q, err := s.o.Client.Message.Query().
		Where(message.InteractionID(t.interaction.ID), message.AuthorEQ(message.AuthorCitizen)).
		Order(ent.Desc(message.FieldSequence)).First(ctx)
	if err != nil {
		return nil, fmt.Errorf("read question: %w", err)
	}
	t.question = q
	return t, s.readRest(ctx, t)
}

func (s *Service) readRest(ctx context.Context, t *turn) error {
	var err error
	t.files, err = s.o.Client.Attachment.Query().Where(attachment.MessageID(t.question.ID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	if len(t.interaction.AssistantState.Pending) == 0 {
		return nil
	}
	asked, err := s.o.Client.Message.Query().
		Where(message.InteractionID(t.interaction.ID), message.KindEQ(message.KindClarification)).
		Order(ent.Desc(message.FieldSequence)).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read clarification: %w", err)
	}
	t.choices = asked.Choices
	return nil
}

// option is a button and what it stands for: a record's id, a region's code.
type option struct{ text, means string }

// choose asks the citizen to choose; none are the words of the last button, for who means none of them. Her memory keeps the
// question that waits for the choice.
func (t *turn) choose(reason, text string, options []option, none string) dialogue.Reply {
	u := dialogue.Utterance{Kind: string(message.KindClarification), Text: text}
	pending := make(map[string]string, len(options))
	for n, o := range options {
		id := strconv.Itoa(n + 1)
		pending[id] = o.means
		u.Choices = append(u.Choices, dialogue.Choice{ID: id, Text: o.text})
	}
	u.Choices = append(u.Choices, dialogue.Choice{ID: noneID, Text: none})
	r := t.reply(assistantturn.DecisionClarify, reason, u)
	r.State.Pending, r.State.PendingQuestion = pending, t.question.Text
	return r
}

// reply begins the reply to the turn.
func (t *turn) reply(decision assistantturn.Decision, reason string, say ...dialogue.Utterance) dialogue.Reply {
	state := t.interaction.AssistantState
	state.Pending, state.PendingQuestion, state.Asked = nil, "", ""
	return dialogue.Reply{
		InteractionID: t.interaction.ID, QuestionID: t.question.ID, Sequence: t.interaction.MessageCount,
		Decision: string(decision), Reason: reason, Utterances: say, State: state,
	}
}
