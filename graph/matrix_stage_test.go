package graph_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/queue"
	"ekc/ent/segment"
	"ekc/interaction/dialogue"
	"ekc/knowledge/improve"
	"ekc/training/lesson"
)

// stage is where one cell is tried: it makes new things of a segment when they are asked for, so that no try finds what another has left.
type stage struct {
	*theatre
	// agency and region of what it makes; empty for what all segments share.
	agency, region string
	// owner is whose own the things are; empty: somebody's who does not try.
	owner string
	// asks is the account that tries, empty for keys, citizens and nobody.
	asks string

	talk  *ent.Interaction
	token string // of its citizen
}

func (th *theatre) stage(p player) *stage {
	return &stage{theatre: th, agency: th.pfr.ID, region: th.moscow.ID, asks: p.id}
}

func (th *theatre) shared(p player) *stage { return &stage{theatre: th, asks: p.id} }

func (th *theatre) owned(p player) *stage {
	s := th.stage(p)
	s.owner = p.id
	return s
}

var serial int

// code is one that nothing else has.
func code(prefix string) string {
	serial++
	return fmt.Sprintf("%s%d", prefix, serial)
}

// scope is the segment as two arguments of an input.
func (s *stage) scope() string {
	if s.agency == "" {
		return ""
	}
	return fmt.Sprintf(`agencyId: %q, regionId: %q, `, s.agency, s.region)
}

// ofAgency is the agency as an argument of an input.
func (s *stage) ofAgency() string {
	if s.agency == "" {
		return ""
	}
	return fmt.Sprintf(`agencyId: %q, `, s.agency)
}

func optionally(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// interaction is a chat of line 2 in a state, of the owner.
func (s *stage) interaction(state interaction.State) *ent.Interaction {
	s.Helper()
	var hash []byte
	s.token, hash = access.NewToken(access.CitizenPrefix)
	person := s.client.Citizen.Create().SetName("Иван Петров").SaveX(s.system)
	s.talk = s.client.Interaction.Create().SetChannel(interaction.ChannelChat).SetState(state).SetCitizenID(person.ID).SetLine(2).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SetNillableOperatorID(optionally(s.owner)).
		SetTokenHash(hash).SetMessageCount(1).SaveX(s.system)
	s.client.Message.Create().SetInteractionID(s.talk.ID).SetSequence(1).SetAuthor(message.AuthorCitizen).SetText(pension).ExecX(s.system)
	return s.talk
}

// citizenToken opens the interaction that was tried last.
func (s *stage) citizenToken() string {
	s.Helper()
	if s.talk == nil {
		s.interaction(interaction.StateActive)
	}
	return s.token
}

// present is the interaction of a stage on which something was tried before, or a new one: a citizen's token is of one that exists.
func (s *stage) present(state interaction.State) string {
	s.Helper()
	if s.talk == nil {
		s.interaction(state)
	}
	if s.talk.State != state {
		s.talk = s.client.Interaction.UpdateOne(s.talk).SetState(state).SaveX(s.system)
	}
	return s.talk.ID
}

// answered is a message of Yana in the interaction.
func (s *stage) answered() string {
	s.Helper()
	id := s.present(interaction.StateActive)
	s.client.Interaction.UpdateOneID(id).SetMessageCount(2).ExecX(s.system)
	return s.client.Message.Create().SetInteractionID(id).SetSequence(2).SetAuthor(message.AuthorAssistant).
		SetKind(message.KindAnswer).SetText("Подайте заявление.").SaveX(s.system).ID
}

// operator is an operator of line 2 in the segment.
func (s *stage) operator() string {
	s.Helper()
	a := s.client.Account.Create().SetLogin(code("operator")).SetDisplayName("Сотрудник").SetPasswordHash("x").SetLastSignInAt(time.Now()).SaveX(s.system)
	s.client.RoleAssignment.Create().SetAccountID(a.ID).SetRole("OPERATOR").SetNillableAgencyID(optionally(s.agency)).
		SetNillableRegionID(optionally(s.region)).SetLine(2).SetValidFrom(time.Now().Add(-time.Hour)).ExecX(s.system)
	return a.ID
}

// member is an operator of the segment who works in a queue of chats.
func (s *stage) member() string {
	s.Helper()
	id := s.operator()
	s.client.QueueMember.Create().SetQueueID(s.queue()).SetAccountID(id).ExecX(s.system)
	return id
}

// person is the owner, or an operator of the segment.
func (s *stage) person() string {
	s.Helper()
	if s.owner != "" {
		return s.owner
	}
	return s.operator()
}

func (s *stage) queue() string {
	s.Helper()
	q := s.client.Queue.Create().SetCode(code("queue")).SetName("q").SetChannel(queue.ChannelChat).SetLine(2).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system)
	s.client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(s.person()).ExecX(s.system)
	return q.ID
}

