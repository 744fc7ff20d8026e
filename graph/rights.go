package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/internal/fail"
)

// granted are the viewer's grants that reach objects of others by the action.
func granted(v viewer.Viewer, action access.Action) []viewer.Grant {
	var grants []viewer.Grant
	for _, g := range v.Grants {
		if reach := access.ReachOf(action, g.Role); v.Kind == viewer.Account && (reach == access.Inside || reach == access.Covered) {
			grants = append(grants, g)
		}
	}
	return grants
}

// refused is why a viewer without such a grant is turned away.
func refused(ctx context.Context, action access.Action) error {
	if err := access.Check(ctx, action, access.Anywhere); err != nil {
		return err
	}
	return fail.New(fail.Forbidden, "you may not do this")
}

// signedIn refuses who has no account.
func signedIn(ctx context.Context) error {
	return access.Check(ctx, access.ReadReference, access.Anywhere)
}

// watched selects the queues of the viewer's board.
func watched(v viewer.Viewer) predicate.Queue { return reached(granted(v, access.ReadBoard)) }

// reached selects the queues that one of the grants reaches, those that serve everybody too; none without grants.
func reached(grants []viewer.Grant) predicate.Queue {
	either := []predicate.Queue{queue.IDEQ("")}
	for _, g := range grants {
		both := []predicate.Queue{queue.IDNEQ("")}
		if g.AgencyID != "" {
			both = append(both, queue.Or(queue.AgencyID(g.AgencyID), queue.AgencyIDIsNil()))
		}
		if g.RegionID != "" {
			both = append(both, queue.Or(queue.RegionID(g.RegionID), queue.RegionIDIsNil()))
		}
		if g.Line != 0 {
			both = append(both, queue.Line(g.Line))
		}
		either = append(either, queue.And(both...))
	}
	return queue.Or(either...)
}
