package access

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/signinchallenge"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// ChallengePrefix is that of the token of a sign-in that waits for its next step.
const ChallengePrefix = "eks_"

// challengeTTL is how long the next step may take.
const challengeTTL = 10 * time.Minute

// SignInStep is what a sign-in asks for next.
type SignInStep string

// The steps, in the order in which they are asked for.
const (
	// StepCode: a one-time code, or a recovery code.
	StepCode SignInStep = "CODE"
	// StepEnrol: a second factor must be set up, and proven with a code.
	StepEnrol SignInStep = "ENROL"
	// StepPassword: a password of one's own must be set.
	StepPassword SignInStep = "NEW_PASSWORD"
)

// Challenge is a sign-in that waits for its next step.
type Challenge struct {
	Token     string
	Step      SignInStep
	ExpiresAt time.Time
}

// passed is what a sign-in has shown so far.
type passed struct {
	// challenge is the one that goes on, with its token; nil at the first step.
	challenge *ent.SignInChallenge
	token     string
	// factor says that the one-time code was right.
	factor bool
	// vouched is by which identity, and the provider's name of its session.
	vouched, issuerSession string
}

func errChallenge() error {
	return fail.Field("challenge", fail.Unauthenticated, "the sign-in was finished, or took too long; begin anew")
}

// advance opens a session for the locked account, or says what is asked for next.
func (s *Service) advance(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) (Tokens, *ent.Account, error) {
	step, err := s.nextStep(ctx, tx, a, p)
	if err != nil {
		return Tokens{}, nil, err
	}
	if step != "" {
		c, err := s.challenge(ctx, tx, a, p)
		return Tokens{Challenge: &Challenge{Token: c, Step: step, ExpiresAt: s.challengeEnds(p)}}, nil, err
	}
	if p.challenge != nil {
		if err := tx.SignInChallenge.UpdateOne(p.challenge).SetUsedAt(s.now()).Exec(ctx); err != nil {
			return Tokens{}, nil, fmt.Errorf("end challenge: %w", err)
		}
	}
	change := tx.Account.UpdateOne(a).SetLastSignInAt(s.now())
	if !s.locked(a) { // a lock that does not hold here goes on for those elsewhere
		change.SetFailedSignIns(0).ClearLockedUntil()
	}
	if err := change.Exec(ctx); err != nil {
		return Tokens{}, nil, fmt.Errorf("record sign-in: %w", err)
	}
	tokens, err := s.openSession(ctx, tx, a.ID, p)
	if err != nil {
		return Tokens{}, nil, err
	}
	opened, err := s.withRoles(tx.Account.Query()).Where(account.ID(a.ID)).Only(ctx)
	return tokens, opened, err
}

// nextStep is what the sign-in still lacks; empty when nothing.
func (s *Service) nextStep(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) (SignInStep, error) {
	f, err := factorOf(ctx, tx, a.ID)
	if err != nil {
		return "", err
	}
	if confirmed(f) && !p.factor {
		return StepCode, nil
	}
	if !confirmed(f) && len(s.o.FactorRoles) > 0 {
		grants, err := s.grantsOf(ctx, tx.RoleAssignment, a.ID)
		if err != nil {
			return "", err
		}
		if s.mustHaveFactor(grants) {
			return StepEnrol, nil
		}
	}
	if p.vouched == "" && s.passwordIsOver(a) {
		return StepPassword, nil
	}
	return "", nil
}

// challenge keeps how far the sign-in is and returns the token for its next step.
func (s *Service) challenge(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) (string, error) {
	if p.challenge != nil {
		if err := tx.SignInChallenge.UpdateOne(p.challenge).SetFactorPassed(p.factor).Exec(ctx); err != nil {
			return "", fmt.Errorf("keep challenge: %w", err)
		}
		return p.token, nil
	}
	token, err := newToken(s.o.Rand, ChallengePrefix, secretBytes)
	if err != nil {
		return "", err
	}
	err = tx.SignInChallenge.Create().SetAccountID(a.ID).SetTokenHash(HashToken(token)).SetPasswordHash(a.PasswordHash).
		SetIdentityID(p.vouched).SetIssuerSession(p.issuerSession).SetCreatedAt(s.now()).SetExpiresAt(s.now().Add(challengeTTL)).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("keep challenge: %w", err)
	}
	return token, nil
}

func (s *Service) challengeEnds(p passed) time.Time {
	if p.challenge != nil {
		return p.challenge.ExpiresAt
	}
	return s.now().Add(challengeTTL)
}

