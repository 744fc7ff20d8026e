package assistant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ekc/access/viewer"
	"ekc/assistant/phrase"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/suggestionverdict"
	"ekc/knowledge"
)

const (
	// recentQuestions is how many of the citizen's last messages the suggestions are about.
	recentQuestions = 2
	// leastDraft is the length in characters from which on unsent words may be a question.
	leastDraft = 8
)

// Suggest finds records that may answer the citizen's last messages, best first, without those that its operators put
// away. It decides no rights.
func (s *Service) Suggest(ctx context.Context, interactionID string, n int) ([]knowledge.Hit, error) {
	return s.suggest(ctx, interactionID, nil, n)
}

// suggest is Suggest, for a citizen who has written a draft and not sent it yet, or has said this to the operator, the newest last.
func (s *Service) suggest(ctx context.Context, interactionID string, unsent []string, n int) ([]knowledge.Hit, error) {
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Query().Where(interaction.ID(interactionID)).WithRegion().Only(system)
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	texts, err := s.questions(system, interactionID, unsent)
	if err != nil || len(texts) == 0 {
		return nil, err
	}
	query := knowledge.Query{Text: strings.Join(texts, "\n"), On: s.o.Clock()}
	if i.Edges.Region != nil {
		query.Region = i.Edges.Region.Code
	}
	away, err := s.o.Client.SuggestionVerdict.Query().
		Where(suggestionverdict.InteractionID(interactionID), suggestionverdict.Accepted(false)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read dismissed suggestions: %w", err)
	}
	query.Limit = min(n+len(away), knowledge.MaxHits)
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	hits, err := s.o.Base.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	hits = slices.DeleteFunc(hits, func(h knowledge.Hit) bool {
		return slices.ContainsFunc(away, func(v *ent.SuggestionVerdict) bool { return v.RecordID == h.RecordID })
	})
	return hits[:min(n, len(hits))], nil
}

// questions are the citizen's last words that the base may know something of, the newest first. What is not sent yet,
// or was spoken, is what the citizen is about now, if it stands by itself; what follows up needs what was said before.
func (s *Service) questions(system context.Context, interactionID string, unsent []string) ([]string, error) {
	said, err := s.o.Client.Message.Query().
		Where(message.InteractionID(interactionID), message.AuthorEQ(message.AuthorCitizen)).
		Order(ent.Desc(message.FieldSequence)).Limit(recentQuestions * 4).All(system)
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	texts := asked(unsent)
	if len(texts) == recentQuestions || len(texts) > 0 && !phrase.FollowsUp(texts[0]) {
		return texts, nil
	}
	for _, m := range said {
		if asks(m.Text) && len(texts) < recentQuestions {
			texts = append(texts, m.Text)
		}
	}
	return texts, nil
}

// asked are the newest of the words that the base may know something of, the newest first.
func asked(words []string) []string {
	var texts []string
	for _, text := range slices.Backward(words) {
		if utf8.RuneCountInString(text) >= leastDraft && asks(text) && len(texts) < recentQuestions {
			texts = append(texts, text)
		}
	}
	return texts
}

// asks reports whether the base may have something on a message.
func asks(text string) bool {
	switch phrase.Read(text).Kind {
	case phrase.Question, phrase.Personal, phrase.Distress:
		return strings.TrimSpace(text) != ""
	default:
		return false
	}
}
