package access_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

func TestSignInAndAuthenticate(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID, Line: 2})
	ctx := viewer.With(t.Context(), viewer.Viewer{Address: "192.0.2.1", UserAgent: "test"})
	tokens, account, err := c.service.SignIn(ctx, " Ivanova", password)
	require.NoError(t, err)
	require.Equal(t, a.ID, account.ID)
	require.Len(t, account.Edges.Roles, 1)
	require.Equal(t, c.pfr.ID, account.Edges.Roles[0].Edges.Agency.ID)
	require.True(t, strings.HasPrefix(tokens.AccessToken, "eka_"))
	require.True(t, strings.HasPrefix(tokens.RefreshToken, "ekr_"))
	require.Equal(t, c.clock.Now().Add(15*time.Minute), tokens.AccessExpiresAt)
	require.Equal(t, c.clock.Now().Add(30*24*time.Hour), tokens.RefreshExpiresAt)

	v, err := c.service.Authenticate(ctx, tokens.AccessToken)
	require.NoError(t, err)
	require.Equal(t, viewer.Account, v.Kind)
	require.Equal(t, a.ID, v.AccountID)
	require.Equal(t, "192.0.2.1", v.Address)
	require.Equal(t, []viewer.Grant{{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID, Line: 2}}, v.Grants)

	sessions, err := c.service.Sessions(viewer.With(t.Context(), v))
	require.NoError(t, err)
	require.Len(t, sessions, 1)
	require.Equal(t, v.SessionID, sessions[0].ID)
	require.Equal(t, "test", sessions[0].UserAgent)
	require.NotEqual(t, []byte(tokens.AccessToken), sessions[0].AccessHash)
	require.Equal(t, 1, c.audited("session.open", a.ID))
	require.NotNil(t, c.core.Client.Account.GetX(c.system, a.ID).LastSignInAt)
}

func TestWrongTokensOpenNothing(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	tokens := c.signIn("ivanova")
	unknown, _ := access.NewToken(access.AccessPrefix)
	citizen, _ := access.NewToken(access.CitizenPrefix)
	for _, token := range []string{
		"", "eka_", unknown, citizen, tokens.RefreshToken, tokens.AccessToken + "A", tokens.AccessToken[:40],
		"Bearer " + tokens.AccessToken, strings.ToUpper(tokens.AccessToken), strings.Repeat("x", 1<<20), "eka_\x00\xff",
	} {
		_, err := c.service.Authenticate(t.Context(), token)
		c.refused(fail.Unauthenticated, err)
		_, _, err = c.service.Refresh(t.Context(), token)
		if token != tokens.RefreshToken {
			c.refused(fail.Unauthenticated, err)
		}
	}
}

func TestRefusalsDoNotTellWhy(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	gone := c.add("petrova")
	off := false
	_, err := c.service.UpdateAccount(c.system, gone.ID, access.AccountChange{Active: &off})
	c.refused(fail.Conflict, err) // there is no administrator yet
	c.add("admin", access.NewRole{Role: viewer.Administrator})
	_, err = c.service.UpdateAccount(c.system, gone.ID, access.AccountChange{Active: &off})
	require.NoError(t, err)
	messages := map[string]bool{}
	for login, secret := range map[string]string{
		"ivanova": wrong, "nobody": password, "petrova": password, "": password, "x'; drop table accounts": password,
		"ivanova\x00": password, "admin": strings.Repeat("x", 1<<20), strings.Repeat("a", 1<<20): password, "IVANOVA": "\xff\xfe",
	} {
		_, account, err := c.service.SignIn(t.Context(), login, secret)
		c.refused(fail.Unauthenticated, err)
		require.Nil(t, account)
		messages[err.Error()] = true
	}
	require.Len(t, messages, 1)
	require.Equal(t, 1, c.audited("session.refused", gone.ID))
}

func TestGuessingLocksTheAccountForATime(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	for range 4 {
		_, _, err := c.service.SignIn(t.Context(), "ivanova", wrong)
		c.refused(fail.Unauthenticated, err)
	}
	c.signIn("ivanova") // success begins the count anew
	for range 5 {
		_, _, err := c.service.SignIn(t.Context(), "ivanova", wrong)
		c.refused(fail.Unauthenticated, err)
	}
	require.Equal(t, 1, c.audited("account.lock", a.ID))
	_, _, err := c.service.SignIn(t.Context(), "ivanova", password)
	c.refused(fail.Unauthenticated, err)
	c.clock.pass(15*time.Minute - time.Second)
	_, _, err = c.service.SignIn(t.Context(), "ivanova", password)
	c.refused(fail.Unauthenticated, err)
	require.Equal(t, 1, c.audited("account.lock", a.ID), "trying a locked account does not lock it longer")
	c.clock.pass(time.Second)
	c.signIn("ivanova")
	require.Nil(t, c.core.Client.Account.GetX(c.system, a.ID).LockedUntil)
}

