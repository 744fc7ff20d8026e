package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
)

// A flood of tokens from one address is not looked at beyond its share, and what comes after it is.
func TestAFloodOfTokensIsNotLookedAt(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	ctx := viewer.With(t.Context(), viewer.Viewer{Address: "192.0.2.1"})
	tokens, _, err := c.service.SignIn(ctx, "ivanova", password)
	require.NoError(t, err)
	v, err := c.service.Authenticate(ctx, tokens.AccessToken)
	require.NoError(t, err)
	_, err = c.service.SignOut(viewer.With(t.Context(), v))
	require.NoError(t, err)
	reasons := func() (all []string) {
		for _, e := range c.core.Client.AuditEntry.Query().Where(auditentry.Action("token.refused")).Order(ent.Asc(auditentry.FieldID)).AllX(c.system) {
			all = append(all, e.Detail["reason"])
		}
		return all
	}
	for range 10 {
		guess, _ := access.NewToken(access.AccessPrefix)
		require.NoError(t, c.service.RefusedToken(ctx, guess))
	}
	require.Equal(t, []string{"unknown"}, reasons())
	require.NoError(t, c.service.RefusedToken(ctx, tokens.AccessToken))
	require.Equal(t, []string{"unknown"}, reasons(), "the flood goes on")
	elsewhere := viewer.With(t.Context(), viewer.Viewer{Address: "192.0.2.2"})
	require.NoError(t, c.service.RefusedToken(elsewhere, tokens.AccessToken))
	require.Equal(t, []string{"unknown", "withdrawn"}, reasons(), "another address has its own share")
	c.clock.pass(time.Second)
	require.NoError(t, c.service.RefusedToken(ctx, tokens.AccessToken))
	require.Equal(t, []string{"unknown", "withdrawn", "withdrawn"}, reasons())
}

// Addresses of one subscriber of IPv6 are one.
func TestRefusalsOfASubscriberAreOne(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	for _, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"} {
		require.NoError(t, c.service.Refused(viewer.With(t.Context(), viewer.Viewer{Address: address}), "Query.node", "NOT_FOUND"))
	}
	require.Equal(t, 2, c.core.Client.AuditEntry.Query().Where(auditentry.Action("request.refused")).CountX(c.system))
}
