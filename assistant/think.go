package assistant

import (
	"context"
	"strconv"
	"strings"

	"ekc/assistant/phrase"
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
	ReasonDistress        = "distress"
	ReasonAnger           = "anger"
	ReasonRegion          = "region_needed"
	ReasonCategory        = "category_needed"
	ReasonFollowUp        = "follow_up"
)

const (
	// considered is how many records a decision looks at and keeps.
	considered = 10
	// noneID is the choice that says that no offered record fits.
	noneID = "none"
	// line1 gives information that is not personal, line2 what is (Order 442н).
	line1, line2 = 1, 2
)

// The priorities of those who must not wait: before callers whom the centre has lost (80), and before everybody who merely waits.
const (
	priorityDistress = 90
	priorityAnger    = 50
)

// think decides the reply. It never fails: what she cannot do she hands over.
func (s *Service) think(ctx context.Context, t *turn) dialogue.Reply {
	read := phrase.Read(t.question.Text)
	t.trace = dialogue.Trace{
		Question: t.question.Text, Files: t.files, Before: t.interaction.AssistantState, Offered: t.choices, Region: t.region,
		Kind: read.Kind.String(), Rule: read.Rule, AnswerAt: s.o.Thresholds.AnswerAt, ClarifyAt: s.o.Thresholds.ClarifyAt,
	}
	r := s.decide(ctx, t, read)
	r.Trace = t.trace
	return r
}

func (s *Service) decide(ctx context.Context, t *turn, read phrase.Reading) dialogue.Reply {
	if id, ok := t.choice(); ok {
		return s.chosen(ctx, t, id)
	}
	switch read.Kind {
	case phrase.Distress:
		return urgent(handOver(t, ReasonDistress, textDistress, line1, ""), priorityDistress)
	case phrase.Person:
		return handOver(t, ReasonAskedForPerson, "", line1, "")
	case phrase.Anger:
		return urgent(handOver(t, ReasonAnger, textAnger, line1, ""), priorityAnger)
	case phrase.Greeting:
		return t.reply(assistantturn.DecisionSmallTalk, ReasonGreeting, say(textGreeting))
	case phrase.Thanks:
		r := t.reply(assistantturn.DecisionSmallTalk, ReasonThanks, say(textThanks))
		r.AskRating = t.interaction.AnsweredByAssistant > 0
		return r
	case phrase.Farewell:
		r := t.reply(assistantturn.DecisionSmallTalk, ReasonFarewell, say(textFarewell))
		r.AskRating = true
		return r
	}
	if t.files || strings.TrimSpace(t.question.Text) == "" {
		return handOver(t, ReasonAttachment, textAttachment, line1, "")
	}
	var r dialogue.Reply
	switch {
	case read.Kind == phrase.Personal:
		r = s.ownCase(ctx, t)
	case t.interaction.AssistantState.Asked == slotRegion:
		r = s.inRegion(ctx, t, "")
	default:
		r = s.consult(ctx, t)
	}
	if read.Loss && len(r.Utterances) > 0 {
		r.Utterances = append([]dialogue.Utterance{say(textLoss)}, r.Utterances...)
	}
	return r
}

// urgent has a citizen served before others.
func urgent(r dialogue.Reply, priority int) dialogue.Reply {
	r.HandOver.Priority = priority
	return r
}

// ownCase hands a question about the citizen's own case to line 2; the base only says which agency it concerns.
func (s *Service) ownCase(ctx context.Context, t *turn) dialogue.Reply {
	found, err := s.look(ctx, t, originBare, knowledge.Query{Text: t.question.Text, Region: t.region})
	agency := ""
	if err == nil && found.best() >= s.o.Thresholds.ClarifyAt {
		agency = found.hits[0].Agency
	}
	r := handOver(t, ReasonPersonal, textPersonal, line2, agency)
	r.Considered = suggestions(found.hits)
	return r
}

// consult asks the base.
func (s *Service) consult(ctx context.Context, t *turn) dialogue.Reply {
	found, err := s.best(ctx, t)
	if err != nil {
		s.o.Logger.WarnContext(ctx, "base not available, handing over", "interaction", t.interaction.ID, "error", err)
		return handOver(t, ReasonBaseUnavailable, textBaseUnavailable, line1, "")
	}
	r := s.reply(ctx, t, found)
	r.Considered = suggestions(found.hits)
	if found.best() >= s.o.Thresholds.ClarifyAt {
		r.Topic = found.hits[0].Topic
	}
	return r
}

