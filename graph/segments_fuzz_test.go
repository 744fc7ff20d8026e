package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph"
	"ekc/supervision/scorecard"
	"ekc/training/lesson"
)

// mark stands in every text of what belongs to the segment that nobody else may see.
const mark = "ТАЙНА"

// ends are mutations that end the session of who asks, or need a file; they are tried by tests of their own.
var ends = []string{"signOut", "signOutEverywhere", "attachmentUpload", "soundUpload"}

// secrets are the objects of one segment, PFR in region 78, by the name of the argument that takes their id, and all of
// their ids.
type secrets struct {
	byName map[string]string
	all    []string
}

// outsider is somebody who must find nothing.
type outsider struct{ name, token string }

// explorer asks everything that the contract has.
type explorer struct {
	*world
	schema  *ast.Schema
	secrets secrets
	asked   int
	// sent are the names under which ids were sent with the present operation: an answer may say them back.
	sent map[string]bool
}

func newExplorer(t *testing.T) (*explorer, []outsider) {
	t.Helper()
	w := newWorld(t, func(o *graph.Options) {
		o.RateLimits.Citizen.Every, o.RateLimits.Citizen.Burst = time.Microsecond, 1000
		o.RateLimits.Program = o.RateLimits.Citizen
	})
	e := &explorer{world: w, schema: contract(t)}
	e.hide()
	var outsiders []outsider
	for _, role := range access.Roles {
		if role == viewer.Administrator {
			continue
		}
		for place, in := range map[string]access.NewRole{
			"of another agency": {Role: role, AgencyID: w.mse.ID}, "of another region": {Role: role, AgencyID: w.pfr.ID, RegionID: w.moscow.ID},
		} {
			login := strings.ToLower(string(role)) + "." + place[len(place)-6:]
			_, token := w.account(strings.ReplaceAll(login, " ", ""), in)
			outsiders = append(outsiders, outsider{string(role) + " " + place, token})
		}
	}
	_, stranger := w.chat("")
	root := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_root", Grants: []viewer.Grant{{Role: viewer.Administrator}}})
	for name, in := range map[string]access.NewKey{
		"another agency's key": {AgencyID: w.mse.ID}, "another region's key": {AgencyID: w.pfr.ID, RegionID: w.moscow.ID},
	} {
		in.Name, in.Actions, in.ExpiresAt = "k", access.KeyActions(), time.Now().Add(time.Hour)
		_, key, err := w.access.CreateKey(root, in)
		require.NoError(t, err)
		outsiders = append(outsiders, outsider{name, key})
	}
	return e, append(outsiders, outsider{"nobody", ""}, outsider{"another citizen", stranger})
}

