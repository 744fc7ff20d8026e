package access

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"ekc/access/identity"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/identitylink"
	"ekc/ent/identitylogin"
	"ekc/ent/session"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// IdentityProvider vouches for people; identity.Provider does.
type IdentityProvider interface {
	Begin(ctx context.Context, state, nonce, verifier string) (url string, err error)
	Finish(ctx context.Context, code, nonce, verifier string) (identity.Person, error)
	Logout(ctx context.Context, token string) (identity.Person, error)
}

// loginTTL is how long a person may stay with the identity provider.
const loginTTL = 10 * time.Minute

// The tokens of a way to the identity provider and back.
const (
	statePrefix   = "ekq_"
	browserPrefix = "ekb_"
)

// Departure is where a person goes to be vouched for, and the secret that the client keeps until they come back: without it
// nobody else can finish what they began (RFC 9700 §4.7).
type Departure struct {
	URL, Secret string
}

// Return is what a person brings back from the identity provider.
type Return struct {
	State, Code string
	// Secret is that of the departure.
	Secret string
}

func errNoProvider() error {
	return fail.New(fail.Conflict, "the centre has no identity provider; sign in with a password")
}

func errReturn() error {
	return fail.Field("state", fail.Unauthenticated, "this way to the identity provider was not begun here, was finished, or took too long; begin anew")
}

// Depart begins a sign-in by the identity provider, or, when link is set, lets the viewer of ctx prove who they are there.
func (s *Service) Depart(ctx context.Context, link bool) (Departure, error) {
	if s.o.Identity == nil {
		return Departure{}, errNoProvider()
	}
	v := viewer.From(ctx)
	if from := ratelimit.AddressKey(v.Address); !s.o.Attempts.Allow(from) || !s.o.Failures.Ready(from) {
		return Departure{}, errTooMany()
	}
	accountID := ""
	if link {
		if _, err := signedIn(ctx); err != nil {
			return Departure{}, err
		}
		accountID = v.AccountID
	}
	var drawn [3]string
	for i, prefix := range []string{statePrefix, browserPrefix, ""} {
		var err error
		if drawn[i], err = newToken(s.o.Rand, prefix, secretBytes); err != nil {
			return Departure{}, err
		}
	}
	state, secret, nonce := drawn[0], drawn[1], drawn[2]
	verifier := oauth2.GenerateVerifier()
	url, err := s.o.Identity.Begin(ctx, state, nonce, verifier)
	if err != nil {
		return Departure{}, err
	}
	err = s.client.IdentityLogin.Create().SetStateHash(HashToken(state)).SetBrowserHash(HashToken(secret)).SetNonce(nonce).
		SetVerifier(verifier).SetAccountID(accountID).SetCreatedAt(s.now()).SetExpiresAt(s.now().Add(loginTTL)).Exec(viewer.AsSystem(ctx))
	if err != nil {
		return Departure{}, fmt.Errorf("keep login: %w", err)
	}
	return Departure{URL: url, Secret: secret}, nil
}

// comeBack ends a departure, whatever comes of it, and says who it was.
func (s *Service) comeBack(ctx context.Context, r Return, accountID string) (identity.Person, error) {
	if s.o.Identity == nil {
		return identity.Person{}, errNoProvider()
	}
	from := ratelimit.AddressKey(viewer.From(ctx).Address)
	if !s.o.Attempts.Allow(from) || !s.o.Failures.Ready(from) {
		return identity.Person{}, errTooMany()
	}
	person, err := s.vouched(ctx, r, accountID)
	if fail.CodeOf(err) == fail.Unauthenticated {
		s.o.Failures.Allow(from)
	}
	return person, err
}

func (s *Service) vouched(ctx context.Context, r Return, accountID string) (identity.Person, error) {
	if _, ok := parseToken(r.State, statePrefix, secretBytes); !ok {
		return identity.Person{}, errReturn()
	}
	ctx = viewer.AsSystem(ctx)
	var login *ent.IdentityLogin
	err := s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		login, err = tx.IdentityLogin.Query().Where(identitylogin.StateHash(HashToken(r.State))).ForUpdate().Only(ctx)
		if err != nil {
			return err
		}
		return tx.IdentityLogin.DeleteOne(login).Exec(ctx)
	})
	switch {
	case ent.IsNotFound(err):
		return identity.Person{}, errReturn()
	case err != nil:
		return identity.Person{}, fmt.Errorf("find login: %w", err)
	case !login.ExpiresAt.After(s.now()) || login.AccountID != accountID ||
		subtle.ConstantTimeCompare(login.BrowserHash, HashToken(r.Secret)) != 1:
		return identity.Person{}, errReturn()
	}
	return s.o.Identity.Finish(ctx, r.Code, login.Nonce, login.Verifier)
}

