package training

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
	"ekc/training/lesson"
)

// AddExercise makes an exercise of a chat that is over and that the viewer sees as a supervisor: its dialogue without anything personal.
// INVALID when something personal is left that could not be hidden, CONFLICT when the chat is not over.
func (s *Service) AddExercise(ctx context.Context, courseID string, revision int, interactionID, title string) (*ent.Course, error) {
	if err := checkText("title", title, maxTitle); err != nil {
		return nil, err
	}
	turns, err := s.dialogue(ctx, interactionID)
	if err != nil {
		return nil, err
	}
	return s.edit(ctx, courseID, revision, "course.exercise_add", func(draft *ent.CourseVersion, update *ent.CourseVersionUpdateOne) error {
		content := draft.Content
		if len(content.Exercises) >= maxExercises {
			return fail.New(fail.Invalid, "a course has at most %d exercises", maxExercises)
		}
		// The interaction is not named: nothing leads from an exercise to its citizen.
		content.Exercises = append(content.Exercises, lesson.Exercise{ID: "e" + strconv.Itoa(draft.Revision), Title: title, Turns: turns})
		update.SetContent(content)
		return nil
	})
}

// dialogue reads an interaction as the viewer may and makes turns of it.
func (s *Service) dialogue(ctx context.Context, id string) ([]lesson.Turn, error) {
	none := fail.Field("interactionId", fail.NotFound, "no such interaction")
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Query().Where(interaction.ID(id)).WithCitizen().Only(system)
	if ent.IsNotFound(err) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	switch err := access.CheckObject(ctx, access.ReadTimeline, access.InteractionObject(ctx, i, false)); {
	case fail.CodeOf(err) == fail.NotFound:
		return nil, none
	case err != nil:
		return nil, err
	case i.State != interaction.StateClosed:
		return nil, fail.Field("interactionId", fail.Conflict, "the interaction is not over")
	case i.Channel != interaction.ChannelChat:
		return nil, fail.Field("interactionId", fail.Invalid, "only chats are replayed")
	}
	said, err := s.o.Client.Message.Query().Where(message.InteractionID(id),
		message.AuthorIn(message.AuthorCitizen, message.AuthorAssistant, message.AuthorOperator)).Order(ent.Asc(message.FieldSequence)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	name := ""
	if i.Edges.Citizen != nil {
		name = i.Edges.Citizen.Name
	}
	staff, err := s.staff(system, said)
	if err != nil {
		return nil, err
	}
	return turnsOf(said, append(staff, name))
}

// staff are the names of those who wrote.
func (s *Service) staff(system context.Context, said []*ent.Message) ([]string, error) {
	var names []string
	asked := map[string]bool{}
	for _, m := range said {
		if m.AccountID == "" || asked[m.AccountID] {
			continue
		}
		asked[m.AccountID] = true
		a, err := s.o.Client.Account.Get(system, m.AccountID)
		if err != nil {
			return nil, fmt.Errorf("read account: %w", err)
		}
		names = append(names, a.DisplayName)
	}
	return names, nil
}

// turnsOf makes turns of messages: what the citizen said until somebody answered, and what was answered until the citizen spoke again.
func turnsOf(said []*ent.Message, names []string) ([]lesson.Turn, error) {
	var turns []lesson.Turn
	answered := true
	for _, m := range said {
		text, err := anonymous(m.Text, names)
		if err != nil {
			return nil, err
		}
		citizen := m.Author == message.AuthorCitizen
		switch {
		case strings.TrimSpace(text) == "" || !citizen && len(turns) == 0:
			continue // files, and greetings
		case citizen && answered:
			turns, answered = append(turns, lesson.Turn{Citizen: text}), false
			continue
		}
		t := &turns[len(turns)-1]
		if citizen {
			t.Citizen += "\n" + text
			continue
		}
		answered = true
		t.Reply = strings.TrimPrefix(t.Reply+"\n"+text, "\n")
		for _, c := range m.Citations {
			t.RecordIDs = append(t.RecordIDs, c.RecordID)
		}
	}
	whole := turns[:0]
	for _, t := range turns {
		if t.Reply != "" {
			whole = append(whole, t)
		}
	}
	if len(whole) == 0 || len(whole) > maxTurns {
		return nil, fail.Field("interactionId", fail.Invalid, "there is nothing in it to learn from: 1 to %d answered questions", maxTurns)
	}
	return whole, nil
}
