package access

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ekc/access/totp"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/recoverycode"
	"ekc/ent/secondfactor"
	"ekc/internal/fail"
)

// Vault encrypts the secrets of second factors for the database.
type Vault interface {
	Seal(ctx context.Context, factorID string, secret []byte) ([]byte, error)
	Unseal(ctx context.Context, factorID string, sealed []byte) ([]byte, error)
}

// plain is the vault of who has none: what is kept is what was given.
type plain struct{}

func (plain) Seal(_ context.Context, _ string, secret []byte) ([]byte, error)   { return secret, nil }
func (plain) Unseal(_ context.Context, _ string, sealed []byte) ([]byte, error) { return sealed, nil }

// factorIssuer is how a generator names the centre.
const factorIssuer = "EKC"

// recoveryCodes is how many are given at a time; each has recoveryBytes random bytes, too many to guess.
const (
	recoveryCodes = 10
	recoveryBytes = 10
)

// maxFactorLock bounds how long wrong codes lock a factor; each lock is twice as long as the one before.
const maxFactorLock = 24 * time.Hour

// Enrolment is what a generator of codes is set up with; it is shown once.
type Enrolment struct {
	// URI is for a QR code, Secret for typing.
	URI, Secret string
}

// factorOf returns the factor of the locked account; nil when there is none.
func factorOf(ctx context.Context, tx *ent.Tx, accountID string) (*ent.SecondFactor, error) {
	f, err := tx.SecondFactor.Query().Where(secondfactor.AccountID(accountID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // an account without one is an ordinary case
	}
	if err != nil {
		return nil, fmt.Errorf("read second factor: %w", err)
	}
	return f, nil
}

func confirmed(f *ent.SecondFactor) bool { return f != nil && f.ConfirmedAt != nil }

// mustHaveFactor reports whether one of the account's roles in force asks for a second factor.
func (s *Service) mustHaveFactor(grants []viewer.Grant) bool {
	return slices.ContainsFunc(grants, func(g viewer.Grant) bool { return slices.Contains(s.o.FactorRoles, g.Role) })
}

// beginFactor draws a secret for the locked account in place of one that was never confirmed.
func (s *Service) beginFactor(ctx context.Context, tx *ent.Tx, a *ent.Account) (Enrolment, error) {
	f, err := factorOf(ctx, tx, a.ID)
	switch {
	case err != nil:
		return Enrolment{}, err
	case confirmed(f):
		return Enrolment{}, fail.New(fail.Conflict, "the account has a second factor already; remove it first")
	case f != nil:
		if err := tx.SecondFactor.DeleteOne(f).Exec(ctx); err != nil {
			return Enrolment{}, fmt.Errorf("remove second factor: %w", err)
		}
	}
	secret := make([]byte, totp.SecretBytes)
	if _, err := io.ReadFull(s.o.Rand, secret); err != nil {
		return Enrolment{}, fmt.Errorf("draw a secret: %w", err)
	}
	// Sealed for its row, which must therefore be known before.
	created, err := tx.SecondFactor.Create().SetAccountID(a.ID).SetSecret([]byte{}).SetCreatedAt(s.now()).Save(ctx)
	if err != nil {
		return Enrolment{}, fmt.Errorf("keep second factor: %w", err)
	}
	sealed, err := s.o.Vault.Seal(ctx, created.ID, secret)
	if err != nil {
		return Enrolment{}, fmt.Errorf("seal secret: %w", err)
	}
	if err := tx.SecondFactor.UpdateOne(created).SetSecret(sealed).Exec(ctx); err != nil {
		return Enrolment{}, fmt.Errorf("keep second factor: %w", err)
	}
	return Enrolment{URI: totp.URI(factorIssuer, a.Login, secret), Secret: totp.Text(secret)}, Audit(ctx, tx, auditFactorBegin, a.ID, nil)
}

// confirmFactor makes a factor count after a right code, and draws the recovery codes.
func (s *Service) confirmFactor(ctx context.Context, tx *ent.Tx, f *ent.SecondFactor) ([]string, error) {
	if err := tx.SecondFactor.UpdateOne(f).SetConfirmedAt(s.now()).Exec(ctx); err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	codes, err := s.drawRecovery(ctx, tx, f.AccountID)
	if err != nil {
		return nil, err
	}
	return codes, Audit(ctx, tx, auditFactorConfirm, f.AccountID, nil)
}

// drawRecovery replaces the recovery codes of the locked account.
func (s *Service) drawRecovery(ctx context.Context, tx *ent.Tx, accountID string) ([]string, error) {
	if _, err := tx.RecoveryCode.Delete().Where(recoverycode.AccountID(accountID)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("remove recovery codes: %w", err)
	}
	codes := make([]string, recoveryCodes)
	rows := make([]*ent.RecoveryCodeCreate, recoveryCodes)
	for i := range codes {
		random := make([]byte, recoveryBytes)
		if _, err := io.ReadFull(s.o.Rand, random); err != nil {
			return nil, fmt.Errorf("draw a recovery code: %w", err)
		}
		text := strings.ToLower(base32.StdEncoding.EncodeToString(random))
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		rows[i] = tx.RecoveryCode.Create().SetAccountID(accountID).SetHash(hashRecovery(accountID, text)).SetCreatedAt(s.now())
	}
	if err := tx.RecoveryCode.CreateBulk(rows...).Exec(ctx); err != nil {
		return nil, fmt.Errorf("keep recovery codes: %w", err)
	}
	return codes, nil
}

// hashRecovery is what is kept of a code. A plain hash is enough for 80 random bits; the account keeps equal codes apart.
func hashRecovery(accountID, text string) []byte {
	sum := sha256.Sum256([]byte(accountID + " " + text))
	return sum[:]
}

// passFactor decides with the account locked whether the code is right, a one-time code or a recovery code, and keeps and
// audits a refusal. A code is right once.
func (s *Service) passFactor(ctx context.Context, tx *ent.Tx, f *ent.SecondFactor, code string) (bool, error) {
	if f.LockedUntil != nil && f.LockedUntil.After(s.now()) {
		return false, Audit(ctx, tx, auditFactorRefused, f.AccountID, map[string]string{"reason": "locked"})
	}
	secret, err := s.o.Vault.Unseal(ctx, f.ID, f.Secret)
	if err != nil {
		return false, fmt.Errorf("open secret: %w", err)
	}
	code = strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(cut(code, maxCode)))
	if step, ok := totp.Check(secret, code, s.now(), f.LastStep); ok {
		err := tx.SecondFactor.UpdateOne(f).SetLastStep(step).SetFailed(0).ClearLockedUntil().Exec(ctx)
		return err == nil, err
	}
	if confirmed(f) {
		used, err := tx.RecoveryCode.Update().Where(recoverycode.AccountID(f.AccountID), recoverycode.UsedAtIsNil(),
			recoverycode.Hash(hashRecovery(f.AccountID, code))).SetUsedAt(s.now()).Save(ctx)
		if err != nil {
			return false, fmt.Errorf("look for recovery code: %w", err)
		}
		if used > 0 {
			if err := tx.SecondFactor.UpdateOne(f).SetFailed(0).ClearLockedUntil().Exec(ctx); err != nil {
				return false, err
			}
			return true, Audit(ctx, tx, auditRecoveryUsed, f.AccountID, nil)
		}
	}
	return false, s.countWrongCode(ctx, tx, f)
}

