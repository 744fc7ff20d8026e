package access

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// loginForm: 3 to 64 of a-z, 0-9, dot, hyphen, underscore; begins with a letter.
var loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{2,63}$`)

// errSignIn is the one answer to a wrong login, a wrong password, a locked and a deactivated account, a foreign network and
// a missing certificate: it must not tell which it was.
func errSignIn() error {
	return fail.New(fail.Unauthenticated,
		"wrong login or password, not from here, or too many failed attempts: wait a quarter of an hour")
}

func errTooMany() error {
	return fail.New(fail.RateLimited, "too many attempts from this address, try again later")
}

// SignIn opens a session, or returns a challenge when more than a password is asked for. Login in any case. It fails with UNAUTHENTICATED, RATE_LIMITED for an address that tries too
// often, or UNAVAILABLE when too many sign in at once. The account comes with its roles.
func (s *Service) SignIn(ctx context.Context, login, password string) (Tokens, *ent.Account, error) {
	ctx = viewer.AsSystem(ctx)
	from := ratelimit.AddressKey(viewer.From(ctx).Address)
	if !s.o.Attempts.Allow(from) || !s.o.Failures.Ready(from) {
		return Tokens{}, nil, errTooMany()
	}
	found, err := s.byLogin(ctx, login)
	if err != nil {
		return Tokens{}, nil, err
	}
	proof, err := s.prove(ctx, found, password)
	if err != nil {
		return Tokens{}, nil, err
	}
	if !s.o.Failures.Ready(from) { // others of the address have failed while this one waited for its turn
		return Tokens{}, nil, errTooMany()
	}
	tokens, opened, err := s.enter(ctx, found, proof)
	if err != nil {
		if fail.CodeOf(err) == fail.Unauthenticated {
			s.o.Failures.Allow(from)
		}
		return Tokens{}, nil, err
	}
	return tokens, opened, nil
}

// byLogin returns the account, or nil when there is none.
func (s *Service) byLogin(ctx context.Context, login string) (*ent.Account, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if !loginForm.MatchString(login) {
		return nil, nil //nolint:nilnil // no account is an ordinary case here, and goes on like a wrong password
	}
	found, err := s.client.Account.Query().Where(account.Login(login)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("find account: %w", err)
	}
	return found, nil
}

// proof is what came of checking a password against a hash.
type proof struct {
	right bool
	// hash is what it was checked against.
	hash string
	// better replaces the hash when it was made with outdated costs.
	better string
}

func (s *Service) prove(ctx context.Context, found *ent.Account, password string) (proof, error) {
	hash := s.hasher.dummy
	if found != nil {
		hash = found.PasswordHash
	}
	if len(password) > 4*MaxPassword {
		password = "" // never right, and not worth hashing
	}
	right, err := s.hasher.Verify(ctx, hash, password)
	if err != nil {
		return proof{}, err
	}
	p := proof{right: right && found != nil && password != "", hash: hash}
	if p.right && s.hasher.Outdated(hash) {
		p.better, err = s.hasher.Hash(ctx, password)
	}
	return p, err
}

// enter decides with the account locked, so that guesses made at once count one after the other. A refusal is kept, so the
// transaction succeeds either way.
func (s *Service) enter(ctx context.Context, found *ent.Account, p proof) (Tokens, *ent.Account, error) {
	var tokens Tokens
	var opened *ent.Account
	err := s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		tokens, opened = Tokens{}, nil
		if found == nil {
			return Audit(ctx, tx, auditSessionRefused, "", map[string]string{"reason": "unknown_login"})
		}
		a, err := tx.Account.Query().Where(account.ID(found.ID)).ForUpdate().Only(ctx)
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		if ok, err := s.admit(ctx, tx, a, p); !ok || err != nil {
			return err
		}
		if p.better != "" {
			if a, err = tx.Account.UpdateOne(a).SetPasswordHash(p.better).Save(ctx); err != nil {
				return fmt.Errorf("keep better hash: %w", err)
			}
		}
		tokens, opened, err = s.advance(ctx, tx, a, passed{})
		return err
	})
	switch {
	case err != nil:
		return Tokens{}, nil, err
	case tokens == (Tokens{}):
		return Tokens{}, nil, errSignIn()
	}
	return tokens, unwrap(opened), nil
}

// admit decides whether the proof opens the locked account, and keeps and audits a refusal.
func (s *Service) admit(ctx context.Context, tx *ent.Tx, a *ent.Account, p proof) (bool, error) {
	reason, familiar := "", false
	if s.locked(a) {
		var err error
		if familiar, err = s.isFamiliar(ctx, tx, a); err != nil {
			return false, err
		}
	}
	switch {
	case s.locked(a) && !familiar:
		reason = "locked"
	case !p.right || p.hash != a.PasswordHash: // the hash has changed since it was checked
		reason = "wrong_password"
	case !a.Active:
		reason = "inactive"
	default:
		var err error
		if reason, err = s.foreign(ctx, tx, a); err != nil || reason == "" {
			return err == nil, err
		}
	}
	if err := Audit(ctx, tx, auditSessionRefused, a.ID, map[string]string{"reason": reason}); err != nil {
		return false, err
	}
	if reason != "wrong_password" {
		return false, nil
	}
	return false, s.countFailure(ctx, tx, a)
}

// locked reports whether the account is locked out now.
func (s *Service) locked(a *ent.Account) bool {
	return a.LockedUntil != nil && a.LockedUntil.After(s.now())
}

// countFailure counts a wrong password against the locked row and locks the account after too many in a row.
func (s *Service) countFailure(ctx context.Context, tx *ent.Tx, a *ent.Account) error {
	s.guesses.Allow(guessKey(ctx, a))
	if s.locked(a) { // guessed from a familiar address: it makes nobody else's lock longer
		return nil
	}
	failed := a.FailedSignIns + 1
	if failed < s.o.LockAfter {
		return tx.Account.UpdateOne(a).SetFailedSignIns(failed).Exec(ctx)
	}
	until := s.now().Add(s.o.LockFor)
	if err := tx.Account.UpdateOne(a).SetFailedSignIns(0).SetLockedUntil(until).Exec(ctx); err != nil {
		return fmt.Errorf("lock account: %w", err)
	}
	return Audit(ctx, tx, auditAccountLock, a.ID, map[string]string{"until": until.Format(time.RFC3339)})
}

// withRoles loads the roles in force or to come with what they name, so that the API needs no rights of its own to show
// them.
func (s *Service) withRoles(q *ent.AccountQuery) *ent.AccountQuery {
	return q.WithRoles(func(q *ent.RoleAssignmentQuery) {
		q.Where(roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(s.now()))).
			Order(ent.Asc(roleassignment.FieldID)).WithAgency().WithRegion()
	})
}
