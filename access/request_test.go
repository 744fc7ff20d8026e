package access_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/internal/fail"
)

// wish is a role of PFR for the number of days.
func (c *centre) wish(role viewer.Role, days int) access.NewRole {
	end := c.clock.Now().Add(time.Duration(days) * 24 * time.Hour)
	return access.NewRole{Role: role, AgencyID: c.pfr.ID, ValidTo: &end}
}

func (c *centre) requested(r *ent.AccessRequest, err error) *ent.AccessRequest {
	c.t.Helper()
	require.NoError(c.t, err)
	return r
}

func TestAccessIsAskedForAndApproved(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	operator := c.login("ivanov", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, Line: 1})
	office := c.login("office", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID})
	r := c.requested(c.service.RequestAccess(operator, access.Ask{Role: c.wish(viewer.Supervisor, 30), Reason: "замещаю начальника"}))
	require.Equal(t, accessrequest.StatePending, r.State)
	require.Equal(t, 1, c.audited("access_request.ask", r.ID))

	_, err := c.service.RequestAccess(operator, access.Ask{Role: c.wish(viewer.Supervisor, 10), Reason: "ещё раз"})
	c.refused(fail.Conflict, err)

	earlier := c.clock.Now().Add(5 * 24 * time.Hour)
	r = c.requested(c.service.DecideAccess(office, r.ID, access.Decision{Approve: true, Reason: "на время отпуска", ValidTo: &earlier}))
	require.Equal(t, accessrequest.StateApproved, r.State)
	given := c.core.Client.RoleAssignment.GetX(c.system, r.RoleAssignmentID)
	require.Equal(t, r.AccountID, given.AccountID)
	require.WithinDuration(t, earlier, *given.ValidTo, time.Microsecond)
	require.Equal(t, 1, c.audited("access_request.approve", r.ID))
	require.Equal(t, 2, c.audited("role.grant", r.AccountID), "the first role and this one")

	_, err = c.service.DecideAccess(office, r.ID, access.Decision{Reason: "передумал"})
	c.refused(fail.Conflict, err)
	v, err := c.service.Renew(t.Context(), viewer.From(operator))
	require.NoError(t, err)
	require.True(t, v.Has(viewer.Supervisor))
	c.clock.pass(6 * 24 * time.Hour)
	v, err = c.service.Renew(t.Context(), viewer.From(operator))
	require.NoError(t, err)
	require.False(t, v.Has(viewer.Supervisor), "its days are over")
}

func TestWhoDecidesOnAccess(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	asker := c.login("asker", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID})
	soon := c.clock.Now().Add(10 * 24 * time.Hour)
	as := map[string]access.NewRole{
		"office":      {Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID},
		"moscow":      {Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID, RegionID: c.moscow.ID},
		"other":       {Role: viewer.ExpertSystemUser, AgencyID: c.mse.ID},
		"leaving":     {Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID, ValidTo: &soon},
		"segment":     {Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID},
		"supervisor":  {Role: viewer.Supervisor, AgencyID: c.pfr.ID},
		"chief":       {Role: viewer.Administrator},
		"coordinator": {Role: viewer.SegmentCoordinator, AgencyID: c.pfr.ID},
	}
	for name, role := range as {
		as := c.login(name, role)
		for _, one := range []struct {
			role viewer.Role
			days int
			want map[string]fail.Code
		}{
			{viewer.Supervisor, 20, map[string]fail.Code{
				"office": "", "chief": "", "moscow": fail.NotFound, "other": fail.NotFound, "leaving": fail.Forbidden,
				"segment": fail.Forbidden, "supervisor": fail.NotFound, "coordinator": fail.NotFound,
			}},
			{viewer.Supervisor, 5, map[string]fail.Code{"leaving": "", "office": ""}},
			{viewer.ExpertSystemUser, 20, map[string]fail.Code{"office": fail.Forbidden, "chief": "", "other": fail.NotFound}},
		} {
			want, tried := one.want[name]
			if !tried {
				continue
			}
			wish := c.wish(one.role, one.days)
			wish.Line = 0
			if one.role == viewer.ExpertSystemUser { // of a region, for the asker holds that of the agency
				wish.RegionID = c.kazan.ID
			}
			r := c.requested(c.service.RequestAccess(asker, access.Ask{Role: wish, Reason: "нужно"}))
			_, err := c.service.DecideAccess(asker, r.ID, access.Decision{Approve: true})
			c.refused(fail.Forbidden, err)
			r2, err := c.service.DecideAccess(as, r.ID, access.Decision{Approve: true})
			require.Equal(t, want, fail.CodeOf(err), "%s, %s for %d days: %v", name, one.role, one.days, err)
			if want == "" {
				_, err = c.service.RevokeRole(c.system, r2.RoleAssignmentID)
				require.NoError(t, err)
				continue
			}
			require.Equal(t, accessrequest.StatePending, c.core.Client.AccessRequest.GetX(c.system, r.ID).State)
			c.requested(c.service.WithdrawAccess(asker, r.ID))
		}
	}
}

