package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callinvitation"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/internal/voice"
	"ekc/routing"
	"ekc/supervision"
	"ekc/training"
)

// desk follows what concerns the signed-in operator.
func (r *Resolver) desk(ctx context.Context, after *string) (<-chan model.DeskEvent, error) {
	if err := mayDesk(ctx); err != nil {
		return nil, err
	}
	position, cursor, err := r.from(after)
	if err != nil {
		return nil, err
	}
	accountID := viewer.From(ctx).AccountID
	stream := r.Log.OfAccount(accountID, position)
	h := r.newHints(ctx)
	if err := h.begin(ctx); err != nil {
		drop(stream)
		return nil, err
	}
	f := newFollower[model.DeskEvent](ctx, cursor)
	return follow(r, f, stream, func(ctx context.Context, f *follower[model.DeskEvent], e eventlog.Event) error {
		switch e.Kind {
		case interaction.KindSuggestions:
			h.signalled(e)
			return nil
		case interaction.KindTyping:
			h.signalled(e)
			return r.typingOnDesk(ctx, f, e)
		}
		cursor := eventlog.Cursor(e.ID, e.At)
		event, err := r.onDesk(ctx, accountID, e, cursor)
		if err != nil || event == nil {
			return err
		}
		h.heed(event)
		return f.give(event, cursor)
	}, shown[model.DeskEvent](h), r.atConsole, while[model.DeskEvent](mayDesk)), nil
}

// atConsole lets colleagues know that the viewer has a console open while the desk is followed.
func (r *Resolver) atConsole(ctx context.Context, _ *follower[model.DeskEvent]) error {
	defer r.Voice.ConsoleOpens(viewer.From(ctx).AccountID)()
	<-ctx.Done()
	return nil
}

func mayDesk(ctx context.Context) error {
	return access.Check(ctx, access.ReadDesk, access.Anywhere)
}

// typingOnDesk shows that the citizen writes. Their own typing is no news to the operator.
func (r *Resolver) typingOnDesk(ctx context.Context, f *follower[model.DeskEvent], e eventlog.Event) error {
	if e.Data[interaction.DataAuthor] == string(message.AuthorOperator) {
		return nil
	}
	may, err := r.mayFollow(ctx, r.events.of(e.ID), e.InteractionID)
	if err != nil || !may {
		return err
	}
	return f.aside(func(cursor string) model.DeskEvent { return typing(e, e.InteractionID, cursor) })
}

// onDesk makes the event of a desk; nil for what the operator may not see at this moment, and for what is gone.
func (r *Resolver) onDesk(ctx context.Context, accountID string, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	if err := access.Check(ctx, access.ReadDesk, access.Anywhere); err != nil {
		return nil, err
	}
	switch e.Kind {
	case routing.KindOffer:
		return r.onOffer(ctx, accountID, e, cursor)
	case routing.KindPresence:
		p, err := r.events.presences.get(ctx, accountID)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return &model.PresenceChanged{Cursor: cursor, At: e.At, Presence: p}, nil
	case supervision.KindDeferral:
		return r.deferralOnDesk(ctx, e, cursor)
	case supervision.KindDirective:
		return r.directiveOnDesk(ctx, e, cursor)
	case supervision.KindIncident:
		return r.incidentOnDesk(ctx, e, cursor)
	case supervision.KindEvaluation:
		return r.evaluationOnDesk(ctx, e, cursor)
	case training.KindTraining:
		return r.trainingOnDesk(ctx, e, cursor)
	case voice.KindInvited:
		n, err := r.Client.CallInvitation.Query().Where(callinvitation.ID(e.Data[voice.DataInvitation]),
			callinvitation.AccountID(accountID)).Only(ctx)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return &model.CallInvited{Cursor: cursor, At: e.At, Invitation: n}, nil
	case interaction.KindMessageAdded, interaction.KindMessageChanged, interaction.KindChanged, voice.KindCall:
		return r.onOwnInteraction(ctx, e, cursor)
	default:
		return nil, nil //nolint:nilnil // nothing to show
	}
}

// onOffer shows an offer to whom it was made; with its interaction, if that is theirs to see now, as it mostly is.
func (r *Resolver) onOffer(ctx context.Context, accountID string, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	found, err := r.events.offers.get(ctx, e.Data["offer"])
	if err != nil || found.AccountID != accountID {
		return nil, ignoreMissing(err)
	}
	i, err := r.events.interactionOf(ctx, r.events.of(e.ID), found.InteractionID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	o := *found
	if o.State == offer.StatePending || access.CheckObject(ctx, access.ReadInteraction, access.InteractionObject(ctx, i, false)) == nil {
		o.Edges.Interaction = i
	}
	return &model.OfferChanged{Cursor: cursor, At: e.At, Offer: &o}, nil
}

// onOwnInteraction shows what happens in an interaction that is the operator's at this moment, and that one is not any more.
func (r *Resolver) onOwnInteraction(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	h := r.events.of(e.ID)
	if e.InteractionID == "" { // it has left the desk
		i, err := r.Client.Interaction.Query().Where(entinteraction.ID(e.Data[interaction.DataInteraction])).Only(ctx)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return &model.InteractionChanged{Cursor: cursor, At: e.At, Interaction: i}, nil
	}
	may, err := r.mayFollow(ctx, h, e.InteractionID)
	if err != nil || !may {
		return nil, err
	}
	event, err := r.happened(ctx, h, e, e.InteractionID, cursor)
	if err != nil || event == nil {
		return nil, err
	}
	return event.(model.DeskEvent), nil
}

// deskOffers are the offers that wait for the viewer's answer.
func (r *Resolver) deskOffers(ctx context.Context) ([]*ent.Offer, error) {
	q, err := r.Client.Offer.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Where(offer.AccountID(viewer.From(ctx).AccountID), offer.StateEQ(offer.StatePending)).
		Order(ent.Asc(offer.FieldID)).All(ctx)
}

// deskInvitations are the calls of colleagues who wait for the viewer.
func (r *Resolver) deskInvitations(ctx context.Context) ([]*ent.CallInvitation, error) {
	r.Voice.ConsoleAsks(viewer.From(ctx).AccountID)
	return r.Client.CallInvitation.Query().Where(callinvitation.AccountID(viewer.From(ctx).AccountID),
		callinvitation.StateEQ(callinvitation.StatePending), callinvitation.ExpiresAtGT(r.Clock())).
		Order(ent.Asc(callinvitation.FieldCreatedAt, callinvitation.FieldID)).All(ctx)
}

// deskInteractions are those that are with the viewer now.
func (r *Resolver) deskInteractions(ctx context.Context) ([]*ent.Interaction, error) {
	q, err := r.Client.Interaction.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Where(entinteraction.OperatorID(viewer.From(ctx).AccountID),
		entinteraction.StateIn(entinteraction.StateActive, entinteraction.StateHeld, entinteraction.StateWrapUp)).
		Order(ent.Asc(entinteraction.FieldID)).All(ctx)
}
