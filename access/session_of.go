package access

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/session"
	"ekc/internal/fail"
)

// SessionsOf are the open sessions of an account that the viewer of ctx manages, or of their own, newest use first.
func (s *Service) SessionsOf(ctx context.Context, accountID string) ([]*ent.Session, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if v.AccountID == accountID {
		return s.Sessions(ctx)
	}
	if v, err = manager(ctx); err != nil {
		return nil, err
	}
	missing := fail.Field("accountId", fail.NotFound, "no such account")
	if !wellFormed(accountID) {
		return nil, missing
	}
	system := viewer.AsSystem(ctx)
	managed, err := s.client.Account.Query().Where(account.ID(accountID)).Where(s.managedBy(v)...).Exist(system)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read account: %w", err)
	case !managed:
		return nil, missing
	}
	return s.client.Session.Query().Where(s.openOf(accountID)...).
		Order(ent.Desc(session.FieldLastUsedAt), ent.Desc(session.FieldID)).All(system)
}

// RevokeSession closes one session: of the viewer's own, or of an account that they manage.
func (s *Service) RevokeSession(ctx context.Context, id string) (int, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return 0, err
	}
	missing := fail.Field("sessionId", fail.NotFound, "no such open session")
	if !wellFormed(id) {
		return 0, missing
	}
	found, err := s.client.Session.Get(viewer.AsSystem(ctx), id)
	switch {
	case ent.IsNotFound(err):
		return 0, missing
	case err != nil:
		return 0, fmt.Errorf("read session: %w", err)
	}
	closed := 0
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if found.AccountID != v.AccountID {
			if !v.Has(viewer.SegmentAdministrator) {
				return missing
			}
			switch _, err := s.lockManaged(ctx, tx, v, "sessionId", found.AccountID); fail.CodeOf(err) {
			case "":
			case fail.NotFound, fail.Forbidden:
				return missing
			default:
				return err
			}
		}
		if closed, err = s.revoke(ctx, tx, found.AccountID, session.ID(id)); err != nil {
			return err
		}
		if closed == 0 {
			return missing
		}
		return Audit(ctx, tx, auditSessionClose, found.AccountID, map[string]string{"session": id, "closed": fmt.Sprint(closed)})
	})
	s.cache.clear()
	return closed, err
}

// RevokeSessionsOf closes all sessions of an account that the viewer of ctx manages, and not their own.
func (s *Service) RevokeSessionsOf(ctx context.Context, accountID string) (int, error) {
	v, err := manager(ctx)
	if err != nil {
		return 0, err
	}
	closed := 0
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if _, err := s.lockManaged(ctx, tx, v, "accountId", accountID); err != nil {
			return err
		}
		if closed, err = s.revoke(ctx, tx, accountID); err != nil {
			return err
		}
		return Audit(ctx, tx, auditSessionCloseAll, accountID, map[string]string{"closed": fmt.Sprint(closed)})
	})
	s.cache.clear()
	return closed, err
}

// SignOutOthers closes all sessions of the viewer but the present one and returns how many were closed.
func (s *Service) SignOutOthers(ctx context.Context) (int, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return 0, err
	}
	return s.closeSessions(ctx, v.AccountID, auditSessionCloseAll, session.IDNEQ(v.SessionID))
}
