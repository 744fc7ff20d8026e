package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/interaction"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// lineTwo is the line that answers what was deferred.
const lineTwo = 2

// NewDeferral is an enquiry to defer.
type NewDeferral struct {
	InteractionID string
	// Question is what is to be answered, 1 to 2,000 characters.
	Question string
	// Priority orders what is deferred, -100 to 100; nil means 50.
	Priority *int
}

var errNoInteraction = fail.Field("interactionId", fail.NotFound, "no such interaction")

// Defer puts off an enquiry that cannot be answered at once: its operator, or a supervisor of its segment. The term begins now. A call
// that still goes on is ended. CONFLICT when the enquiry is not with an operator and does not wait as a chat.
func (s *Service) Defer(ctx context.Context, n NewDeferral) (*ent.Deferral, error) {
	question, err := checked("question", n.Question, maxQuestion)
	if err != nil {
		return nil, err
	}
	priority := deferral.DefaultPriority
	if n.Priority != nil {
		priority = *n.Priority
	}
	if deferral.PriorityValidator(priority) != nil {
		return nil, fail.Field("priority", fail.Invalid, "must be from -100 to 100")
	}
	var made *ent.Deferral
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := s.deferrable(ctx, tx, n.InteractionID)
		if err != nil {
			return err
		}
		made, err = s.deferIn(ctx, system, tx, i, question, priority)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// deferrable locks an enquiry that the viewer may defer.
func (s *Service) deferrable(ctx context.Context, tx *ent.Tx, id string) (*ent.Interaction, error) {
	i, err := s.lockAllowed(ctx, tx, id, access.DeferInteraction)
	if err != nil {
		return nil, err
	}
	switch i.State {
	case interaction.StateActive, interaction.StateHeld, interaction.StateWrapUp:
		return i, nil
	case interaction.StateQueued:
		if i.Channel == interaction.ChannelChat {
			return i, nil
		}
	}
	return nil, fail.New(fail.Conflict, "the interaction is %s; it cannot be deferred", i.State)
}

func (s *Service) deferIn(ctx, system context.Context, tx *ent.Tx, i *ent.Interaction, question string, priority int) (*ent.Deferral, error) {
	now := s.now()
	zone, err := zoneOf(system, tx.Region, i.RegionID)
	if err != nil {
		return nil, err
	}
	t, err := termOf(system, tx.DeferralRule, i.RegionID)
	if err != nil {
		return nil, err
	}
	warn, due, err := t.reckon(now, zone)
	if err != nil {
		return nil, err
	}
	if err := s.phone.PutOff(system, tx, i.ID); err != nil {
		return nil, err
	}
	if _, err := s.o.Life.Defer(ctx, tx, i, priority, textDeferred(due, zone)); err != nil {
		return nil, err
	}
	create := tx.Deferral.Create().SetInteractionID(i.ID).SetQuestion(question).SetDeferredBy(viewer.From(ctx).AccountID).
		SetPriority(priority).SetTimeZone(zone.String()).SetTermStamp(t.stamp).SetWarnAt(warn).SetDueAt(due).SetCreatedAt(now).
		SetNillableAgencyID(optional.Of(i.AgencyID)).SetNillableRegionID(optional.Of(i.RegionID))
	d, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write deferral: %w", err)
	}
	if err := s.step(ctx, tx, d, deferralstep.KindDeferred, ""); err != nil {
		return nil, err
	}
	if err := access.Audit(ctx, tx, "deferral.deferred", d.ID, map[string]string{"interaction": i.ID}); err != nil {
		return nil, err
	}
	return d, s.o.Log.Append(system, tx, deferralEvents(d, "")...)
}

// step keeps what happened to a deferral, and who did it.
func (s *Service) step(ctx context.Context, tx *ent.Tx, d *ent.Deferral, kind deferralstep.Kind, reason string) error {
	create := tx.DeferralStep.Create().SetDeferralID(d.ID).SetKind(kind).SetNillableAccountID(optional.Of(viewer.From(ctx).AccountID)).
		SetNillableOperatorID(optional.Of(d.OperatorID)).SetNillableReason(optional.Of(reason)).SetCreatedAt(s.now())
	if err := create.Exec(viewer.AsSystem(ctx)); err != nil {
		return fmt.Errorf("write step: %w", err)
	}
	return nil
}

// lockDeferral locks an open deferral's interaction and then itself, when the viewer may do the action to it. Its operator is who is
// named.
func (s *Service) lockDeferral(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Deferral, *ent.Interaction, error) {
	missing := fail.Field("deferralId", fail.NotFound, "no such deferred enquiry")
	found, err := tx.Deferral.Query().Where(deferral.ID(id)).Only(system)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, nil, missing
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read deferral: %w", err)
	}
	i, err := s.o.Life.Lock(ctx, tx, found.InteractionID)
	if err != nil {
		return nil, nil, err
	}
	d, err := tx.Deferral.Query().Where(deferral.ID(id)).ForUpdate(database.Lock).Only(system)
	if err != nil {
		return nil, nil, fmt.Errorf("lock deferral: %w", err)
	}
	err = access.CheckObject(ctx, action, access.Object{Scope: scopeOf(d), Own: d.OperatorID != "" && d.OperatorID == viewer.From(ctx).AccountID})
	if fail.CodeOf(err) == fail.NotFound {
		return nil, nil, missing
	}
	return d, i, err
}

// scopeOf is the segment that a deferred enquiry belongs to.
func scopeOf(d *ent.Deferral) viewer.Scope {
	return viewer.Scope{AgencyID: d.AgencyID, RegionID: d.RegionID, Line: lineTwo}
}

// WorkingTimeLeft is how much working time is left of the term at the instant; 0 when it has run out, or the enquiry was answered.
func (s *Service) WorkingTimeLeft(ctx context.Context, d *ent.Deferral, at time.Time) (time.Duration, error) {
	if d.State != deferral.StateOpen || !at.Before(d.DueAt) {
		return 0, nil
	}
	t, err := termOf(viewer.AsSystem(ctx), s.o.Client.DeferralRule, d.RegionID)
	if err != nil {
		return 0, err
	}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return 0, fmt.Errorf("zone of deferral: %w", err)
	}
	return t.in(zone).Between(at, d.DueAt), nil
}
