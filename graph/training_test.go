package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/routingtrace"
	"ekc/ent/segment"
	"ekc/ent/transcript"
	"ekc/interaction/dialogue"
	"ekc/internal/voice/spoken"
	"ekc/routing"
)

// school is a world with a supervisor, an operator of line 1 who takes chats, and others.
type school struct {
	*world
	boss, manager, coordinator, operator, colleague, other, elsewhere, admin string
	trainee                                                                  *ent.Account
	course                                                                   string
}

func newSchool(t *testing.T) *school {
	t.Helper()
	s := &school{world: newWorld(t)}
	petersburg := ""
	for _, r := range s.client.Region.Query().AllX(s.system) {
		if r.Code == "78" {
			petersburg = r.ID
		}
	}
	here := func(role viewer.Role) access.NewRole {
		return access.NewRole{Role: role, AgencyID: s.pfr.ID, RegionID: s.moscow.ID}
	}
	_, s.admin = s.account("admin", access.NewRole{Role: viewer.Administrator})
	_, s.boss = s.account("boss", here(viewer.Supervisor))
	_, s.manager = s.account("manager", here(viewer.ContentManager))
	_, s.coordinator = s.account("coordinator", here(viewer.SegmentCoordinator))
	_, s.other = s.account("other", access.NewRole{Role: viewer.Supervisor, AgencyID: s.mse.ID})
	_, s.elsewhere = s.account("elsewhere", access.NewRole{Role: viewer.Supervisor, AgencyID: s.pfr.ID, RegionID: petersburg})
	_, s.colleague = s.account("colleague", here(viewer.Operator))
	s.trainee, s.operator = s.account("trainee", here(viewer.Operator))
	return s
}

const courseFields = `course { id published versions { number revision publishedAt exercises { id turns { citizen reply recordIds } } questions { id rightOptionIds } } }`

// write makes a course of one reading, one exercise and three questions, and publishes it.
func (s *school) write() {
	s.Helper()
	made := s.change(s.boss, "courseCreate", "CourseCreateInput", map[string]any{
		"title": "Пенсии", "agencyId": s.pfr.ID, "regionId": s.moscow.ID, "validityDays": 30,
	}, courseFields)
	require.Empty(s, made.trouble("courseCreate"), made.raw)
	s.course = made.path("courseCreate", "course", "id").(string)
	got := s.change(s.manager, "courseExerciseAdd", "CourseExerciseAddInput", map[string]any{
		"courseId": s.course, "revision": 1, "interactionId": s.past(), "title": "Разговор",
	}, courseFields)
	require.Equal(s, "NOT_FOUND", got.trouble("courseExerciseAdd"), "content managers see no dialogues")
	got = s.change(s.boss, "courseExerciseAdd", "CourseExerciseAddInput", map[string]any{
		"courseId": s.course, "revision": 1, "interactionId": s.past(), "title": "Разговор",
	}, courseFields)
	require.Empty(s, got.trouble("courseExerciseAdd"), got.raw)
	require.Contains(s, got.raw, "Меня зовут, [имя]")
	require.NotContains(s, got.raw, "Заболотн")
	got = s.change(s.manager, "courseWrite", "CourseWriteInput", map[string]any{
		"courseId": s.course, "revision": 2, "recordIds": []string{"rec-1"}, "maxAttempts": 2, "timeLimitMinutes": 10, "passPercent": 80,
		"questions": []map[string]any{
			{"kind": "SINGLE", "text": "Сколько линий?", "options": []string{"Одна", "Две"}, "right": []int{1}, "points": 2},
			{"kind": "MULTIPLE", "text": "Что можно?", "options": []string{"а", "б", "в"}, "right": []int{0, 2}, "points": 2},
			{"kind": "ORDER", "text": "По порядку", "options": []string{"второе", "первое"}, "right": []int{1, 0}, "points": 5},
		},
	}, courseFields)
	require.Empty(s, got.trouble("courseWrite"), got.raw)
	got = s.change(s.manager, "coursePublish", "CoursePublishInput", map[string]any{"courseId": s.course, "revision": 3}, courseFields)
	require.Empty(s, got.trouble("coursePublish"), got.raw)
	require.InDelta(s, 1, got.path("coursePublish", "course", "published"), 0)
}

