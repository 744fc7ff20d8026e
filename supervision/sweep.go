package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/internal/database"
)

// batch is how many rows one round of a sweep looks at.
const batch = 200

// Sweep does once what Run does all the time.
func (s *Service) Sweep(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	return errors.Join(s.reckonAnew(ctx), s.endDeferrals(ctx), s.warn(ctx), s.breach(ctx), s.releaseAway(ctx), s.escalate(ctx), s.watchRules(ctx),
		s.termContests(ctx), s.closeDue(ctx), s.drawDue(ctx))
}

// each locks open deferrals that match one by one, unless another node has them, and runs do on those that still do.
func (s *Service) each(ctx context.Context, due predicate.Deferral, do func(ctx context.Context, tx *ent.Tx, d *ent.Deferral) error) error {
	open := deferral.And(deferral.StateEQ(deferral.StateOpen), due)
	found, err := s.o.Client.Deferral.Query().Where(open).Order(ent.Asc(deferral.FieldDueAt)).Limit(batch).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look for deferrals: %w", err)
	}
	var failure error
	for _, id := range found {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			d, err := tx.Deferral.Query().Where(deferral.ID(id), open).ForUpdate(database.LockOrSkip).Only(ctx)
			if ent.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			return do(ctx, tx, d)
		})
		failure = errors.Join(failure, named("deferral", id, err))
	}
	return failure
}

// warn tells of terms that are about to run out, once.
func (s *Service) warn(ctx context.Context) error {
	now := s.now()
	return s.each(ctx, deferral.And(deferral.WarnedAtIsNil(), deferral.WarnAtLTE(now)), func(ctx context.Context, tx *ent.Tx, d *ent.Deferral) error {
		return s.mark(ctx, tx, deferralstep.KindWarned, tx.Deferral.UpdateOne(d).SetWarnedAt(now))
	})
}

// breach records terms that have run out, once. An answer that is being recorded was given: its end says whether in time.
func (s *Service) breach(ctx context.Context) error {
	now := s.now()
	late := deferral.And(deferral.BreachedAtIsNil(), deferral.DueAtLTE(now), deferral.HasInteractionWith(interaction.StateNEQ(interaction.StateWrapUp)))
	return s.each(ctx, late, func(ctx context.Context, tx *ent.Tx, d *ent.Deferral) error {
		return s.mark(ctx, tx, deferralstep.KindBreached, tx.Deferral.UpdateOne(d).SetBreachedAt(d.DueAt))
	})
}

// mark writes what time has brought to a deferral.
func (s *Service) mark(ctx context.Context, tx *ent.Tx, kind deferralstep.Kind, update *ent.DeferralUpdateOne) error {
	d, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if err := s.step(ctx, tx, d, kind, ""); err != nil {
		return err
	}
	return s.o.Log.Append(ctx, tx, deferralEvents(d, "")...)
}

// reckonAnew gives deferrals new times whose calendar or rule has changed since theirs were reckoned.
func (s *Service) reckonAnew(ctx context.Context) error {
	var groups []struct {
		RegionID  sql.NullString `json:"region_id"`
		TermStamp string         `json:"term_stamp"`
	}
	err := s.o.Client.Deferral.Query().Where(deferral.StateEQ(deferral.StateOpen)).
		GroupBy(deferral.FieldRegionID, deferral.FieldTermStamp).Scan(ctx, &groups)
	if err != nil {
		return fmt.Errorf("terms in use: %w", err)
	}
	var failure error
	for _, g := range groups {
		t, err := termOf(ctx, s.o.Client.DeferralRule, g.RegionID.String)
		if err != nil || t.stamp == g.TermStamp {
			failure = errors.Join(failure, err)
			continue
		}
		of := deferral.And(deferral.TermStamp(g.TermStamp), inRegion(g.RegionID.String))
		failure = errors.Join(failure, s.each(ctx, of, func(ctx context.Context, tx *ent.Tx, d *ent.Deferral) error {
			return s.reckonOne(ctx, tx, d, t)
		}))
	}
	return failure
}

func inRegion(id string) predicate.Deferral {
	if id == "" {
		return deferral.RegionIDIsNil()
	}
	return deferral.RegionID(id)
}

// reckonOne gives one its new times. A warning or a breach that was not due by them is taken back; a calendar that has no working time
// left keeps the old ones.
func (s *Service) reckonOne(ctx context.Context, tx *ent.Tx, d *ent.Deferral, t term) error {
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return fmt.Errorf("zone of deferral: %w", err)
	}
	update := tx.Deferral.UpdateOne(d).SetTermStamp(t.stamp)
	if warn, due, err := t.reckon(d.CreatedAt, zone); err == nil {
		update.SetWarnAt(warn).SetDueAt(due)
		if warn.After(s.now()) {
			update.ClearWarnedAt()
		}
		if due.After(s.now()) {
			update.ClearBreachedAt()
		}
	}
	return s.mark(ctx, tx, deferralstep.KindReckoned, update)
}
