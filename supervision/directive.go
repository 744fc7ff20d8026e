package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/directive"
	"ekc/ent/roleassignment"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// KindDirective says that a supervisor has done something to an operator's work. It names the operator, and in its data, as "directive",
// the directive.
const KindDirective = "directive.given"

// DataDirective is the key of the event's data.
const DataDirective = "directive"

// order is a directive to be kept and told.
type order struct {
	accountID     string
	kind          directive.Kind
	reason        string
	until         *time.Time
	interactionID string
	queueIDs      []string
}

// tell keeps what the viewer has done to an operator's work, and tells the operator.
func (s *Service) tell(ctx context.Context, tx *ent.Tx, o order) (*ent.Directive, error) {
	system := viewer.AsSystem(ctx)
	create := tx.Directive.Create().SetAccountID(o.accountID).SetAuthorID(viewer.From(ctx).AccountID).SetKind(o.kind).SetReason(o.reason).
		SetNillableUntil(o.until).SetCreatedAt(s.now()).SetNillableInteractionID(optional.Of(o.interactionID))
	if len(o.queueIDs) > 0 {
		create.SetQueueIds(o.queueIDs)
	}
	d, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write directive: %w", err)
	}
	return d, s.o.Log.Append(system, tx, eventlog.Event{Kind: KindDirective, AccountID: o.accountID, Data: map[string]string{DataDirective: d.ID}})
}

// Seen says that the viewer has read what was done to their work; a repeat changes nothing.
func (s *Service) Seen(ctx context.Context, id string) (*ent.Directive, error) {
	me := viewer.From(ctx)
	if err := access.Check(ctx, access.ReadReference, access.Anywhere); err != nil {
		return nil, err
	}
	var d *ent.Directive
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		d, err = tx.Directive.Query().Where(directive.ID(id), directive.AccountID(me.AccountID)).ForUpdate(database.Lock).Only(system)
		if err != nil {
			return orMissing(err, "directiveId", "no such directive")
		}
		if d.SeenAt == nil {
			d, err = tx.Directive.UpdateOne(d).SetSeenAt(s.now()).Save(system)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.Unwrap(), nil
}

// staff returns the OPERATOR roles in force of an account that the viewer may do the action to: one of the roles must be reached.
// NOT_FOUND for who is no operator, and for whom the viewer does not see.
func (s *Service) staff(ctx, system context.Context, tx *ent.Tx, accountID string, action access.Action) ([]*ent.RoleAssignment, error) {
	if viewer.From(ctx).Kind == viewer.Nobody {
		return nil, access.Check(ctx, action, access.Anywhere)
	}
	now := s.now()
	roles, err := tx.RoleAssignment.Query().Where(roleassignment.AccountID(accountID), roleassignment.RoleEQ(roleassignment.RoleOperator),
		roleassignment.ValidFromLTE(now), roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))).
		Order(ent.Asc(roleassignment.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	refusal := fail.Field("accountId", fail.NotFound, "no such operator")
	for _, r := range roles {
		err := access.Check(ctx, action, scopeOfRole(r))
		if err == nil {
			return roles, nil
		}
		if fail.CodeOf(err) != fail.NotFound {
			refusal = err
		}
	}
	return nil, refusal
}

func scopeOfRole(r *ent.RoleAssignment) viewer.Scope {
	scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
	if r.Line != nil {
		scope.Line = *r.Line
	}
	return scope
}

// grantOf is a role as a grant.
func grantOf(r *ent.RoleAssignment) viewer.Grant {
	scope := scopeOfRole(r)
	return viewer.Grant{Role: viewer.Operator, AgencyID: scope.AgencyID, RegionID: scope.RegionID, Line: scope.Line}
}
