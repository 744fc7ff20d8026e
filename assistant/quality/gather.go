package quality

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/citizen"
	"ekc/ent/message"
	"ekc/ent/predicate"
	"ekc/internal/seal"
	"ekc/knowledge/improve"
	"ekc/knowledge/personal"
)

const (
	// gatherEvery is how often the node that has the duty looks at what was said in the last recently; every overlook it looks at all
	// of lookBack, for what came while the base was away. What was noted before changes nothing.
	gatherEvery = time.Minute
	gatherDuty  = 3 * gatherEvery
	recently    = 2 * time.Hour
	overlook    = time.Hour
	lookBack    = 7 * 24 * time.Hour
	// batch bounds what is read and sent at once.
	batch = 200
)

// Run gathers until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(gatherEvery)
	defer ticker.Stop()
	var whole time.Time
	for {
		since := recently
		if s.o.Clock().Sub(whole) >= overlook {
			since = lookBack
		}
		mine, err := s.holds(viewer.AsSystem(ctx), "gather", gatherDuty)
		if err == nil && mine {
			err = s.Gather(ctx, s.o.Clock().Add(-since))
		}
		switch {
		case err == nil && !mine:
		case err == nil && since == lookBack:
			whole = s.o.Clock()
		case err != nil && ctx.Err() == nil:
			s.o.Logger.WarnContext(ctx, "cannot tell the base what dialogues teach, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Gather tells the base what citizens said since then of the answers that they were given, and what they asked in vain.
func (s *Service) Gather(ctx context.Context, since time.Time) error {
	ctx = viewer.AsSystem(ctx)
	// Ids grow with time, so the primary key finds the new ones.
	low := strings.ToLower(ulid.MustNew(ulid.Timestamp(since), nil).String())
	for after := "trn_" + low; after != ""; {
		turns, err := s.o.Client.AssistantTurn.Query().
			Where(assistantturn.IDGT(after), assistantturn.TraceNotNil(), // without one its words were destroyed
				assistantturn.Or(assistantturn.DecisionEQ(assistantturn.DecisionAnswer), inVain())).
			Order(ent.Asc(assistantturn.FieldID)).Limit(batch).
			WithInteraction(func(q *ent.InteractionQuery) { q.WithAgency().WithRegion().WithCitizen() }).All(ctx)
		if err != nil {
			return fmt.Errorf("read turns: %w", err)
		}
		if err := s.learn(ctx, turns); err != nil {
			return err
		}
		after = ""
		if len(turns) == batch {
			after = turns[batch-1].ID
		}
	}
	return nil
}

// inVain selects the turns that left a question of substance unanswered.
func inVain() predicate.AssistantTurn {
	return assistantturn.And(assistantturn.DecisionEQ(assistantturn.DecisionHandOver),
		assistantturn.ReasonIn(assistant.ReasonNotFound, assistant.ReasonNoneFits))
}

// learn turns a batch of turns into words and questions.
func (s *Service) learn(ctx context.Context, turns []*ent.AssistantTurn) error {
	said, err := s.messages(ctx, turns)
	if err != nil {
		return err
	}
	persons, err := s.persons(ctx, turns)
	if err != nil {
		return err
	}
	var words []improve.Word
	var questions []improve.Question
	for _, t := range turns {
		person := persons[t.Edges.Interaction.CitizenID]
		verdict, given := word(t, said[t.ReplyID])
		if given && t.RecordVersionID != "" {
			words = append(words, improve.Word{
				VersionID: t.RecordVersionID, Author: person, Answer: t.ReplyID, Verdict: verdict, GivenAt: t.CreatedAt,
			})
		}
		asked := said[t.QuestionID]
		low := given && verdict == improve.Unhelpful
		if asked == nil || strings.TrimSpace(asked.Text) == "" || t.Decision == assistantturn.DecisionAnswer && !low {
			continue
		}
		questions = append(questions, s.question(t, asked.Text, person, low))
	}
	if len(words) > 0 {
		if _, err := s.o.Base.NoteFeedback(ctx, words); err != nil {
			return err
		}
	}
	if len(questions) > 0 {
		_, err = s.o.Base.NoteQuestions(ctx, questions)
	}
	return err
}

// word is the citizen's on an answer: what they said of it, else how they rated a chat that it ended and nobody else spoke in.
func word(t *ent.AssistantTurn, reply *ent.Message) (improve.Verdict, bool) {
	i := t.Edges.Interaction
	switch {
	case t.Decision != assistantturn.DecisionAnswer || reply == nil:
		return "", false
	case reply.Helpful != nil && *reply.Helpful:
		return improve.Helpful, true
	case reply.Helpful != nil:
		return improve.Unhelpful, true
	case i.Rating == nil || i.AcceptedAt != nil || i.AnsweredByAssistant != 1:
		return "", false
	case *i.Rating <= 2:
		return improve.Unhelpful, true
	case *i.Rating >= 4:
		return improve.Helpful, true
	}
	return "", false
}

// maxQuestion is how much of a question is noted, in characters.
const maxQuestion = 1000

func (s *Service) question(t *ent.AssistantTurn, text, person string, low bool) improve.Question {
	i := t.Edges.Interaction
	if letters := []rune(text); len(letters) > maxQuestion {
		text = string(letters[:maxQuestion])
	}
	// Masked here already: personal data does not leave the core.
	q := improve.Question{
		ID: t.ID, Text: personal.Mask(text), Citizen: person, Topic: i.Topic, Cause: improve.Unanswered, AskedAt: t.CreatedAt,
	}
	if low {
		q.Cause = improve.LowRated
	}
	if a := i.Edges.Agency; a != nil {
		q.Agency = a.Code
	}
	if r := i.Edges.Region; r != nil {
		q.Region = r.Code
	}
	return q
}

// messages reads the questions and replies of turns, by id.
func (s *Service) messages(ctx context.Context, turns []*ent.AssistantTurn) (map[string]*ent.Message, error) {
	var wanted []string
	for _, t := range turns {
		wanted = append(wanted, t.QuestionID, t.ReplyID)
	}
	found, err := s.o.Client.Message.Query().Where(message.IDIn(wanted...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	byID := make(map[string]*ent.Message, len(found))
	for _, m := range found {
		byID[m.ID] = m
	}
	return byID, nil
}

// persons tells the citizens of turns apart: each chat has a citizen of its own, and one person's chats have one telephone number,
// whose first citizen stands for them.
func (s *Service) persons(ctx context.Context, turns []*ent.AssistantTurn) (map[string]string, error) {
	persons := map[string]string{}
	var phones [][]byte
	for _, t := range turns {
		c := t.Edges.Interaction.Edges.Citizen
		persons[c.ID] = c.ID
		if index := seal.Held(c.PhoneIndex); index != nil {
			phones = append(phones, index)
		}
	}
	same, err := s.o.Client.Citizen.Query().Where(citizen.PhoneIndexIn(phones...)).Order(ent.Asc(citizen.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read citizens: %w", err)
	}
	first := map[string]string{}
	for _, c := range same {
		phone := string(*c.PhoneIndex)
		if first[phone] == "" {
			first[phone] = c.ID
		}
		persons[c.ID] = first[phone]
	}
	return persons, nil
}
