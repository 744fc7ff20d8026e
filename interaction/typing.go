package interaction

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
)

// MaxDraftRunes is how much of what is being written may go with a typing signal: it must fit into a NOTIFY of Postgres, 8,000
// bytes, however it is escaped.
const MaxDraftRunes = 1000

// Typing tells the other side that the viewer is writing; nothing is kept. draft, when it is not nil, is what a citizen has written so
// far: suggestions to their operator may take it into account where DraftsWelcome says so, else it goes no further. INVALID for a
// draft above MaxDraftRunes.
func (s *Service) Typing(ctx context.Context, interactionID string, draft *string) error {
	if draft != nil && utf8.RuneCountInString(*draft) > MaxDraftRunes {
		return fail.Field("draft", fail.Invalid, "is longer than %d characters", MaxDraftRunes)
	}
	i, err := s.client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if ent.IsNotFound(err) {
		return errNoInteraction
	}
	if err != nil {
		return fmt.Errorf("read interaction: %w", err)
	}
	if err := access.CheckObject(ctx, access.SendMessage, access.InteractionObject(ctx, i, false)); err != nil {
		return err
	}
	if Ended(i.State) {
		return fail.New(fail.Conflict, "the interaction is over")
	}
	if viewer.From(ctx).Kind == viewer.Account {
		return s.signalTyping(ctx, i, message.AuthorOperator, nil)
	}
	if !s.DraftsWelcome(i) {
		draft = nil
	}
	return s.signalTyping(ctx, i, message.AuthorCitizen, draft)
}

// DraftsWelcome reports whether a citizen's client may send what is being written: an operator talks with them, who gets
// suggestions, and the centre wants it.
func (s *Service) DraftsWelcome(i *ent.Interaction) bool {
	return !s.o.NoDrafts && (i.State == interaction.StateActive || i.State == interaction.StateHeld)
}

// AssistantTyping tells the citizen that Yana is thinking.
func (s *Service) AssistantTyping(ctx context.Context, i *ent.Interaction) error {
	return s.signalTyping(ctx, i, message.AuthorAssistant, nil)
}

// Overheard lets suggestions to the operator take into account what the citizen says in a talk: the last utterances, the newest last.
// Nothing is kept. Where drafts are not welcome nothing is told.
func (s *Service) Overheard(ctx context.Context, interactionID string, utterances []string) error {
	i, err := s.client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if ent.IsNotFound(err) {
		return errNoInteraction
	}
	if err != nil {
		return fmt.Errorf("read interaction: %w", err)
	}
	if !s.DraftsWelcome(i) {
		return nil
	}
	var lines []string
	room := MaxDraftRunes
	for _, u := range slices.Backward(utterances) {
		u = shortened(strings.Join(strings.Fields(clean(u)), " "), room)
		if room -= utf8.RuneCountInString(u) + 1; u != "" {
			lines = append(lines, u)
		}
		if room <= 0 {
			break
		}
	}
	slices.Reverse(lines)
	return s.log.Signal(ctx, signalFor(KindSuggestions, i, map[string]string{DataHeard: strings.Join(lines, "\n")}))
}

func (s *Service) signalTyping(ctx context.Context, i *ent.Interaction, author message.Author, draft *string) error {
	data := map[string]string{DataAuthor: string(author)}
	if draft != nil {
		data[DataDraft] = *draft
	}
	return s.log.Signal(ctx, signalFor(KindTyping, i, data))
}

// signalOf is what its interaction and its operator's desk are told and nobody keeps.
func signalFor(kind string, i *ent.Interaction, data map[string]string) eventlog.Event {
	e := eventlog.Event{Kind: kind, InteractionID: i.ID, Data: data}
	if withOperator(i.State) {
		e.AccountID = i.OperatorID
	}
	return e
}
