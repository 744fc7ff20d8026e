package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/internal/fail"
)

func ptr[T any](v T) *T { return &v }

func TestAccountIsChecked(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	admin := c.login("admin", access.NewRole{Role: viewer.Administrator})
	good := access.NewAccount{Login: "petrova", DisplayName: "Пётр " + strings.Repeat("ё", 190), Password: password}
	for field, spoil := range map[string]func(*access.NewAccount){
		"login":        func(n *access.NewAccount) { n.Login = "Petrova" },
		"displayName":  func(n *access.NewAccount) { n.DisplayName = "  " },
		"password":     func(n *access.NewAccount) { n.Password = "1234567890" },
		"chatCapacity": func(n *access.NewAccount) { n.ChatCapacity = ptr(21) },
		"role.role":    func(n *access.NewAccount) { n.Role = &access.NewRole{Role: "KING"} },
		"role.line":    func(n *access.NewAccount) { n.Role = &access.NewRole{Role: viewer.Operator, Line: 3} },
		"role.validTo": func(n *access.NewAccount) {
			n.Role = &access.NewRole{Role: viewer.Operator, ValidTo: ptr(c.clock.Now())}
		},
		"role":           func(n *access.NewAccount) { n.Role = &access.NewRole{Role: viewer.Administrator, AgencyID: c.pfr.ID} },
		"role.agencyId":  func(n *access.NewAccount) { n.Role = &access.NewRole{Role: viewer.SegmentAdministrator} },
		"role.agencyId ": func(n *access.NewAccount) { n.Role = &access.NewRole{Role: viewer.Operator, AgencyID: "agn_none"} },
		"role.regionId":  func(n *access.NewAccount) { n.Role = &access.NewRole{Role: viewer.Operator, RegionID: "x\x00"} },
	} {
		n := good
		spoil(&n)
		_, err := c.service.CreateAccount(admin, n)
		failure, ok := fail.As(err)
		require.Truef(t, ok, "%s: %v", field, err)
		require.Equal(t, strings.TrimSpace(field), failure.Field)
	}
	require.Equal(t, 1, c.core.Client.Account.Query().CountX(c.system), "nothing was changed")
	_, err := c.service.CreateAccount(admin, good)
	require.NoError(t, err)
	_, err = c.service.CreateAccount(admin, good)
	c.refused(fail.Conflict, err)
}

func TestOnlyAdministratorsManageAccounts(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	other := c.add("other")
	n := access.NewAccount{Login: "petrova", DisplayName: "P", Password: password, Role: &access.NewRole{Role: viewer.Operator}}
	for login, role := range map[string]viewer.Role{
		"operator": viewer.Operator, "supervisor": viewer.Supervisor, "content": viewer.ContentManager,
		"expert-admin": viewer.ExpertSystemAdministrator, "coordinator": viewer.SegmentCoordinator, "head": viewer.ExpertSystemUser,
	} {
		ctx := c.login(login, access.NewRole{Role: role})
		_, err := c.service.CreateAccount(ctx, n)
		c.refused(fail.Forbidden, err)
		_, err = c.service.UpdateAccount(ctx, other.ID, access.AccountChange{DisplayName: ptr("x")})
		c.refused(fail.Forbidden, err)
		_, err = c.service.GrantRole(ctx, viewer.From(ctx).AccountID, access.NewRole{Role: viewer.Administrator})
		c.refused(fail.Forbidden, err)
		_, err = c.service.RevokeRole(ctx, c.roleOf(viewer.From(ctx).AccountID, role))
		c.refused(fail.Forbidden, err)
	}
	for _, ctx := range []context.Context{t.Context(), viewer.With(t.Context(), viewer.Viewer{Address: "192.0.2.1"})} {
		_, err := c.service.CreateAccount(ctx, n)
		c.refused(fail.Unauthenticated, err)
	}
	citizen := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_x"})
	_, err := c.service.CreateAccount(citizen, n)
	c.refused(fail.Forbidden, err)
}

