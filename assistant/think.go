package assistant

import (
	"context"
	"strconv"
	"strings"

	"ekc/ent/assistantturn"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// The reasons of a turn, stable words of the API.
const (
	ReasonConfident       = "confident"
	ReasonChosen          = "chosen"
	ReasonUnsure          = "unsure"
	ReasonNotFound        = "not_found"
	ReasonNoneFits        = "none_fits"
	ReasonPersonal        = "personal"
	ReasonAskedForPerson  = "asked_for_person"
	ReasonAttachment      = "attachment"
	ReasonBaseUnavailable = "base_unavailable"
	ReasonFailed          = "failed"
	ReasonGreeting        = "greeting"
	ReasonThanks          = "thanks"
	ReasonFarewell        = "farewell"
)

const (
	// considered is how many records a decision looks at and keeps.
	considered = 10
	// noneID is the choice that says that no offered record fits.
	noneID = "none"
	// line1 gives information that is not personal, line2 what is (Order 442н).
	line1, line2 = 1, 2
)

// think decides the reply. It never fails: what she cannot do she hands over.
func (s *Service) think(ctx context.Context, t *turn) dialogue.Reply {
	if id, ok := t.choice(); ok {
		return s.chosen(ctx, t, id)
	}
	switch classify(t.question.Text) {
	case askForPerson:
		return handOver(t, ReasonAskedForPerson, "", line1, "")
	case greeting:
		return t.reply(assistantturn.DecisionSmallTalk, ReasonGreeting, say(textGreeting))
	case thanks:
		r := t.reply(assistantturn.DecisionSmallTalk, ReasonThanks, say(textThanks))
		r.AskRating = t.interaction.AnsweredByAssistant > 0
		return r
	case farewell:
		r := t.reply(assistantturn.DecisionSmallTalk, ReasonFarewell, say(textFarewell))
		r.AskRating = true
		return r
	}
	if t.files || strings.TrimSpace(t.question.Text) == "" {
		return handOver(t, ReasonAttachment, textAttachment, line1, "")
	}
	return s.consult(ctx, t)
}

// consult asks the base.
func (s *Service) consult(ctx context.Context, t *turn) dialogue.Reply {
	hits, err := s.search(ctx, t, t.question.Text)
	if err != nil {
		s.o.Logger.WarnContext(ctx, "base not available, handing over", "interaction", t.interaction.ID, "error", err)
		return handOver(t, ReasonBaseUnavailable, textBaseUnavailable, line1, "")
	}
	verdict := knowledge.Decide(hits, s.o.Thresholds)
	before := t.interaction.AssistantState
	if verdict.Choice != knowledge.Answer && !verdict.Personal && before.PendingQuestion != "" {
		// The citizen put the question in other words instead of choosing: both wordings together say more.
		if both, err := s.search(ctx, t, before.PendingQuestion+"\n"+t.question.Text); err == nil {
			hits, verdict = both, knowledge.Decide(both, s.o.Thresholds)
		}
	}
	var r dialogue.Reply
	switch {
	case verdict.Choice == knowledge.Answer:
		r = answerWith(t, verdict.Options[0], ReasonConfident)
	case verdict.Personal:
		r = handOver(t, ReasonPersonal, textPersonal, line2, hits[0].Agency)
	case verdict.Choice == knowledge.Clarify && before.PendingQuestion == "":
		r = clarify(t, verdict.Options)
	default: // one clarifying question is enough
		r = handOver(t, ReasonNotFound, textNotFound, line1, "")
	}
	r.Considered = suggestions(hits)
	if len(hits) > 0 && hits[0].Probability >= s.o.Thresholds.ClarifyAt {
		r.Topic = hits[0].Topic
	}
	return r
}

func (s *Service) search(ctx context.Context, t *turn, text string) ([]knowledge.Hit, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	return s.o.Base.Search(ctx, knowledge.Query{Text: text, Region: t.region, On: s.o.Clock(), Limit: considered})
}

// choice is the id of the choice that the citizen made by button, by its words or by its number.
func (t *turn) choice() (string, bool) {
	text := strings.TrimSpace(t.question.Text)
	for n, c := range t.choices {
		if text == c.Text || text == strconv.Itoa(n+1) || normal(text) == normal(c.Text) {
			return c.ID, true
		}
	}
	if len(t.choices) > 0 && refuses(text) {
		return noneID, true
	}
	return "", false
}

// chosen answers with the record that the citizen chose.
func (s *Service) chosen(ctx context.Context, t *turn, id string) dialogue.Reply {
	recordID := t.interaction.AssistantState.Pending[id]
	if recordID == "" {
		return handOver(t, ReasonNoneFits, textNotFound, line1, "")
	}
	hit, err := s.published(ctx, recordID)
	if err != nil {
		return handOver(t, ReasonBaseUnavailable, textBaseUnavailable, line1, "")
	}
	r := answerWith(t, hit, ReasonChosen)
	r.State.LastQuestion = t.interaction.AssistantState.PendingQuestion
	r.Topic = hit.Topic
	r.Considered = suggestions([]knowledge.Hit{hit})
	return r
}

func answerWith(t *turn, hit knowledge.Hit, reason string) dialogue.Reply {
	r := t.reply(assistantturn.DecisionAnswer, reason, dialogue.Utterance{
		Kind: string(message.KindAnswer), Text: hit.Answer, Spoken: hit.Short, Citations: []dialogue.Citation{cite(hit)},
	})
	r.RecordID, r.VersionID = hit.RecordID, hit.VersionID
	r.State.Answered++
	r.State.LastQuestion = t.question.Text
	return r
}

func clarify(t *turn, options []knowledge.Hit) dialogue.Reply {
	u := dialogue.Utterance{Kind: string(message.KindClarification), Text: textClarify}
	pending := map[string]string{}
	for n, hit := range options {
		id := strconv.Itoa(n + 1)
		pending[id] = hit.RecordID
		u.Choices = append(u.Choices, dialogue.Choice{ID: id, Text: hit.Question})
	}
	u.Choices = append(u.Choices, dialogue.Choice{ID: noneID, Text: textNone})
	r := t.reply(assistantturn.DecisionClarify, ReasonUnsure, u)
	r.State.Pending, r.State.PendingQuestion = pending, t.question.Text
	return r
}

func handOver(t *turn, reason, text string, line int, agencyCode string) dialogue.Reply {
	r := t.reply(assistantturn.DecisionHandOver, reason)
	if text != "" {
		r.Utterances = []dialogue.Utterance{say(text)}
	}
	r.HandOver = &dialogue.HandOver{Line: line, AgencyCode: agencyCode}
	return r
}

func say(text string) dialogue.Utterance {
	return dialogue.Utterance{Kind: string(message.KindText), Text: text}
}