// reply is the reply to what was found.
func (s *Service) reply(ctx context.Context, t *turn, found finding) dialogue.Reply {
	verdict, before := found.verdict, t.interaction.AssistantState
	used := t.trace.Searches[found.n]
	if !verdict.Personal && before.PendingQuestion == "" {
		if codes := s.regionMatters(ctx, t, used.Text); len(codes) > 0 {
			if r, ok := s.askRegion(ctx, t, codes); ok {
				return r
			}
		}
	}
	switch {
	case verdict.Choice == knowledge.Answer && used.Origin == originCarried:
		return answerWith(t, verdict.Options[0], ReasonFollowUp)
	case verdict.Choice == knowledge.Answer:
		return answerWith(t, verdict.Options[0], ReasonConfident)
	case verdict.Personal:
		return handOver(t, ReasonPersonal, textPersonal, line2, found.hits[0].Agency)
	case verdict.Choice == knowledge.Clarify && before.PendingQuestion == "":
		return which(t, verdict.Options)
	default: // one clarifying question is enough
		return handOver(t, ReasonNotFound, textNotFound, line1, "")
	}
}

// which asks which record is meant: whom it is about, where that tells them apart and she has not asked, else by their questions.
func which(t *turn, options []knowledge.Hit) dialogue.Reply {
	if hit, ok := ofCategory(t, options); ok {
		r := answerWith(t, hit, ReasonChosen)
		return remembering(r, hit)
	}
	if all, ok := byCategory(options); ok && !t.interaction.AssistantState.CategoryAsked {
		return askCategory(t, options, all)
	}
	return clarify(t, options)
}

// remembering keeps the category that a chosen record is about.
func remembering(r dialogue.Reply, hit knowledge.Hit) dialogue.Reply {
	if c, ok := phrase.CategoryOf(hit.Question); ok {
		r.State.Category = c.ID
	}
	return r
}

// choice is the id of the choice that the citizen made by button, by its words or by its number.
func (t *turn) choice() (string, bool) {
	text := strings.TrimSpace(t.question.Text)
	for n, c := range t.choices {
		if text == c.Text || text == strconv.Itoa(n+1) || phrase.Normal(text) == phrase.Normal(c.Text) {
			return c.ID, true
		}
	}
	if len(t.choices) > 0 && phrase.Refuses(text) {
		return noneID, true
	}
	if t.interaction.AssistantState.Asked == slotCategory {
		return t.category()
	}
	return "", false
}

// category is the choice of the category that the citizen named in other words than the button's.
func (t *turn) category() (string, bool) {
	said, ok := phrase.CategoryOf(t.question.Text)
	for _, c := range t.choices {
		if ok && c.Text == said.Name {
			return c.ID, true
		}
	}
	return "", false
}

// chosen answers with the record that the citizen chose, or in the region.
func (s *Service) chosen(ctx context.Context, t *turn, id string) dialogue.Reply {
	if t.interaction.AssistantState.Asked == slotRegion {
		return s.inRegion(ctx, t, id)
	}
	recordID := t.interaction.AssistantState.Pending[id]
	if recordID == "" {
		return handOver(t, ReasonNoneFits, textNotFound, line1, "")
	}
	hit, err := s.published(ctx, recordID, t.region)
	if err != nil {
		return handOver(t, ReasonBaseUnavailable, textBaseUnavailable, line1, "")
	}
	r := answerWith(t, hit, ReasonChosen)
	if t.interaction.AssistantState.Asked == slotCategory {
		r = remembering(r, hit)
	}
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
	r.State.LastQuestion, r.State.LastRecord, r.State.LastRecordQuestion = t.question.Text, hit.RecordID, hit.Question
	return r
}

func clarify(t *turn, options []knowledge.Hit) dialogue.Reply {
	buttons := make([]option, len(options))
	for n, hit := range options {
		buttons[n] = option{text: hit.Question, means: hit.RecordID}
	}
	return t.choose(ReasonUnsure, textClarify, buttons, textNone)
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