// SignInByIdentity opens a session for whom the identity provider vouches, when an account is linked to them; a second
// factor is asked for all the same. Accounts are found by issuer and subject and nothing else.
func (s *Service) SignInByIdentity(ctx context.Context, r Return) (Tokens, *ent.Account, error) {
	person, err := s.comeBack(ctx, r, "")
	if err != nil {
		return Tokens{}, nil, err
	}
	var tokens Tokens
	var opened *ent.Account
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		tokens, opened = Tokens{}, nil
		link, err := tx.IdentityLink.Query().Where(identitylink.Issuer(person.Issuer), identitylink.Subject(person.Subject)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return Audit(ctx, tx, auditSessionRefused, "", map[string]string{"reason": "unknown_identity"})
		case err != nil:
			return fmt.Errorf("find identity: %w", err)
		}
		a, err := lockAccount(ctx, tx, link.AccountID)
		if err != nil {
			return err
		}
		reason := "inactive"
		if a.Active {
			if reason, err = s.foreign(ctx, tx, a); err != nil {
				return err
			}
		}
		if reason != "" {
			return Audit(ctx, tx, auditSessionRefused, a.ID, map[string]string{"reason": reason})
		}
		if err := tx.IdentityLink.UpdateOne(link).SetLastUsedAt(s.now()).Exec(ctx); err != nil {
			return fmt.Errorf("record identity: %w", err)
		}
		tokens, opened, err = s.advance(ctx, tx, a, passed{vouched: link.ID, issuerSession: cut(person.Session, 200)})
		return err
	})
	switch {
	case err != nil:
		return Tokens{}, nil, err
	case tokens == (Tokens{}):
		return Tokens{}, nil, fail.New(fail.Unauthenticated, "no account is linked to you, or not from here; sign in with a password and link it")
	}
	return tokens, unwrap(opened), nil
}

// LinkIdentity links the viewer's account to whom the identity provider vouches. CONFLICT when another account is.
func (s *Service) LinkIdentity(ctx context.Context, r Return) (*ent.IdentityLink, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	person, err := s.comeBack(ctx, r, v.AccountID)
	if err != nil {
		return nil, err
	}
	var link *ent.IdentityLink
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) (err error) {
		link, err = tx.IdentityLink.Create().SetAccountID(v.AccountID).SetIssuer(person.Issuer).SetSubject(person.Subject).
			SetCreatedAt(s.now()).Save(ctx)
		switch {
		case ent.IsConstraintError(err):
			return fail.New(fail.Conflict, "this identity is linked to an account already")
		case err != nil:
			return fmt.Errorf("keep identity: %w", err)
		}
		return Audit(ctx, tx, auditIdentityLink, v.AccountID, map[string]string{"link": link.ID, "issuer": person.Issuer})
	})
	if err != nil {
		return nil, err
	}
	return link.Unwrap(), nil
}

// Identities are the identities that the viewer's account is linked to.
func (s *Service) Identities(ctx context.Context) ([]*ent.IdentityLink, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	return s.client.IdentityLink.Query().Where(identitylink.AccountID(v.AccountID)).Order(ent.Asc(identitylink.FieldID)).
		All(viewer.AsSystem(ctx))
}

// UnlinkIdentity ends a link of the viewer's account and the sessions that rest on it, but not the present one.
func (s *Service) UnlinkIdentity(ctx context.Context, id string) error {
	v, err := signedIn(ctx)
	if err != nil {
		return err
	}
	missing := fail.Field("identityId", fail.NotFound, "no such identity")
	if !wellFormed(id) {
		return missing
	}
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.IdentityLink.Delete().Where(identitylink.ID(id), identitylink.AccountID(v.AccountID)).Exec(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("end link: %w", err)
		case n == 0:
			return missing
		}
		if _, err := s.revoke(ctx, tx, v.AccountID, session.IdentityID(id), session.IDNEQ(v.SessionID)); err != nil {
			return err
		}
		return Audit(ctx, tx, auditIdentityUnlink, v.AccountID, map[string]string{"link": id})
	})
	s.cache.clear()
	return err
}

// EndByProvider closes the sessions that a logout token of the identity provider names: one, or all of a person.
func (s *Service) EndByProvider(ctx context.Context, token string) error {
	if s.o.Identity == nil {
		return errNoProvider()
	}
	person, err := s.o.Identity.Logout(ctx, strings.TrimSpace(token))
	if err != nil {
		return err
	}
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		q := tx.IdentityLink.Query().Where(identitylink.Issuer(person.Issuer))
		if person.Subject != "" {
			q.Where(identitylink.Subject(person.Subject))
		}
		if person.Subject == "" { // a session by its name alone: whoever's it is
			named := tx.Session.Query().Where(session.IssuerSession(person.Session))
			ids, err := named.Unique(true).Select(session.FieldIdentityID).Strings(ctx)
			if err != nil {
				return fmt.Errorf("find sessions: %w", err)
			}
			q.Where(identitylink.IDIn(ids...))
		}
		links, err := q.All(ctx)
		if err != nil {
			return fmt.Errorf("find identity: %w", err)
		}
		for _, link := range links {
			if err := s.endLinked(ctx, tx, link, person.Session); err != nil {
				return err
			}
		}
		return nil
	})
	s.cache.clear()
	return err
}

func (s *Service) endLinked(ctx context.Context, tx *ent.Tx, link *ent.IdentityLink, name string) error {
	which := session.IdentityID(link.ID)
	if name != "" {
		which = session.And(which, session.IssuerSession(name))
	}
	closed, err := s.revoke(ctx, tx, link.AccountID, which)
	if err != nil || closed == 0 {
		return err
	}
	return Audit(ctx, tx, auditSessionEnded, link.AccountID, map[string]string{"closed": fmt.Sprint(closed), "link": link.ID})
}
