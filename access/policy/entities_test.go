package policy_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/migrate"
	"ekc/ent/presence"
	"ekc/ent/privacy"
	"ekc/ent/queue"
	"ekc/onboarding/stage"
	"ekc/routing/timetable"
	"ekc/supervision/scorecard"
	"ekc/training/lesson"
)

// everything puts at least one row into each table.
func (w *world) everything() {
	w.t.Helper()
	c, ctx := w.client, w.system
	a := w.account("operator", viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID})
	w.interaction("one", w.mse, w.kazan, 2, a.AccountID)
	skill := c.Skill.Create().SetCode("DEAF").SetName("s").SaveX(ctx)
	c.AccountSkill.Create().SetAccountID(a.AccountID).SetSkillID(skill.ID).SetProficiency(5).ExecX(ctx)
	c.Presence.Create().SetAccountID(a.AccountID).SetState(presence.StateAvailable).ExecX(ctx)
	c.QueueMember.Create().SetAccountID(a.AccountID).SetQueueID(w.queue.ID).ExecX(ctx)
	c.Queue.Create().SetCode("chat-2").SetName("q").SetChannel(queue.ChannelChat).SetLine(2).ExecX(ctx)
	c.Site.Create().SetName("s").SetAgencyID(w.mse.ID).SetRegionID(w.kazan.ID).SetWave(1).ExecX(ctx)
	c.PauseReason.Create().SetCode("LUNCH").SetName("p").ExecX(ctx)
	c.BusinessHours.Create().SetName("b").SetTimeZone("Europe/Moscow").SetPeriods([]timetable.Period{}).ExecX(ctx)
	c.Disposition.Create().SetCode("d").SetName("d").ExecX(ctx)
	c.AuditEntry.Create().SetAction("a").SetActorID(a.AccountID).ExecX(ctx)
	c.Session.Create().SetAccountID(a.AccountID).SetAccessHash([]byte("1")).SetRefreshHash([]byte("2")).
		SetFamilyHash([]byte("3")).SetAccessExpiresAt(time.Now()).SetExpiresAt(time.Now()).ExecX(ctx)
	c.Secret.Create().SetID("s").SetValue([]byte("s")).ExecX(ctx)
	c.Event.Create().SetID(1).SetKind("k").ExecX(ctx)
	sample := c.AnswerSample.Create().SetFrom(time.Now()).SetTo(time.Now()).SetSize(1).SetPopulation(1).SetSeed("s").
		SetAccountID(a.AccountID).SaveX(ctx)
	c.AnswerReview.Create().SetSampleID(sample.ID).SetPosition(1).SetTurnID("trn").ExecX(ctx)
	recall := c.Recall.Create().SetRecordVersionID("ver").SetRecordID("rec").SetReason("r").SetText("t").SetAccountID(a.AccountID).SaveX(ctx)
	c.RecallPerson.Create().SetRecallID(recall.ID).SetPerson("cit").SetInteractionID("int").SetToldAt(time.Now()).SetNextAt(time.Now()).ExecX(ctx)
	c.RecordFile.Create().SetFileName("f").SetMediaType("application/pdf").SetSize(1).SetSha256("00").SetAccountID(a.AccountID).ExecX(ctx)
	c.AnswerDay.Create().SetID("2026-01-01").ExecX(ctx)
	c.AnswerTally.Create().SetDay("2026-01-01").SetQuestions(1).SetAnswered(1).SetClarified(0).SetUnanswered(0).SetDialogues(1).SetContained(1).
		ExecX(ctx)
	c.Duty.Create().SetID("d").SetHolder("n").SetHeldUntil(time.Now()).ExecX(ctx)
	w.personal(a.AccountID)
	w.telephony(a.AccountID)
	w.doors(a.AccountID)
	w.joining(a.AccountID)
	w.supervised(a.AccountID)
}