func TestSegmentAdministratorStaysInside(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID})
	inside := access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID, Line: 2}
	create := func(login string, role *access.NewRole) (*ent.Account, error) {
		return c.service.CreateAccount(segment, access.NewAccount{Login: login, DisplayName: "x", Password: password, Role: role})
	}
	_, err := create("noroles", nil)
	c.refused(fail.Invalid, err)
	for name, role := range map[string]access.NewRole{
		"whole centre":     {Role: viewer.Operator},
		"whole agency":     {Role: viewer.Operator, AgencyID: c.pfr.ID},
		"all of a region":  {Role: viewer.Operator, RegionID: c.moscow.ID},
		"another region":   {Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.kazan.ID},
		"another agency":   {Role: viewer.Operator, AgencyID: c.mse.ID, RegionID: c.moscow.ID},
		"administrator":    {Role: viewer.Administrator},
		"head office":      {Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID, RegionID: c.moscow.ID},
		"wider, as itself": {Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID},
	} {
		_, err := create("outside", &role)
		require.Equal(t, fail.Forbidden, fail.CodeOf(err), name)
	}
	own, err := create("own", &inside)
	require.NoError(t, err)
	for _, role := range []viewer.Role{
		viewer.Supervisor, viewer.ContentManager, viewer.SegmentCoordinator, viewer.ExpertSystemAdministrator, viewer.SegmentAdministrator,
	} {
		_, err := c.service.GrantRole(segment, own.ID, access.NewRole{Role: role, AgencyID: c.pfr.ID, RegionID: c.moscow.ID})
		require.NoError(t, err, role)
	}
	_, err = c.service.GrantRole(segment, viewer.From(segment).AccountID, access.NewRole{Role: viewer.Administrator})
	c.refused(fail.Forbidden, err)

	admin := c.add("admin", access.NewRole{Role: viewer.Administrator})
	foreign := c.add("foreign", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID, RegionID: c.moscow.ID})
	both := c.add("both", inside, access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	empty := c.add("empty")
	for _, a := range []*ent.Account{admin, foreign, both, empty} {
		_, err := c.service.UpdateAccount(segment, a.ID, access.AccountChange{Password: ptr("совсем другой пароль")})
		c.refused(fail.NotFound, err)
		_, err = c.service.UpdateAccount(segment, a.ID, access.AccountChange{Active: ptr(false)})
		c.refused(fail.NotFound, err)
		_, err = c.service.GrantRole(segment, a.ID, inside)
		c.refused(fail.NotFound, err)
	}
	_, err = c.service.UpdateAccount(segment, "acc_none", access.AccountChange{Active: ptr(false)})
	c.refused(fail.NotFound, err)
	_, err = c.service.RevokeRole(segment, c.roleOf(admin.ID, viewer.Administrator))
	c.refused(fail.NotFound, err)
	_, err = c.service.RevokeRole(segment, "rol_none")
	c.refused(fail.NotFound, err)
	q, err := c.service.Accounts(segment, access.AccountFilter{})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"segment", "own"}, q.Select(account.FieldLogin).StringsX(segment))

	head := c.add("head", inside, access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID, RegionID: c.moscow.ID})
	_, err = c.service.UpdateAccount(segment, head.ID, access.AccountChange{Password: ptr("совсем другой пароль")})
	c.refused(fail.Forbidden, err)
}

func TestSegmentAdministratorKeepsAnAccountWithoutRoles(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	role := access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID}
	a := c.add("ivanova", role)
	_, err := c.service.RevokeRole(segment, c.roleOf(a.ID, viewer.Operator))
	require.NoError(t, err)
	_, err = c.service.RevokeRole(segment, c.roleOf(a.ID, viewer.Operator))
	c.refused(fail.Conflict, err)
	c.clock.pass(time.Minute)
	_, err = c.service.GrantRole(segment, a.ID, role)
	require.NoError(t, err)

	moved := c.add("moved", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	_, err = c.service.RevokeRole(c.system, c.roleOf(moved.ID, viewer.Operator))
	require.NoError(t, err)
	c.clock.pass(time.Minute)
	_, err = c.service.GrantRole(segment, moved.ID, role)
	c.refused(fail.NotFound, err) // it came from elsewhere and is of no segment now
	_, err = c.service.GrantRole(c.system, moved.ID, role)
	require.NoError(t, err)
	_, err = c.service.UpdateAccount(segment, moved.ID, access.AccountChange{ChatCapacity: ptr(5)})
	require.NoError(t, err)
}

