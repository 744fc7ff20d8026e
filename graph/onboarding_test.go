package graph_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/interaction"
	"ekc/ent/queue"
	"ekc/training/lesson"
)

// joining is a world with a site of the pension fund in Moscow that needs one operator of line 2 and two records.
type joining struct {
	*world
	admin, coordinator, boss, other, elsewhere, head, manager, operator string
	petersburg                                                          *ent.Region
	operatorAccount                                                     *ent.Account
	site                                                                string
}

const siteNeed = `{"operatorsLine1": 0, "operatorsLine2": 1, "supervisors": 1, "contentManagers": 0, "coordinators": 1, "records": 2}`

func newJoining(t *testing.T) *joining {
	t.Helper()
	j := &joining{world: newWorld(t)}
	j.petersburg = j.client.Region.Query().Where().AllX(j.system)[0]
	for _, r := range j.client.Region.Query().AllX(j.system) {
		if r.Code == "78" {
			j.petersburg = r
		}
	}
	_, j.admin = j.account("admin", access.NewRole{Role: viewer.Administrator})
	here := func(role viewer.Role) access.NewRole {
		return access.NewRole{Role: role, AgencyID: j.pfr.ID, RegionID: j.moscow.ID}
	}
	_, j.coordinator = j.account("coordinator", here(viewer.SegmentCoordinator))
	_, j.boss = j.account("boss", here(viewer.Supervisor))
	_, j.manager = j.account("manager", here(viewer.ContentManager))
	_, j.head = j.account("head", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: j.pfr.ID})
	_, j.other = j.account("other", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: j.mse.ID})
	_, j.elsewhere = j.account("elsewhere", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: j.pfr.ID, RegionID: j.petersburg.ID})
	line2 := here(viewer.Operator)
	line2.Line = 2
	j.operatorAccount, j.operator = j.account("line2", line2)
	j.wave(1, "2021-10-15", "2021-11-22")
	var need map[string]any
	require.NoError(t, json.Unmarshal([]byte(siteNeed), &need))
	got := j.change(j.head, "siteAdd", "SiteAddInput", map[string]any{
		"agencyId": j.pfr.ID, "regionId": j.moscow.ID, "name": "Площадка", "wave": 1, "need": need,
	}, `site { site { id } stage late }`)
	require.Empty(t, got.path("siteAdd", "userErrors"), got.raw)
	require.Equal(t, "APPOINTMENTS", got.path("siteAdd", "site", "stage"))
	require.Equal(t, true, got.path("siteAdd", "site", "late"))
	j.site = got.path("siteAdd", "site", "site", "id").(string)
	return j
}

// change runs a mutation with one input.
func (w *world) change(token, mutation, input string, in map[string]any, fields string) answer {
	w.Helper()
	return w.ask(token, `mutation($in: `+input+`!) { `+mutation+`(input: $in) { `+fields+` userErrors { field code message } } }`, map[string]any{"in": in})
}

// trouble is the code with which a mutation was refused; empty when it was not.
func (a answer) trouble(mutation string) string {
	a.t.Helper()
	if len(a.Errors) > 0 {
		return a.code().(string)
	}
	errs := a.path(mutation, "userErrors").([]any)
	if len(errs) == 0 {
		return ""
	}
	return errs[0].(map[string]any)["code"].(string)
}

func (j *joining) wave(number int, starts, ends string) {
	j.Helper()
	got := j.change(j.admin, "rolloutWaveSet", "RolloutWaveSetInput", map[string]any{
		"wave": number, "startsOn": starts, "endsOn": ends, "plannedSites": 27,
	}, `wave { number }`)
	require.Empty(j, got.path("rolloutWaveSet", "userErrors"), got.raw)
}

func (j *joining) confirm(token, check string) answer {
	j.Helper()
	return j.change(token, "siteCheckConfirm", "SiteCheckConfirmInput", map[string]any{
		"siteId": j.site, "check": check, "person": "Иванова А. П.", "on": "2021-11-01", "document": "Приказ 12 от 01.11.2021",
	}, `site { stage readyAt launchedAt confirmations { code by } }`)
}