// joining puts a row into each table of sites that join and of training.
func (w *world) joining(accountID string) {
	w.t.Helper()
	c, ctx, at := w.client, w.system, time.Now()
	c.RolloutWave.Create().SetNumber(1).SetStartsOn("2021-10-15").SetEndsOn("2021-11-22").ExecX(ctx)
	s := c.Site.Create().SetAgencyID(w.mse.ID).SetRegionID(w.kazan.ID).SetName("joining").SetWave(1).SaveX(ctx)
	c.SiteStage.Create().SetSiteID(s.ID).SetStage("BASE").SetChecks([]stage.Result{}).SetCheckedAt(at).ExecX(ctx)
	c.SiteConfirmation.Create().SetSiteID(s.ID).SetCode("HEADSETS").SetAccountID(accountID).SetPerson("p").SetConfirmedOn("2021-11-01").
		SetDocument("d").ExecX(ctx)
	k := c.Course.Create().SetTitle("t").SetAgencyID(w.mse.ID).SetAuthorID(accountID).SaveX(ctx)
	v := c.CourseVersion.Create().SetCourseID(k.ID).SetNumber(1).SetContent(lesson.Content{}).SetAuthorID(accountID).SaveX(ctx)
	t := c.TrainingAssignment.Create().SetAccountID(accountID).SetCourseID(k.ID).SetAuthorID(accountID).SaveX(ctx)
	c.TrainingAttempt.Create().SetAssignmentID(t.ID).SetAccountID(accountID).SetCourseID(k.ID).SetCourseVersionID(v.ID).SetEndsAt(at).
		SetSheet(lesson.Sheet{}).ExecX(ctx)
	c.Admission.Create().SetAccountID(accountID).SetCourseID(k.ID).SetValidFrom(at).ExecX(ctx)
}

func TestJoiningIsSeenInItsSegment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	for name, c := range map[string]struct {
		grant                          viewer.Grant
		stages, words, courses, inside int
		people                         int
	}{
		"supervisor":           {viewer.Grant{Role: viewer.Supervisor, AgencyID: w.mse.ID}, 1, 1, 1, 1, 1},
		"supervisor elsewhere": {viewer.Grant{Role: viewer.Supervisor, AgencyID: w.pfr.ID}, 0, 0, 0, 0, 0},
		"of another region":    {viewer.Grant{Role: viewer.Supervisor, RegionID: w.moscow.ID}, 0, 0, 1, 1, 1},
		"operator":             {viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID}, 0, 0, 1, 0, 0},
		"operator elsewhere":   {viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID}, 0, 0, 0, 0, 0},
		"content manager":      {viewer.Grant{Role: viewer.ContentManager, AgencyID: w.mse.ID}, 0, 0, 1, 1, 0},
		"coordinator":          {viewer.Grant{Role: viewer.SegmentCoordinator, AgencyID: w.mse.ID}, 1, 1, 1, 0, 1},
		"head office":          {viewer.Grant{Role: viewer.ExpertSystemUser, AgencyID: w.mse.ID}, 1, 1, 1, 0, 0},
		"administrator":        {viewer.Grant{Role: viewer.Administrator}, 1, 1, 1, 1, 1},
	} {
		ctx := viewer.With(t.Context(), w.account(strings.ReplaceAll("joins."+name, " ", "-"), c.grant))
		require.Equal(t, c.stages, w.client.SiteStage.Query().CountX(ctx), name)
		require.Equal(t, c.words, w.client.SiteConfirmation.Query().CountX(ctx), name)
		require.Equal(t, c.courses, w.client.Course.Query().CountX(ctx), name)
		require.Equal(t, c.inside, w.client.CourseVersion.Query().CountX(ctx), name)
		require.Equal(t, c.people, w.client.TrainingAssignment.Query().CountX(ctx), name)
		require.Equal(t, c.people, w.client.TrainingAttempt.Query().CountX(ctx), name)
		require.Equal(t, c.people, w.client.Admission.Query().CountX(ctx), name)
	}
}

