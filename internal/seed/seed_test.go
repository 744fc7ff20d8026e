package seed_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	entaccount "ekc/ent/account"
	"ekc/ent/menuversion"
	"ekc/ent/phone"
	entqueue "ekc/ent/queue"
	entrole "ekc/ent/roleassignment"
	"ekc/ent/site"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/seed"
	"ekc/internal/voice/secret"
	"ekc/routing/timetable"
	"ekc/supervision/scorecard"
)

func plain(_ context.Context, password string) (string, error) { return "hash of " + password, nil }

func options(core *database.Core) seed.Options {
	return seed.Options{DB: core.DB, Client: core.Client, Hash: plain, Demo: true, Password: "four good words", Menu: []byte(`{"start":"x"}`)}
}

func system() context.Context { return viewer.AsSystem(context.Background()) }

func TestRegionsAndAgencies(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	o.Demo = false
	report, err := seed.Run(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, report.Accounts)

	regions, err := core.Client.Region.Query().All(system())
	require.NoError(t, err)
	require.Len(t, regions, 85)
	codes, names := map[string]bool{}, map[string]bool{}
	for _, r := range regions {
		require.Regexp(t, `^\d\d$`, r.Code)
		require.False(t, codes[r.Code] || names[r.Name], "%s %s comes twice", r.Code, r.Name)
		codes[r.Code], names[r.Name] = true, true
		location, err := time.LoadLocation(r.TimeZone)
		require.NoError(t, err, r.Name)
		_, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, location).Zone()
		_, winter := time.Date(2026, 1, 1, 0, 0, 0, 0, location).Zone()
		require.Equal(t, winter, offset, "%s keeps summer time", r.Name)
		require.True(t, offset >= 2*3600 && offset <= 12*3600, r.Name)
	}
	agencies, err := core.Client.Agency.Query().Count(system())
	require.NoError(t, err)
	require.Equal(t, 6, agencies)
	accounts, err := core.Client.Account.Query().Count(system())
	require.NoError(t, err)
	require.Zero(t, accounts)
}

// Offsets from UTC of one region of each of the eleven zones, and of those whose zone changed last.
func TestRegionsKeepTheirTime(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	_, err := seed.Run(t.Context(), options(core))
	require.NoError(t, err)
	hours := map[string]int{
		"39": 2, "77": 3, "34": 3, "82": 3, "92": 3, "63": 4, "64": 4, "73": 4, "30": 4, "18": 4, "66": 5, "02": 5, "55": 6, "54": 7,
		"22": 7, "04": 7, "70": 7, "42": 7, "24": 7, "38": 8, "03": 8, "75": 9, "14": 9, "28": 9, "25": 10, "27": 10, "79": 10, "65": 11,
		"49": 11, "41": 12, "87": 12,
	}
	regions, err := core.Client.Region.Query().All(system())
	require.NoError(t, err)
	for _, r := range regions {
		want, ok := hours[r.Code]
		if !ok {
			continue
		}
		location, err := time.LoadLocation(r.TimeZone)
		require.NoError(t, err)
		_, offset := time.Date(2026, 11, 22, 0, 0, 0, 0, location).Zone()
		require.Equal(t, want, offset/3600, r.Name)
	}
}

func TestDemoCoversEveryRoleAndQueue(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	report, err := seed.Run(t.Context(), options(core))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(report.Accounts), 12)
	require.Empty(t, report.Password, "it was given")

	for _, role := range []entrole.Role{
		entrole.RoleOperator, entrole.RoleSupervisor, entrole.RoleContentManager, entrole.RoleExpertSystemAdministrator,
		entrole.RoleSegmentAdministrator, entrole.RoleSegmentCoordinator, entrole.RoleExpertSystemUser, entrole.RoleAdministrator,
	} {
		held, err := core.Client.RoleAssignment.Query().Where(entrole.RoleEQ(role)).Exist(system())
		require.NoError(t, err)
		require.True(t, held, role)
	}
	queues, err := core.Client.Queue.Query().WithMembers().WithOverflowQueue().WithRequiredSkills().All(system())
	require.NoError(t, err)
	for _, q := range queues {
		require.NotEmpty(t, q.Edges.Members, "nobody works in %s", q.Code)
		if over := q.Edges.OverflowQueue; over != nil {
			require.Equal(t, q.Line, over.Line, "%s overflows to another line", q.Code)
			require.Equal(t, q.Channel, over.Channel, "%s overflows to another channel", q.Code)
			require.Positive(t, q.OverflowSeconds)
		}
		if q.Line == 2 {
			require.NotEmpty(t, q.Edges.RequiredSkills, q.Code)
		}
	}
	hash := core.Client.Account.Query().Where(entaccount.Login("admin")).OnlyX(system()).PasswordHash
	require.Equal(t, "hash of four good words", hash)
}