// talked makes a talk of somebody in the interaction, which is over, and returns whose it was.
func (s *stage) talked() string {
	s.Helper()
	who, now := s.person(), time.Now()
	s.client.Segment.Create().SetInteractionID(s.present(interaction.StateClosed)).SetKind(segment.KindTalk).SetAccountID(who).
		SetStartedAt(now.Add(-time.Minute)).SetEndedAt(now).ExecX(s.system)
	return who
}

func (s *stage) deferral(change func(*ent.DeferralCreate)) string {
	s.Helper()
	now := time.Now()
	create := s.client.Deferral.Create().SetInteractionID(s.present(interaction.StateDeferred)).SetQuestion("q").SetDeferredBy(s.person()).
		SetTimeZone("Europe/Moscow").SetTermStamp("x").SetWarnAt(now.Add(time.Hour)).SetDueAt(now.Add(2 * time.Hour)).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region))
	if change != nil {
		change(create)
	}
	return create.SaveX(s.system).ID
}

// evaluation is one that was given, in a state.
func (s *stage) evaluation(state string) string {
	s.Helper()
	operator, now := s.talked(), time.Now()
	version := s.client.EvaluationFormVersion.Query().FirstX(s.system)
	e := s.client.Evaluation.Create().SetInteractionID(s.talk.ID).SetOperatorID(operator).SetFormID(s.form).SetFormVersionID(version.ID).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SetLine(2).SetEvaluatorID("acc_judge").
		SetScore(100).SetPassed(true).SetGivenAt(now).SetContestUntil(now.Add(time.Hour)).SaveX(s.system)
	_, err := s.client.ExecContext(s.system, `UPDATE evaluations SET state = $1, marks = $2 WHERE id = $3`, state,
		`[{"code":"greeting","points":1},{"code":"tone","points":5},{"code":"right","points":2},{"code":"personal","points":1}]`, e.ID)
	require.NoError(s, err)
	return e.ID
}

func (s *stage) calibration() string {
	s.Helper()
	operator := s.talked()
	return s.client.Calibration.Create().SetInteractionID(s.talk.ID).SetOperatorID(operator).SetAuthorID("acc_judge").SetLine(2).
		SetFormVersionID(s.client.EvaluationFormVersion.Query().FirstIDX(s.system)).SetDueAt(time.Now().Add(time.Hour)).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) alert() string {
	s.Helper()
	rule := s.client.AlertRule.Create().SetName("r").SetMetric("WAITING").SetThreshold(2).SetClearThreshold(1).SetAuthorID("acc_judge").
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SetLine(2).SaveX(s.system)
	return s.client.Alert.Create().SetRuleID(rule.ID).SetSubject("s").SetState("RAISED").SetRaisedAt(time.Now()).SetValue(3).SetWorst(3).SetLine(2).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) incident() string {
	s.Helper()
	return s.client.Incident.Create().SetRaisedBy(s.person()).SetSeverity("HIGH").SetSubject("CALLS").SetText("t").SetLevel(1).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) site() string {
	s.Helper()
	return s.client.Site.Create().SetAgencyID(s.agency).SetRegionID(s.region).SetName(code("site")).SetWave(1).SaveX(s.system).ID
}

// course is one whose only version is published.
func (s *stage) course() string {
	s.Helper()
	c := s.client.Course.Create().SetTitle("c").SetAuthorID("acc_author").SetPublished(1).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system)
	s.client.CourseVersion.Create().SetCourseID(c.ID).SetNumber(1).SetAuthorID("acc_author").SetPublishedAt(time.Now()).SetContent(lesson.Content{}).
		ExecX(s.system)
	return c.ID
}

func (s *stage) assignment() string {
	s.Helper()
	return s.client.TrainingAssignment.Create().SetAccountID(s.person()).SetCourseID(s.course()).SetAuthorID("acc_author").SaveX(s.system).ID
}

// record is a published record of the base.
func (s *stage) record() (recordID, versionID string) {
	s.Helper()
	made := s.draft("")
	for _, move := range []string{"recordSubmit", "recordApprove", "recordPublish"} {
		made = s.moved(s.root, move, made)
	}
	return made["recordId"].(string), made["id"].(string)
}

// draft makes a version of a new record, and moves it on.
func (s *stage) draft(move string) map[string]any {
	s.Helper()
	got := s.ask(s.players[viewer.Administrator][wholeAgency].token, `mutation { recordCreate(input: {`+s.scope()+
		`content: {question: "Вопрос `+code("")+` о пенсии?", answer: "Ответ."}}) { record { openVersion { id recordId revision } } userErrors { message } } }`, nil)
	require.Empty(s, got.path("recordCreate", "userErrors"), got.raw)
	made := got.path("recordCreate", "record", "openVersion").(map[string]any)
	if move != "" {
		made = s.moved(s.players[viewer.Administrator][wholeAgency].token, move, made)
	}
	return made
}

func (s *stage) moved(token, move string, v map[string]any) map[string]any {
	s.Helper()
	got := s.ask(token, fmt.Sprintf(`mutation { %s(input: {versionId: %q, revision: %v}) { recordVersion { id recordId revision } userErrors { message } } }`,
		move, v["id"], v["revision"]), nil)
	require.Empty(s, got.path(move, "userErrors"), got.raw)
	return got.path(move, "recordVersion").(map[string]any)
}