func TestExpiredSegmentAdministratorManagesNothing(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	end := c.clock.Now().Add(time.Minute)
	a := c.add("ivanova", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	c.add("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID, ValidTo: &end})
	tokens := c.signIn("segment")
	_, err := c.service.UpdateAccount(c.as(tokens.AccessToken), a.ID, access.AccountChange{ChatCapacity: ptr(1)})
	require.NoError(t, err)
	c.clock.pass(time.Minute)
	_, err = c.service.UpdateAccount(c.as(tokens.AccessToken), a.ID, access.AccountChange{ChatCapacity: ptr(2)})
	c.refused(fail.Forbidden, err)
}

func TestDeactivationAndResetCloseSessions(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	admin := c.login("admin", access.NewRole{Role: viewer.Administrator})
	a := c.add("ivanova")
	tokens := c.signIn("ivanova")
	_, err := c.service.UpdateAccount(admin, a.ID, access.AccountChange{Password: ptr("совсем другой пароль")})
	require.NoError(t, err)
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	challenge := c.challenged("ivanova", "совсем другой пароль", access.StepPassword)
	tokens, _, err = c.service.SignInPassword(t.Context(), challenge, password+" снова")
	require.NoError(t, err)
	c.as(tokens.AccessToken)

	got, err := c.service.UpdateAccount(admin, a.ID, access.AccountChange{Active: ptr(false), DisplayName: ptr(" Иванова ")})
	require.NoError(t, err)
	require.Equal(t, "Иванова", got.DisplayName)
	require.Equal(t, []string{a.ID}, c.deactivated)
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err)
	_, _, err = c.service.Refresh(t.Context(), tokens.RefreshToken)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.UpdateAccount(admin, a.ID, access.AccountChange{Active: ptr(true)})
	require.NoError(t, err)
	_, err = c.service.Authenticate(t.Context(), tokens.AccessToken)
	c.refused(fail.Unauthenticated, err) // closed sessions stay closed

	id := viewer.From(admin).AccountID
	_, err = c.service.UpdateAccount(admin, id, access.AccountChange{Active: ptr(false)})
	c.refused(fail.Conflict, err)
	_, err = c.service.UpdateAccount(admin, id, access.AccountChange{Password: ptr("совсем другой пароль")})
	c.refused(fail.Forbidden, err)
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	admin := c.login("admin", access.NewRole{Role: viewer.Administrator})
	a := c.add("ivanova")
	for range 5 {
		_, _, err := c.service.SignIn(t.Context(), "ivanova", wrong)
		c.refused(fail.Unauthenticated, err)
	}
	_, _, err := c.service.SignIn(t.Context(), "ivanova", password)
	c.refused(fail.Unauthenticated, err)
	_, err = c.service.UpdateAccount(admin, a.ID, access.AccountChange{Unlock: true})
	require.NoError(t, err)
	c.signIn("ivanova")
}

func TestOneAdministratorAlwaysRemains(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	first := c.login("first", access.NewRole{Role: viewer.Administrator})
	firstID := viewer.From(first).AccountID
	_, err := c.service.RevokeRole(first, c.roleOf(firstID, viewer.Administrator))
	c.refused(fail.Conflict, err)

	later := c.clock.Now().Add(time.Hour)
	c.add("to-come", access.NewRole{Role: viewer.Administrator, ValidFrom: &later})
	_, err = c.service.RevokeRole(first, c.roleOf(firstID, viewer.Administrator))
	c.refused(fail.Conflict, err) // one to come is not one yet

	second := c.add("second", access.NewRole{Role: viewer.Administrator})
	var group sync.WaitGroup
	errs := make([]error, 2)
	group.Go(func() {
		_, errs[0] = c.service.UpdateAccount(first, second.ID, access.AccountChange{Active: ptr(false)})
	})
	group.Go(func() { _, errs[1] = c.service.RevokeRole(c.system, c.roleOf(firstID, viewer.Administrator)) })
	group.Wait()
	failed := errs[0]
	if failed == nil {
		failed = errs[1]
	}
	c.refused(fail.Conflict, failed)
	require.True(t, errs[0] == nil || errs[1] == nil, "only the last is protected")
}

func TestRolesAreNotGivenTwice(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	from, to := c.clock.Now().Add(time.Hour), c.clock.Now().Add(2*time.Hour)
	role := access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, ValidFrom: &from, ValidTo: &to}
	a := c.add("ivanova", role)
	_, err := c.service.GrantRole(c.system, a.ID, role)
	c.refused(fail.Conflict, err)
	role.ValidFrom, role.ValidTo = nil, nil
	_, err = c.service.GrantRole(c.system, a.ID, role)
	c.refused(fail.Conflict, err)
	role.ValidTo = &from
	_, err = c.service.GrantRole(c.system, a.ID, role)
	require.NoError(t, err, "before the other begins")
	role.AgencyID, role.ValidTo = c.mse.ID, nil
	got, err := c.service.GrantRole(c.system, a.ID, role)
	require.NoError(t, err, "elsewhere")
	require.Len(t, got.Edges.Roles, 3)
	require.Equal(t, 3, c.audited("role.grant", a.ID))
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	supervisor := c.login("supervisor", access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID})
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.kazan.ID})
	c.add("shared", access.NewRole{Role: viewer.Operator})
	foreign := c.add("foreign_1", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	logins := func(ctx context.Context, f access.AccountFilter) []string {
		q, err := c.service.Accounts(ctx, f)
		require.NoError(t, err)
		return q.Select(account.FieldLogin).StringsX(ctx)
	}
	require.ElementsMatch(t, []string{"supervisor", "operator", "shared"}, logins(supervisor, access.AccountFilter{}))
	require.ElementsMatch(t, []string{"operator", "shared"}, logins(supervisor, access.AccountFilter{Role: viewer.Operator}))
	require.ElementsMatch(t, []string{"operator"}, logins(supervisor, access.AccountFilter{Text: "OPERA"}))
	require.Empty(t, logins(supervisor, access.AccountFilter{Active: ptr(false)}))
	require.Empty(t, logins(supervisor, access.AccountFilter{Text: "foreign"}))
	require.Empty(t, logins(supervisor, access.AccountFilter{Text: "%"}), "the text is no pattern")
	_, err := c.service.Accounts(supervisor, access.AccountFilter{Text: strings.Repeat("x", 401)})
	c.refused(fail.Invalid, err)
	_, err = c.service.Accounts(operator, access.AccountFilter{})
	c.refused(fail.Forbidden, err)
	_, err = c.service.Accounts(t.Context(), access.AccountFilter{})
	c.refused(fail.Unauthenticated, err)
	names, err := c.service.Names(operator, []string{foreign.ID, "acc_none"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{foreign.ID: "foreign_1"}, names)
}