// past is a chat that is over, of a citizen who told their name.
func (s *school) past() string {
	s.Helper()
	person := s.client.Citizen.Create().SetName("Семён Заболотный").SaveX(s.system)
	i := s.client.Interaction.Create().SetChannel(interaction.ChannelChat).SetCitizenID(person.ID).SetState(interaction.StateClosed).
		SetAgencyID(s.pfr.ID).SetRegionID(s.moscow.ID).SetLine(1).SaveX(s.system)
	for n, m := range []struct {
		author message.Author
		text   string
		cites  []dialogue.Citation
	}{
		{message.AuthorCitizen, "Меня зовут, Семен Заболотный. Как назначить пенсию?", nil},
		{message.AuthorOperator, "Подайте заявление.", []dialogue.Citation{{RecordID: "rec-1", VersionID: "v", Version: 1}}},
		{message.AuthorCitizen, "Спасибо", nil},
		{message.AuthorOperator, "Всего доброго, Семён!", nil},
	} {
		s.client.Message.Create().SetInteractionID(i.ID).SetSequence(n + 1).SetAuthor(m.author).SetText(m.text).SetCitations(m.cites).ExecX(s.system)
	}
	return i.ID
}

// assign assigns the course to the trainee and returns the assignment.
func (s *school) assign() string {
	s.Helper()
	got := s.change(s.boss, "trainingAssign", "TrainingAssignInput", map[string]any{"courseId": s.course, "accountIds": []string{s.trainee.ID}},
		`assignments { id state course { title } trainee { displayName } }`)
	require.Empty(s, got.trouble("trainingAssign"), got.raw)
	return got.path("trainingAssign", "assignments").([]any)[0].(map[string]any)["id"].(string)
}

const attemptFields = `attempt { id state points ofPoints exercises { id next done { reply recordIds right } }
	questions { id text options { id } answer rightOptionIds } }`

func (s *school) step(mutation, input string, in map[string]any) answer {
	s.Helper()
	return s.change(s.operator, mutation, input, in, attemptFields)
}

// take takes the course once, with the right answers or with others, and returns how it ended.
func (s *school) take(assignment string, good bool) answer {
	s.Helper()
	begun := s.step("attemptBegin", "TrainingAssignmentInput", map[string]any{"assignmentId": assignment})
	require.Empty(s, begun.trouble("attemptBegin"), begun.raw)
	id := begun.path("attemptBegin", "attempt", "id").(string)
	require.NotContains(s, begun.raw, "Подайте заявление", "what was answered is not told before")
	require.InDelta(s, 11, begun.path("attemptBegin", "attempt", "ofPoints"), 0)
	right := map[string][]string{"q1": {"1"}, "q2": {"2", "0"}, "q3": {"1", "0"}}
	if !good {
		right["q3"] = []string{"0", "1"}
	}
	for question, options := range right {
		got := s.step("attemptAnswer", "AttemptAnswerInput", map[string]any{"attemptId": id, "questionId": question, "optionIds": options})
		require.Empty(s, got.trouble("attemptAnswer"), got.raw)
		for _, q := range got.path("attemptAnswer", "attempt", "questions").([]any) {
			require.Nil(s, q.(map[string]any)["rightOptionIds"], "not before the end")
		}
	}
	got := s.step("attemptReply", "AttemptReplyInput", map[string]any{"attemptId": id, "exerciseId": "e1", "recordId": "rec-1"})
	require.Empty(s, got.trouble("attemptReply"), got.raw)
	require.Contains(s, got.raw, "Подайте заявление")
	require.Contains(s, got.raw, `"next":"Спасибо"`)
	require.NotContains(s, got.raw, "Всего доброго")
	s.step("attemptReply", "AttemptReplyInput", map[string]any{"attemptId": id, "exerciseId": "e1", "text": "До свидания"})
	require.Equal(s, "CONFLICT", s.step("attemptReply", "AttemptReplyInput", map[string]any{"attemptId": id, "exerciseId": "e1", "text": "Ещё"}).trouble("attemptReply"))
	done := s.step("attemptFinish", "AttemptInput", map[string]any{"attemptId": id})
	require.Empty(s, done.trouble("attemptFinish"), done.raw)
	for _, q := range done.path("attemptFinish", "attempt", "questions").([]any) {
		require.NotEmpty(s, q.(map[string]any)["rightOptionIds"], "afterwards it is told")
	}
	require.Equal(s, "CONFLICT", s.step("attemptAnswer", "AttemptAnswerInput", map[string]any{
		"attemptId": id, "questionId": "q1", "optionIds": []string{"1"},
	}).trouble("attemptAnswer"))
	return done
}