func TestTimetables(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	_, err := seed.Run(t.Context(), options(core))
	require.NoError(t, err)
	line2 := tableOf(t, core, "chat-line2-pfr")
	moscow := line2.Location
	for at, open := range map[time.Time]bool{
		time.Date(2026, 11, 20, 8, 0, 0, 0, moscow):   true, // Friday
		time.Date(2026, 11, 20, 20, 0, 0, 0, moscow):  false,
		time.Date(2026, 11, 21, 12, 0, 0, 0, moscow):  false, // Saturday
		time.Date(2026, 11, 4, 12, 0, 0, 0, moscow):   false, // Unity Day, Wednesday
		time.Date(2026, 12, 31, 12, 0, 0, 0, moscow):  false,
		time.Date(2027, 1, 8, 12, 0, 0, 0, moscow):    false,
		time.Date(2027, 1, 11, 12, 0, 0, 0, moscow):   true,
		time.Date(2027, 11, 4, 12, 0, 0, 0, moscow):   false,
		time.Date(2026, 11, 23, 19, 59, 0, 0, moscow): true,
	} {
		require.Equal(t, open, line2.Open(at), at)
	}
	always := tableOf(t, core, "chat-line1")
	for hour := range 24 * 7 {
		require.True(t, always.Open(time.Date(2026, 12, 29, hour, 59, 59, 0, moscow)))
	}
}

func tableOf(t *testing.T, core *database.Core, queue string) timetable.Timetable {
	t.Helper()
	h := core.Client.Queue.Query().Where(entqueue.Code(queue)).QueryBusinessHours().OnlyX(system())
	require.NoError(t, timetable.Validate(h.Periods, h.Exceptions))
	location, err := time.LoadLocation(h.TimeZone)
	require.NoError(t, err)
	return timetable.Timetable{Location: location, Periods: h.Periods, Exceptions: h.Exceptions}
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	o.Password = ""
	first, err := seed.Run(t.Context(), o)
	require.NoError(t, err)
	require.Regexp(t, `^[a-z2-7]{4}(-[a-z2-7]{4}){3}$`, first.Password)

	// What people have changed: a name, a member taken out, a role revoked.
	admin := core.Client.Account.Query().Where(entaccount.Login("admin")).OnlyX(system())
	core.Client.Account.UpdateOne(admin).SetDisplayName("Другая").SetPasswordHash("changed").ExecX(system())
	core.Client.Queue.Update().Where(entqueue.Code("chat-line1")).SetName("Новое имя").ExecX(system())
	member := core.Client.QueueMember.Query().FirstX(system())
	core.Client.QueueMember.DeleteOne(member).ExecX(system())
	members := core.Client.QueueMember.Query().CountX(system())

	second, err := seed.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, seed.Report{}, second)
	again := core.Client.Account.GetX(system(), admin.ID)
	require.Equal(t, "Другая", again.DisplayName)
	require.Equal(t, "changed", again.PasswordHash)
	require.Equal(t, "Новое имя", core.Client.Queue.Query().Where(entqueue.Code("chat-line1")).OnlyX(system()).Name)
	require.Equal(t, members, core.Client.QueueMember.Query().CountX(system()))
}

func TestAddsWhatIsMissing(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	core.Client.Region.Create().SetCode("77").SetName("Столица").SetTimeZone("Europe/Moscow").ExecX(system())
	_, err := seed.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 85, core.Client.Region.Query().CountX(system()))
	operator := core.Client.Account.Query().Where(entaccount.Login("line2.fss")).OnlyX(system())
	require.Equal(t, 6, operator.QueryMemberships().CountX(system()), "three for chats, three for calls")
}