// supervised puts a row into each table of supervision; the interaction is the one of everything.
func (w *world) supervised(accountID string) {
	w.t.Helper()
	c, ctx, at := w.client, w.system, time.Now()
	i := c.Interaction.Query().FirstX(ctx)
	hours := c.BusinessHours.Query().FirstX(ctx)
	d := c.Deferral.Create().SetInteractionID(i.ID).SetAgencyID(w.mse.ID).SetRegionID(w.kazan.ID).SetQuestion("q").SetDeferredBy(accountID).
		SetTimeZone("Europe/Moscow").SetTermStamp("s").SetWarnAt(at).SetDueAt(at).SaveX(ctx)
	c.DeferralStep.Create().SetDeferralID(d.ID).SetKind("DEFERRED").ExecX(ctx)
	c.DeferralRule.Create().SetRegionKey("").SetBusinessHoursID(hours.ID).ExecX(ctx)
	n := c.Incident.Create().SetAgencyID(w.mse.ID).SetRegionID(w.kazan.ID).SetRaisedBy(accountID).SetSeverity("HIGH").SetSubject("CALLS").
		SetText("t").SaveX(ctx)
	c.IncidentComment.Create().SetIncidentID(n.ID).SetAccountID(accountID).SetText("t").ExecX(ctx)
	c.Directive.Create().SetAccountID(accountID).SetAuthorID("acc").SetKind("PRESENCE").SetReason("r").ExecX(ctx)
	rule := c.AlertRule.Create().SetName("n").SetMetric("WAITING").SetAgencyID(w.mse.ID).SetThreshold(1).SetClearThreshold(1).
		SetAuthorID(accountID).SaveX(ctx)
	f := c.EvaluationForm.Create().SetName("n").SetAgencyID(w.mse.ID).SetAuthorID(accountID).SaveX(ctx)
	v := c.EvaluationFormVersion.Create().SetFormID(f.ID).SetNumber(1).SetContent(scorecard.Form{}).SetPassMark(1).SetContestDays(1).
		SetAuthorID(accountID).SaveX(ctx)
	c.EvaluationRule.Create().SetName("n").SetFormID(f.ID).SetAgencyID(w.mse.ID).SetPeriod("WEEK").SetPerOperator(1).SetDrawnTo(at).
		SetAuthorID(accountID).ExecX(ctx)
	e := c.Evaluation.Create().SetInteractionID(i.ID).SetOperatorID(accountID).SetFormID(f.ID).SetAgencyID(w.mse.ID).SetLine(2).
		SetState("GIVEN").SetEvaluatorID("acc").SaveX(ctx)
	c.EvaluationStep.Create().SetEvaluationID(e.ID).SetKind("GIVEN").ExecX(ctx)
	b := c.Calibration.Create().SetInteractionID(i.ID).SetOperatorID(accountID).SetFormVersionID(v.ID).SetAgencyID(w.mse.ID).SetLine(2).
		SetAuthorID("acc").SetDueAt(at).SaveX(ctx)
	c.Evaluation.Create().SetInteractionID(i.ID).SetOperatorID(accountID).SetFormID(f.ID).SetAgencyID(w.mse.ID).SetLine(2).
		SetCalibrationID(b.ID).SetEvaluatorID("acc_sealed").SetSealed(true).ExecX(ctx)
	c.Alert.Create().SetRuleID(rule.ID).SetSubject("s").SetAgencyID(w.mse.ID).SetState("RAISED").SetValue(1).SetWorst(1).ExecX(ctx)
}