// hide makes the objects of the segment.
func (e *explorer) hide() {
	w, ctx, c := e.world, e.world.system, e.world.client
	region := c.Region.Query().Where(func(s *sql.Selector) { s.Where(sql.EQ(s.C("code"), "78")) }).OnlyX(ctx)
	place := access.NewRole{Role: viewer.Operator, AgencyID: w.pfr.ID, RegionID: region.ID}
	a, operator := w.account("secret.operator", place)
	c.Account.UpdateOne(a).SetDisplayName(mark + " сотрудник").ExecX(ctx)
	q := c.Queue.Create().SetCode("secret").SetName("Очередь").SetChannel("CHAT").SetLine(2).SetAgencyID(w.pfr.ID).SetRegionID(region.ID).SaveX(ctx)
	c.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).ExecX(ctx)
	w.ask(operator, `mutation { presenceSet(input: {state: AVAILABLE}) { userErrors { message } } }`, nil)
	got := w.ask("", `mutation { chatStart(input: {agencyCode: "PFR", regionCode: "78", name: "`+mark+` Иван", phone: "+79269990011",
		text: "`+mark+` мой вопрос"}) { token interaction { id } } }`, nil)
	id := got.path("chatStart", "interaction", "id").(string)
	c.Interaction.UpdateOneID(id).SetQueueID(q.ID).SetOperatorID(a.ID).SetState("ACTIVE").SetAgencyID(w.pfr.ID).SetRegionID(region.ID).
		SetLine(2).ExecX(ctx)
	i := c.Interaction.GetX(ctx, id)
	end := time.Now().Add(time.Hour)
	request := c.AccessRequest.Create().SetAccountID(a.ID).SetAskerID(a.ID).SetRole("SUPERVISOR").SetAgencyID(w.pfr.ID).SetRegionID(region.ID).
		SetReason(mark).SetWantedTo(end).SetExpiresAt(end).SaveX(ctx)
	key := c.APIKey.Create().SetName(mark).SetAgencyID(w.pfr.ID).SetRegionID(region.ID).SetActions([]string{}).SetHint(mark).
		SetHash([]byte("h")).SetExpiresAt(end).SetCreatorID(a.ID).SaveX(ctx)
	offer := c.Offer.Create().SetInteractionID(id).SetAccountID(a.ID).SetQueueID(q.ID).SetExpiresAt(end).SaveX(ctx)
	callback := c.Callback.Create().SetInteractionID(id).SetAgencyID(w.pfr.ID).SetRegionID(region.ID).SetLine(2).SetReason("LOST").
		SetNumber("+79269990011").SetTimeZone("Europe/Moscow").SetPlaceAt(end).SetNextAttemptAt(end).SaveX(ctx)
	phone := c.Phone.Create().SetAccountID(a.ID).SetUsername("secretphone").SetRealm("ekc").SetHa1Md5("0").SetHa1Sha256("0").SaveX(ctx)
	e.secrets.byName = e.judged(id, a.ID, region.ID)
	for name, id := range map[string]string{
		"interactionId": id, "messageId": i.QueryMessages().FirstIDX(ctx), "citizenId": i.CitizenID, "accountId": a.ID, "offerId": offer.ID,
		"accessRequestId": request.ID, "apiKeyId": key.ID, "callbackId": callback.ID, "phoneId": phone.ID,
		"roleAssignmentId": c.RoleAssignment.Query().Where(func(s *sql.Selector) { s.Where(sql.EQ(s.C("account_id"), a.ID)) }).OnlyIDX(ctx),
		"sessionId":        c.Session.Query().Where(func(s *sql.Selector) { s.Where(sql.EQ(s.C("account_id"), a.ID)) }).FirstIDX(ctx),
	} {
		e.secrets.byName[name] = id
	}
	for _, id := range e.secrets.byName {
		e.secrets.all = append(e.secrets.all, id)
	}
	slices.Sort(e.secrets.all)
	for name, id := range map[string]string{ // of no secret, and yet nobody else's to change
		"agencyId": w.pfr.ID, "regionId": region.ID, "queueId": q.ID, "recordId": "rec-1",
	} {
		e.secrets.byName[name] = id
	}
}