func TestOfTwoWhoDecideOneIsFirst(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	asker := c.login("asker", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	r := c.requested(c.service.RequestAccess(asker, access.Ask{Role: c.wish(viewer.Supervisor, 3), Reason: "нужно"}))
	var wait sync.WaitGroup
	codes := make(chan fail.Code, 8)
	for i := range 8 {
		office := c.login("office."+string(rune('a'+i)), access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID})
		wait.Go(func() {
			_, err := c.service.DecideAccess(office, r.ID, access.Decision{Approve: i%2 == 0, Reason: "решение"})
			codes <- fail.CodeOf(err)
		})
	}
	wait.Wait()
	close(codes)
	counts := map[fail.Code]int{}
	for code := range codes {
		counts[code]++
	}
	require.Equal(t, map[fail.Code]int{"": 1, fail.Conflict: 7}, counts)
	decided := c.core.Client.AccessRequest.GetX(c.system, r.ID)
	held := c.core.Client.RoleAssignment.Query().CountX(c.system) - 9
	require.Equal(t, decided.State == accessrequest.StateApproved, held == 1, "the role is given with the approval, or not at all")
}

func TestRequestsForOthersAndTheirEnd(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	mine := c.add("mine", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	foreign := c.add("foreign", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	office := c.login("office", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID})
	ask := func(id string) access.Ask {
		return access.Ask{AccountID: id, Role: c.wish(viewer.ContentManager, 30), Reason: "нужно"}
	}
	_, err := c.service.RequestAccess(operator, ask(mine.ID))
	c.refused(fail.Forbidden, err)
	_, err = c.service.RequestAccess(segment, ask(foreign.ID))
	c.refused(fail.NotFound, err)
	r := c.requested(c.service.RequestAccess(segment, ask(mine.ID)))
	_, err = c.service.WithdrawAccess(office, r.ID)
	c.refused(fail.Forbidden, err)
	_, err = c.service.WithdrawAccess(operator, r.ID)
	c.refused(fail.NotFound, err)

	list := func(f access.RequestFilter) int {
		q, err := c.service.AccessRequests(office, f)
		require.NoError(t, err)
		return q.CountX(office)
	}
	require.Equal(t, 1, list(access.RequestFilter{State: accessrequest.StatePending, AgencyID: c.pfr.ID}))
	require.Zero(t, list(access.RequestFilter{AgencyID: c.mse.ID}))
	c.clock.pass(31 * 24 * time.Hour)
	require.Zero(t, list(access.RequestFilter{State: accessrequest.StatePending}))
	require.Equal(t, 1, list(access.RequestFilter{State: accessrequest.StateExpired}), "before the sweep too")
	_, err = c.service.DecideAccess(office, r.ID, access.Decision{Approve: true})
	c.refused(fail.Conflict, err)
	n, err := c.service.ExpireRequests(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, accessrequest.StateExpired, c.core.Client.AccessRequest.GetX(c.system, r.ID).State)
	require.Equal(t, 1, c.audited("access_request.expire", r.ID))
}

// What is wanted until tomorrow is not waited for longer, and may be asked for again.
func TestRequestEndsWithWhatIsWanted(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	office := c.login("office", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: c.pfr.ID})
	ask := access.Ask{Role: c.wish(viewer.ContentManager, 1), Reason: "нужно"}
	r := c.requested(c.service.RequestAccess(operator, ask))
	_, err := c.service.RequestAccess(operator, ask)
	c.refused(fail.Conflict, err)
	c.clock.pass(25 * time.Hour)
	_, err = c.service.DecideAccess(office, r.ID, access.Decision{Approve: true})
	c.refused(fail.Conflict, err)
	ask.Role = c.wish(viewer.ContentManager, 1)
	c.requested(c.service.RequestAccess(operator, ask))
}

func TestWishesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	good := c.wish(viewer.Supervisor, 30)
	for name, change := range map[string]func(*access.Ask){
		"no reason":     func(a *access.Ask) { a.Reason = " " },
		"long reason":   func(a *access.Ask) { a.Reason = strings.Repeat("ж", 1001) },
		"NUL":           func(a *access.Ask) { a.Reason = "a\x00b" },
		"no end":        func(a *access.Ask) { a.Role.ValidTo = nil },
		"too long":      func(a *access.Ask) { a.Role = c.wish(viewer.Supervisor, 366) },
		"in the past":   func(a *access.Ask) { a.Role = c.wish(viewer.Supervisor, -1) },
		"no such role":  func(a *access.Ask) { a.Role.Role = "KING" },
		"line of a CM":  func(a *access.Ask) { a.Role = c.wish(viewer.ContentManager, 1); a.Role.Line = 2 },
		"line 3":        func(a *access.Ask) { a.Role.Line = 3 },
		"no such place": func(a *access.Ask) { a.Role.AgencyID = "agn_none" },
	} {
		a := access.Ask{Role: good, Reason: "нужно"}
		change(&a)
		_, err := c.service.RequestAccess(operator, a)
		require.Contains(t, []fail.Code{fail.Invalid, fail.NotFound}, fail.CodeOf(err), name)
	}
	require.Zero(t, c.core.Client.AccessRequest.Query().CountX(c.system))
	for i := range 20 {
		wish := c.wish(viewer.Supervisor, 30)
		wish.RegionID = []string{c.moscow.ID, c.kazan.ID}[i%2]
		wish.Line = i / 2 % 3
		wish.AgencyID = []string{"", c.pfr.ID, c.mse.ID, ""}[i/6]
		if i >= 18 {
			wish.Role, wish.Line = viewer.ContentManager, 0
		}
		c.requested(c.service.RequestAccess(operator, access.Ask{Role: wish, Reason: "нужно"}))
	}
	_, err := c.service.RequestAccess(operator, access.Ask{Role: good, Reason: "нужно"})
	c.refused(fail.RateLimited, err)
}

func TestNobodyGivesMoreThanTheyHold(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	soon, later := c.clock.Now().Add(24*time.Hour), c.clock.Now().Add(48*time.Hour)
	target := c.add("target", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID})
	own := access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID, RegionID: c.moscow.ID, ValidTo: &soon}
	ctx := c.login("segment", own)
	here := access.NewRole{Role: viewer.Supervisor, AgencyID: c.pfr.ID, RegionID: c.moscow.ID, ValidTo: &soon}
	for name, one := range map[string]struct {
		change func(*access.NewRole)
		code   fail.Code
	}{
		"within":                   {func(*access.NewRole) {}, ""},
		"of a line":                {func(n *access.NewRole) { n.Line = 2 }, ""},
		"another agency":           {func(n *access.NewRole) { n.AgencyID = c.mse.ID }, fail.Forbidden},
		"every agency":             {func(n *access.NewRole) { n.AgencyID = "" }, fail.Forbidden},
		"another region":           {func(n *access.NewRole) { n.RegionID = c.kazan.ID }, fail.Forbidden},
		"every region":             {func(n *access.NewRole) { n.RegionID = "" }, fail.Forbidden},
		"longer":                   {func(n *access.NewRole) { n.ValidTo = &later }, fail.Forbidden},
		"without end":              {func(n *access.NewRole) { n.ValidTo = nil }, fail.Forbidden},
		"a role of the centre":     {func(n *access.NewRole) { n.Role = viewer.ExpertSystemUser }, fail.Forbidden},
		"segment administrator":    {func(n *access.NewRole) { n.Role = viewer.SegmentAdministrator }, ""},
		"administrator":            {func(n *access.NewRole) { *n = access.NewRole{Role: viewer.Administrator} }, fail.Forbidden},
		"of the whole agency, s/a": {func(n *access.NewRole) { n.Role, n.RegionID = viewer.SegmentAdministrator, "" }, fail.Forbidden},
	} {
		n := here
		one.change(&n)
		_, err := c.service.GrantRole(ctx, target.ID, n)
		require.Equal(t, one.code, fail.CodeOf(err), "%s: %v", name, err)
		_, err = c.service.GrantRole(ctx, viewer.From(ctx).AccountID, n)
		require.Equal(t, fail.Forbidden, fail.CodeOf(err), "%s, to themself", name)
		_, err = c.service.CreateAccount(ctx, access.NewAccount{
			Login: "new." + strings.NewReplacer(" ", "", ",", "", "/", "").Replace(name), DisplayName: "x", Password: password, Role: &n,
		})
		require.Equal(t, one.code, fail.CodeOf(err), "%s, with a new account: %v", name, err)
	}
	chief := c.login("chief", access.NewRole{Role: viewer.Administrator})
	_, err := c.service.GrantRole(chief, viewer.From(chief).AccountID, here)
	c.refused(fail.Forbidden, err)
}