func TestEvaluationsAreSeenByWhomTheyConcern(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	operator := w.client.Evaluation.Query().FirstX(w.system).OperatorID
	for name, c := range map[string]struct {
		v                    viewer.Viewer
		judged, rules, forms int
	}{
		"the operator":          {viewer.Viewer{AccountID: operator, Grants: []viewer.Grant{{Role: viewer.Operator, AgencyID: w.mse.ID}}}, 1, 0, 1},
		"a colleague":           {viewer.Viewer{AccountID: "acc_c", Grants: []viewer.Grant{{Role: viewer.Operator, AgencyID: w.mse.ID}}}, 0, 0, 1},
		"an operator elsewhere": {viewer.Viewer{AccountID: "acc_c", Grants: []viewer.Grant{{Role: viewer.Operator, AgencyID: w.pfr.ID}}}, 0, 0, 0},
		"a supervisor":          {viewer.Viewer{AccountID: "acc_s", Grants: []viewer.Grant{{Role: viewer.Supervisor, AgencyID: w.mse.ID}}}, 1, 1, 1},
		"of another line":       {viewer.Viewer{AccountID: "acc_s", Grants: []viewer.Grant{{Role: viewer.Supervisor, AgencyID: w.mse.ID, Line: 1}}}, 0, 1, 1},
		"of another agency":     {viewer.Viewer{AccountID: "acc_s", Grants: []viewer.Grant{{Role: viewer.Supervisor, AgencyID: w.pfr.ID}}}, 0, 0, 0},
		"who sealed it":         {viewer.Viewer{AccountID: "acc_sealed", Grants: []viewer.Grant{{Role: viewer.Supervisor, AgencyID: w.mse.ID}}}, 2, 1, 1},
		"who is no supervisor":  {viewer.Viewer{AccountID: "acc_sealed", Grants: []viewer.Grant{{Role: viewer.Operator, AgencyID: w.mse.ID}}}, 0, 0, 1},
		"an administrator":      {viewer.Viewer{AccountID: "acc_a", Grants: []viewer.Grant{{Role: viewer.Administrator}}}, 1, 1, 1},
		"a content manager":     {viewer.Viewer{AccountID: "acc_m", Grants: []viewer.Grant{{Role: viewer.ContentManager, AgencyID: w.mse.ID}}}, 0, 0, 0},
	} {
		c.v.Kind = viewer.Account
		ctx := viewer.With(t.Context(), c.v)
		require.Equal(t, c.judged, w.client.Evaluation.Query().CountX(ctx), name)
		require.Equal(t, min(c.judged, 1), w.client.EvaluationStep.Query().CountX(ctx), name)
		require.Equal(t, c.rules, w.client.EvaluationRule.Query().CountX(ctx), name)
		require.Equal(t, c.forms, w.client.EvaluationForm.Query().CountX(ctx), name)
		require.Equal(t, c.forms, w.client.EvaluationFormVersion.Query().CountX(ctx), name)
	}
}

// doors puts a row into each table of signing in.
func (w *world) doors(accountID string) {
	w.t.Helper()
	c, ctx, at := w.client, w.system, time.Now()
	c.AccessRequest.Create().SetAccountID(accountID).SetAskerID(accountID).SetRole("OPERATOR").SetAgencyID(w.mse.ID).SetReason("r").
		SetWantedTo(at).SetExpiresAt(at).ExecX(ctx)
	c.SecondFactor.Create().SetAccountID(accountID).SetSecret([]byte("s")).ExecX(ctx)
	c.RecoveryCode.Create().SetAccountID(accountID).SetHash([]byte("h")).ExecX(ctx)
	c.SignInChallenge.Create().SetAccountID(accountID).SetTokenHash([]byte("t")).SetExpiresAt(at).SetPasswordHash("h").ExecX(ctx)
	c.FormerPassword.Create().SetAccountID(accountID).SetHash("h").ExecX(ctx)
	c.APIKey.Create().SetName("k").SetAgencyID(w.mse.ID).SetActions([]string{"a"}).SetHint("ekk_").SetHash([]byte("h")).
		SetExpiresAt(at).SetCreatorID(accountID).ExecX(ctx)
	c.IdentityLink.Create().SetAccountID(accountID).SetIssuer("i").SetSubject("s").ExecX(ctx)
	c.IdentityLogin.Create().SetStateHash([]byte("s")).SetBrowserHash([]byte("b")).SetNonce("n").SetVerifier("v").SetExpiresAt(at).ExecX(ctx)
	c.AgencyNetwork.Create().SetAgencyID(w.mse.ID).SetNetwork("192.0.2.0/24").ExecX(ctx)
}

// personal puts a row into each table that looks after personal data.
func (w *world) personal(accountID string) {
	w.t.Helper()
	c, ctx, at := w.client, w.system, time.Now()
	c.DataKey.Create().SetNumber(1).SetKind("COLUMN").SetWrapped([]byte("w")).SetMaster("m").ExecX(ctx)
	c.AuditSeal.Create().SetID(1).SetFirst(1).SetSealedAt(at).SetHash([]byte("h")).SetMAC([]byte("m")).ExecX(ctx)
	c.LegalHold.Create().SetInteractionID("int").SetReason("r").SetAccountID(accountID).ExecX(ctx)
	c.DestructionAct.Create().SetRule("r").SetBasis("b").SetBeganAt(at).SetEndedAt(at).SetCounts(map[string]int{}).
		SetObjects(map[string][]string{}).SetSha256("00").ExecX(ctx)
	c.CitizenRequest.Create().SetKind("EXPORT").SetPhoneIndex([]byte("i")).SetBasis("b").SetAskedBy(accountID).ExecX(ctx)
}