// SignInCode goes on with a sign-in that asked for a code, or for a second factor that was set up meanwhile: then it returns
// the recovery codes, which are shown once. A wrong code counts against the factor and the address.
func (s *Service) SignInCode(ctx context.Context, token, code string) (Tokens, *ent.Account, []string, error) {
	var tokens Tokens
	var opened *ent.Account
	var codes []string
	err := s.resume(ctx, token, func(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) error {
		tokens, opened, codes = Tokens{}, nil, nil
		f, err := factorOf(ctx, tx, a.ID)
		if err != nil || f == nil || p.factor {
			return err // nothing that a code would be for
		}
		ok, err := s.passFactor(ctx, tx, f, code)
		if err != nil || !ok {
			return err
		}
		if !confirmed(f) {
			if codes, err = s.confirmFactor(ctx, tx, f); err != nil {
				return err
			}
		}
		p.factor = true
		tokens, opened, err = s.advance(ctx, tx, a, p)
		return err
	})
	switch {
	case err != nil:
		return Tokens{}, nil, nil, err
	case tokens == (Tokens{}):
		s.o.Failures.Allow(ratelimit.AddressKey(viewer.From(ctx).Address))
		return Tokens{}, nil, nil, fail.Field("code", fail.Unauthenticated, "the code is wrong, was used before, or was tried too often")
	}
	return tokens, unwrap(opened), codes, nil
}

// SignInEnrol sets up the second factor that a sign-in asks for; SignInCode then proves it.
func (s *Service) SignInEnrol(ctx context.Context, token string) (Enrolment, error) {
	var e Enrolment
	err := s.resume(ctx, token, func(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) error {
		step, err := s.nextStep(ctx, tx, a, p)
		if err != nil {
			return err
		}
		if step != StepEnrol {
			return fail.Field("challenge", fail.Conflict, "this sign-in does not ask for a second factor to be set up")
		}
		e, err = s.beginFactor(ctx, tx, a)
		return err
	})
	return e, err
}

// SignInPassword sets the password that a sign-in asks for and goes on.
func (s *Service) SignInPassword(ctx context.Context, token, wanted string) (Tokens, *ent.Account, error) {
	found, err := s.client.SignInChallenge.Query().Where(signinchallenge.TokenHash(HashToken(token))).Only(viewer.AsSystem(ctx))
	if err != nil {
		if ent.IsNotFound(err) {
			err = errChallenge()
		}
		return Tokens{}, nil, err
	}
	hash, err := s.ownPassword(viewer.AsSystem(ctx), "new", found.AccountID, wanted)
	if err != nil {
		return Tokens{}, nil, err
	}
	var tokens Tokens
	var opened *ent.Account
	err = s.resume(ctx, token, func(ctx context.Context, tx *ent.Tx, a *ent.Account, p passed) error {
		step, err := s.nextStep(ctx, tx, a, p)
		if err != nil {
			return err
		}
		if step != StepPassword {
			return fail.Field("challenge", fail.Conflict, "this sign-in does not ask for a new password")
		}
		if a, err = s.setPassword(ctx, tx, a, hash, false); err != nil {
			return err
		}
		if _, err := s.revoke(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := Audit(viewer.With(ctx, actingAs(ctx, a)), tx, auditPasswordChange, a.ID, nil); err != nil {
			return err
		}
		tokens, opened, err = s.advance(ctx, tx, a, p)
		return err
	})
	s.cache.clear()
	if err != nil {
		return Tokens{}, nil, err
	}
	return tokens, unwrap(opened), nil
}

// actingAs is the viewer of ctx who is known to be the account, for the audit log.
func actingAs(ctx context.Context, a *ent.Account) viewer.Viewer {
	v := viewer.From(ctx)
	v.AccountID = a.ID
	return v
}

func unwrap(a *ent.Account) *ent.Account {
	if a == nil {
		return nil
	}
	return a.Unwrap()
}

// resume runs work with the account locked whose sign-in the token is of. What it keeps stays, whatever comes of it, unless
// it fails.
func (s *Service) resume(ctx context.Context, token string, work func(context.Context, *ent.Tx, *ent.Account, passed) error) error {
	ctx = viewer.AsSystem(ctx)
	from := ratelimit.AddressKey(viewer.From(ctx).Address)
	if !s.o.Attempts.Allow(from) || !s.o.Failures.Ready(from) {
		return errTooMany()
	}
	if _, ok := parseToken(token, ChallengePrefix, secretBytes); !ok {
		return errChallenge()
	}
	return s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		which := signinchallenge.TokenHash(HashToken(token))
		found, err := tx.SignInChallenge.Query().Where(which).Only(ctx)
		if err != nil {
			return orOver(err)
		}
		a, err := lockAccount(ctx, tx, found.AccountID)
		if err != nil {
			return err
		}
		// Read again under the lock: another step of the same sign-in may have ended it.
		c, err := tx.SignInChallenge.Query().Where(which, signinchallenge.UsedAtIsNil(), signinchallenge.ExpiresAtGT(s.now())).Only(ctx)
		switch {
		case err != nil:
			return orOver(err)
		case c.PasswordHash != a.PasswordHash, !a.Active:
			return errChallenge()
		}
		if err := s.admitFrom(ctx, tx, a); err != nil {
			return err
		}
		return work(ctx, tx, a, passed{
			challenge: c, token: token, factor: c.FactorPassed, vouched: c.IdentityID, issuerSession: c.IssuerSession,
		})
	})
}

func orOver(err error) error {
	if ent.IsNotFound(err) {
		return errChallenge()
	}
	return fmt.Errorf("find challenge: %w", err)
}
