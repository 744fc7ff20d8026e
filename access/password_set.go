package access

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/formerpassword"
	"ekc/internal/fail"
)

// passwordIsOver reports whether the account must take a new password before it goes on: somebody else has set the present
// one, or it is older than it may be.
func (s *Service) passwordIsOver(a *ent.Account) bool {
	if a.MustChangePassword {
		return true
	}
	set := a.CreatedAt
	if a.PasswordSetAt != nil {
		set = *a.PasswordSetAt
	}
	return s.o.PasswordAge > 0 && !set.Add(s.o.PasswordAge).After(s.now())
}

// ownPassword checks a password that a person wants for their own account and hashes it: the rules, and that it is none of
// the last ones. Hashing takes its time, so no transaction waits for it.
func (s *Service) ownPassword(ctx context.Context, field, accountID, wanted string) (string, error) {
	a, err := s.client.Account.Get(ctx, accountID)
	if err != nil {
		return "", fmt.Errorf("read account: %w", err)
	}
	if err := CheckPassword(field, a.Login, wanted); err != nil {
		return "", err
	}
	former, err := s.client.FormerPassword.Query().Where(formerpassword.AccountID(accountID)).
		Order(ent.Desc(formerpassword.FieldCreatedAt, formerpassword.FieldID)).Limit(max(s.o.PasswordHistory-1, 0)).All(ctx)
	if err != nil {
		return "", fmt.Errorf("read former passwords: %w", err)
	}
	hashes := []string{a.PasswordHash}
	for _, f := range former {
		hashes = append(hashes, f.Hash)
	}
	for _, hash := range hashes {
		same, err := s.hasher.Verify(ctx, hash, wanted)
		if err != nil {
			return "", err
		}
		if same {
			return "", fail.Field(field, fail.Invalid, "not one of your last %d passwords", max(s.o.PasswordHistory, 1))
		}
	}
	return s.hasher.Hash(ctx, wanted)
}

// setPassword gives the locked account a password, keeps the former one, and says whether it must be changed at the next
// sign-in.
func (s *Service) setPassword(ctx context.Context, tx *ent.Tx, a *ent.Account, hash string, mustChange bool) (*ent.Account, error) {
	if s.o.PasswordHistory > 1 {
		if err := tx.FormerPassword.Create().SetAccountID(a.ID).SetHash(a.PasswordHash).SetCreatedAt(s.now()).Exec(ctx); err != nil {
			return nil, fmt.Errorf("keep former password: %w", err)
		}
		surplus, err := tx.FormerPassword.Query().Where(formerpassword.AccountID(a.ID)).
			Order(ent.Desc(formerpassword.FieldCreatedAt, formerpassword.FieldID)).Offset(s.o.PasswordHistory - 1).IDs(ctx)
		if err != nil {
			return nil, fmt.Errorf("read former passwords: %w", err)
		}
		if _, err := tx.FormerPassword.Delete().Where(formerpassword.IDIn(surplus...)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("forget former passwords: %w", err)
		}
	}
	a, err := tx.Account.UpdateOne(a).SetPasswordHash(hash).SetPasswordSetAt(s.now()).SetMustChangePassword(mustChange).
		SetFailedSignIns(0).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("set password: %w", err)
	}
	return a, nil
}
