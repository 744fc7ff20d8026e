package access

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recoverycode"
	"ekc/ent/secondfactor"
	"ekc/internal/fail"
)

// FactorState is how an account's second factor is.
type FactorState struct {
	// On says that sign-ins ask for a code.
	On bool
	// Required says that one of the account's roles asks for it.
	Required bool
	// RecoveryLeft is how many recovery codes were not used.
	RecoveryLeft int
}

// Factor tells how the second factor of an account is, to the person and to who manages the account.
func (s *Service) Factor(ctx context.Context, accountID string) (FactorState, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return FactorState{}, err
	}
	if v.AccountID != accountID {
		may, err := s.MayManage(ctx, accountID)
		if err != nil {
			return FactorState{}, err
		}
		if !may {
			return FactorState{}, fail.New(fail.Forbidden, "only the person and administrators see this")
		}
	}
	ctx = viewer.AsSystem(ctx)
	var state FactorState
	grants, err := s.grantsOf(ctx, s.client.RoleAssignment, accountID)
	if err != nil {
		return state, err
	}
	state.Required = s.mustHaveFactor(grants)
	state.On, err = s.client.SecondFactor.Query().
		Where(secondfactor.AccountID(accountID), secondfactor.ConfirmedAtNotNil()).Exist(ctx)
	if err != nil || !state.On {
		return state, err
	}
	state.RecoveryLeft, err = s.client.RecoveryCode.Query().
		Where(recoverycode.AccountID(accountID), recoverycode.UsedAtIsNil()).Count(ctx)
	return state, err
}

// BeginFactor sets up a second factor for the viewer, who says the password once more; ConfirmFactor makes it count.
func (s *Service) BeginFactor(ctx context.Context, password string) (Enrolment, error) {
	var e Enrolment
	err := s.withPassword(ctx, "password", password, func(ctx context.Context, tx *ent.Tx, a *ent.Account) (err error) {
		e, err = s.beginFactor(ctx, tx, a)
		return err
	})
	return e, err
}

// ConfirmFactor makes the viewer's second factor count, once a code of it is right, and returns the recovery codes, which are
// shown once.
func (s *Service) ConfirmFactor(ctx context.Context, code string) ([]string, error) {
	return s.withCode(ctx, code, false, s.confirmFactor)
}

// RenewRecoveryCodes replaces the viewer's recovery codes; a code proves who asks.
func (s *Service) RenewRecoveryCodes(ctx context.Context, code string) ([]string, error) {
	return s.withCode(ctx, code, true, func(ctx context.Context, tx *ent.Tx, f *ent.SecondFactor) ([]string, error) {
		codes, err := s.drawRecovery(ctx, tx, f.AccountID)
		if err != nil {
			return nil, err
		}
		return codes, Audit(ctx, tx, auditRecoveryRenew, f.AccountID, nil)
	})
}

// RemoveFactor removes the viewer's second factor; a code proves who asks. FORBIDDEN where a role asks for one.
func (s *Service) RemoveFactor(ctx context.Context, code string) error {
	if s.mustHaveFactor(viewer.From(ctx).Grants) {
		return fail.New(fail.Forbidden, "one of your roles asks for a second factor")
	}
	_, err := s.withCode(ctx, code, true, func(ctx context.Context, tx *ent.Tx, f *ent.SecondFactor) ([]string, error) {
		if _, err := dropFactor(ctx, tx, f.AccountID); err != nil {
			return nil, err
		}
		return nil, Audit(ctx, tx, auditFactorRemove, f.AccountID, nil)
	})
	return err
}

// ResetFactor removes the second factor of an account that the viewer of ctx manages, whose generator is lost, and closes its
// sessions. Nobody does it for themself.
func (s *Service) ResetFactor(ctx context.Context, accountID string) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	if v.AccountID == accountID {
		return nil, fail.Field("accountId", fail.Forbidden, "another administrator resets your second factor")
	}
	return s.changeRoles(ctx, accountID, func(ctx context.Context, tx *ent.Tx) error {
		if _, err := s.lockManaged(ctx, tx, v, "accountId", accountID); err != nil {
			return err
		}
		had, err := dropFactor(ctx, tx, accountID)
		if err != nil {
			return err
		}
		if !had {
			return fail.Field("accountId", fail.Conflict, "the account has no second factor")
		}
		if _, err := s.revoke(ctx, tx, accountID); err != nil {
			return err
		}
		return Audit(ctx, tx, auditFactorReset, accountID, nil)
	})
}

// withCode runs work with the viewer's account locked when the code is right. on says whether the factor must count already.
func (s *Service) withCode(ctx context.Context, code string, on bool, work func(context.Context, *ent.Tx, *ent.SecondFactor) ([]string, error)) ([]string, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	var codes []string
	right := false
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		codes, right = nil, false
		if _, err := lockAccount(ctx, tx, v.AccountID); err != nil {
			return err
		}
		f, err := factorOf(ctx, tx, v.AccountID)
		switch {
		case err != nil:
			return err
		case f == nil || confirmed(f) != on:
			return fail.New(fail.Conflict, "there is no second factor that this could be done to")
		}
		if right, err = s.passFactor(ctx, tx, f, code); err != nil || !right {
			return err
		}
		codes, err = work(ctx, tx, f)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !right:
		return nil, fail.Field("code", fail.Forbidden, "the code is wrong, was used before, or was tried too often")
	}
	return codes, nil
}

// withPassword runs work with the viewer's account locked when the password is right. A wrong one counts like a failed
// sign-in, so that a stolen token cannot be used to guess it.
func (s *Service) withPassword(ctx context.Context, field, password string, work func(context.Context, *ent.Tx, *ent.Account) error) error {
	v, err := signedIn(ctx)
	if err != nil {
		return err
	}
	ctx = viewer.AsSystem(ctx)
	found, err := s.client.Account.Get(ctx, v.AccountID)
	if err != nil {
		return err
	}
	p, err := s.prove(ctx, found, password)
	if err != nil {
		return err
	}
	done := false
	err = s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		a, err := lockAccount(ctx, tx, found.ID)
		if err != nil {
			return err
		}
		if done, err = s.admit(ctx, tx, a, p); !done || err != nil {
			return err
		}
		return work(ctx, tx, a)
	})
	if err == nil && !done {
		return fail.Field(field, fail.Forbidden, "the password is wrong, or was tried too often")
	}
	return err
}
