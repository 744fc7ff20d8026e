package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent/account"
	"ekc/ent/session"
)

// staff are accounts that belong here and there.
func (w *world) staff() {
	w.t.Helper()
	w.account("pfr-moscow", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: w.moscow.ID})
	w.account("pfr-kazan", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: w.kazan.ID})
	w.account("pfr-and-mse", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: w.moscow.ID},
		viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID})
	w.account("mse", viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID})
	w.account("first-line", viewer.Grant{Role: viewer.Operator, Line: 1})
	w.account("administrator", viewer.Grant{Role: viewer.Administrator})
	w.account("without-roles")
	ended := time.Now().Add(-time.Hour)
	w.role(w.account("left-pfr").AccountID, viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: w.moscow.ID}, &ended)
	w.role(w.account("left-mse").AccountID, viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID}, &ended)
	w.role(w.account("pfr-once-mse", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: w.moscow.ID}).AccountID,
		viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID}, &ended)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.staff()
	everybody := w.client.Account.Query().Select(account.FieldLogin).StringsX(w.system)
	of := func(role viewer.Role, agency, region string) viewer.Viewer {
		return viewer.Viewer{Kind: viewer.Account, AccountID: "acc_none", Grants: []viewer.Grant{
			{Role: role, AgencyID: agency, RegionID: region},
		}}
	}
	inMoscow := []string{"pfr-moscow", "pfr-and-mse", "first-line", "administrator", "pfr-once-mse"}
	for name, c := range map[string]struct {
		viewer viewer.Viewer
		logins []string
	}{
		"nobody":                {viewer.Viewer{}, nil},
		"citizen":               {viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_none"}, nil},
		"account without roles": {viewer.Viewer{Kind: viewer.Account, AccountID: "acc_none"}, nil},
		"administrator":         {of(viewer.Administrator, "", ""), everybody},
		"operator of a segment": {of(viewer.Operator, w.pfr.ID, w.moscow.ID), inMoscow},
		"supervisor of an agency": {
			of(viewer.Supervisor, w.pfr.ID, ""), append([]string{"pfr-kazan"}, inMoscow...),
		},
		"coordinator of a region": {
			of(viewer.SegmentCoordinator, "", w.kazan.ID),
			[]string{"pfr-kazan", "pfr-and-mse", "mse", "first-line", "administrator"},
		},
		"segment administrator": {
			of(viewer.SegmentAdministrator, w.pfr.ID, w.moscow.ID), []string{"pfr-moscow", "left-pfr", "pfr-once-mse"},
		},
		"segment administrator of an agency": {
			of(viewer.SegmentAdministrator, w.pfr.ID, ""), []string{"pfr-moscow", "pfr-kazan", "left-pfr", "pfr-once-mse"},
		},
		"segment administrator elsewhere": {of(viewer.SegmentAdministrator, w.mse.ID, ""), []string{"mse", "left-mse"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := viewer.With(t.Context(), c.viewer)
			require.ElementsMatch(t, c.logins, w.client.Account.Query().Select(account.FieldLogin).StringsX(ctx))
		})
	}
}

func TestRolesOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.staff()
	me := w.account("me", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID})
	count := func(v viewer.Viewer) int { return w.client.RoleAssignment.Query().CountX(viewer.With(t.Context(), v)) }
	require.Equal(t, 1, count(me), "an operator sees only their own")
	all := w.client.RoleAssignment.Query().CountX(w.system)
	require.Equal(t, all, count(viewer.Viewer{Kind: viewer.Account, Grants: []viewer.Grant{{Role: viewer.Administrator}}}))
	require.Equal(t, all, count(viewer.Viewer{Kind: viewer.Account, Grants: []viewer.Grant{{Role: viewer.Supervisor}}}))
	segment := viewer.Viewer{Kind: viewer.Account, AccountID: "acc_none", Grants: []viewer.Grant{
		{Role: viewer.SegmentAdministrator, AgencyID: w.mse.ID},
	}}
	require.Equal(t, 2, count(segment), "of mse and left-mse, and not of who is also elsewhere")
	supervisor := viewer.Viewer{Kind: viewer.Account, AccountID: "acc_none", Grants: []viewer.Grant{
		{Role: viewer.Supervisor, AgencyID: w.mse.ID},
	}}
	require.Equal(t, 6, count(supervisor), "four of the agency, two of every agency")
	require.Zero(t, count(viewer.Viewer{}))
	require.Zero(t, count(viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_none"}))
}

func TestSessionsAreOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	owner := w.client.Session.Query().OnlyX(w.system).AccountID
	of := func(v viewer.Viewer) []string {
		return w.client.Session.Query().Select(session.FieldAccountID).StringsX(viewer.With(t.Context(), v))
	}
	require.Equal(t, []string{owner}, of(viewer.Viewer{Kind: viewer.Account, AccountID: owner}))
	admin := viewer.Viewer{Kind: viewer.Account, AccountID: "acc_x", Grants: []viewer.Grant{{Role: viewer.Administrator}}}
	require.Empty(t, of(admin))
}

func TestPresenceMembershipAndSkillsFollowTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	for name, c := range map[string]struct {
		grant viewer.Grant
		rows  int
	}{
		"same agency":  {viewer.Grant{Role: viewer.Supervisor, AgencyID: w.mse.ID}, 1},
		"other agency": {viewer.Grant{Role: viewer.Supervisor, AgencyID: w.pfr.ID}, 0},
		"everywhere":   {viewer.Grant{Role: viewer.Administrator}, 1},
	} {
		counts := w.visible(viewer.Viewer{Kind: viewer.Account, AccountID: "acc_x", Grants: []viewer.Grant{c.grant}})
		for _, entity := range []string{"Presence", "QueueMember", "AccountSkill"} {
			require.Equal(t, c.rows, counts[entity], name+" "+entity)
		}
	}
}
