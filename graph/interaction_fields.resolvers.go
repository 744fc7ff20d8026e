package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Topic is the resolver for the topic field.
func (r *interactionResolver) Topic(_ context.Context, obj *ent.Interaction) (*string, error) {
	return optional.Text(obj.Topic), nil
}

// PageURL is the resolver for the pageUrl field.
func (r *interactionResolver) PageURL(ctx context.Context, obj *ent.Interaction) (*string, error) {
	return r.shownWords(ctx, obj.ID, forStaff(ctx, optional.Text(obj.PageURL)), interaction.MaskAddress)
}

// Outcome is the resolver for the outcome field.
func (r *interactionResolver) Outcome(ctx context.Context, obj *ent.Interaction) (*entinteraction.Outcome, error) {
	return forStaff(ctx, obj.Outcome), nil
}

// Note is the resolver for the note field.
func (r *interactionResolver) Note(ctx context.Context, obj *ent.Interaction) (*string, error) {
	return r.shownWords(ctx, obj.ID, forStaff(ctx, optional.Text(obj.Note)), interaction.MaskWords)
}

// RatingComment is the resolver for the ratingComment field.
func (r *interactionResolver) RatingComment(ctx context.Context, obj *ent.Interaction) (*string, error) {
	return r.shownWords(ctx, obj.ID, optional.Text(obj.RatingComment), interaction.MaskWords)
}

// Clear is the resolver for the clear field.
func (r *interactionResolver) Clear(ctx context.Context, obj *ent.Interaction, purpose access.Purpose, note *string) (*model.InteractionClear, error) {
	return r.clearOf(ctx, obj.ID, access.Reason{Purpose: purpose, Note: value(note)})
}

// Operator is the resolver for the operator field.
func (r *interactionResolver) Operator(ctx context.Context, obj *ent.Interaction) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}

// Citizen is the resolver for the citizen field.
func (r *interactionResolver) Citizen(ctx context.Context, obj *ent.Interaction) (*ent.Citizen, error) {
	if !staff(ctx) {
		return nil, nil //nolint:nilnil // null in the contract
	}
	citizen, err := obj.Citizen(ctx)
	return citizen, ignoreMissing(err)
}

// QueuePosition is the resolver for the queuePosition field.
func (r *interactionResolver) QueuePosition(ctx context.Context, obj *ent.Interaction) (*int, error) {
	e, err := r.estimate(ctx, obj)
	if err != nil || e.Position == 0 {
		return nil, err
	}
	return &e.Position, nil
}

// ExpectedWaitSeconds is the resolver for the expectedWaitSeconds field.
func (r *interactionResolver) ExpectedWaitSeconds(ctx context.Context, obj *ent.Interaction) (*int, error) {
	e, err := r.estimate(ctx, obj)
	if err != nil || e.Position == 0 {
		return nil, err
	}
	return expected(e.ExpectedWait, e.Known), nil
}

// Messages is the resolver for the messages field.
func (r *interactionResolver) Messages(ctx context.Context, obj *ent.Interaction, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.MessageConnection, error) {
	first, last, err := pageOf(after, before, first, last, maxPage)
	if err != nil {
		return nil, err
	}
	return obj.QueryMessages().Paginate(ctx, after, first, before, last, ent.WithMessageOrder(bySequence))
}

// Segments is the resolver for the segments field.
func (r *interactionResolver) Segments(ctx context.Context, obj *ent.Interaction) ([]*ent.Segment, error) {
	if !staff(ctx) {
		return []*ent.Segment{}, nil
	}
	segments, err := obj.Segments(ctx)
	return sorted(segments, func(s *ent.Segment) string { return s.StartedAt.UTC().Format(sortable) + s.ID }), err
}

// Offers is the resolver for the offers field.
func (r *interactionResolver) Offers(ctx context.Context, obj *ent.Interaction) ([]*ent.Offer, error) {
	if !staff(ctx) {
		return []*ent.Offer{}, nil
	}
	offers, err := obj.Offers(ctx)
	return sorted(offers, func(o *ent.Offer) string { return o.ID }), err
}