// prepare does all that the stages before the launch ask for, but the confirmation of headsets.
func (j *joining) prepare() {
	j.Helper()
	j.account("segment.admin", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: j.pfr.ID})
	j.shelf.federal.Store(2)
	for _, check := range []string{"APPOINTMENT_ORDER", "FREQUENT_QUESTIONS", "PROTECTED_NETWORK", "NETWORK_AGREEMENT"} {
		require.Empty(j, j.confirm(j.coordinator, check).trouble("siteCheckConfirm"), check)
	}
	i := j.call(j.mse.ID)
	c := j.client.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("OUTBOUND").SetBeganAt(time.Now()).SaveX(j.system)
	j.client.CallLeg.Create().SetCallID(c.ID).SetInteractionID(i.ID).SetKind("BROWSER").SetRole("OPERATOR").SetAccountID(j.operatorAccount.ID).
		SetBeganAt(time.Now()).SetAnsweredAt(time.Now()).ExecX(j.system)
	k := j.client.Course.Create().SetTitle("Вводный").SetAgencyID(j.pfr.ID).SetOnboarding(true).SetPublished(1).
		SetAuthorID(j.operatorAccount.ID).SaveX(j.system)
	j.client.CourseVersion.Create().SetCourseID(k.ID).SetNumber(1).SetContent(lesson.Content{}).SetAuthorID("a").SetPublishedAt(time.Now()).ExecX(j.system)
	j.client.Admission.Create().SetAccountID(j.operatorAccount.ID).SetCourseID(k.ID).SetValidFrom(time.Now().Add(-time.Hour)).
		SetValidTo(time.Now().Add(24 * time.Hour)).ExecX(j.system)
}

// call is a call that came for an agency from Moscow.
func (j *joining) call(agencyID string) *ent.Interaction {
	person := j.client.Citizen.Create().SaveX(j.system)
	return j.client.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(person.ID).SetLine(2).SetAgencyID(agencyID).
		SetRegionID(j.moscow.ID).SaveX(j.system)
}

func (j *joining) open(queueID string, open bool) answer {
	j.Helper()
	return j.change(j.boss, "queueUpdate", "QueueUpdateInput", map[string]any{"queueId": queueID, "settings": map[string]any{"active": open}},
		`queue { active site { id } }`)
}

func (j *joining) stage(token string) map[string]any {
	j.Helper()
	got := j.ask(token, `query($s: ID!) { siteOnboarding(siteId: $s) { stage readyAt launchedAt warning stages { stage done warning checks { code holds found wanted } } } }`,
		map[string]any{"s": j.site})
	found, _ := got.path("siteOnboarding").(map[string]any)
	return found
}

