package graph

import (
	"context"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/graph/model"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/knowledge/personal"
)

// assistantTurn finds a turn whose explanation the viewer may read.
func (r *Resolver) assistantTurn(ctx context.Context, id string) (*ent.AssistantTurn, error) {
	turn, err := r.Client.AssistantTurn.Query().Where(assistantturn.ID(id)).Only(viewer.AsSystem(ctx))
	if err != nil {
		return nil, ignoreMissing(err)
	}
	may, _, err := r.mayExplain(ctx, turn)
	if err != nil || !may {
		return nil, err
	}
	return turn, nil
}

// mayExplain decides whether the viewer may read what a turn rests on, and whether they may read the dialogue itself: who may not
// gets its words without what may be personal in them.
func (r *Resolver) mayExplain(ctx context.Context, turn *ent.AssistantTurn) (may, whole bool, err error) {
	if viewer.From(ctx).Kind != viewer.Account {
		return false, false, nil
	}
	i, err := r.Client.Interaction.Get(viewer.AsSystem(ctx), turn.InteractionID)
	if err != nil {
		return false, false, ignoreMissing(err)
	}
	object := access.InteractionObject(ctx, i, true)
	may = access.CheckObject(ctx, access.ExplainAssistant, object) == nil
	return may, access.CheckObject(ctx, access.ReadInteraction, object) == nil, nil
}

// explanation is what a turn rests on; nil for who may not read it, and for a turn of before that was kept.
func (r *Resolver) explanation(ctx context.Context, turn *ent.AssistantTurn) (*model.AssistantExplanation, error) {
	full, whole, err := r.explained(ctx, turn)
	if err != nil || full == nil || full.Trace.Kind == "" {
		return nil, err
	}
	return r.traceOf(ctx, full.Trace, whole)
}

// explained reads a turn with all of its columns; nil for who may not read its explanation.
func (r *Resolver) explained(ctx context.Context, turn *ent.AssistantTurn) (full *ent.AssistantTurn, whole bool, err error) {
	full, err = r.Client.AssistantTurn.Get(viewer.AsSystem(ctx), turn.ID)
	if err != nil {
		return nil, false, ignoreMissing(err)
	}
	may, whole, err := r.mayExplain(ctx, full)
	if err != nil || !may {
		return nil, false, err
	}
	return full, whole, nil
}

func (r *Resolver) traceOf(ctx context.Context, t dialogue.Trace, whole bool) (*model.AssistantExplanation, error) {
	words := personal.Mask
	if whole {
		words = personal.Redacted // as the dialogue shows it; turns of before that was masked hold more
	}
	region, err := r.reference.region(ctx, t.Region)
	if err != nil {
		return nil, err
	}
	shown := &model.AssistantExplanation{
		Question: words(t.Question), Files: t.Files, Kind: t.Kind, Rule: optional.Text(t.Rule), Region: region,
		Choices: make([]*dialogue.Choice, len(t.Offered)), QuestionBefore: optional.Text(words(t.Before.LastQuestion)),
		RecordBeforeID: optional.Text(t.Before.LastRecord), PendingQuestion: optional.Text(words(t.Before.PendingQuestion)),
		Category: optional.Text(t.Before.Category), Searches: make([]*model.AssistantSearch, len(t.Searches)),
		AnswerAt: t.AnswerAt, ClarifyAt: t.ClarifyAt,
	}
	for n := range t.Offered {
		shown.Choices[n] = &t.Offered[n]
	}
	for n, s := range t.Searches {
		shown.Searches[n] = &model.AssistantSearch{
			Text: words(s.Text), Origin: s.Origin, Verdict: s.Verdict, RecordID: optional.Text(s.Record), Probability: s.Best, Used: s.Used,
		}
	}
	return shown, nil
}

// replay makes a turn again with today's base, for who may read its explanation.
func (r *Resolver) replay(ctx context.Context, turn *ent.AssistantTurn) (*model.AssistantReplay, error) {
	full, whole, err := r.explained(ctx, turn)
	if err != nil || full == nil || full.Trace.Kind == "" {
		return nil, err
	}
	replay, err := r.Assistant.Replay(ctx, full.ID)
	if err != nil {
		return nil, err
	}
	if replay.Now.Reason == assistant.ReasonBaseUnavailable {
		return nil, fail.New(fail.Unavailable, "the question base is not available")
	}
	return r.replayOf(ctx, replay, whole, r.Clock().UTC())
}

func (r *Resolver) replayOf(ctx context.Context, replay assistant.Replay, whole bool, at time.Time) (*model.AssistantReplay, error) {
	now := replay.Now
	explanation, err := r.traceOf(ctx, now.Trace, whole)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(now.Utterances))
	for n, u := range now.Utterances {
		texts[n] = u.Text
	}
	shown := &model.AssistantReplay{
		At: at, Decision: assistantturn.Decision(now.Decision), Reason: now.Reason, RecordID: optional.Text(now.RecordID),
		RecordVersionID: optional.Text(now.VersionID), Candidates: make([]*dialogue.Suggestion, len(now.Considered)),
		Text: optional.Text(strings.Join(texts, "\n")), Explanation: explanation, Differences: listOf(replay.Differences),
	}
	for n := range now.Considered {
		shown.Candidates[n] = &now.Considered[n]
	}
	return shown, nil
}
