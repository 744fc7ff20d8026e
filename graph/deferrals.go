package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/knowledge/personal"
	"ekc/supervision"
)

// manyDeferrals is how many a desk or a board shows at most.
const manyDeferrals = 100

// deferralsLike selects deferred enquiries by a filter.
func deferralsLike(f model.DeferralFilter) []predicate.Deferral {
	var all []predicate.Deferral
	if f.State != nil {
		all = append(all, deferral.StateEQ(*f.State))
	}
	if f.InteractionID != nil {
		all = append(all, deferral.InteractionID(*f.InteractionID))
	}
	if f.OperatorID != nil {
		all = append(all, deferral.OperatorID(*f.OperatorID))
	}
	if f.Named != nil {
		all = append(all, either(*f.Named, deferral.OperatorIDNotNil(), deferral.OperatorIDIsNil()))
	}
	if f.Breached != nil {
		all = append(all, either(*f.Breached, deferral.BreachedAtNotNil(), deferral.BreachedAtIsNil()))
	}
	if f.Analysis != nil {
		all = append(all, deferral.AnalysisEQ(*f.Analysis))
	}
	return all
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// mayDefer refuses who has no deferred enquiries at all, their own or others'.
func mayDefer(ctx context.Context) error {
	return refusedListing(access.CheckObject(ctx, access.ReadDeferrals, access.Object{Own: true}))
}

// waitingDeferrals are those of the viewer's board, or of their desk, whose answer is still to come.
func (r *Resolver) waitingDeferrals(ctx context.Context, of ...predicate.Deferral) ([]*ent.Deferral, error) {
	return r.Client.Deferral.Query().WithAgency().WithRegion().Where(append(of, deferral.StateEQ(deferral.StateOpen))...).
		Order(ent.Desc(deferral.FieldPriority), ent.Asc(deferral.FieldDueAt, deferral.FieldID)).Limit(manyDeferrals).All(ctx)
}

// deskDeferrals are those that the viewer is named to answer and has not begun to.
func (r *Resolver) deskDeferrals(ctx context.Context) ([]*ent.Deferral, error) {
	return r.waitingDeferrals(ctx, deferral.OperatorID(viewer.From(ctx).AccountID),
		deferral.HasInteractionWith(interaction.StateEQ(interaction.StateDeferred)))
}

// boardDeferrals are those of the segments that the viewer watches.
func (r *Resolver) boardDeferrals(ctx context.Context) ([]*ent.Deferral, error) {
	return r.waitingDeferrals(ctx, deferralsWithin(granted(viewer.From(ctx), access.ReadBoard)))
}

// deferralsWithin selects deferred enquiries that one of the grants reaches; none without grants.
func deferralsWithin(grants []viewer.Grant) predicate.Deferral {
	reached := []predicate.Deferral{deferral.IDEQ("")}
	for _, g := range grants {
		if g.Line == 1 {
			continue
		}
		both := []predicate.Deferral{deferral.IDNEQ("")}
		if g.AgencyID != "" {
			both = append(both, deferral.Or(deferral.AgencyID(g.AgencyID), deferral.AgencyIDIsNil()))
		}
		if g.RegionID != "" {
			both = append(both, deferral.Or(deferral.RegionID(g.RegionID), deferral.RegionIDIsNil()))
		}
		reached = append(reached, deferral.And(both...))
	}
	return deferral.Or(reached...)
}

// deferralSteps is what happened to a deferred enquiry, oldest first.
func (r *Resolver) deferralSteps(ctx context.Context, d *ent.Deferral) ([]*ent.DeferralStep, error) {
	return r.Client.DeferralStep.Query().Where(deferralstep.DeferralID(d.ID)).
		Order(ent.Asc(deferralstep.FieldCreatedAt, deferralstep.FieldID)).Limit(manyDeferrals).All(ctx)
}

// deferralOnDesk shows the operator who is named what happens to a deferred enquiry; nothing to who is named no more.
func (r *Resolver) deferralOnDesk(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	d, err := r.Client.Deferral.Query().WithAgency().WithRegion().Where(deferral.ID(e.Data[supervision.DataDeferral])).Only(ctx)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return &model.DeferralChanged{Cursor: cursor, At: e.At, Deferral: d}, nil
}

// deferralsByID reads those of a board's events that the viewer watches.
func (r *Resolver) deferralsByID(ctx context.Context, ids []string) (map[string]*ent.Deferral, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Client.Deferral.Query().WithAgency().WithRegion().
		Where(deferral.IDIn(ids...), deferralsWithin(granted(viewer.From(ctx), access.ReadBoard))).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Deferral, len(rows))
	for _, d := range rows {
		found[d.ID] = d
	}
	return found, nil
}

// deferralQuestion is the question as the viewer may read it. The row may hold only the columns that were asked for.
func (r *Resolver) deferralQuestion(ctx context.Context, d *ent.Deferral) (string, error) {
	of := d.InteractionID
	if of == "" {
		var err error
		if of, err = r.Client.Deferral.Query().Where(deferral.ID(d.ID)).Select(deferral.FieldInteractionID).String(ctx); err != nil {
			return "", err
		}
	}
	shown, err := r.shownWords(ctx, of, &d.Question, personal.Redacted)
	return value(shown), err
}

func (r *Resolver) deferralLeft(ctx context.Context, d *ent.Deferral) (int, error) {
	left, err := r.Supervision.WorkingTimeLeft(ctx, d, r.Clock())
	return seconds(left), err
}

func (r *Resolver) deferralPayload(d *ent.Deferral, err error) (*model.DeferralPayload, error) {
	errs, err := userErrors(err)
	return &model.DeferralPayload{Deferral: d, UserErrors: errs}, err
}

// termRegion is the region of a rule; null for the one of all.
func (r *Resolver) termRegion(ctx context.Context, rule *ent.DeferralRule) (*ent.Region, error) {
	full, err := r.Client.DeferralRule.Get(ctx, rule.ID)
	if err != nil || full.RegionKey == "" {
		return nil, err
	}
	found, err := r.Client.Region.Get(ctx, full.RegionKey)
	if ent.IsNotFound(err) {
		return nil, fail.New(fail.Internal, "the region of a term is gone")
	}
	return found, err
}
