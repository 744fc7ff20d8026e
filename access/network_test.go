package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
)

// from is a context whose viewer comes from the address.
func (c *centre) from(address string) context.Context {
	return viewer.With(c.t.Context(), viewer.Viewer{Address: address})
}

func TestOperatorsComeFromTheirNetworks(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.CacheTTL = -1 })
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	c.add("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	c.add("supervisor", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	c.add("other", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	in, out := "10.1.2.3", "198.51.100.9"
	tokens, _, err := c.service.SignIn(c.from(out), "operator", password)
	require.NoError(t, err)
	outside, err := c.service.Authenticate(c.from(out), tokens.AccessToken)
	require.NoError(t, err)

	_, err = c.service.AddAgencyNetwork(root, c.pfr.ID, "10.1.0.0/16", "ведомственная сеть")
	require.NoError(t, err)
	added, err := c.service.AddAgencyNetwork(root, c.pfr.ID, "2001:db8::/48", "")
	require.NoError(t, err)
	_, err = c.service.Authenticate(c.from(out), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.Authenticate(c.from(out), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	require.Equal(t, 1, c.audited("token.stray", outside.AccountID), "once a minute")
	_, ended, err := c.service.RenewAll(t.Context(), []access.Held{{Viewer: outside}})
	require.NoError(t, err)
	require.Error(t, ended[0], "an open connection ends")
	for range 3 {
		_, _, err = c.service.Refresh(c.from(out), tokens.RefreshToken)
		c.refused(fail.Unauthenticated, err)
	}
	require.Equal(t, 2, c.audited("token.stray", outside.AccountID), "the other token, once a minute too")
	_, err = c.service.Authenticate(c.from(in), tokens.AccessToken)
	require.NoError(t, err)
	for _, one := range []struct {
		login, address string
		ok             bool
	}{
		{"operator", out, false},
		{"operator", in, true},
		{"operator", "::ffff:10.1.2.3", true},
		{"operator", "2001:db8::7", true},
		{"operator", "10.2.0.1", false},
		{"operator", "", false},
		{"operator", "10.1.2.3, 1.1.1.1", false},
		{"supervisor", out, true},
		{"other", out, true},
	} {
		_, _, err := c.service.SignIn(c.from(one.address), one.login, password)
		require.Equal(t, one.ok, err == nil, "%s from %s: %v", one.login, one.address, err)
		if err != nil {
			_, _, err2 := c.service.SignIn(c.from(one.address), one.login, wrong)
			require.Equal(t, err2.Error(), err.Error(), "the answer does not tell that the password was right")
		}
	}
	require.NoError(t, c.service.RemoveAgencyNetwork(root, added.ID))
	_, _, err = c.service.SignIn(c.from("2001:db8::7"), "operator", password)
	c.refused(fail.Unauthenticated, err)
}

func TestWhoRulesNetworks(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	region := c.login("region", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID, RegionID: c.kazan.ID})
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	other := c.login("other", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.mse.ID})
	added, err := c.service.AddAgencyNetwork(segment, c.pfr.ID, "10.1.2.3", "")
	require.NoError(t, err)
	require.Equal(t, "10.1.2.3/32", added.Network)
	for name, ctx := range map[string]context.Context{"a region's": region, "another agency's": other} {
		_, err := c.service.AddAgencyNetwork(ctx, c.pfr.ID, "10.2.0.0/16", "")
		require.Equal(t, fail.Forbidden, fail.CodeOf(err), name)
		_, err = c.service.AgencyNetworks(ctx, c.pfr.ID)
		require.Equal(t, fail.Forbidden, fail.CodeOf(err), name)
		require.Equal(t, fail.NotFound, fail.CodeOf(c.service.RemoveAgencyNetwork(ctx, added.ID)), name)
	}
	for _, network := range []string{"", "x", "10.1.2.3/33", "0.0.0.0/0", "::/0", "fe80::1%eth0", "::ffff:10.0.0.0/104", "10.1.2.3\x00"} {
		_, err := c.service.AddAgencyNetwork(segment, c.pfr.ID, network, "")
		require.Equal(t, fail.Invalid, fail.CodeOf(err), network)
	}
	_, err = c.service.AddAgencyNetwork(segment, c.pfr.ID, "10.1.2.3/32", "")
	c.refused(fail.Conflict, err)
	list, err := c.service.AgencyNetworks(segment, c.pfr.ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, 1, c.audited("agency_network.add", c.pfr.ID))
	require.NoError(t, c.service.RemoveAgencyNetwork(segment, added.ID))
	require.Equal(t, 1, c.audited("agency_network.remove", c.pfr.ID))
}

func TestATokenIsBoundToACertificate(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.CacheTTL = -1 })
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	a := c.add("ivanov", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	tokens := c.signIn("ivanov")
	_, err := c.service.BindCertificate(root, a.ID, "CN=ivanov,O=SFR")
	require.NoError(t, err)
	_, err = c.service.BindCertificate(root, viewer.From(root).AccountID, "CN=root")
	c.refused(fail.Forbidden, err)
	_, err = c.service.BindCertificate(root, a.ID, "nonsense")
	c.refused(fail.Invalid, err)
	for certificate, ok := range map[string]bool{"": false, "CN=petrov,O=SFR": false, "CN=ivanov,O=SFR": true} {
		ctx := viewer.With(t.Context(), viewer.Viewer{Certificate: certificate})
		_, err := c.service.Authenticate(ctx, tokens.AccessToken)
		require.Equal(t, ok, err == nil, certificate)
		_, _, err = c.service.SignIn(ctx, "ivanov", password)
		require.Equal(t, ok, err == nil, certificate)
	}
	require.Equal(t, 1, c.audited("account.bind_certificate", a.ID))
}

func TestSessionsOfOthers(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	a := c.add("ivanov", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	first, second, third := c.signIn("ivanov"), c.signIn("ivanov"), c.signIn("ivanov")
	mine := c.as(first.AccessToken)
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	other := c.login("other", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.mse.ID})
	supervisor := c.login("supervisor", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	held, err := c.service.SessionsOf(segment, a.ID)
	require.NoError(t, err)
	require.Len(t, held, 3)
	_, err = c.service.SessionsOf(other, a.ID)
	c.refused(fail.NotFound, err)
	_, err = c.service.SessionsOf(supervisor, a.ID)
	c.refused(fail.Forbidden, err)
	for _, ctx := range []context.Context{other, supervisor} {
		_, err = c.service.RevokeSession(ctx, held[0].ID)
		c.refused(fail.NotFound, err)
	}
	secondID := viewer.From(c.as(second.AccessToken)).SessionID
	closed, err := c.service.RevokeSession(segment, secondID)
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	_, err = c.service.RevokeSession(mine, secondID)
	c.refused(fail.NotFound, err)
	_, err = c.service.Authenticate(t.Context(), second.AccessToken)
	c.refused(fail.Unauthenticated, err)
	closed, err = c.service.SignOutOthers(mine)
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	_, err = c.service.Authenticate(t.Context(), third.AccessToken)
	c.refused(fail.Unauthenticated, err)
	c.as(first.AccessToken)
	_, err = c.service.RevokeSessionsOf(other, a.ID)
	c.refused(fail.NotFound, err)
	closed, err = c.service.RevokeSessionsOf(segment, a.ID)
	require.NoError(t, err)
	require.Equal(t, 1, closed)
	_, err = c.service.Authenticate(t.Context(), first.AccessToken)
	c.refused(fail.Unauthenticated, err)
}
