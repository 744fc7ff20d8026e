package access_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/roleassignment"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/fail"
)

const (
	password = "жили-были дед да баба"
	wrong    = "ели кашу с молоком"
)

// cheap keeps the tests quick; the default costs are tested by themselves.
var cheap = access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}

// clock is moved by the tests. It begins at the present, because conditions in the policies go by the real time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// centre is a service on a database of its own, with two agencies and two regions.
type centre struct {
	t       *testing.T
	core    *database.Core
	service *access.Service
	clock   *clock
	system  context.Context //nolint:containedctx // the test's own

	pfr, mse      *ent.Agency
	moscow, kazan *ent.Region
	deactivated   []string
}

func newCentre(t *testing.T, change ...func(*access.Options)) *centre {
	t.Helper()
	core, log := coretest.New(t)
	c := &centre{t: t, core: core, clock: &clock{now: time.Now().UTC().Truncate(time.Microsecond)}}
	c.system = viewer.AsSystem(t.Context())
	o := access.Options{Clock: c.clock.Now, Hash: cheap, OnDeactivate: func(_ context.Context, _ *ent.Tx, id string) error {
		c.deactivated = append(c.deactivated, id)
		return nil
	}}
	for _, f := range change {
		f(&o)
	}
	var err error
	c.service, err = access.New(core.Client, log, o)
	require.NoError(t, err)
	c.pfr = core.Client.Agency.Create().SetCode("PFR").SetName("a").SetShortName("a").SaveX(c.system)
	c.mse = core.Client.Agency.Create().SetCode("MSE").SetName("b").SetShortName("b").SaveX(c.system)
	c.moscow = core.Client.Region.Create().SetCode("77").SetName("m").SetTimeZone("Europe/Moscow").SaveX(c.system)
	c.kazan = core.Client.Region.Create().SetCode("16").SetName("k").SetTimeZone("Europe/Moscow").SaveX(c.system)
	return c
}

// add makes an account with the roles.
func (c *centre) add(login string, roles ...access.NewRole) *ent.Account {
	c.t.Helper()
	a, err := c.service.AddAccount(c.t.Context(), access.NewAccount{Login: login, DisplayName: login, Password: password})
	require.NoError(c.t, err)
	for _, r := range roles {
		_, err := c.service.GrantRole(c.system, a.ID, r)
		require.NoError(c.t, err)
	}
	return a
}

func (c *centre) signIn(login string) access.Tokens {
	c.t.Helper()
	tokens, _, err := c.service.SignIn(c.t.Context(), login, password)
	require.NoError(c.t, err)
	return tokens
}

// as is a context in which the account acts that the access token belongs to.
func (c *centre) as(accessToken string) context.Context {
	c.t.Helper()
	v, err := c.service.Authenticate(c.t.Context(), accessToken)
	require.NoError(c.t, err)
	return viewer.With(c.t.Context(), v)
}

// login adds an account with the roles and is a context in which it acts.
func (c *centre) login(login string, roles ...access.NewRole) context.Context {
	c.t.Helper()
	c.add(login, roles...)
	return c.as(c.signIn(login).AccessToken)
}

func (c *centre) refused(code fail.Code, err error) {
	c.t.Helper()
	require.Error(c.t, err)
	require.Equal(c.t, code, fail.CodeOf(err), err.Error())
}

func (c *centre) audited(action, objectID string) int {
	c.t.Helper()
	return c.core.Client.AuditEntry.Query().Where(auditentry.Action(action), auditentry.ObjectID(objectID)).CountX(c.system)
}

func (c *centre) roleOf(accountID string, role viewer.Role) string {
	c.t.Helper()
	return c.core.Client.RoleAssignment.Query().Where(roleassignment.AccountID(accountID),
		roleassignment.RoleEQ(roleassignment.Role(role))).OnlyIDX(c.system)
}
