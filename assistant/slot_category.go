package assistant

import (
	"ekc/assistant/phrase"
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
	buttons := make([]option, len(all))
	for n, c := range all {
		buttons[n] = option{text: c.Name, means: options[n].RecordID}
	}
	r := t.choose(ReasonCategory, textCategory, buttons, textNone)
	r.State.Asked, r.State.CategoryAsked = slotCategory, true
	return r
}
