package assistant

import (
	"strconv"

	"ekc/assistant/phrase"
	"ekc/ent/assistantturn"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// The slots that she asks for, words of dialogue.State.
const (
	slotRegion   = "region"
	slotCategory = "category"
)

// byCategory are the categories of records that compete, when each names one and no two the same.
func byCategory(options []knowledge.Hit) ([]phrase.Category, bool) {
	var all []phrase.Category
	seen := map[string]bool{}
	for _, h := range options {
		c, ok := phrase.CategoryOf(h.Question)
		if !ok || seen[c.ID] {
			return nil, false
		}
		seen[c.ID] = true
		all = append(all, c)
	}
	return all, len(all) > 1
}

// ofCategory is the record for the category that the citizen named before or in the question.
func ofCategory(t *turn, options []knowledge.Hit) (knowledge.Hit, bool) {
	all, ok := byCategory(options)
	if !ok {
		return knowledge.Hit{}, false
	}
	known := t.interaction.AssistantState.Category
	if c, named := phrase.CategoryOf(t.question.Text); named {
		known = c.ID
	}
	for n, c := range all {
		if c.ID == known {
			return options[n], true
		}
	}
	return knowledge.Hit{}, false
}

// askCategory asks whom the question is about, with a button for each category.
func askCategory(t *turn, options []knowledge.Hit, all []phrase.Category) dialogue.Reply {
	u := dialogue.Utterance{Kind: string(message.KindClarification), Text: textCategory}
	pending := map[string]string{}
	for n, c := range all {
		id := strconv.Itoa(n + 1)
		pending[id] = options[n].RecordID
		u.Choices = append(u.Choices, dialogue.Choice{ID: id, Text: c.Name})
	}
	u.Choices = append(u.Choices, dialogue.Choice{ID: noneID, Text: textNone})
	r := t.reply(assistantturn.DecisionClarify, ReasonCategory, u)
	r.State.Pending, r.State.PendingQuestion, r.State.Asked, r.State.CategoryAsked = pending, t.question.Text, slotCategory, true
	return r
}