// Whoever knows a login must not be able to keep its owner out.
func TestALockDoesNotHoldWhereTheAccountSignsIn(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	try := func(address, secret string) error {
		_, _, err := c.service.SignIn(viewer.With(t.Context(), viewer.Viewer{Address: address}), "ivanova", secret)
		return err
	}
	const office, neighbour, home, attacker = "2001:db8:1:1::5", "2001:db8:1:1::6", "192.0.2.1", "203.0.113.9"
	require.NoError(t, try(office, password))
	for range 5 {
		c.refused(fail.Unauthenticated, try(attacker, wrong))
	}
	require.Equal(t, 1, c.audited("account.lock", a.ID))
	c.refused(fail.Unauthenticated, try(attacker, password))
	c.refused(fail.Unauthenticated, try(home, password))
	require.NoError(t, try(office, password))
	require.NoError(t, try(neighbour, password), "the same network")
	c.refused(fail.Unauthenticated, try(attacker, password))
	for range 5 {
		c.refused(fail.Unauthenticated, try(office, wrong))
	}
	c.refused(fail.Unauthenticated, try(office, password))
	require.Equal(t, 1, c.audited("account.lock", a.ID))
	c.clock.pass(15 * time.Minute)
	require.NoError(t, try(home, password))
	require.NoError(t, try(attacker, password))
}

func TestGuessesAtOnceAllCount(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) {
		o.Failures = ratelimit.New(ratelimit.Options{Every: time.Second, Burst: 1000})
	})
	a := c.add("ivanova")
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { _, _, _ = c.service.SignIn(t.Context(), "ivanova", wrong) })
	}
	group.Wait()
	_, _, err := c.service.SignIn(t.Context(), "ivanova", password)
	c.refused(fail.Unauthenticated, err)
	require.Equal(t, 1, c.audited("account.lock", a.ID))
	require.Equal(t, 11, c.audited("session.refused", a.ID))
}

func TestFailuresOfAnAddressAreLimited(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) {
		o.Failures = ratelimit.New(ratelimit.Options{Every: time.Minute, Burst: 3, Clock: o.Clock})
	})
	c.add("ivanova")
	from := func(address string) context.Context {
		return viewer.With(t.Context(), viewer.Viewer{Address: address})
	}
	for range 20 { // successes cost nothing
		_, _, err := c.service.SignIn(from("192.0.2.1"), "ivanova", password)
		require.NoError(t, err)
	}
	for i := range 3 {
		_, _, err := c.service.SignIn(from("192.0.2.1"), fmt.Sprintf("guess%d", i), wrong)
		c.refused(fail.Unauthenticated, err)
	}
	_, _, err := c.service.SignIn(from("192.0.2.1"), "ivanova", password)
	c.refused(fail.RateLimited, err)
	_, _, err = c.service.SignIn(from("192.0.2.2"), "ivanova", password)
	require.NoError(t, err)
	c.clock.pass(time.Minute)
	_, _, err = c.service.SignIn(from("192.0.2.1"), "ivanova", password)
	require.NoError(t, err)
}

func TestManySignInsAtOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	for i := range 20 {
		c.add(fmt.Sprintf("operator%d", i))
	}
	var failed atomic.Int32
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			if _, _, err := c.service.SignIn(t.Context(), fmt.Sprintf("operator%d", i%20), password); err != nil {
				failed.Add(1)
			}
		})
	}
	group.Wait()
	require.Zero(t, failed.Load())
}

func TestOutdatedHashIsReplacedOnSignIn(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	before := c.core.Client.Account.GetX(c.system, a.ID).PasswordHash
	require.Contains(t, before, "$argon2id$v=19$m=64,t=1,p=1$")
	c.signIn("ivanova")
	require.Equal(t, before, c.core.Client.Account.GetX(c.system, a.ID).PasswordHash, "an up-to-date hash stays")

	stronger, err := access.New(c.core.Client, directStore{c.core.Client}, access.Options{Clock: c.clock.Now})
	require.NoError(t, err)
	_, _, err = stronger.SignIn(t.Context(), "ivanova", wrong)
	c.refused(fail.Unauthenticated, err)
	require.Equal(t, before, c.core.Client.Account.GetX(c.system, a.ID).PasswordHash)
	_, _, err = stronger.SignIn(t.Context(), "ivanova", password)
	require.NoError(t, err)
	after := c.core.Client.Account.GetX(c.system, a.ID).PasswordHash
	require.Contains(t, after, "$argon2id$v=19$m=19456,t=2,p=1$", "the costs that OWASP recommends")
	_, _, err = stronger.SignIn(t.Context(), "ivanova", password)
	require.NoError(t, err)
}

// directStore is a store without an event log.
type directStore struct{ client *ent.Client }

func (s directStore) InTx(ctx context.Context, work func(context.Context, *ent.Tx) error) error {
	tx, err := s.client.Tx(ctx)
	if err != nil {
		return err
	}
	if err := work(ctx, tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
