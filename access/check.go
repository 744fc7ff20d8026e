package access

import (
	"context"
	"slices"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
)

// Object is what an action is done to.
type Object struct {
	// Scope is the segment it belongs to.
	Scope viewer.Scope
	// Own says that it is the viewer's own in the sense of the action.
	Own bool
	// Seen says that the viewer is already known to see it, for instance because it was read under their own rights. A
	// refusal is then FORBIDDEN.
	Seen bool
}

// Anywhere is the scope of an action that is about no object of a segment.
var Anywhere = viewer.Scope{}

// Check reports whether the viewer of ctx may do the action to an object of the scope: nil, UNAUTHENTICATED without a
// token, NOT_FOUND when they may not even see the object, FORBIDDEN when they see it but may not do this.
func Check(ctx context.Context, action Action, scope viewer.Scope) error {
	return CheckObject(ctx, action, Object{Scope: scope})
}

// CheckObject is Check for an object that may be the viewer's own.
func CheckObject(ctx context.Context, action Action, object Object) error {
	v := viewer.From(ctx)
	r, known := rows[action]
	if !known {
		return fail.New(fail.Internal, "no rule for %s", action)
	}
	switch {
	case may(v, r, object):
		return nil
	case v.Kind == viewer.Nobody:
		return fail.New(fail.Unauthenticated, "sign in first")
	case object.Seen || r.sees == "" || (r.sees != action && may(v, rows[r.sees], object)):
		return fail.New(fail.Forbidden, "you may not do this")
	default:
		return fail.New(fail.NotFound, "not found")
	}
}

// InteractionObject describes an interaction that was read under the viewer's own rights, or as the system when seen is
// false. It is the operator's own while they are its operator, and the citizen's own by their token.
func InteractionObject(ctx context.Context, i *ent.Interaction, seen bool) Object {
	v := viewer.From(ctx)
	return Object{Scope: InteractionScope(i), Own: owns(v, i), Seen: seen}
}

// InteractionScope is the segment that an interaction belongs to.
func InteractionScope(i *ent.Interaction) viewer.Scope {
	return viewer.Scope{AgencyID: i.AgencyID, RegionID: i.RegionID, Line: i.Line}
}

// QueueScope is the segment that a queue belongs to.
func QueueScope(q *ent.Queue) viewer.Scope {
	return viewer.Scope{AgencyID: q.AgencyID, RegionID: q.RegionID, Line: q.Line}
}

func owns(v viewer.Viewer, i *ent.Interaction) bool {
	switch v.Kind {
	case viewer.Account:
		return i.OperatorID != "" && i.OperatorID == v.AccountID
	case viewer.Citizen:
		return i.ID != "" && i.ID == v.InteractionID
	default:
		return false
	}
}

// may asks one row.
func may(v viewer.Viewer, r row, object Object) bool {
	switch v.Kind {
	case viewer.System:
		return true
	case viewer.Citizen:
		return r.anyone || (r.citizen == Own && object.Own)
	case viewer.Key:
		if !slices.Contains(v.Actions, string(r.action)) {
			return r.anyone
		}
		for _, grant := range v.Grants {
			if reaches(grant, r.roles[viewer.Program], Object{Scope: object.Scope}) {
				return true
			}
		}
	case viewer.Account:
		for _, grant := range v.Grants {
			if reaches(grant, r.roles[grant.Role], object) {
				return true
			}
		}
	}
	return r.anyone
}

func reaches(grant viewer.Grant, reach Reach, object Object) bool {
	if object.Own && reach != None {
		return true
	}
	switch reach {
	case Covered:
		return grant.Covers(object.Scope)
	case Inside:
		return grant.Within(object.Scope)
	default:
		return false
	}
}