func TestCourseIsTakenAndAdmits(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.write()
	assignment := s.assign()
	require.Equal(t, assignment, s.assign(), "once at a time")
	failed := s.take(assignment, false)
	require.Equal(t, "FAILED", failed.path("attemptFinish", "attempt", "state"), failed.raw)
	require.InDelta(t, 6, failed.path("attemptFinish", "attempt", "points"), 0)
	require.Empty(t, s.admissions(s.operator))
	passed := s.take(assignment, true)
	require.Equal(t, "PASSED", passed.path("attemptFinish", "attempt", "state"), passed.raw)
	require.Len(t, s.admissions(s.operator), 1)
	require.Equal(t, true, s.admissions(s.boss)[0].(map[string]any)["inForce"])
	require.Equal(t, "CONFLICT", s.step("attemptBegin", "TrainingAssignmentInput", map[string]any{"assignmentId": assignment}).trouble("attemptBegin"))
	s.joinAhead.Store(int64(31 * 24 * time.Hour))
	require.Equal(t, false, s.admissions(s.boss)[0].(map[string]any)["inForce"], "it lasts for 30 days")

	// Time that is over ends an attempt; the last one ends the assignment.
	again := s.assign()
	require.NotEqual(t, assignment, again)
	for range 2 {
		begun := s.step("attemptBegin", "TrainingAssignmentInput", map[string]any{"assignmentId": again})
		id := begun.path("attemptBegin", "attempt", "id")
		s.joinAhead.Add(int64(11 * time.Minute))
		require.Equal(t, "CONFLICT", s.step("attemptFinish", "AttemptInput", map[string]any{"attemptId": id}).trouble("attemptFinish"))
		require.NoError(t, s.training.Sweep(s.system))
		got := s.ask(s.boss, `query($i: ID!) { trainingAttempt(id: $i) { state } }`, map[string]any{"i": id})
		require.Equal(t, "EXPIRED", got.path("trainingAttempt", "state"), got.raw)
	}
	got := s.ask(s.boss, `query($i: ID!) { node(id: $i) { ... on TrainingAssignment { state attempts { state points } } } }`, map[string]any{"i": again})
	require.Equal(t, "FAILED", got.path("node", "state"), got.raw)
	require.NotZero(t, s.client.AuditEntry.Query().Where(auditentry.Action("training.finish")).CountX(s.system))
}

func (s *school) admissions(token string) []any {
	s.Helper()
	var nodes []any
	for _, e := range s.ask(token, `{ admissions { edges { node { id inForce exception reason } } } }`, nil).path("admissions", "edges").([]any) {
		nodes = append(nodes, e.(map[string]any)["node"])
	}
	return nodes
}