// RoutingTraces is the resolver for the routingTraces field.
func (r *interactionResolver) RoutingTraces(ctx context.Context, obj *ent.Interaction) ([]*ent.RoutingTrace, error) {
	may, err := r.mayOnInteraction(ctx, access.ReadRoutingTrace, obj)
	if err != nil || !may {
		return []*ent.RoutingTrace{}, err
	}
	traces, err := obj.RoutingTraces(ctx)
	return sorted(traces, func(t *ent.RoutingTrace) string { return t.ID }), err
}

// AssistantTurns is the resolver for the assistantTurns field.
func (r *interactionResolver) AssistantTurns(ctx context.Context, obj *ent.Interaction) ([]*ent.AssistantTurn, error) {
	if !staff(ctx) {
		return []*ent.AssistantTurn{}, nil
	}
	return orNone(loaded(ctx).turns.Load(ctx, obj.ID))
}

// Suggestions is the resolver for the suggestions field.
func (r *interactionResolver) Suggestions(ctx context.Context, obj *ent.Interaction, first *int) ([]*model.RecordHit, error) {
	n := value(first)
	if n < 1 || n > maxSuggestions {
		return nil, fail.Field("first", fail.Invalid, "from 1 to %d", maxSuggestions)
	}
	may, err := r.maySuggest(ctx, obj)
	if err != nil || !may {
		return []*model.RecordHit{}, err
	}
	hits, err := r.Assistant.Suggest(ctx, obj.ID, n)
	if err != nil {
		return nil, err
	}
	return r.suggested(ctx, obj, hits)
}

// DraftsWelcome is the resolver for the draftsWelcome field.
func (r *interactionResolver) DraftsWelcome(_ context.Context, obj *ent.Interaction) (bool, error) {
	return r.Interactions.DraftsWelcome(obj), nil
}

// Cursor is the resolver for the cursor field.
func (r *interactionResolver) Cursor(ctx context.Context, _ *ent.Interaction) (string, error) {
	return eventlog.Cursor(loaded(ctx).began, r.Clock()), nil
}

// Operator is the resolver for the operator field.
func (r *segmentResolver) Operator(ctx context.Context, obj *ent.Segment) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// EndReason is the resolver for the endReason field.
func (r *segmentResolver) EndReason(_ context.Context, obj *ent.Segment) (*string, error) {
	return optional.Text(obj.EndReason), nil
}

// RecordID is the resolver for the recordId field.
func (r *assistantTurnResolver) RecordID(_ context.Context, obj *ent.AssistantTurn) (*string, error) {
	return optional.Text(obj.RecordID), nil
}

// RecordVersionID is the resolver for the recordVersionId field.
func (r *assistantTurnResolver) RecordVersionID(_ context.Context, obj *ent.AssistantTurn) (*string, error) {
	return optional.Text(obj.RecordVersionID), nil
}

// Explanation is the resolver for the explanation field.
func (r *assistantTurnResolver) Explanation(ctx context.Context, obj *ent.AssistantTurn) (*model.AssistantExplanation, error) {
	return r.explanation(ctx, obj)
}

// Replay is the resolver for the replay field.
func (r *assistantTurnResolver) Replay(ctx context.Context, obj *ent.AssistantTurn) (*model.AssistantReplay, error) {
	return r.replay(ctx, obj)
}

// Name is the resolver for the name field.
func (r *citizenResolver) Name(ctx context.Context, obj *ent.Citizen) (*string, error) {
	data, err := orNone(loaded(ctx).personal.Load(ctx, obj.ID))
	return optional.Text(data.Name), err
}

// Phone is the resolver for the phone field.
func (r *citizenResolver) Phone(ctx context.Context, obj *ent.Citizen) (*string, error) {
	data, err := orNone(loaded(ctx).personal.Load(ctx, obj.ID))
	return optional.Text(data.Phone), err
}
