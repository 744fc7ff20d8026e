package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/interaction"
	"ekc/internal/fail"
)

func TestAccessTokenEnds(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	tokens := c.signIn("ivanova")
	c.clock.pass(15*time.Minute - time.Microsecond)
	c.as(tokens.AccessToken)
	c.clock.pass(2 * time.Second)
	_, err := c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
}

// A connection must not outlive the token that opened it, or a token found once would be good for a month.
func TestConnectionEndsWithItsAccessToken(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	tokens := c.signIn("ivanova")
	v := viewer.From(c.as(tokens.AccessToken))
	ended := func(v viewer.Viewer) error {
		fresh, errs, err := c.service.RenewAll(t.Context(), []access.Held{{Viewer: v}})
		require.NoError(t, err)
		require.Equal(t, v.SessionID, fresh[0].SessionID)
		return errs[0]
	}
	require.NoError(t, ended(v))
	c.clock.pass(14 * time.Minute)
	second, _, err := c.service.Refresh(t.Context(), tokens.RefreshToken)
	require.NoError(t, err)
	require.NoError(t, ended(v), "a refresh leaves the time to connect anew")
	c.clock.pass(time.Minute)
	c.refused(fail.Unauthenticated, ended(v))
	require.NoError(t, ended(viewer.From(c.as(second.AccessToken))))
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	first := c.signIn("ivanova")
	c.clock.pass(20 * time.Minute)
	second, account, err := c.service.Refresh(t.Context(), first.RefreshToken)
	require.NoError(t, err)
	require.Equal(t, a.ID, account.ID)
	require.NotEqual(t, first.RefreshToken, second.RefreshToken)
	require.Equal(t, c.clock.Now().Add(30*24*time.Hour), second.RefreshExpiresAt)
	c.as(second.AccessToken)
	_, err = c.service.Authenticate(t.Context(), first.AccessToken)
	c.refused(fail.Unauthenticated, err)
}

func TestUsedRefreshTokenClosesTheSession(t *testing.T) {
	t.Parallel()
	for generations := 1; generations <= 3; generations++ {
		c := newCentre(t)
		a := c.add("ivanova")
		stolen, other := c.signIn("ivanova"), c.signIn("ivanova")
		last := stolen
		for range generations {
			var err error
			last, _, err = c.service.Refresh(t.Context(), last.RefreshToken)
			require.NoError(t, err)
		}
		c.as(last.AccessToken)
		_, _, err := c.service.Refresh(t.Context(), stolen.RefreshToken)
		c.refused(fail.Unauthenticated, err)
		_, err = c.service.Authenticate(t.Context(), last.AccessToken)
		c.refused(fail.Unauthenticated, err)
		_, _, err = c.service.Refresh(t.Context(), last.RefreshToken)
		c.refused(fail.Unauthenticated, err)
		require.Equal(t, 1, c.audited("session.theft", a.ID))
		c.as(other.AccessToken) // other sessions stay open
	}
}

func TestRefreshEndsWithTheSession(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	tokens := c.signIn("ivanova")
	c.clock.pass(30 * 24 * time.Hour)
	_, _, err := c.service.Refresh(t.Context(), tokens.RefreshToken)
	c.refused(fail.Unauthenticated, err)
	removed, err := c.service.Sweep(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Zero(t, removed)
	c.clock.pass(2 * time.Hour)
	removed, err = c.service.Sweep(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, removed)
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	one, two, three := c.signIn("ivanova"), c.signIn("ivanova"), c.signIn("ivanova")
	ctx := c.as(one.AccessToken)
	closed, err := c.service.SignOut(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	_, err = c.service.Authenticate(t.Context(), one.AccessToken)
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.Refresh(t.Context(), one.RefreshToken)
	c.refused(fail.Unauthenticated, err)

	closed, err = c.service.SignOutEverywhere(c.as(two.AccessToken))
	require.NoError(t, err)
	require.Equal(t, 2, closed)
	for _, tokens := range []access.Tokens{two, three} {
		_, err := c.service.Authenticate(t.Context(), tokens.AccessToken)
		c.refused(fail.Unauthenticated, err)
	}
	require.Equal(t, 1, c.audited("session.close", a.ID))
	require.Equal(t, 1, c.audited("session.close_all", a.ID))
	_, err = c.service.SignOut(t.Context())
	c.refused(fail.Unauthenticated, err)
}

// Another node revokes: this one notices as soon as its memory ends.
func TestRevocationOnAnotherNodeIsNoticed(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	other, err := access.New(c.core.Client, directStore{c.core.Client}, access.Options{Clock: c.clock.Now, Hash: cheap})
	require.NoError(t, err)
	tokens := c.signIn("ivanova")
	ctx := c.as(tokens.AccessToken)
	_, err = other.SignOutEverywhere(ctx)
	require.NoError(t, err)
	c.clock.pass(time.Second)
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
}

func TestOldestSessionGivesWay(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.MaxSessions = 2 })
	c.add("ivanova")
	first := c.signIn("ivanova")
	c.clock.pass(time.Second)
	second := c.signIn("ivanova")
	c.clock.pass(time.Second)
	third := c.signIn("ivanova")
	_, err := c.service.Authenticate(t.Context(), first.AccessToken)
	c.refused(fail.Unauthenticated, err)
	c.as(second.AccessToken)
	c.as(third.AccessToken)
}

