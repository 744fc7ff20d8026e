package graph

import (
	"context"
	"time"

	"ekc/access"
	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/graph/model"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/routing"
)

// maxSuggestions is how many records are suggested at most.
const maxSuggestions = 20

// sortable is a time as text that sorts like the time.
const sortable = "2006-01-02T15:04:05.000000000"

// staff reports whether the viewer may see what is for operators and supervisors only. It is the one place where a
// citizen, who sees their own interaction, is kept from it; accounts see no interaction at all that is none of theirs.
func staff(ctx context.Context) bool {
	kind := viewer.From(ctx).Kind
	return kind == viewer.Account || kind == viewer.System
}

// forStaff is null for a citizen.
func forStaff[T any](ctx context.Context, value *T) *T {
	if !staff(ctx) {
		return nil
	}
	return value
}

// refusedListing is FORBIDDEN for a role that never sees any of a list, which is no secret.
func refusedListing(err error) error {
	if fail.CodeOf(err) == fail.NotFound {
		return fail.New(fail.Forbidden, "you may not do this")
	}
	return err
}

// mayOnInteraction asks for an action on an interaction that the viewer was found to see. The row may hold only the
// columns that were asked for, so it is read anew.
func (r *Resolver) mayOnInteraction(ctx context.Context, action access.Action, i *ent.Interaction) (bool, error) {
	if !staff(ctx) {
		return false, nil
	}
	full, err := r.Client.Interaction.Get(ctx, i.ID)
	if err != nil {
		return false, ignoreMissing(err)
	}
	return access.CheckObject(ctx, action, access.InteractionObject(ctx, full, true)) == nil, nil
}

// maySuggest: also the operator whom the interaction is offered to.
func (r *Resolver) maySuggest(ctx context.Context, i *ent.Interaction) (bool, error) {
	may, err := r.mayOnInteraction(ctx, access.ReadSuggestions, i)
	if may || err != nil || !staff(ctx) {
		return may, err
	}
	return r.offeredNow(ctx, i.ID)
}

// estimate is the place of an interaction that waits; its position is 0 when it does not.
func (r *Resolver) estimate(ctx context.Context, i *ent.Interaction) (routing.Estimate, error) {
	queueID := waitsIn(i)
	if queueID == "" {
		return routing.Estimate{}, nil
	}
	return orNone(loaded(ctx).estimates.Load(ctx, place{queueID: queueID, interactionID: i.ID}))
}

// idApart is more than what lies between the time in an interaction's id and that of its creation, which one process reads one
// after the other.
const idApart = 5 * time.Minute

// interactionsLike selects interactions by a filter. Pages go by id, which grows with time: with bounds of the id a page of a time
// that the viewer's interactions do not fill ends where the time does, without an index of it that each change would have to write.
func interactionsLike(f model.InteractionFilter) []predicate.Interaction {
	var where []predicate.Interaction
	if f.States != nil {
		// A plan for any states would go through all the interactions for those that are not over, of which there are few.
		where = append(where, database.Literally[predicate.Interaction](interaction.FieldState, f.States))
	}
	if f.AgencyID != nil || f.RegionID != nil {
		where = append(where, policy.InSegment(value(f.AgencyID), value(f.RegionID)))
	}
	if f.Channel != nil {
		where = append(where, interaction.ChannelEQ(*f.Channel))
	}
	if f.CreatedFrom != nil {
		where = append(where, interaction.CreatedAtGTE(*f.CreatedFrom), interaction.IDGTE(ids.Since("int", f.CreatedFrom.Add(-idApart))))
	}
	if f.CreatedTo != nil {
		where = append(where, interaction.CreatedAtLT(*f.CreatedTo), interaction.IDLT(ids.Since("int", f.CreatedTo.Add(idApart))))
	}
	if f.ToldVersionID != nil {
		where = append(where, told(*f.ToldVersionID))
	}
	for _, c := range []struct {
		value *string
		equal func(string) predicate.Interaction
	}{
		{f.QueueID, interaction.QueueID},
		{f.OperatorID, interaction.OperatorID},
	} {
		if c.value != nil {
			where = append(where, c.equal(*c.value))
		}
	}
	return where
}