// telephony puts a row into each table of the phone; the interaction is the one of everything.
func (w *world) telephony(accountID string) {
	w.t.Helper()
	c, ctx, at := w.client, w.system, time.Now()
	i := c.Interaction.Query().FirstX(ctx)
	c.Trunk.Create().SetName("t").SetSources([]string{"192.0.2.1"}).SetProxy("192.0.2.1").ExecX(ctx)
	m := c.Menu.Create().SetCode("m").SetName("m").SaveX(ctx)
	c.MenuVersion.Create().SetMenuID(m.ID).SetNumber(1).SetDocument([]byte(`{}`)).ExecX(ctx)
	c.ServiceNumber.Create().SetNumber("+78006000000").SetName("n").SetMenuID(m.ID).ExecX(ctx)
	c.Sound.Create().SetName("s").SetSize(1).SetSha256("00").SetLengthMs(1).SetContent([]byte("s")).ExecX(ctx)
	p := c.Phone.Create().SetAccountID(accountID).SetUsername("p").SetRealm("ekc").SetHa1Md5("0").SetHa1Sha256("0").SaveX(ctx)
	c.PhoneBinding.Create().SetPhoneID(p.ID).SetAccountID(accountID).SetNodeID("nod").SetContact("sip:p@192.0.2.2").
		SetTransport("UDP").SetSource("192.0.2.2:5060").SetLocal("192.0.2.1:5060").SetCallID("c").SetCseq(1).
		SetUpdatedAt(at).SetExpiresAt(at).ExecX(ctx)
	c.SuggestionVerdict.Create().SetInteractionID(i.ID).SetAccountID("acc").SetRecordID("rec").SetRecordVersionID("ver").SetAccepted(true).
		ExecX(ctx)
	c.ServerNode.Create().SetHost("h").ExecX(ctx)
	call := c.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("INBOUND").SetBeganAt(at).SaveX(ctx)
	c.CallLeg.Create().SetCallID(call.ID).SetInteractionID(i.ID).SetKind("TRUNK").SetRole("CITIZEN").SetBeganAt(at).ExecX(ctx)
	c.CallInvitation.Create().SetCallID(call.ID).SetInteractionID(i.ID).SetAccountID("acc").SetInviterID(accountID).SetExpiresAt(at).ExecX(ctx)
	tape := c.Recording.Create().SetCallID(call.ID).SetInteractionID(i.ID).SetObject("o").SetSha256("00").SetSize(1).SetBeganAt(at).
		SetLengthMs(1).SetDestroyAfter(at).SaveX(ctx)
	c.Transcript.Create().SetRecordingID(tape.ID).ExecX(ctx)
	c.NodeCommand.Create().SetNodeID("nod").SetSenderID("nod").SetKind("mute").SetRequest([]byte(`{}`)).SetExpiresAt(at).ExecX(ctx)
	c.Callback.Create().SetInteractionID(i.ID).SetAgencyID(w.mse.ID).SetRegionID(w.kazan.ID).SetLine(2).SetReason("LOST").
		SetNumber("+79000000000").SetTimeZone("Europe/Moscow").SetPlaceAt(at).SetNextAttemptAt(at).ExecX(ctx)
}

func TestCallbacksAreSeenInTheirSegment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	for name, c := range map[string]struct {
		grant viewer.Grant
		sees  int
	}{
		"operator of the line":        {viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID, Line: 2}, 1},
		"operator of another line":    {viewer.Grant{Role: viewer.Operator, AgencyID: w.mse.ID, Line: 1}, 0},
		"operator of another agency":  {viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, Line: 2}, 0},
		"supervisor":                  {viewer.Grant{Role: viewer.Supervisor}, 1},
		"supervisor of another place": {viewer.Grant{Role: viewer.Supervisor, RegionID: w.moscow.ID}, 0},
		"content manager":             {viewer.Grant{Role: viewer.ContentManager}, 0},
	} {
		ctx := viewer.With(t.Context(), w.account(name[len(name)-3:]+name, c.grant))
		require.Equal(t, c.sees, w.client.Callback.Query().CountX(ctx), name)
	}
}