// judged makes what the supervisors and the teachers of the segment have: deferred enquiries, evaluations, calibrations, alerts, incidents,
// directives, courses and what was learned.
func (e *explorer) judged(interactionID, operatorID, regionID string) map[string]string {
	c, ctx, agency, now := e.client, e.system, e.pfr.ID, time.Now()
	deferral := c.Deferral.Create().SetInteractionID(interactionID).SetQuestion(mark).SetDeferredBy(operatorID).SetOperatorID(operatorID).
		SetTimeZone("Europe/Moscow").SetTermStamp("x").SetWarnAt(now.Add(time.Hour)).SetDueAt(now.Add(2 * time.Hour)).SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	form := c.EvaluationForm.Create().SetName(mark).SetAuthorID(operatorID).SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	version := c.EvaluationFormVersion.Create().SetFormID(form.ID).SetNumber(1).SetContent(scorecard.Form{}).SetPassMark(70).SetContestDays(5).
		SetAuthorID(operatorID).SaveX(ctx)
	evaluation := c.Evaluation.Create().SetInteractionID(interactionID).SetOperatorID(operatorID).SetFormID(form.ID).SetFormVersionID(version.ID).
		SetEvaluatorID(operatorID).SetState("GIVEN").SetScore(77).SetComment(mark).SetGivenAt(now).SetContestUntil(now.Add(time.Hour)).SetLine(2).
		SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	drawn := c.EvaluationRule.Create().SetName(mark).SetFormID(form.ID).SetPeriod("WEEK").SetPerOperator(1).SetDrawnTo(now).SetAuthorID(operatorID).
		SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	calibration := c.Calibration.Create().SetInteractionID(interactionID).SetOperatorID(operatorID).SetFormVersionID(version.ID).SetAuthorID(operatorID).
		SetDueAt(now.Add(time.Hour)).SetConclusion(mark).SetLine(2).SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	rule := c.AlertRule.Create().SetName(mark).SetMetric("WAITING").SetThreshold(2).SetClearThreshold(1).SetAuthorID(operatorID).
		SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	alert := c.Alert.Create().SetRuleID(rule.ID).SetSubject(mark).SetState("RAISED").SetRaisedAt(now).SetValue(3).SetWorst(3).
		SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	incident := c.Incident.Create().SetRaisedBy(operatorID).SetSeverity("HIGH").SetSubject("CALLS").SetText(mark).SetLevel(1).
		SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	c.IncidentComment.Create().SetIncidentID(incident.ID).SetAccountID(operatorID).SetText(mark).ExecX(ctx)
	directive := c.Directive.Create().SetAccountID(operatorID).SetAuthorID(operatorID).SetKind("PRESENCE").SetReason(mark).SaveX(ctx)
	course := c.Course.Create().SetTitle(mark).SetAuthorID(operatorID).SetPublished(1).SetAgencyID(agency).SetRegionID(regionID).SaveX(ctx)
	taught := c.CourseVersion.Create().SetCourseID(course.ID).SetNumber(1).SetAuthorID(operatorID).SetPublishedAt(now).SetContent(lesson.Content{}).SaveX(ctx)
	assignment := c.TrainingAssignment.Create().SetAccountID(operatorID).SetCourseID(course.ID).SetAuthorID(operatorID).SaveX(ctx)
	attempt := c.TrainingAttempt.Create().SetAssignmentID(assignment.ID).SetAccountID(operatorID).SetCourseID(course.ID).SetCourseVersionID(taught.ID).
		SetEndsAt(now.Add(time.Hour)).SetSheet(lesson.Sheet{}).SaveX(ctx)
	admission := c.Admission.Create().SetAccountID(operatorID).SetCourseID(course.ID).SetReason(mark).SetValidFrom(now).SaveX(ctx)
	return map[string]string{
		"deferralId": deferral.ID, "formId": form.ID, "evaluationId": evaluation.ID, "calibrationId": calibration.ID, "alertId": alert.ID,
		"evaluationRuleId": drawn.ID, "ruleId": rule.ID, "incidentId": incident.ID, "directiveId": directive.ID, "courseId": course.ID,
		"assignmentId": assignment.ID, "attemptId": attempt.ID, "admissionId": admission.ID,
	}
}

// value makes up a value of the type; optional ids are given too, for they may be what leads somewhere.
func (e *explorer) value(name string, t *ast.Type, depth int) (string, bool) {
	if t.Elem != nil {
		inner, ok := e.value(strings.TrimSuffix(name, "s"), t.Elem, depth)
		return "[" + inner + "]", ok
	}
	e.asked++
	switch t.NamedType {
	case "ID":
		return fmt.Sprintf("%q", e.idFor(name)), true
	case "String":
		if text, known := texts[name]; known {
			return fmt.Sprintf("%q", strings.ReplaceAll(text, "#", fmt.Sprint(e.asked))), true
		}
		return `"слово"`, true
	case "Int":
		return "1", true
	case "Float":
		return "0.5", true
	case "Boolean":
		return "true", true
	case "Time":
		return fmt.Sprintf("%q", times(name)), true
	case "Date":
		return `"2026-12-01"`, true
	}
	definition := e.schema.Types[t.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return definition.EnumValues[0].Name, true
	case ast.InputObject:
		return e.object(definition, depth)
	default:
		return "", false
	}
}

// texts are what a text must be to come through to the rights.
var texts = map[string]string{
	"login": "new.login.#", "password": "seven green kites", "new": "seven green kites", "code": "CODE_#", "number": "+79261234567",
	"timeZone": "Europe/Moscow", "network": "127.0.0.0/8", "subject": "CN=x", "challenge": "eks_x", "proxy": "192.0.2.1", "name": "n #",
}

// times are given so that what begins lies before what ends.
func times(name string) string {
	if strings.Contains(strings.ToLower(name), "from") {
		return time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	}
	return time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
}