func TestQueueOfASiteOpensWhenItsStagesAreDone(t *testing.T) {
	t.Parallel()
	j := newJoining(t)
	made := j.change(j.admin, "queueCreate", "QueueCreateInput", map[string]any{
		"code": "pfr-77", "name": "Пенсии, Москва", "channel": "VOICE", "line": 2, "agencyId": j.pfr.ID, "regionId": j.moscow.ID, "siteId": j.site,
	}, `queue { id active }`)
	require.Equal(t, false, made.path("queueCreate", "queue", "active"), made.raw)
	id := made.path("queueCreate", "queue", "id").(string)
	require.Equal(t, "INVALID", j.change(j.admin, "queueCreate", "QueueCreateInput", map[string]any{
		"code": "mse-77", "name": "x", "channel": "VOICE", "line": 2, "agencyId": j.mse.ID, "siteId": j.site,
	}, `queue { id }`).trouble("queueCreate"), "of another agency")

	refused := j.open(id, true)
	require.Equal(t, "CONFLICT", refused.trouble("queueUpdate"), refused.raw)
	for _, lacking := range []string{"APPOINTMENTS", "ADMINISTRATOR 0 of 1", "APPOINTMENT_ORDER is not confirmed", "RECORDS 0 of 2", "HEADSETS", "ADMITTED 0 of 1"} {
		require.Contains(t, refused.raw, lacking)
	}
	require.NotContains(t, refused.raw, "SUPERVISORS", "there is one")
	j.prepare()
	require.Equal(t, "READINESS", j.stage(j.boss)["stage"])
	refused = j.open(id, true)
	require.Equal(t, "CONFLICT", refused.trouble("queueUpdate"))
	require.Contains(t, refused.raw, "READINESS (HEADSETS is not confirmed)")
	require.NotNil(t, j.confirm(j.coordinator, "HEADSETS").path("siteCheckConfirm", "site", "readyAt"))
	require.Empty(t, j.open(id, true).trouble("queueUpdate"))

	// What stops holding before the launch closes the queue.
	got := j.change(j.coordinator, "siteCheckWithdraw", "SiteCheckWithdrawInput", map[string]any{"siteId": j.site, "check": "HEADSETS", "reason": "украдены"},
		`site { stage readyAt }`)
	require.Nil(t, got.path("siteCheckWithdraw", "site", "readyAt"), got.raw)
	require.Equal(t, "READINESS", got.path("siteCheckWithdraw", "site", "stage"))
	require.False(t, j.client.Queue.GetX(j.system, id).Active)
	require.NotZero(t, j.client.AuditEntry.Query().Where(auditentry.Action("site.queue_closed"), auditentry.ObjectID(j.site)).CountX(j.system))

	// Even one that stood open would not be chosen.
	j.client.Queue.UpdateOneID(id).SetActive(true).ExecX(j.system)
	other := j.client.Queue.Create().SetCode("voice-2").SetName("n").SetChannel(queue.ChannelVoice).SetLine(2).SaveX(j.system)
	require.Equal(t, other.ID, j.chosen())
	require.NotNil(t, j.confirm(j.coordinator, "HEADSETS").path("siteCheckConfirm", "site", "readyAt"))
	require.Equal(t, id, j.chosen())
	require.Empty(t, j.open(id, true).trouble("queueUpdate"))

	// The launch.
	require.Empty(t, j.confirm(j.head, "NUMBER_SWITCHED").trouble("siteCheckConfirm"))
	require.Nil(t, j.stage(j.boss)["launchedAt"], "no call has come")
	j.call(j.pfr.ID)
	got = j.change(j.boss, "siteCheck", "SiteCheckInput", map[string]any{"siteId": j.site}, `site { launchedAt late }`)
	require.NotNil(t, got.path("siteCheck", "site", "launchedAt"), got.raw)
	require.Equal(t, false, got.path("siteCheck", "site", "late"))

	// Afterwards there are warnings, and nothing is closed: an admission ends, and nobody calls.
	j.joinAhead.Store(int64(48 * time.Hour))
	require.NoError(t, j.onboarding.CheckAll(j.system))
	now := j.stage(j.boss)
	require.Equal(t, true, now["warning"])
	require.Nil(t, now["stage"])
	require.True(t, j.client.Queue.GetX(j.system, id).Active)
	warned := now["stages"].([]any)[3].(map[string]any)
	require.Equal(t, true, warned["warning"])
	require.Equal(t, true, warned["done"])
}

// chosen is the queue that a call about pensions from Moscow goes to.
func (j *joining) chosen() string {
	j.Helper()
	tx, err := j.client.Tx(j.system)
	require.NoError(j, err)
	defer func() { _ = tx.Rollback() }()
	q, err := router{j.routing}.ChooseQueue(j.system, tx, want(j.pfr.ID, j.moscow.ID))
	require.NoError(j, err)
	return q.ID
}

