package assistant

import (
	"context"

	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// The origins of a text that the base is asked, stable words of the trace.
const (
	originBare    = "bare"
	originPending = "pending"
	originCarried = "carried"
	originRegions = "everywhere"
)

// finding is what the base said to one text.
type finding struct {
	hits    []knowledge.Hit
	verdict knowledge.Verdict
	// n is its place in the trace.
	n int
}

// look asks the base and keeps in the trace what it said.
func (s *Service) look(ctx context.Context, t *turn, origin string, q knowledge.Query) (finding, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.SearchTimeout)
	defer cancel()
	// What the citizen wrote is worth a chat model's time; what the dialogue makes of it is a guess of ours.
	q.On, q.Limit, q.Advised = s.o.Clock(), considered, origin == originBare
	hits, err := s.o.Base.Search(ctx, q)
	if err != nil {
		return finding{}, err
	}
	f := finding{hits: hits, verdict: knowledge.Decide(hits, s.o.Thresholds), n: len(t.trace.Searches)}
	kept := dialogue.Search{Text: q.Text, Origin: origin, Verdict: f.verdict.Choice.String()}
	if len(hits) > 0 {
		kept.Record, kept.Best = hits[0].RecordID, hits[0].Probability
	}
	t.trace.Searches = append(t.trace.Searches, kept)
	return f, nil
}

// beats reports whether a rewritten question found more than the bare one: a surer decision, or in the same band a likelier
// record by more than chance.
func (f finding) beats(bare finding) bool {
	if f.verdict.Choice != bare.verdict.Choice {
		return f.verdict.Choice > bare.verdict.Choice
	}
	return f.best() > bare.best()+betterBy
}

// betterBy is the least gain in probability for which the citizen's own words are given up.
const betterBy = 0.05

func (f finding) best() float64 {
	if len(f.hits) == 0 {
		return 0
	}
	return f.hits[0].Probability
}

// best looks for the question as it was put, and as the dialogue before completes it; retrieval decides which of them was meant.
func (s *Service) best(ctx context.Context, t *turn) (finding, error) {
	ask := t.question.Text
	chosen, err := s.look(ctx, t, originBare, knowledge.Query{Text: ask, Region: t.region})
	if err != nil {
		return chosen, err
	}
	before := t.interaction.AssistantState
	if chosen.verdict.Choice != knowledge.Answer && !chosen.verdict.Personal && before.PendingQuestion != "" {
		// The citizen put the question in other words instead of choosing: both wordings together say more.
		both, err := s.look(ctx, t, originPending, knowledge.Query{Text: before.PendingQuestion + "\n" + ask, Region: t.region})
		if err == nil {
			chosen = both
		}
	}
	for _, text := range carried(before, ask) {
		f, err := s.look(ctx, t, originCarried, knowledge.Query{Text: text, Region: t.region})
		if err != nil {
			continue // the bare question was answered by the base; its word stands
		}
		f = f.following(before.LastRecord, ask, s.o.Thresholds)
		t.trace.Searches[f.n].Verdict = f.verdict.Choice.String()
		if f.beats(chosen) {
			chosen = f
		}
	}
	t.trace.Searches[chosen.n].Used = true
	return chosen, nil
}
