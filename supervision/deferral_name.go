package supervision

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/interaction"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
)

// Naming says who answers a deferred enquiry.
type Naming struct {
	DeferralID string
	// OperatorID is the operator; empty: nobody any more.
	OperatorID string
	// Priority changes the priority unless nil, -100 to 100.
	Priority *int
	// Reason is for the history, at most 1,000 characters; it may be empty.
	Reason string
}

// Name names the operator of line 2 who answers a deferred enquiry, or another one in their place: a supervisor of its segment. The
// operator's role must reach the enquiry's agency and region. CONFLICT while it is being answered, and when it has ended.
func (s *Service) Name(ctx context.Context, n Naming) (*ent.Deferral, error) {
	reason, err := optionalWords("reason", n.Reason, maxReason)
	if err != nil {
		return nil, err
	}
	if n.Priority != nil && deferral.PriorityValidator(*n.Priority) != nil {
		return nil, fail.Field("priority", fail.Invalid, "must be from -100 to 100")
	}
	var d *ent.Deferral
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, i, err := s.lockDeferral(ctx, system, tx, n.DeferralID, access.NameDeferral)
		if err != nil {
			return err
		}
		if found.State != deferral.StateOpen || i.State != interaction.StateDeferred {
			return fail.New(fail.Conflict, "the enquiry is not waiting: it is %s", i.State)
		}
		if n.Priority != nil {
			if found, err = tx.Deferral.UpdateOne(found).SetPriority(*n.Priority).Save(system); err != nil {
				return fmt.Errorf("write priority: %w", err)
			}
		}
		if n.OperatorID != "" {
			if err := s.mayAnswer(system, tx, found, n.OperatorID); err != nil {
				return err
			}
		}
		d, err = s.nameIn(ctx, tx, found, i, n.OperatorID, reason)
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "deferral.named", d.ID, map[string]string{"operator": n.OperatorID, "interaction": i.ID})
	})
	if err != nil {
		return nil, err
	}
	return d.Unwrap(), nil
}

// mayAnswer makes sure that an account is an operator of line 2 for the enquiry's agency and region. What is not is not told apart.
func (s *Service) mayAnswer(system context.Context, tx *ent.Tx, d *ent.Deferral, accountID string) error {
	now := s.now()
	roles, err := tx.RoleAssignment.Query().Where(roleassignment.AccountID(accountID), roleassignment.RoleEQ(roleassignment.RoleOperator),
		roleassignment.ValidFromLTE(now), roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now)),
		roleassignment.HasAccountWith(account.Active(true))).All(system)
	if err != nil {
		return fmt.Errorf("read roles: %w", err)
	}
	for _, r := range roles {
		g := viewer.Grant{AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			g.Line = *r.Line
		}
		if g.Covers(scopeOf(d)) {
			return nil
		}
	}
	return fail.Field("operatorId", fail.NotFound, "no such operator of line 2 for the agency and region of the enquiry")
}

// nameIn writes who answers a locked deferral; naming the same operator again changes nothing but what it was told with.
func (s *Service) nameIn(ctx context.Context, tx *ent.Tx, d *ent.Deferral, i *ent.Interaction, operatorID, reason string) (*ent.Deferral, error) {
	system := viewer.AsSystem(ctx)
	before := d.OperatorID
	if before == operatorID {
		return d, s.o.Log.Append(system, tx, deferralEvents(d, "")...)
	}
	if _, err := s.o.Life.Name(ctx, tx, i, operatorID); err != nil {
		return nil, err
	}
	update, kind := tx.Deferral.UpdateOne(d), deferralstep.KindUnnamed
	if operatorID == "" {
		update.ClearOperatorID().ClearNamedBy().ClearNamedAt()
	} else {
		kind = deferralstep.KindNamed
		update.SetOperatorID(operatorID).SetNamedBy(viewer.From(ctx).AccountID).SetNamedAt(s.now())
	}
	d, err := update.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write who answers: %w", err)
	}
	if err := s.step(ctx, tx, d, kind, reason); err != nil {
		return nil, err
	}
	return d, s.o.Log.Append(system, tx, deferralEvents(d, before)...)
}

// Answer begins the answer of a deferred enquiry: only the operator who is named. A chat is theirs then, and they write in it; the
// citizen of a call is called as soon as the operator's phone or browser is there. CONFLICT when the operator has no room for it, or the
// citizen cannot be called now.
func (s *Service) Answer(ctx context.Context, deferralID string) (*ent.Deferral, error) {
	var d *ent.Deferral
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, i, err := s.lockDeferral(ctx, system, tx, deferralID, access.AnswerDeferral)
		if err != nil {
			return err
		}
		if found.State != deferral.StateOpen || i.State != interaction.StateDeferred {
			return fail.New(fail.Conflict, "the enquiry is not waiting: it is %s", i.State)
		}
		if i.Channel == interaction.ChannelVoice {
			if err := s.phone.CallBack(system, tx, i); err != nil {
				return err
			}
		}
		if _, err := s.o.Life.TakeWaiting(ctx, tx, i.ID, found.OperatorID); err != nil {
			return err
		}
		if err := s.step(ctx, tx, found, deferralstep.KindTaken, ""); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, "deferral.taken", found.ID, map[string]string{"interaction": i.ID}); err != nil {
			return err
		}
		d = found
		return s.o.Log.Append(system, tx, deferralEvents(d, "")...)
	})
	if err != nil {
		return nil, err
	}
	return d.Unwrap(), nil
}
