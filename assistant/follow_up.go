package assistant

import (
	"strings"

	"ekc/assistant/phrase"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
	"ekc/knowledge/text"
)

// carried are the ways in which a follow-up is completed by what was answered last; none for a question that stands by itself.
// "А если ребёнок второй?" changes a condition of the whole question before; "сколько это стоит?" asks something else about
// the same subject, so the subject alone is carried over.
func carried(before dialogue.State, ask string) []string {
	if before.LastRecordQuestion == "" || !phrase.FollowsUp(ask) {
		return nil
	}
	whole := before.LastRecordQuestion + "\n" + ask
	subject := phrase.Subject(before.LastRecordQuestion)
	if subject == "" {
		return []string{whole}
	}
	return []string{subject + " " + ask, whole}
}

// following is what was found for a completed follow-up. The record told last is left out, because the completed text holds
// its words; and what does not explain the follow-up's own words is not answered with, only offered.
func (f finding) following(told, ask string, t knowledge.Thresholds) finding {
	hits := make([]knowledge.Hit, 0, len(f.hits))
	for _, h := range f.hits {
		if h.RecordID != told {
			hits = append(hits, h)
		}
	}
	f.hits = hits
	f.verdict = knowledge.Decide(hits, t)
	if f.verdict.Choice == knowledge.Answer && !explains(f.verdict.Options[0], ask) {
		f.verdict = knowledge.Verdict{Choice: knowledge.Clarify, Options: f.verdict.Options}
	}
	return f
}

// explains reports whether a record knows every word of its own that the follow-up brings.
func explains(hit knowledge.Hit, ask string) bool {
	known := map[string]bool{}
	for _, w := range text.Words(strings.Join([]string{hit.Question, hit.MatchedPhrasing, hit.Answer, hit.Short}, " "), 0) {
		known[w.Stem] = true
	}
	for _, w := range text.Words(ask, 0) {
		if !w.Function && !phrase.Anaphor(w.Surface) && !known[w.Stem] {
			return false
		}
	}
	return true
}
