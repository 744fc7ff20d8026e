package access

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/identitylogin"
	"ekc/ent/predicate"
	"ekc/ent/session"
	"ekc/ent/signinchallenge"
	"ekc/internal/fail"
)

// signedIn returns the viewer when it is an account.
func signedIn(ctx context.Context) (viewer.Viewer, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account {
		return v, fail.New(fail.Unauthenticated, "sign in first")
	}
	return v, nil
}

// openOf selects the account's open sessions.
func (s *Service) openOf(accountID string) []predicate.Session {
	return []predicate.Session{
		session.AccountID(accountID), session.RevokedAtIsNil(), session.ExpiresAtGT(s.now()),
	}
}

// Sessions are the viewer's own open sessions, newest use first.
func (s *Service) Sessions(ctx context.Context) ([]*ent.Session, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	return s.client.Session.Query().Where(s.openOf(v.AccountID)...).
		Order(ent.Desc(session.FieldLastUsedAt), ent.Desc(session.FieldID)).All(ctx)
}

// SignOut closes the viewer's present session and returns how many were closed.
func (s *Service) SignOut(ctx context.Context) (int, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return 0, err
	}
	return s.closeSessions(ctx, v.AccountID, auditSessionClose, session.ID(v.SessionID))
}

// SignOutEverywhere closes all sessions of the viewer and returns how many were closed.
func (s *Service) SignOutEverywhere(ctx context.Context) (int, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return 0, err
	}
	return s.closeSessions(ctx, v.AccountID, auditSessionCloseAll)
}

func (s *Service) closeSessions(ctx context.Context, accountID, action string, which ...predicate.Session) (int, error) {
	var closed int
	err := s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) (err error) {
		if closed, err = s.revoke(ctx, tx, accountID, which...); err != nil {
			return err
		}
		return Audit(ctx, tx, action, accountID, map[string]string{"closed": fmt.Sprint(closed)})
	})
	s.cache.clear()
	return closed, err
}

// revoke closes open sessions of the account in the transaction.
func (s *Service) revoke(ctx context.Context, tx *ent.Tx, accountID string, which ...predicate.Session) (int, error) {
	closed, err := tx.Session.Update().Where(s.openOf(accountID)...).Where(which...).SetRevokedAt(s.now()).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("close sessions: %w", err)
	}
	return closed, nil
}

// ChangePassword sets the viewer's own password and closes the other sessions; it returns how many. A wrong present
// password counts like a failed sign-in, so that a stolen token cannot be used to guess it.
func (s *Service) ChangePassword(ctx context.Context, current, wanted string) (int, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return 0, err
	}
	ctx = viewer.AsSystem(ctx)
	found, err := s.client.Account.Get(ctx, v.AccountID)
	if err != nil {
		return 0, fmt.Errorf("read account: %w", err)
	}
	proof, err := s.prove(ctx, found, current)
	if err != nil {
		return 0, err
	}
	if proof.right {
		if proof.better, err = s.ownPassword(ctx, "new", v.AccountID, wanted); err != nil {
			return 0, err
		}
	}
	closed, done := 0, false
	err = s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		closed, done = 0, false
		a, err := tx.Account.Query().Where(account.ID(found.ID)).ForUpdate().Only(ctx)
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		if done, err = s.admit(ctx, tx, a, proof); !done || err != nil {
			return err
		}
		if a, err = s.setPassword(ctx, tx, a, proof.better, false); err != nil {
			return err
		}
		if closed, err = s.revoke(ctx, tx, a.ID, session.IDNEQ(v.SessionID)); err != nil {
			return err
		}
		return Audit(ctx, tx, auditPasswordChange, a.ID, nil)
	})
	s.cache.clear()
	switch {
	case err != nil:
		return 0, err
	case !done:
		return 0, fail.Field("current", fail.Forbidden, "the present password is wrong, or was tried too often")
	}
	return closed, nil
}

// Sweep removes the sessions that ended before the retention and returns how many; the audit log keeps what they did. It ends
// requests for access that nobody answered, and forgets sign-ins that were never finished.
func (s *Service) Sweep(ctx context.Context, retention time.Duration) (int, error) {
	before := s.now().Add(-retention)
	if _, err := s.ExpireRequests(ctx); err != nil {
		return 0, err
	}
	if _, err := s.client.SignInChallenge.Delete().Where(signinchallenge.ExpiresAtLT(s.now())).Exec(viewer.AsSystem(ctx)); err != nil {
		return 0, fmt.Errorf("sweep challenges: %w", err)
	}
	if _, err := s.client.IdentityLogin.Delete().Where(identitylogin.ExpiresAtLT(s.now())).Exec(viewer.AsSystem(ctx)); err != nil {
		return 0, fmt.Errorf("sweep logins: %w", err)
	}
	removed, err := s.client.Session.Delete().
		Where(session.Or(session.ExpiresAtLT(before), session.RevokedAtLT(before))).Exec(viewer.AsSystem(ctx))
	if err != nil {
		return 0, fmt.Errorf("sweep sessions: %w", err)
	}
	return removed, nil
}