func TestUnifiedNumberIsAnswered(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	o.Demo = false
	for range 2 {
		_, err := seed.Run(t.Context(), o)
		require.NoError(t, err)
	}
	number := core.Client.ServiceNumber.Query().WithMenu().OnlyX(system())
	require.Equal(t, "+78006000000", number.Number)
	require.True(t, number.Active && number.Outbound)
	version := core.Client.MenuVersion.Query().OnlyX(system())
	require.Equal(t, number.MenuID, version.MenuID)
	require.Equal(t, menuversion.StatePublished, version.State)
	require.JSONEq(t, `{"start":"x"}`, string(version.Document))
	require.Zero(t, core.Client.Trunk.Query().CountX(system()), "a demo trunk is for the demo")
	require.Zero(t, core.Client.Phone.Query().CountX(system()))
}

func TestOperatorsHavePhones(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	for range 2 {
		_, err := seed.Run(t.Context(), o)
		require.NoError(t, err)
	}
	operators := core.Client.Account.Query().Where(entaccount.HasRolesWith(entrole.RoleEQ(entrole.RoleOperator))).AllX(system())
	for _, a := range operators {
		p := core.Client.Phone.Query().Where(phone.AccountID(a.ID)).OnlyX(system())
		require.Equal(t, a.Login, p.Username)
		weak, strong := secret.HA1(a.Login, secret.Realm, o.Password)
		require.Equal(t, []string{weak, strong}, []string{p.Ha1Md5, p.Ha1Sha256})
	}
	supervisor := core.Client.Account.Query().Where(entaccount.Login("supervisor")).OnlyX(system())
	require.True(t, core.Client.Phone.Query().Where(phone.AccountID(supervisor.ID)).ExistX(system()), "supervisors listen")
	require.Equal(t, 1, core.Client.Trunk.Query().CountX(system()))
}

func TestSeveralNodesAtOnce(t *testing.T) {
	t.Parallel()
	url := coretest.URL(t)
	reports := make([]seed.Report, 4)
	var wait sync.WaitGroup
	errs := make([]error, len(reports))
	for i := range reports {
		core, _ := coretest.Open(t, url)
		wait.Go(func() { reports[i], errs[i] = seed.Run(context.Background(), options(core)) })
	}
	wait.Wait()
	filled := 0
	for i := range reports {
		require.NoError(t, errs[i])
		if reports[i].Added > 0 {
			filled++
		}
	}
	require.Equal(t, 1, filled)
}

func TestFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	o := options(core)
	_, err := core.DB.ExecContext(t.Context(), `ALTER TABLE accounts ADD CHECK (login <> 'line2.fss')`)
	require.NoError(t, err)
	_, err = seed.Run(t.Context(), o)
	require.ErrorContains(t, err, "seed: accounts")
	require.Zero(t, countAll(core.Client))
}

func countAll(client *ent.Client) int {
	return client.Account.Query().CountX(system()) + client.Region.Query().CountX(system())
}

// The plan of the overview: six waves with 27, 17, 32, 53, 54 and 49 sites.
func TestSitesOfSixWaves(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	_, err := seed.Run(t.Context(), options(core))
	require.NoError(t, err)
	waves, err := core.Client.RolloutWave.Query().Order(ent.Asc("number")).All(system())
	require.NoError(t, err)
	require.Len(t, waves, 6)
	all := 0
	for i, planned := range []int{27, 17, 32, 53, 54, 49} {
		require.Equal(t, planned, waves[i].PlannedSites)
		sites, err := core.Client.Site.Query().Where(site.Wave(i + 1)).All(system())
		require.NoError(t, err)
		require.Len(t, sites, planned, "wave %d", i+1)
		for _, s := range sites {
			require.Positive(t, s.Need.OperatorsLine2, s.Name)
		}
		all += planned
	}
	require.Equal(t, 232, all)
}

func TestDemoFormOfEvaluation(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	for range 2 {
		_, err := seed.Run(t.Context(), options(core))
		require.NoError(t, err)
	}
	form := core.Client.EvaluationForm.Query().OnlyX(system())
	require.True(t, form.Active)
	require.Empty(t, form.AgencyID+form.RegionID, "it is for all")
	v := form.QueryVersions().OnlyX(system())
	require.Equal(t, form.Version, v.Number)
	marks := make([]scorecard.Mark, 0, len(v.Content.Criteria()))
	for _, c := range v.Content.Criteria() {
		points := c.Scale
		marks = append(marks, scorecard.Mark{Code: c.Code, Points: &points})
	}
	_, score, err := v.Content.Evaluate(marks)
	require.NoError(t, err)
	require.InDelta(t, 100, score.Total, 1e-9)
}