func TestTrainingGoesByRights(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.write()
	assignment := s.assign()
	begun := s.step("attemptBegin", "TrainingAssignmentInput", map[string]any{"assignmentId": assignment})
	attempt := begun.path("attemptBegin", "attempt", "id")
	_, citizen := s.chat("Здравствуйте")
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	tries := map[string]func(string) string{
		"edit": func(token string) string {
			return s.change(token, "courseChange", "CourseChangeInput", map[string]any{"courseId": s.course, "title": "x"}, `course { id }`).trouble("courseChange")
		},
		"create": func(token string) string {
			return s.change(token, "courseCreate", "CourseCreateInput", map[string]any{"title": "x", "agencyId": s.pfr.ID, "regionId": s.moscow.ID}, `course { id }`).trouble("courseCreate")
		},
		"assign": func(token string) string {
			return s.change(token, "trainingAssign", "TrainingAssignInput", map[string]any{"courseId": s.course, "accountIds": []string{s.trainee.ID}}, `assignments { id }`).trouble("trainingAssign")
		},
		"grant": func(token string) string {
			return s.change(token, "admissionGrant", "AdmissionGrantInput", map[string]any{
				"courseId": s.course, "accountId": s.trainee.ID, "reason": "r", "validTo": until,
			}, `admission { id }`).trouble("admissionGrant")
		},
		"take": func(token string) string {
			return s.change(token, "attemptAnswer", "AttemptAnswerInput", map[string]any{"attemptId": attempt, "questionId": "q1", "optionIds": []string{"0"}}, `attempt { id }`).trouble("attemptAnswer")
		},
	}
	for _, c := range []struct {
		who, token, edit, create, assign, grant, take string
		versions, assignments                         int
	}{
		{"supervisor", s.boss, "", "", "", "", "NOT_FOUND", 1, 1},
		{"administrator", s.admin, "", "", "", "", "NOT_FOUND", 1, 1},
		{"content manager", s.manager, "", "", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", 1, 0},
		{"coordinator", s.coordinator, "NOT_FOUND", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND", 0, 1},
		{"another agency", s.other, "NOT_FOUND", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", -1, 0},
		{"another region", s.elsewhere, "NOT_FOUND", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", -1, 0},
		{"the trainee", s.operator, "NOT_FOUND", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "", 0, 1},
		{"a colleague", s.colleague, "NOT_FOUND", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", 0, 0},
		{"a citizen", citizen, "NOT_FOUND", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", -2, -1},
		{"nobody", "", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", -2, -1},
	} {
		for what, want := range map[string]string{"edit": c.edit, "create": c.create, "assign": c.assign, "grant": c.grant, "take": c.take} {
			require.Equal(t, want, tries[what](c.token), c.who+" "+what)
		}
		got := s.ask(c.token, `query($i: ID!) { node(id: $i) { ... on Course { versions { questions { rightOptionIds } } } } }`, map[string]any{"i": s.course})
		if c.versions < 0 {
			require.Nil(t, got.path("node"), c.who)
		} else {
			require.Len(t, got.path("node", "versions"), c.versions, c.who)
		}
		got = s.ask(c.token, `{ trainingAssignments { totalCount } }`, nil)
		if c.assignments < 0 {
			require.NotEmpty(t, got.Errors, c.who)
		} else {
			require.InDelta(t, c.assignments, got.path("trainingAssignments", "totalCount"), 0, c.who)
		}
	}
	// Nobody reads the right answers out of an attempt that runs, not even by an alias of the node.
	got := s.ask(s.operator, `query($i: ID!, $a: ID!) { a: trainingAttempt(id: $i) { questions { rightOptionIds } exercises { done { reply } } } node(id: $a) { ... on TrainingAssignment {
		attempts { questions { rightOptionIds } } } } }`, map[string]any{"i": attempt, "a": assignment})
	require.NotContains(t, got.raw, `"rightOptionIds":[`)
	for what, in := range map[string]map[string]any{
		"too long":      {"validTo": time.Now().Add(91 * 24 * time.Hour).UTC().Format(time.RFC3339)},
		"over":          {"validTo": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)},
		"no reason":     {"reason": " "},
		"who is no one": {"accountId": "acc_none"},
	} {
		all := map[string]any{"courseId": s.course, "accountId": s.trainee.ID, "reason": "r", "validTo": until}
		for k, v := range in {
			all[k] = v
		}
		require.NotEmpty(t, s.change(s.boss, "admissionGrant", "AdmissionGrantInput", all, `admission { id }`).trouble("admissionGrant"), what)
	}
}

func TestQueueAsksForAdmission(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.write()
	s.client.QueueMember.Create().SetQueueID(s.line1.ID).SetAccountID(s.trainee.ID).ExecX(s.system)
	got := s.change(s.admin, "queueUpdate", "QueueUpdateInput", map[string]any{
		"queueId": s.line1.ID, "settings": map[string]any{"requiredCourseIds": []string{s.course}},
	}, `queue { requiredCourses { title } }`)
	require.Contains(t, got.raw, "Пенсии")
	s.ask(s.operator, `mutation { presenceSet(input: {state: AVAILABLE}) { presence { state } } }`, nil)
	id, citizen := s.chat("")
	s.ask(citizen, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
	s.client.Interaction.UpdateOneID(id).SetQueuedAt(time.Now().Add(-time.Minute)).ExecX(s.system)
	require.NoError(t, s.world.routing.Tick(s.system))
	offers := func() []any {
		return s.ask(s.operator, `{ desk { offers { id } } }`, nil).path("desk", "offers").([]any)
	}
	require.Empty(t, offers())
	trace := s.client.RoutingTrace.Query().Where(routingtrace.InteractionID(id), routingtrace.Rule(routing.RuleNoOperator)).OnlyX(s.system)
	require.Len(t, trace.Candidates, 1)
	require.Equal(t, routing.RejectedNotAdmitted, trace.Candidates[0].Rejection)

	// An exception lets the operator in, and out again.
	granted := s.change(s.boss, "admissionGrant", "AdmissionGrantInput", map[string]any{
		"courseId": s.course, "accountId": s.trainee.ID, "reason": "Наплыв обращений", "validTo": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	}, `admission { id exception inForce grantedBy { displayName } }`)
	require.Empty(t, granted.trouble("admissionGrant"), granted.raw)
	require.NoError(t, s.world.routing.Tick(s.system))
	require.Len(t, offers(), 1)
	require.NotZero(t, s.client.AuditEntry.Query().Where(auditentry.Action("admission.grant")).CountX(s.system))
	s.ask(s.operator, `mutation($o: ID!) { offerDecline(input: {offerId: $o}) { userErrors { message } } }`, map[string]any{"o": offers()[0].(map[string]any)["id"]})
	revoked := s.change(s.boss, "admissionRevoke", "AdmissionRevokeInput", map[string]any{
		"admissionId": granted.path("admissionGrant", "admission", "id"), "reason": "Больше не нужен",
	}, `admission { inForce revocation }`)
	require.Equal(t, false, revoked.path("admissionRevoke", "admission", "inForce"), revoked.raw)
	s.client.Offer.Update().SetAnsweredAt(time.Now().Add(-time.Hour)).ExecX(s.system)
	require.NoError(t, s.world.routing.Tick(s.system))
	require.Empty(t, offers(), "taken back at once")
}

// recorded is a past call whose recordings were understood as these lines each; nil: one that was not.
func (s *school) recorded(recordings ...[]spoken.Line) string {
	s.Helper()
	person := s.client.Citizen.Create().SetName("Семён Заболотный").SaveX(s.system)
	i := s.client.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(person.ID).SetState(interaction.StateClosed).
		SetAgencyID(s.pfr.ID).SetRegionID(s.moscow.ID).SetLine(1).SaveX(s.system)
	began := time.Now().Add(-time.Hour)
	s.client.Segment.Create().SetInteractionID(i.ID).SetKind(segment.KindTalk).SetAccountID(s.trainee.ID).SetStartedAt(began).SetEndedAt(began.Add(time.Minute)).ExecX(s.system)
	call := s.client.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("INBOUND").SetBeganAt(began).SaveX(s.system)
	for n, lines := range recordings {
		tape := s.client.Recording.Create().SetCallID(call.ID).SetInteractionID(i.ID).SetObject("none").SetSha256("00").SetSize(3).
			SetBeganAt(began.Add(time.Duration(n) * time.Minute)).SetLengthMs(60000).SetDestroyAfter(began.AddDate(1, 0, 0)).SaveX(s.system)
		if lines != nil {
			s.client.Transcript.Create().SetRecordingID(tape.ID).SetState(transcript.StateDone).SetLines(lines).ExecX(s.system)
		}
	}
	return i.ID
}

func TestCallsBecomeExercises(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.write()
	add := func(token, interactionID string, revision int) answer {
		return s.change(token, "courseExerciseAdd", "CourseExerciseAddInput", map[string]any{
			"courseId": s.course, "revision": revision, "interactionId": interactionID, "title": "Звонок",
		}, courseFields)
	}
	// The course is in force: its next draft begins at revision 1.
	talk := s.recorded([]spoken.Line{
		{Channel: "said", At: 3000, Text: "меня зовут семён заболотный как назначить пенсию"},
		{Channel: "heard", At: 900, Text: "здравствуйте"},
		{Channel: "heard", At: 6000, Text: "подайте заявление, семён"},
	}, []spoken.Line{{Channel: "said", At: 10, Text: "это Заболотный, а сколько ждать"}, {Channel: "heard", At: 2000, Text: "десять дней, вам отвечал Сотрудник trainee"}})
	reads := func() int {
		return s.client.AuditEntry.Query().Where(auditentry.Action("recording.read")).CountX(s.system)
	}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "a manager": {s.manager, "NOT_FOUND"}, "another agency": {s.other, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, add(c.token, talk, 1).trouble("courseExerciseAdd"), who)
	}
	require.Zero(t, reads())
	silent, dictated := s.recorded(nil), s.recorded([]spoken.Line{{Channel: "said", Text: "семь три пять два один"}, {Channel: "heard", At: 1, Text: "ясно"}})
	for _, id := range []string{silent, dictated} {
		require.Equal(t, "INVALID", add(s.boss, id, 1).trouble("courseExerciseAdd"))
	}
	got := add(s.boss, talk, 1)
	require.Empty(t, got.trouble("courseExerciseAdd"), got.raw)
	require.Equal(t, 3, reads(), "of two recordings, and of the one with a number")
	exercises := got.path("courseExerciseAdd", "course", "versions").([]any)[0].(map[string]any)["exercises"].([]any)
	turns := exercises[len(exercises)-1].(map[string]any)["turns"].([]any)
	require.Len(t, turns, 2)
	require.Equal(t, "подайте заявление, [имя]", turns[0].(map[string]any)["reply"])
	require.Equal(t, "десять дней, вам отвечал [имя] [имя]", turns[1].(map[string]any)["reply"])
	said := fmt.Sprint(turns)
	require.Contains(t, said, "а сколько ждать")
	for _, name := range []string{"семён", "Семён", "аболотн", "trainee"} {
		require.NotContains(t, said, name)
	}
	s.client.Recording.Update().SetDestroyedAt(time.Now()).ExecX(s.system)
	require.Equal(t, "INVALID", add(s.boss, talk, 2).trouble("courseExerciseAdd"), "its words are to be gone")
}

func TestTraineesAreToldLive(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.write()
	desk := s.connect(s.operator)
	desk.subscribe("1", `subscription($c: EventCursor) { desk(after: $c) { __typename ... on TrainingChanged {
		assignment { id state course { title } } admission { id revocation } } } }`, map[string]any{"c": s.ask(s.operator, `{ desk { cursor } }`, nil).path("desk", "cursor")})
	next := func() map[string]any { return desk.until("desk", "TrainingChanged") }
	assignment := s.assign()
	told := next()
	require.Nil(t, told["admission"])
	require.Equal(t, map[string]any{"id": assignment, "state": "ASSIGNED", "course": map[string]any{"title": "Пенсии"}}, told["assignment"])
	s.take(assignment, true)
	told = next()
	for told["admission"] == nil { // the attempt that began
		told = next()
	}
	require.Equal(t, "PASSED", told["assignment"].(map[string]any)["state"])
	admission := told["admission"].(map[string]any)["id"]
	got := s.change(s.boss, "admissionRevoke", "AdmissionRevokeInput", map[string]any{"admissionId": admission, "reason": "Ошибки"}, `admission { id }`)
	require.Empty(t, got.trouble("admissionRevoke"), got.raw)
	told = next()
	require.Nil(t, told["assignment"])
	require.Equal(t, map[string]any{"id": admission, "revocation": "Ошибки"}, told["admission"])
}