func (e *explorer) idFor(name string) string {
	e.sent[name] = name != "id"
	if id, known := e.secrets.byName[name]; known {
		return id
	}
	return e.secrets.byName["interactionId"] // of a kind that the table does not know: an id of the segment all the same
}

func (e *explorer) object(definition *ast.Definition, depth int) (string, bool) {
	var fields []string
	for _, f := range definition.Fields {
		required := f.Type.NonNull && f.DefaultValue == nil
		if !required && (depth > 1 || f.Type.Name() != "ID") {
			continue
		}
		text, ok := e.value(f.Name, f.Type, depth+1)
		switch {
		case ok:
			fields = append(fields, f.Name+": "+text)
		case required:
			return "", false
		}
	}
	return "{" + strings.Join(fields, ", ") + "}", true
}

// call writes a field with arguments, and false when it needs what cannot be made up.
func (e *explorer) call(f *ast.FieldDefinition) (string, bool) {
	var arguments []string
	for _, a := range f.Arguments {
		required := a.Type.NonNull && a.DefaultValue == nil
		switch {
		case a.Name == "first":
			arguments = append(arguments, "first: 3")
			continue
		case !required && a.Type.Name() != "ID":
			continue
		}
		text, ok := e.value(a.Name, a.Type, 0)
		if !ok && required {
			return "", false
		}
		arguments = append(arguments, a.Name+": "+text)
	}
	if len(arguments) == 0 {
		return f.Name, true
	}
	return f.Name + "(" + strings.Join(arguments, ", ") + ")", true
}

// selection selects everything below a type, so deep.
func (e *explorer) selection(name string, depth int) string {
	definition := e.schema.Types[name]
	switch definition.Kind {
	case ast.Scalar, ast.Enum:
		return ""
	case ast.Interface, ast.Union:
		return " { __typename }"
	}
	parts := []string{"__typename"}
	for _, f := range definition.Fields {
		composite := e.schema.Types[f.Type.Name()].IsCompositeType()
		if strings.HasPrefix(f.Name, "__") || (composite && depth == 0) {
			continue
		}
		text, ok := e.call(f)
		if !ok {
			continue
		}
		if composite {
			text += e.selection(f.Type.Name(), depth-1)
		}
		parts = append(parts, text)
	}
	return " { " + strings.Join(parts, " ") + " }"
}

// nothing requires that an answer tells nothing of the segment but what was asked with.
func (e *explorer) nothing(who, query string, got answer) {
	e.Helper()
	require.NotContains(e, got.raw, "VALIDATION", query)
	require.NotContains(e, got.raw, "INTERNAL", "%s: %s", who, query)
	require.NotContains(e, got.raw, mark, "%s: %s", who, query)
	require.NotContains(e, got.raw, "9269990011", "%s: %s", who, query)
	for _, id := range e.secrets.all {
		text := got.raw
		for name, said := range e.sent {
			if said {
				text = strings.ReplaceAll(text, `"`+name+`":"`+id+`"`, "")
			}
		}
		require.NotContains(e, text, `"`+id+`"`, "%s: %s", who, query)
	}
}

// read asks for a field as deep as the limits let it.
func (e *explorer) read(o outsider, f *ast.FieldDefinition) {
	e.Helper()
	e.sent = map[string]bool{}
	text, ok := e.call(f)
	if !ok {
		return
	}
	for depth := 3; depth >= 0; depth-- {
		query := "{ " + text + e.selection(f.Type.Name(), depth) + " }"
		got := e.ask(o.token, query, nil)
		if got.status == 400 || strings.Contains(got.raw, "complexity") || strings.Contains(got.raw, "TOO_LARGE") || strings.Contains(got.raw, "asks for more than") {
			require.Positive(e, depth, "%s: %s", query, got.raw)
			continue
		}
		e.nothing(o.name, query, got)
		return
	}
}