func TestGrantsAreThoseInForce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	from, to := c.clock.Now().Add(time.Hour), c.clock.Now().Add(2*time.Hour)
	c.add("ivanova", access.NewRole{Role: viewer.Operator, ValidTo: &from},
		access.NewRole{Role: viewer.Supervisor, AgencyID: c.mse.ID, ValidFrom: &from, ValidTo: &to})
	roles := func() []viewer.Role {
		v, err := c.service.Authenticate(t.Context(), c.signIn("ivanova").AccessToken)
		require.NoError(t, err)
		held := make([]viewer.Role, len(v.Grants))
		for i, g := range v.Grants {
			held[i] = g.Role
		}
		return held
	}
	require.Equal(t, []viewer.Role{viewer.Operator}, roles())
	c.clock.pass(time.Hour)
	require.Equal(t, []viewer.Role{viewer.Supervisor}, roles())
	c.clock.pass(time.Hour)
	require.Empty(t, roles())
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	here, there := c.signIn("ivanova"), c.signIn("ivanova")
	ctx := c.as(here.AccessToken)
	_, err := c.service.ChangePassword(ctx, password, "short")
	c.refused(fail.Invalid, err)
	_, err = c.service.ChangePassword(ctx, wrong, "совсем другой пароль")
	c.refused(fail.Forbidden, err)
	closed, err := c.service.ChangePassword(ctx, password, "совсем другой пароль")
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	c.as(here.AccessToken)
	_, err = c.service.Authenticate(t.Context(), there.AccessToken)
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.SignIn(t.Context(), "ivanova", password)
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.SignIn(t.Context(), "ivanova", "совсем другой пароль")
	require.NoError(t, err)
	require.Equal(t, 1, c.audited("password.change", a.ID))
	_, err = c.service.ChangePassword(t.Context(), password, "совсем другой пароль")
	c.refused(fail.Unauthenticated, err)
}

func TestStolenTokenCannotGuessThePassword(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	ctx := c.as(c.signIn("ivanova").AccessToken)
	for range 5 {
		_, err := c.service.ChangePassword(ctx, wrong, "совсем другой пароль")
		c.refused(fail.Forbidden, err)
	}
	_, err := c.service.ChangePassword(ctx, password, "совсем другой пароль")
	c.refused(fail.Forbidden, err)
	require.Equal(t, 1, c.audited("account.lock", a.ID))
}

func TestCitizenToken(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	token, hash := access.NewToken(access.CitizenPrefix)
	person := c.core.Client.Citizen.Create().SaveX(c.system)
	i := c.core.Client.Interaction.Create().SetChannel(interaction.ChannelChat).SetCitizenID(person.ID).
		SetTokenHash(hash).SaveX(c.system)
	v, err := c.service.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, viewer.Viewer{Kind: viewer.Citizen, InteractionID: i.ID}, v)
	_, err = c.service.SignOut(viewer.With(t.Context(), v))
	c.refused(fail.Unauthenticated, err)

	i.Update().SetClosedAt(c.clock.Now()).ExecX(c.system)
	c.clock.pass(30*24*time.Hour - time.Second)
	_, err = c.service.Authenticate(t.Context(), token)
	require.NoError(t, err, "the citizen may still read and rate")
	c.clock.pass(2 * time.Second)
	_, err = c.service.Authenticate(t.Context(), token)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.Renew(t.Context(), v)
	c.refused(fail.Unauthenticated, err)
}

func TestRenewFollowsRightsAndEndsWithTheSession(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanova")
	ctx := c.as(c.signIn("ivanova").AccessToken)
	v := viewer.From(ctx)
	v.Address = "192.0.2.1"
	_, err := c.service.GrantRole(c.system, a.ID, access.NewRole{Role: viewer.Operator})
	require.NoError(t, err)
	c.clock.pass(time.Hour) // longer than the access token: the connection lives as long as the session
	fresh, err := c.service.Renew(t.Context(), v)
	require.NoError(t, err)
	require.Len(t, fresh.Grants, 1)
	require.Equal(t, "192.0.2.1", fresh.Address)
	_, err = c.service.SignOut(ctx)
	require.NoError(t, err)
	_, err = c.service.Renew(t.Context(), v)
	c.refused(fail.Unauthenticated, err)
	nobody, err := c.service.Renew(context.Background(), viewer.Viewer{})
	require.NoError(t, err)
	require.Equal(t, viewer.Viewer{}, nobody)
}