// entities are the clients of all entities, by name.
func entities(client *ent.Client) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	v := reflect.ValueOf(client).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.IsExported() && v.Field(i).Kind() == reflect.Pointer && v.Field(i).MethodByName("Query").IsValid() {
			all[field.Name] = v.Field(i)
		}
	}
	return all
}

func call(v reflect.Value, method string, args ...any) []reflect.Value {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a)
	}
	return v.MethodByName(method).Call(in)
}

func asError(v reflect.Value) error {
	err, _ := v.Interface().(error)
	return err
}

// visible counts the rows of each entity that the viewer finds; -1 where querying is refused.
func (w *world) visible(v viewer.Viewer) map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	for name, entity := range entities(w.client) {
		out := call(call(entity, "Query")[0], "Count", viewer.With(w.t.Context(), v))
		switch err := asError(out[1]); {
		case err == nil:
			counts[name] = int(out[0].Int())
		case errors.Is(err, privacy.Deny):
			counts[name] = -1
		default:
			require.NoError(w.t, err, name)
		}
	}
	return counts
}

func TestEveryEntityIsClosedByDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	all := w.visible(viewer.Viewer{Kind: viewer.System})
	joins := 2 // queue_required_skills and queue_required_courses are tables without an entity
	require.Len(t, all, len(migrate.Tables)-joins)
	for name, count := range all {
		require.Positive(t, count, "the test needs a row of "+name)
	}
	for name, count := range w.visible(viewer.Viewer{}) {
		switch name {
		case "Agency", "Region":
			require.Positive(t, count, name)
		case "Event", "Secret", "ServerNode", "NodeCommand", "Transcript", "Recall", "RecallPerson", "AnswerReview", "AnswerSample", "Duty",
			"SuggestionVerdict", "SecondFactor", "RecoveryCode", "SignInChallenge", "FormerPassword", "IdentityLink", "IdentityLogin",
			"AgencyNetwork", "DataKey", "AuditSeal", "AnswerDay", "AnswerTally", "RecordFile":
			require.Equal(t, -1, count, name)
		default:
			require.Zero(t, count, name)
		}
	}
	for name, count := range w.visible(viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_none"}) {
		if name != "Agency" && name != "Region" {
			require.LessOrEqual(t, count, 0, name)
		}
	}
}

func TestStrangersSeeReferenceDataOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	stranger := w.account("stranger", viewer.Grant{Role: viewer.Supervisor, AgencyID: w.pfr.ID})
	reference := map[string]bool{
		"Agency": true, "Region": true, "Site": true, "Skill": true, "Queue": true, "PauseReason": true,
		"BusinessHours": true, "Disposition": true, "ServiceNumber": true, "Menu": true, "MenuVersion": true, "Sound": true,
		"RolloutWave": true, "DeferralRule": true,
	}
	for name, count := range w.visible(stranger) {
		switch {
		case reference[name]:
			require.Positive(t, count, name)
		case name == "Account" || name == "RoleAssignment":
			require.Equal(t, 1, count, name+": only its own")
		default:
			require.LessOrEqual(t, count, 0, name)
		}
	}
}

func TestOnlyTheSystemChangesAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everything()
	before := w.visible(viewer.Viewer{Kind: viewer.System})
	for _, v := range []viewer.Viewer{
		{},
		{Kind: viewer.Citizen, InteractionID: "int_x"},
		{Kind: viewer.Account, AccountID: "acc_x", Grants: []viewer.Grant{{Role: viewer.Administrator}}},
	} {
		ctx := viewer.With(t.Context(), v)
		for name, entity := range entities(w.client) {
			out := call(call(entity, "Delete")[0], "Exec", ctx)
			require.ErrorIs(t, asError(out[1]), privacy.Deny, name)
			out = call(call(entity, "Create")[0], "Exec", ctx)
			require.Error(t, asError(out[0]), name)
		}
		require.ErrorIs(t, w.client.Account.Update().SetActive(false).Exec(ctx), privacy.Deny)
		require.ErrorIs(t, w.client.Agency.Create().SetCode("X").SetName("x").SetShortName("x").Exec(ctx), privacy.Deny)
	}
	require.Equal(t, before, w.visible(viewer.Viewer{Kind: viewer.System}))
}