func TestOnboardingIsSeenAndDoneByRights(t *testing.T) {
	t.Parallel()
	j := newJoining(t)
	_, citizen := j.chat("Здравствуйте")
	board := `{ onboardingBoard { totals { sites late stages { stage sites } } waves { wave { number startsOn } totals { sites } } sites { site { name agency { code } } need { records } stages { checks { code } } } } }`
	for who, c := range map[string]struct {
		token string
		sites int
	}{
		"administrator": {j.admin, 1}, "coordinator": {j.coordinator, 1}, "supervisor": {j.boss, 1}, "head office": {j.head, 1},
		"another agency": {j.other, 0}, "another region": {j.elsewhere, 0},
	} {
		got := j.ask(c.token, board, nil)
		require.InDelta(t, c.sites, got.path("onboardingBoard", "totals", "sites"), 0, who+got.raw)
		require.Len(t, got.path("onboardingBoard", "sites"), c.sites, who)
		require.Equal(t, c.sites == 1, j.stage(c.token) != nil, who)
	}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "operator": {j.operator, "FORBIDDEN"}, "content manager": {j.manager, "FORBIDDEN"}, "citizen": {citizen, "FORBIDDEN"},
	} {
		require.Equal(t, c.want, j.ask(c.token, board, nil).code(), who)
	}
	tries := map[string]func(token string) string{
		"confirm": func(token string) string { return j.confirm(token, "HEADSETS").trouble("siteCheckConfirm") },
		"plan": func(token string) string {
			return j.change(token, "siteChange", "SiteChangeInput", map[string]any{"siteId": j.site, "wave": 2}, `site { stage }`).trouble("siteChange")
		},
		"wave": func(token string) string {
			return j.change(token, "rolloutWaveSet", "RolloutWaveSetInput", map[string]any{
				"wave": 2, "startsOn": "2021-11-23", "endsOn": "2021-12-19", "plannedSites": 17,
			}, `wave { number }`).trouble("rolloutWaveSet")
		},
		"import": func(token string) string {
			return j.planFile(token, "plan.csv", []byte("wave,starts,ends\n3,2021-12-16,2022-02-15\n"), false).trouble("onboardingPlanImport")
		},
	}
	for _, c := range []struct{ who, token, confirm, plan, wave, file string }{
		{"nobody", "", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"},
		{"operator", j.operator, "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"},
		{"another agency", j.other, "NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "FORBIDDEN"},
		{"another region", j.elsewhere, "NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "FORBIDDEN"},
		{"supervisor", j.boss, "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"},
		{"coordinator", j.coordinator, "", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"},
		{"head office", j.head, "CONFLICT", "", "FORBIDDEN", "FORBIDDEN"},
		{"administrator", j.admin, "CONFLICT", "", "", ""},
	} {
		require.Equal(t, c.confirm, tries["confirm"](c.token), c.who)
		require.Equal(t, c.plan, tries["plan"](c.token), c.who)
		require.Equal(t, c.wave, tries["wave"](c.token), c.who)
		require.Equal(t, c.file, tries["import"](c.token), c.who)
	}
	for what, in := range map[string]map[string]any{
		"seen by the system": {"check": "OPERATORS_LINE_2"}, "in the future": {"on": "2999-01-01"}, "no date": {"on": "1 ноября"}, "no paper": {"document": " "},
	} {
		all := map[string]any{"siteId": j.site, "check": "NETWORK_AGREEMENT", "person": "p", "on": "2021-11-01", "document": "d"}
		for k, v := range in {
			all[k] = v
		}
		require.Equal(t, "INVALID", j.change(j.coordinator, "siteCheckConfirm", "SiteCheckConfirmInput", all, `site { stage }`).trouble("siteCheckConfirm"), what)
	}
	require.NotZero(t, j.client.AuditEntry.Query().Where(auditentry.Action("site.confirmed"), auditentry.ObjectID(j.site)).CountX(j.system))
}

// planFile uploads a plan.
func (w *world) planFile(token, name string, content []byte, try bool) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	operations, err := json.Marshal(map[string]any{
		"query": `mutation($f: Upload!, $t: Boolean!) { onboardingPlanImport(input: {file: $f, try: $t}) {
			written waves added changed unchanged moreBadRows badRows { line field message } userErrors { field code message } } }`,
		"variables": map[string]any{"f": nil, "t": try},
	})
	require.NoError(w, err)
	require.NoError(w, form.WriteField("operations", string(operations)))
	require.NoError(w, form.WriteField("map", `{"0": ["variables.f"]}`))
	part, err := form.CreateFormFile("0", name)
	require.NoError(w, err)
	_, err = part.Write(content)
	require.NoError(w, err)
	require.NoError(w, form.Close())
	return w.send(http.MethodPost, "/graphql", body.String(), header("Content-Type", form.FormDataContentType()), header("Authorization", "Bearer "+token))
}

func TestPlanIsImportedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	j := newJoining(t)
	plan := "wave;agency;region;name;operators_line_2;records;starts;ends\n" +
		"2;;;;;;2021-11-23;2021-12-19\n" +
		"2;PFR;78;Площадка 2;10;500;;\n" +
		"1;pfr;77;Площадка;3;;;\n"
	bad := plan + "9;PFR;78;Площадка 3;;;;\n2;XXX;78;Площадка 4;;;;\n2;PFR;78;Площадка 2;;;;\n2;PFR;78;Площадка 5;много;;;\n"
	got := j.planFile(j.admin, "plan.csv", []byte(bad), false)
	require.Equal(t, false, got.path("onboardingPlanImport", "written"), got.raw)
	rows := got.path("onboardingPlanImport", "badRows").([]any)
	require.Len(t, rows, 4, got.raw)
	for n, want := range []struct {
		line  float64
		field string
	}{{5, "wave"}, {6, "agency"}, {7, "name"}, {8, "operators_line_2"}} {
		require.InDelta(t, want.line, rows[n].(map[string]any)["line"], 0)
		require.Equal(t, want.field, rows[n].(map[string]any)["field"])
	}
	require.Equal(t, 1, j.client.Site.Query().CountX(j.system), "nothing was written")
	require.Equal(t, 1, j.client.RolloutWave.Query().CountX(j.system))
	require.Equal(t, false, j.planFile(j.admin, "plan.csv", []byte(plan), true).path("onboardingPlanImport", "written"))
	require.Equal(t, 1, j.client.Site.Query().CountX(j.system), "it was only tried")
	got = j.planFile(j.admin, "plan.csv", []byte(plan), false)
	require.Equal(t, true, got.path("onboardingPlanImport", "written"), got.raw)
	require.InDelta(t, 1, got.path("onboardingPlanImport", "added"), 0)
	require.InDelta(t, 1, got.path("onboardingPlanImport", "changed"), 0)
	got = j.planFile(j.admin, "plan.csv", []byte(plan), false)
	require.InDelta(t, 2, got.path("onboardingPlanImport", "unchanged"), 0)
	for name, c := range map[string]struct {
		content string
		code    string
	}{
		"empty": {"", "INVALID"}, "a header": {"wave;name\n", "INVALID"}, "no text": {"\xff\xfe\x00", "INVALID"}, "no workbook": {"PK\x03\x04rest", "INVALID"},
	} {
		require.Equal(t, c.code, j.planFile(j.admin, "x", []byte(c.content), false).trouble("onboardingPlanImport"), name)
	}
	require.Len(t, j.ask(j.admin, `{ onboardingBoard(filter: {wave: 2, late: true, stage: APPOINTMENTS}) { sites { dueOn } } }`, nil).path("onboardingBoard", "sites"), 1)
	require.Empty(t, j.ask(j.admin, `{ onboardingBoard(filter: {late: false}) { sites { dueOn } } }`, nil).path("onboardingBoard", "sites"))
}

func TestOnboardingIsToldLive(t *testing.T) {
	t.Parallel()
	j := newJoining(t)
	from := j.ask(j.boss, `{ onboardingBoard { cursor } }`, nil).path("onboardingBoard", "cursor")
	mine, others := j.connect(j.boss), j.connect(j.other)
	subscription := `subscription($c: EventCursor) { onboarding(after: $c) { cursor site { site { id } confirmations { code by } } } }`
	mine.subscribe("1", subscription, map[string]any{"c": from})
	others.subscribe("1", subscription, map[string]any{"c": from})
	require.Empty(t, j.confirm(j.coordinator, "HEADSETS").trouble("siteCheckConfirm"))
	// What came just before the snapshot may be told once more.
	confirmations := []any{}
	for len(confirmations) == 0 {
		told, _ := mine.event("onboarding")["site"].(map[string]any)
		if told == nil {
			continue
		}
		require.Equal(t, j.site, told["site"].(map[string]any)["id"])
		confirmations = told["confirmations"].([]any)
	}
	require.Equal(t, "Сотрудник coordinator", confirmations[0].(map[string]any)["by"])
	// Others hear of the wave alone, for it is everybody's.
	j.wave(2, "2021-11-23", "2021-12-19")
	require.Nil(t, others.event("onboarding")["site"])
}