// change tries mutations, some at once, with all that they may return.
func (e *explorer) change(o outsider, some []*ast.FieldDefinition) {
	e.Helper()
	e.sent = map[string]bool{}
	var calls []string
	for _, f := range some {
		if text, ok := e.call(f); ok {
			calls = append(calls, text+e.selection(f.Type.Name(), 1))
		}
	}
	if len(calls) == 0 {
		return
	}
	query := "mutation { " + strings.Join(calls, " ") + " }"
	got := e.ask(o.token, query, nil)
	if got.status == 400 && len(some) > 1 {
		for _, f := range some {
			e.change(o, []*ast.FieldDefinition{f})
		}
		return
	}
	e.nothing(o.name, query, got)
}

// kept is everything that the segment has, as it stands in the database.
func (e *explorer) kept() string {
	c, ctx, b := e.client, e.system, e.secrets.byName
	rows := []any{
		c.Interaction.GetX(ctx, b["interactionId"]), c.Message.GetX(ctx, b["messageId"]), c.Citizen.GetX(ctx, b["citizenId"]),
		c.Account.GetX(ctx, b["accountId"]), c.Offer.GetX(ctx, b["offerId"]), c.AccessRequest.GetX(ctx, b["accessRequestId"]),
		c.APIKey.GetX(ctx, b["apiKeyId"]), c.Callback.GetX(ctx, b["callbackId"]), c.Phone.GetX(ctx, b["phoneId"]),
		c.RoleAssignment.GetX(ctx, b["roleAssignmentId"]), c.Session.GetX(ctx, b["sessionId"]), c.Queue.GetX(ctx, b["queueId"]),
		c.Interaction.GetX(ctx, b["interactionId"]).QueryMessages().CountX(ctx),
		c.Deferral.GetX(ctx, b["deferralId"]), c.EvaluationForm.GetX(ctx, b["formId"]), c.Evaluation.GetX(ctx, b["evaluationId"]),
		c.EvaluationRule.GetX(ctx, b["evaluationRuleId"]), c.Calibration.GetX(ctx, b["calibrationId"]), c.Alert.GetX(ctx, b["alertId"]),
		c.AlertRule.GetX(ctx, b["ruleId"]), c.Incident.GetX(ctx, b["incidentId"]), c.Directive.GetX(ctx, b["directiveId"]),
		c.Course.GetX(ctx, b["courseId"]), c.TrainingAssignment.GetX(ctx, b["assignmentId"]), c.TrainingAttempt.GetX(ctx, b["attemptId"]),
		c.Admission.GetX(ctx, b["admissionId"]), c.IncidentComment.Query().CountX(ctx), c.EvaluationStep.Query().CountX(ctx),
		c.Account.GetX(ctx, b["accountId"]).QueryRoles().CountX(ctx), c.Account.GetX(ctx, b["accountId"]).QueryMemberships().CountX(ctx),
	}
	text, err := json.Marshal(rows)
	require.NoError(e, err)
	return string(text)
}

// Every field of the contract, those that come later too, is asked by every role of another agency and of another region, by
// another citizen, another agency's key and nobody, with the ids of what they must not see.
func TestNothingOfAnotherSegmentIsFound(t *testing.T) {
	t.Parallel()
	e, outsiders := newExplorer(t)
	before := e.kept()
	mutations := slices.DeleteFunc(slices.Clone(e.schema.Mutation.Fields), func(f *ast.FieldDefinition) bool { return slices.Contains(ends, f.Name) })
	for _, o := range outsiders {
		for _, f := range e.schema.Query.Fields {
			if !strings.HasPrefix(f.Name, "__") && f.Name != "node" && f.Name != "nodes" {
				e.read(o, f)
			}
		}
		e.nodes(o)
		for some := range slices.Chunk(mutations, 8) {
			e.change(o, some)
		}
	}
	require.Equal(t, before, e.kept(), "nothing was changed")
}

// nodes asks for all of the ids as objects of every kind.
func (e *explorer) nodes(o outsider) {
	e.Helper()
	e.sent = map[string]bool{}
	ids, err := json.Marshal(e.secrets.all)
	require.NoError(e, err)
	for _, kind := range e.schema.GetPossibleTypes(e.schema.Types["Node"]) {
		query := "{ nodes(ids: " + string(ids) + ") { __typename ... on " + kind.Name + e.selection(kind.Name, 0) + " } }"
		got := e.ask(o.token, query, nil)
		if got.status == 200 {
			e.nothing(o.name, query, got)
			continue
		}
		require.Contains(e, got.raw, "complexity", query)
	}
}