// maxCode bounds what is looked at of a code, in bytes.
const maxCode = 64

// countWrongCode locks the factor after too many wrong codes in a row, each time for twice as long.
func (s *Service) countWrongCode(ctx context.Context, tx *ent.Tx, f *ent.SecondFactor) error {
	failed := f.Failed + 1
	change := tx.SecondFactor.UpdateOne(f).SetFailed(failed)
	detail := map[string]string{"reason": "wrong_code"}
	if failed%s.o.LockAfter == 0 {
		lock := s.o.LockFor << min(failed/s.o.LockAfter-1, 10)
		until := s.now().Add(min(lock, maxFactorLock))
		change.SetLockedUntil(until)
		detail["locked_until"] = until.Format(time.RFC3339)
	}
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("count wrong code: %w", err)
	}
	return Audit(ctx, tx, auditFactorRefused, f.AccountID, detail)
}

// dropFactor removes the factor and its recovery codes from the locked account and reports whether there was one.
func dropFactor(ctx context.Context, tx *ent.Tx, accountID string) (bool, error) {
	n, err := tx.SecondFactor.Delete().Where(secondfactor.AccountID(accountID)).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("remove second factor: %w", err)
	}
	if _, err := tx.RecoveryCode.Delete().Where(recoverycode.AccountID(accountID)).Exec(ctx); err != nil {
		return false, fmt.Errorf("remove recovery codes: %w", err)
	}
	return n > 0, nil
}

func lockAccount(ctx context.Context, tx *ent.Tx, id string) (*ent.Account, error) {
	a, err := tx.Account.Query().Where(account.ID(id)).ForUpdate().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock account: %w", err)
	}
	return a, nil
}
