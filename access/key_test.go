package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
)

func (c *centre) newKey(actions ...access.Action) access.NewKey {
	return access.NewKey{
		Name: "сводка", AgencyID: c.pfr.ID, Actions: actions, ExpiresAt: c.clock.Now().Add(30 * 24 * time.Hour),
	}
}

func TestAKeyDoesWhatItWasGiven(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	key, secret, err := c.service.CreateKey(segment, c.newKey(access.ReadQuality))
	require.NoError(t, err)
	require.Equal(t, secret[:10], key.Hint)
	require.NotContains(t, string(key.Hash), secret)
	ctx := viewer.With(t.Context(), viewer.Viewer{Address: "192.0.2.7"})
	v, err := c.service.Authenticate(ctx, secret)
	require.NoError(t, err)
	require.Equal(t, viewer.Key, v.Kind)
	as := viewer.With(t.Context(), v)
	pfr, mse := viewer.Scope{AgencyID: c.pfr.ID, RegionID: c.kazan.ID}, viewer.Scope{AgencyID: c.mse.ID}
	require.NoError(t, access.Check(as, access.ReadQuality, pfr))
	require.NoError(t, access.Check(as, access.ReadQuality, access.Anywhere))
	require.Error(t, access.Check(as, access.ReadQuality, mse))
	for _, action := range access.Actions() {
		if action != access.ReadQuality && action != access.StartChat {
			require.Error(t, access.CheckObject(as, action, access.Object{Scope: pfr, Own: true}), action)
		}
	}
	used := c.core.Client.APIKey.GetX(c.system, key.ID)
	require.Equal(t, "192.0.2.7", used.LastAddress)
	require.Equal(t, used.LastUsedAt.Truncate(time.Minute), *used.LastUsedAt)
	require.Equal(t, 1, c.audited("api_key.create", key.ID))
	for _, stolen := range []string{secret[:len(secret)-1], secret + "A", access.KeyPrefix, key.Hint, "eka_" + secret[4:]} {
		_, err := c.service.Authenticate(ctx, stolen)
		c.refused(fail.Unauthenticated, err)
	}
}

func TestKeysAreRotatedAndRevoked(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(o *access.Options) { o.CacheTTL = -1 })
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	key, first, err := c.service.CreateKey(root, c.newKey(access.ReadQuality))
	require.NoError(t, err)
	open := func(secret string) bool {
		_, err := c.service.Authenticate(t.Context(), secret)
		held := access.Held{Viewer: viewer.Viewer{Kind: viewer.Key, KeyID: key.ID}, TokenHash: access.HashToken(secret)}
		_, ended, err2 := c.service.RenewAll(t.Context(), []access.Held{held})
		require.NoError(t, err2)
		require.Equal(t, err == nil, ended[0] == nil, "an open connection goes by the same rule")
		return err == nil
	}
	_, second, err := c.service.RotateKey(root, key.ID, time.Hour)
	require.NoError(t, err)
	require.True(t, open(first))
	require.True(t, open(second))
	_, third, err := c.service.RotateKey(root, key.ID, 2*time.Hour)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true, true}, []bool{open(first), open(second), open(third)})
	c.clock.pass(2*time.Hour + time.Second)
	require.Equal(t, []bool{false, true}, []bool{open(second), open(third)})
	_, fourth, err := c.service.RotateKey(root, key.ID, 0)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, []bool{open(third), open(fourth)})
	c.clock.pass(31 * 24 * time.Hour)
	require.False(t, open(fourth), "expired")
	_, _, err = c.service.RotateKey(root, key.ID, 0)
	c.refused(fail.Conflict, err)

	key, first, err = c.service.CreateKey(root, c.newKey(access.ReadQuality))
	require.NoError(t, err)
	require.True(t, open(first))
	_, err = c.service.RevokeKey(root, key.ID)
	require.NoError(t, err)
	require.False(t, open(first))
	_, err = c.service.RevokeKey(root, key.ID)
	c.refused(fail.Conflict, err)
	require.Equal(t, 1, c.audited("api_key.revoke", key.ID))
}

func TestWhoMakesKeysOfWhat(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	soon := c.clock.Now().Add(10 * 24 * time.Hour)
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID, RegionID: c.kazan.ID, ValidTo: &soon})
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	root := c.login("root", access.NewRole{Role: viewer.Administrator})
	good := c.newKey(access.ReadQuality)
	good.RegionID, good.ExpiresAt = c.kazan.ID, soon
	mine, _, err := c.service.CreateKey(segment, good)
	require.NoError(t, err)
	for name, one := range map[string]struct {
		change func(*access.NewKey)
		code   fail.Code
	}{
		"another region":    {func(n *access.NewKey) { n.RegionID = c.moscow.ID }, fail.Forbidden},
		"every region":      {func(n *access.NewKey) { n.RegionID = "" }, fail.Forbidden},
		"another agency":    {func(n *access.NewKey) { n.AgencyID = c.mse.ID }, fail.Forbidden},
		"the whole centre":  {func(n *access.NewKey) { n.AgencyID = "" }, fail.Forbidden},
		"longer":            {func(n *access.NewKey) { n.ExpiresAt = soon.Add(time.Hour) }, fail.Forbidden},
		"two years":         {func(n *access.NewKey) { n.ExpiresAt = soon.AddDate(2, 0, 0) }, fail.Invalid},
		"in the past":       {func(n *access.NewKey) { n.ExpiresAt = soon.AddDate(-1, 0, 0) }, fail.Invalid},
		"no action":         {func(n *access.NewKey) { n.Actions = nil }, fail.Invalid},
		"not for keys":      {func(n *access.NewKey) { n.Actions = []access.Action{access.ReadPersonalData} }, fail.Invalid},
		"administration":    {func(n *access.NewKey) { n.Actions = []access.Action{access.ManageAccounts} }, fail.Invalid},
		"an invented right": {func(n *access.NewKey) { n.Actions = []access.Action{"x"} }, fail.Invalid},
		"no name":           {func(n *access.NewKey) { n.Name = " " }, fail.Invalid},
	} {
		n := good
		one.change(&n)
		_, _, err := c.service.CreateKey(segment, n)
		require.Equal(t, one.code, fail.CodeOf(err), "%s: %v", name, err)
	}
	_, _, err = c.service.CreateKey(operator, good)
	c.refused(fail.Forbidden, err)
	foreign, secret, err := c.service.CreateKey(root, access.NewKey{
		Name: "x", AgencyID: c.mse.ID, Actions: []access.Action{access.SearchBase}, ExpiresAt: soon, CertificateSubject: "CN=report",
	})
	require.NoError(t, err)
	_, err = c.service.RevokeKey(segment, foreign.ID)
	c.refused(fail.NotFound, err)
	_, _, err = c.service.RotateKey(operator, mine.ID, 0)
	c.refused(fail.Forbidden, err)
	q, err := c.service.Keys(segment)
	require.NoError(t, err)
	require.Equal(t, []string{mine.ID}, q.IDsX(segment))
	_, err = c.service.Keys(operator)
	c.refused(fail.Forbidden, err)

	_, err = c.service.Authenticate(t.Context(), secret)
	c.refused(fail.Unauthenticated, err) // without its certificate
	require.Equal(t, 1, c.audited("token.stray", foreign.ID))
	_, err = c.service.Authenticate(viewer.With(t.Context(), viewer.Viewer{Certificate: "CN=report"}), secret)
	require.NoError(t, err)
}
