package training

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
	"ekc/training/lesson"
)

// AddExercise makes an exercise of a chat or a recorded call that is over and that the viewer sees as a supervisor: its dialogue without
// anything personal. Of a call they must be allowed to play the recordings, whose transcripts are used. INVALID when something personal is left
// that could not be hidden, or when nothing was understood of the call; CONFLICT when the interaction is not over.
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
	}
	name := ""
	if i.Edges.Citizen != nil {
		name = i.Edges.Citizen.Name
	}
	if i.Channel == interaction.ChannelVoice {
		return s.call(ctx, i, name)
	}
	return s.chat(system, id, name)
}

// chat makes turns of messages.
func (s *Service) chat(system context.Context, id, citizen string) ([]lesson.Turn, error) {
	said, err := s.o.Client.Message.Query().Where(message.InteractionID(id),
		message.AuthorIn(message.AuthorCitizen, message.AuthorAssistant, message.AuthorOperator)).Order(ent.Asc(message.FieldSequence)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	accounts := make([]string, len(said))
	for n, m := range said {
		accounts[n] = m.AccountID
	}
	staff, err := s.staff(system, accounts)
	if err != nil {
		return nil, err
	}
	return turnsOf(written(said), hidden{names: append(staff, citizen)})
}

// staff are the names of accounts, each once; empty ids are none.
func (s *Service) staff(system context.Context, ids []string) ([]string, error) {
	ids = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool { return id == "" })
	found, err := s.o.Client.Account.Query().Where(account.IDIn(ids...)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	names := make([]string, len(found))
	for n, a := range found {
		names[n] = a.DisplayName
	}
	return names, nil
}

// utterance is what somebody wrote or said.
type utterance struct {
	citizen bool
	text    string
	// recordIDs are the records of the base that it cites.
	recordIDs []string
}

func written(said []*ent.Message) []utterance {
	all := make([]utterance, len(said))
	for n, m := range said {
		all[n] = utterance{citizen: m.Author == message.AuthorCitizen, text: m.Text}
		for _, c := range m.Citations {
			all[n].recordIDs = append(all[n].recordIDs, c.RecordID)
		}
	}
	return all
}

// turnsOf makes turns of utterances: what the citizen said until somebody answered, and what was answered until the citizen spoke again.
func turnsOf(said []utterance, hide hidden) ([]lesson.Turn, error) {
	var turns []lesson.Turn
	answered := true
	for _, u := range said {
		text, err := hide.in(u.text)
		if err != nil {
			return nil, err
		}
		switch {
		case strings.TrimSpace(text) == "" || !u.citizen && len(turns) == 0:
			continue // files, and greetings
		case u.citizen && answered:
			turns, answered = append(turns, lesson.Turn{Citizen: text}), false
			continue
		}
		t := &turns[len(turns)-1]
		if u.citizen {
			t.Citizen += "\n" + text
			continue
		}
		answered = true
		t.Reply = strings.TrimPrefix(t.Reply+"\n"+text, "\n")
		t.RecordIDs = append(t.RecordIDs, u.recordIDs...)
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