// segmentOfBase is the segment in the words of the base.
func (s *stage) segmentOfBase() improve.Segment {
	if s.agency == "" {
		return improve.Segment{}
	}
	return improve.Segment{Agency: s.pfr.Code, Region: s.moscow.Code}
}

// gap is a question that was asked in vain.
func (s *stage) gap() string {
	s.Helper()
	in, id := s.segmentOfBase(), code("turn")
	_, err := s.better.NoteQuestions(s.system, []improve.Question{{
		ID: id, Text: strings.Repeat(code("щ")+" ", 3) + "где?", Citizen: id, Agency: in.Agency, Region: in.Region, Cause: improve.Unanswered, AskedAt: time.Now(),
	}})
	require.NoError(s, err)
	gaps, err := s.better.Gaps(s.system, improve.GapQuery{First: 1, State: improve.GapOpen})
	require.NoError(s, err)
	require.NotEmpty(s, gaps)
	return gaps[0].ID
}

func (s *stage) proposal(to improve.ProposalState) string {
	s.Helper()
	in := s.segmentOfBase()
	p, err := s.better.Propose(s.system, improve.NewProposal{
		Author: "acc_author", InteractionID: "int_x", Question: "Вопрос?", Answer: "Ответ.", Agency: in.Agency, Region: in.Region,
	})
	require.NoError(s, err)
	if to != "" {
		_, err = s.better.MoveProposal(s.system, improve.ProposalMove{ID: p.ID, Actor: "acc_boss", To: to})
		require.NoError(s, err)
	}
	return p.ID
}

func (s *stage) recall() string {
	s.Helper()
	return s.client.Recall.Create().SetRecordVersionID(code("ver")).SetRecordID("rec").SetReason("r").SetText("t").SetAccountID("acc_author").
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) sample() string {
	s.Helper()
	return s.client.AnswerSample.Create().SetFrom(time.Now().Add(-time.Hour)).SetTo(time.Now()).SetSize(1).SetPopulation(1).SetSeed("s").SetAccountID("acc_author").
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) turn() string {
	s.Helper()
	id := s.present(interaction.StateActive)
	question := s.client.Message.Query().Where(message.InteractionID(id)).FirstIDX(s.system)
	return s.client.AssistantTurn.Create().SetInteractionID(id).SetQuestionID(question).SetDecision("ANSWER").SetReason("r").
		SetCandidates([]dialogue.Suggestion{}).SaveX(s.system).ID
}

func (s *stage) accessRequest() string {
	s.Helper()
	who, end := s.person(), time.Now().Add(time.Hour)
	return s.client.AccessRequest.Create().SetAccountID(who).SetAskerID(who).SetRole("SUPERVISOR").SetReason("r").SetWantedTo(end).SetExpiresAt(end).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) key() string {
	s.Helper()
	return s.client.APIKey.Create().SetName("k").SetActions([]string{"base.search"}).SetHint("h").SetHash([]byte(code("hash"))).
		SetExpiresAt(time.Now().Add(time.Hour)).SetCreatorID("acc_author").
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) callback() string {
	s.Helper()
	now := time.Now()
	return s.client.Callback.Create().SetInteractionID(s.present(interaction.StateQueued)).SetLine(2).SetReason("LOST").SetNumber("+79261234567").
		SetTimeZone("Europe/Moscow").SetPlaceAt(now).SetNextAttemptAt(now).
		SetNillableAgencyID(optionally(s.agency)).SetNillableRegionID(optionally(s.region)).SaveX(s.system).ID
}

func (s *stage) recording() string {
	s.Helper()
	id, now := s.present(interaction.StateActive), time.Now()
	call := s.client.Call.Create().SetInteractionID(id).SetNodeID("nod").SetDirection("INBOUND").SetBeganAt(now).SaveX(s.system)
	s.client.Recording.Create().SetCallID(call.ID).SetInteractionID(id).SetObject("o").SetSha256("0").SetSize(1).SetBeganAt(now).SetLengthMs(1).
		SetDestroyAfter(now.Add(time.Hour)).ExecX(s.system)
	return id
}

func (s *stage) phone() string {
	s.Helper()
	who := s.person()
	if s.owner != "" {
		_, err := s.client.ExecContext(s.system, `DELETE FROM phones WHERE account_id = $1`, who)
		require.NoError(s, err)
	}
	return s.client.Phone.Create().SetAccountID(who).SetUsername(code("phone")).SetRealm("ekc").SetHa1Md5("0").SetHa1Sha256("0").SaveX(s.system).ID
}

// menu is a draft of a menu of the agency.
func (s *stage) menu() string {
	s.Helper()
	m := s.client.Menu.Create().SetCode(code("menu")).SetName("m").SetNillableAgencyID(optionally(s.agency)).SetVersionCount(1).SaveX(s.system)
	return s.client.MenuVersion.Create().SetMenuID(m.ID).SetNumber(1).SetDocument(s.flow).SaveX(s.system).ID
}
