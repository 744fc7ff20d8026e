package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/session"
	"ekc/internal/fail"
)

// Tokens are what a session is used with.
type Tokens struct {
	AccessToken      string
	AccessExpiresAt  time.Time
	RefreshToken     string
	RefreshExpiresAt time.Time
	// Challenge is what a sign-in asks for next; there are no tokens then.
	Challenge *Challenge
}

func errToken() error {
	return fail.New(fail.Unauthenticated, "the token is not valid, or no longer")
}

// issue draws a pair of tokens of the family.
func (s *Service) issue(family []byte) (Tokens, error) {
	now := s.now()
	t := Tokens{AccessExpiresAt: now.Add(s.o.AccessTTL), RefreshExpiresAt: now.Add(s.o.RefreshTTL)}
	var err error
	if t.AccessToken, err = newToken(s.o.Rand, AccessPrefix, secretBytes); err != nil {
		return Tokens{}, err
	}
	t.RefreshToken, err = newRefreshToken(s.o.Rand, family)
	return t, err
}

// openSession adds a session to the account, which the transaction has locked, and closes the oldest beyond the limit.
func (s *Service) openSession(ctx context.Context, tx *ent.Tx, accountID string, p passed) (Tokens, error) {
	family := make([]byte, secretBytes)
	if _, err := io.ReadFull(s.o.Rand, family); err != nil {
		return Tokens{}, fmt.Errorf("draw a token: %w", err)
	}
	tokens, err := s.issue(family)
	if err != nil {
		return Tokens{}, err
	}
	if err := s.closeOldest(ctx, tx, accountID); err != nil {
		return Tokens{}, err
	}
	v := viewer.From(ctx)
	opened, err := tx.Session.Create().SetAccountID(accountID).SetFamilyHash(hashFamily(family)).
		SetAccessHash(HashToken(tokens.AccessToken)).SetAccessExpiresAt(tokens.AccessExpiresAt).
		SetRefreshHash(HashToken(tokens.RefreshToken)).SetExpiresAt(tokens.RefreshExpiresAt).
		SetCreatedAt(s.now()).SetLastUsedAt(s.now()).
		SetAddress(cut(v.Address, maxAddress)).SetUserAgent(cut(v.UserAgent, maxUserAgent)).
		SetIdentityID(p.vouched).SetIssuerSession(p.issuerSession).Save(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("open session: %w", err)
	}
	return tokens, Audit(ctx, tx, auditSessionOpen, accountID, map[string]string{"session": opened.ID})
}

func (s *Service) closeOldest(ctx context.Context, tx *ent.Tx, accountID string) error {
	surplus, err := tx.Session.Query().Where(s.openOf(accountID)...).Order(ent.Desc(session.FieldLastUsedAt)).
		Offset(s.o.MaxSessions - 1).IDs(ctx)
	if err != nil || len(surplus) == 0 {
		return err
	}
	return tx.Session.Update().Where(session.IDIn(surplus...)).SetRevokedAt(s.now()).Exec(ctx)
}

// Refresh trades a refresh token for a new pair. A token that was used before closes the session, for one of its two users
// has stolen it.
func (s *Service) Refresh(ctx context.Context, token string) (Tokens, *ent.Account, error) {
	ctx = viewer.AsSystem(ctx)
	family, ok := refreshFamily(token)
	if !ok {
		return Tokens{}, nil, errToken()
	}
	var tokens Tokens
	var owner *ent.Account
	err := s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		tokens, owner = Tokens{}, nil
		found, err := tx.Session.Query().Where(session.FamilyHash(hashFamily(family))).ForUpdate().Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return nil
		case err != nil:
			return fmt.Errorf("lock session: %w", err)
		case found.RevokedAt != nil || !found.ExpiresAt.After(s.now()):
			return nil
		case subtle.ConstantTimeCompare(found.RefreshHash, HashToken(token)) != 1:
			return s.closeStolen(ctx, tx, found)
		}
		a, err := s.withRoles(tx.Account.Query()).Where(account.ID(found.AccountID), account.Active(true)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return nil
		case err != nil:
			return fmt.Errorf("read account: %w", err)
		}
		if reason, err := s.foreign(ctx, tx, a); err != nil || reason != "" {
			return errors.Join(err, s.auditStray(ctx, tx, found, reason))
		}
		if tokens, err = s.issue(family); err != nil {
			return err
		}
		owner = a
		return tx.Session.UpdateOne(found).SetLastUsedAt(s.now()).
			SetAccessHash(HashToken(tokens.AccessToken)).SetAccessExpiresAt(tokens.AccessExpiresAt).
			SetRefreshHash(HashToken(tokens.RefreshToken)).SetExpiresAt(tokens.RefreshExpiresAt).Exec(ctx)
	})
	s.cache.clear()
	switch {
	case err != nil:
		return Tokens{}, nil, err
	case owner == nil:
		return Tokens{}, nil, errToken()
	}
	return tokens, owner.Unwrap(), nil
}

func (s *Service) closeStolen(ctx context.Context, tx *ent.Tx, stolen *ent.Session) error {
	s.o.Logger.WarnContext(ctx, "a used refresh token has returned, session closed",
		"account", stolen.AccountID, "session", stolen.ID)
	if err := tx.Session.UpdateOne(stolen).SetRevokedAt(s.now()).Exec(ctx); err != nil {
		return fmt.Errorf("close stolen session: %w", err)
	}
	return Audit(ctx, tx, auditSessionTheft, stolen.AccountID, map[string]string{"session": stolen.ID})
}
