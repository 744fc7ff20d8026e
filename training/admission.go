package training

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/admission"
	"ekc/internal/database"
	"ekc/internal/fail"
)

const (
	// maxException is how long somebody may be admitted without the course.
	maxException = 90 * 24 * time.Hour
	maxReason    = 1000
)

// Grant admits somebody without the course until the instant, 90 days from now at most, for supervisors who reach them and the course.
func (s *Service) Grant(ctx context.Context, courseID, accountID, reason string, until time.Time) (*ent.Admission, error) {
	now := s.now()
	if err := checkText("reason", reason, maxReason); err != nil {
		return nil, err
	}
	if !until.After(now) || until.Sub(now) > maxException {
		return nil, fail.Field("validTo", fail.Invalid, "must be to come, and within 90 days")
	}
	var made *ent.Admission
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if _, err := s.lockCourse(ctx, system, tx, courseID, access.GrantAdmission); err != nil {
			return err
		}
		if err := s.mayTo(ctx, tx, access.GrantAdmission, "accountId", accountID); err != nil {
			return err
		}
		if accountID == viewer.From(ctx).AccountID {
			return fail.Field("accountId", fail.Forbidden, "nobody admits themself")
		}
		var err error
		made, err = tx.Admission.Create().SetAccountID(accountID).SetCourseID(courseID).SetGrantedBy(viewer.From(ctx).AccountID).SetReason(reason).
			SetValidFrom(now).SetValidTo(until.UTC().Truncate(time.Microsecond)).SetCreatedAt(now).Save(system)
		if err != nil {
			return fmt.Errorf("write admission: %w", err)
		}
		err = access.Audit(ctx, tx, "admission.grant", made.ID, map[string]string{"account": accountID, "course": courseID, "until": until.UTC().Format(time.RFC3339)})
		if err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, trainingEvent(accountID, "", made.ID))
	})
	if err != nil {
		return nil, err
	}
	s.o.Wake()
	return made.Unwrap(), nil
}

// Revoke takes an admission back at once, with a reason; rights as for Grant. CONFLICT when it has ended.
func (s *Service) Revoke(ctx context.Context, id, reason string) (*ent.Admission, error) {
	if err := checkText("reason", reason, maxReason); err != nil {
		return nil, err
	}
	var ended *ent.Admission
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := tx.Admission.Query().Where(admission.ID(id)).ForUpdate(database.Lock).Only(system)
		if ent.IsNotFound(err) {
			return s.hidden(ctx, access.GrantAdmission, fail.Field("admissionId", fail.NotFound, "no such admission"))
		}
		if err != nil {
			return fmt.Errorf("lock admission: %w", err)
		}
		if err := s.mayTo(ctx, tx, access.GrantAdmission, "admissionId", found.AccountID); err != nil {
			return err
		}
		if !s.InForce(found) {
			return fail.New(fail.Conflict, "the admission has ended")
		}
		ended, err = tx.Admission.UpdateOne(found).SetRevokedAt(s.now()).SetRevokedBy(viewer.From(ctx).AccountID).SetRevocation(reason).Save(system)
		if err != nil {
			return fmt.Errorf("write admission: %w", err)
		}
		if err := access.Audit(ctx, tx, "admission.revoke", id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, trainingEvent(found.AccountID, "", found.ID))
	})
	if err != nil {
		return nil, err
	}
	return ended.Unwrap(), nil
}

// InForce reports whether an admission holds now.
func (s *Service) InForce(a *ent.Admission) bool {
	now := s.now()
	return a.RevokedAt == nil && !a.ValidFrom.After(now) && (a.ValidTo == nil || a.ValidTo.After(now))
}
