package assistant

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ekc/access/viewer"
	"ekc/assistant/phrase"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/suggestionverdict"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
	"ekc/knowledge"
)

// cite names the record version behind a hit, with the acts in a form for people.
func cite(hit knowledge.Hit) dialogue.Citation {
	c := dialogue.Citation{RecordID: hit.RecordID, VersionID: hit.VersionID, Version: hit.Version, Question: hit.Question}
	for _, b := range hit.LegalBasis {
		c.LegalBasis = append(c.LegalBasis, strings.TrimSuffix(b.Act+", "+b.Article, ", "))
	}
	return c
}

// dated adds when the told version was published; an answer is not held up by a base that cannot say.
func (s *Service) dated(ctx context.Context, hit knowledge.Hit) dialogue.Citation {
	c := cite(hit)
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	if v, err := s.o.Base.RecordVersion(ctx, hit.VersionID); err == nil {
		c.PublishedAt = v.PublishedAt
	}
	return c
}

func suggestions(hits []knowledge.Hit) []dialogue.Suggestion {
	all := make([]dialogue.Suggestion, 0, len(hits))
	for _, h := range hits {
		all = append(all, dialogue.Suggestion{
			RecordID: h.RecordID, VersionID: h.VersionID, Version: h.Version, Question: h.Question, Probability: h.Probability,
		})
	}
	return all
}

// published reads a record as it may be told to a citizen today. Like a search it must not take long: a base that hangs would
// keep all workers.
func (s *Service) published(ctx context.Context, recordID string) (knowledge.Hit, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	r, err := s.o.Base.Record(ctx, recordID)
	if err != nil {
		return knowledge.Hit{}, err
	}
	v := r.Version
	today := knowledge.Date(s.o.Clock().Format("2006-01-02"))
	if v.Status != knowledge.StatusPublished || (v.ValidFrom != "" && today < v.ValidFrom) || (v.ValidTo != "" && today > v.ValidTo) {
		return knowledge.Hit{}, fail.Field("recordId", fail.Conflict, "the record is not in force")
	}
	return knowledge.Hit{
		RecordID: r.ID, VersionID: v.ID, Version: v.Number, Question: v.Question, Answer: v.Answer, Short: v.Short,
		Topic: v.Topic, Agency: r.Agency, Region: r.Region, LegalBasis: v.LegalBasis, Intent: v.Intent, Personal: v.Personal,
		Probability: 1,
	}, nil
}

// Compose returns the words and the citation of a published record in force, for an operator who sends it.
func (s *Service) Compose(ctx context.Context, recordID string) (string, dialogue.Citation, error) {
	hit, err := s.published(ctx, recordID)
	if fail.CodeOf(err) == fail.NotFound {
		return "", dialogue.Citation{}, fail.Field("recordId", fail.NotFound, "no such record")
	}
	if err != nil {
		return "", dialogue.Citation{}, err
	}
	return hit.Answer, s.dated(ctx, hit), nil
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

// recentQuestions is how many of the citizen's last messages the suggestions are about.
const recentQuestions = 2

// Suggest finds records that may answer the citizen's last messages, best first, without those that its operators put
// away. It decides no rights.
func (s *Service) Suggest(ctx context.Context, interactionID string, n int) ([]knowledge.Hit, error) {
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Query().Where(interaction.ID(interactionID)).WithRegion().Only(system)
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	asked, err := s.o.Client.Message.Query().
		Where(message.InteractionID(interactionID), message.AuthorEQ(message.AuthorCitizen)).
		Order(ent.Desc(message.FieldSequence)).Limit(recentQuestions * 4).All(system)
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	var texts []string
	for _, m := range asked {
		if asks(m.Text) && len(texts) < recentQuestions {
			texts = append(texts, m.Text)
		}
	}
	if len(texts) == 0 {
		return nil, nil
	}
	query := knowledge.Query{Text: strings.Join(texts, "\n"), On: s.o.Clock(), Limit: n}
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
