package onboarding

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/siteconfirmation"
	"ekc/internal/fail"
	"ekc/onboarding/stage"
)

// Word is what a person says of a check that the system cannot see itself.
type Word struct {
	SiteID string
	Check  stage.Check
	// Person answers for it, 1 to 200 characters; Document names the paper, 1 to 300.
	Person, Document string
	// On is the day, YYYY-MM-DD, from which it holds; none to come.
	On string
}

const (
	maxPerson   = 200
	maxDocument = 300
	maxReason   = 1000
)

// Confirm writes down that a check holds, for coordinators and the head office inside their segment and administrators, and checks the
// site anew. CONFLICT when it is confirmed already, INVALID when the system sees for itself.
func (s *Service) Confirm(ctx context.Context, w Word) (*ent.Site, error) {
	if err := w.validate(s.now()); err != nil {
		return nil, err
	}
	return s.change(ctx, w.SiteID, "site.confirmed", w.Check, func(system context.Context, tx *ent.Tx) error {
		err := tx.SiteConfirmation.Create().SetSiteID(w.SiteID).SetCode(string(w.Check)).SetAccountID(viewer.From(ctx).AccountID).
			SetPerson(w.Person).SetConfirmedOn(w.On).SetDocument(w.Document).SetCreatedAt(s.now()).Exec(system)
		if ent.IsConstraintError(err) {
			return fail.Field("check", fail.Conflict, "is confirmed already")
		}
		return wrap("write confirmation", err)
	})
}

func (w Word) validate(now time.Time) error {
	day := dayOf(w.On)
	switch {
	case !stage.Manual[w.Check]:
		return fail.Field("check", fail.Invalid, "nobody confirms this: the system looks itself")
	case day.IsZero():
		return fail.Field("on", fail.Invalid, "is not a date, YYYY-MM-DD")
	case day.After(now.Add(14 * time.Hour)): // it is tomorrow already in the east
		return fail.Field("on", fail.Invalid, "is still to come")
	}
	if err := checkText("person", w.Person, maxPerson); err != nil {
		return err
	}
	return checkText("document", w.Document, maxDocument)
}

// Withdraw takes a confirmation back, with a reason; rights as for Confirm. NOT_FOUND when the check is not confirmed.
func (s *Service) Withdraw(ctx context.Context, siteID string, check stage.Check, reason string) (*ent.Site, error) {
	if err := checkText("reason", reason, maxReason); err != nil {
		return nil, err
	}
	return s.change(ctx, siteID, "site.confirmation_withdrawn", check, func(system context.Context, tx *ent.Tx) error {
		n, err := tx.SiteConfirmation.Update().Where(siteconfirmation.SiteID(siteID), siteconfirmation.Code(string(check)),
			siteconfirmation.WithdrawnAtIsNil()).SetWithdrawnAt(s.now()).SetWithdrawnBy(viewer.From(ctx).AccountID).SetWithdrawal(reason).Save(system)
		if err == nil && n == 0 {
			return fail.Field("check", fail.NotFound, "is not confirmed")
		}
		return wrap("withdraw confirmation", err)
	})
}

func (s *Service) change(ctx context.Context, siteID, audit string, check stage.Check, write func(context.Context, *ent.Tx) error) (*ent.Site, error) {
	var found *ent.Site
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		if found, err = s.lockSite(ctx, system, tx, siteID, access.ConfirmOnboarding); err != nil {
			return err
		}
		if err := write(system, tx); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, audit, siteID, map[string]string{"check": string(check)}); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, siteEvent(siteID))
	})
	if err != nil {
		return nil, err
	}
	if err := s.check(viewer.AsSystem(ctx), siteID); err != nil {
		return nil, fmt.Errorf("check site: %w", err)
	}
	return found.Unwrap(), nil
}

// Check looks at a site now, for whoever sees how far it is.
func (s *Service) Check(ctx context.Context, siteID string) (*ent.Site, error) {
	var found *ent.Site
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		found, err = s.lockSite(ctx, system, tx, siteID, access.ReadOnboarding)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found.Unwrap(), s.check(viewer.AsSystem(ctx), siteID)
}
