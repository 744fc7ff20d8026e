package routing_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/queue"
	"ekc/ent/queuemember"
	"ekc/internal/fail"
	"ekc/routing"
	"ekc/routing/timetable"
)

// staffed is a world with two agencies and somebody of each kind.
type staffed struct {
	*world
	pfr, mse                         *ent.Agency
	administrator, supervisor, other context.Context
	operator                         context.Context
}

func newStaffed(t *testing.T) *staffed {
	t.Helper()
	w := newWorld(t)
	s := &staffed{world: w}
	s.pfr = w.client.Agency.Create().SetCode("PFR").SetName("ПФР").SetShortName("ПФР").SaveX(w.ctx)
	s.mse = w.client.Agency.Create().SetCode("MSE").SetName("МСЭ").SetShortName("МСЭ").SaveX(w.ctx)
	s.administrator = w.as(w.account(0, viewer.Grant{Role: viewer.Administrator}))
	s.supervisor = w.as(w.account(0, viewer.Grant{Role: viewer.Supervisor, AgencyID: s.pfr.ID}))
	s.other = w.as(w.account(0, viewer.Grant{Role: viewer.Supervisor, AgencyID: s.mse.ID}))
	s.operator = w.as(w.account(0, viewer.Grant{Role: viewer.Operator, AgencyID: s.pfr.ID}))
	return s
}

func of[T any](v T) *T { return &v }

func requireField(t *testing.T, err error, code fail.Code, field string) {
	t.Helper()
	failure, ok := fail.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, failure.Code, failure.Message)
	require.Equal(t, field, failure.Field, failure.Message)
}

func (s *staffed) newQueue(code string) routing.NewQueue {
	return routing.NewQueue{Code: code, Name: "Первая линия", Channel: queue.ChannelChat, Line: 1, AgencyID: s.pfr.ID}
}

func TestCreateQueue(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	skill, err := s.routing.CreateSkill(s.administrator, "PENSIONS", "Пенсии")
	require.NoError(t, err)
	n := s.newQueue("pfr-1")
	n.Settings = routing.QueueSettings{OfferSeconds: of(45), RequiredSkillIDs: []string{skill.ID, skill.ID}}
	q, err := s.routing.CreateQueue(s.administrator, n)
	require.NoError(t, err)
	require.Equal(t, 45, q.OfferSeconds)
	require.Equal(t, 60, q.WrapUpSeconds, "the default")
	require.Equal(t, 1, q.QueryRequiredSkills().CountX(s.ctx))
	entry := s.client.AuditEntry.Query().Where(auditentry.Action("queue.create")).OnlyX(s.ctx)
	require.Equal(t, q.ID, entry.ObjectID)
	require.Equal(t, viewer.From(s.administrator).AccountID, entry.ActorID)

	_, err = s.routing.CreateQueue(s.administrator, s.newQueue("pfr-1"))
	requireField(t, err, fail.Conflict, "code")
	_, err = s.routing.CreateQueue(s.supervisor, s.newQueue("pfr-2"))
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = s.routing.CreateQueue(t.Context(), s.newQueue("pfr-2"))
	require.Equal(t, fail.Unauthenticated, fail.CodeOf(err))
	require.Equal(t, 1, s.client.Queue.Query().CountX(s.ctx))
}

func TestCreateQueueRefusesNonsense(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	for field, change := range map[string]func(*routing.NewQueue){
		"code":                      func(n *routing.NewQueue) { n.Code = "Очередь" },
		"name":                      func(n *routing.NewQueue) { n.Name = " " },
		"channel":                   func(n *routing.NewQueue) { n.Channel = "FAX" },
		"line":                      func(n *routing.NewQueue) { n.Line = 3 },
		"settings.name":             func(n *routing.NewQueue) { n.Settings.Name = of(strings.Repeat("я", 201)) },
		"settings.priority":         func(n *routing.NewQueue) { n.Settings.Priority = of(101) },
		"settings.offerSeconds":     func(n *routing.NewQueue) { n.Settings.OfferSeconds = of(2) },
		"settings.overflowSeconds":  func(n *routing.NewQueue) { n.Settings.OverflowSeconds = of(-1) },
		"settings.relaxSeconds":     func(n *routing.NewQueue) { n.Settings.RelaxSeconds = of(3601) },
		"settings.requiredSkillIds": func(n *routing.NewQueue) { n.Settings.RequiredSkillIDs = make([]string, 21) },
	} {
		n := s.newQueue("fine")
		change(&n)
		_, err := s.routing.CreateQueue(s.administrator, n)
		requireField(t, err, fail.Invalid, field)
	}
	for field, change := range map[string]func(*routing.NewQueue){
		"agencyId":                  func(n *routing.NewQueue) { n.AgencyID = "agn_none" },
		"regionId":                  func(n *routing.NewQueue) { n.RegionID = "reg_none" },
		"settings.overflowQueueId":  func(n *routing.NewQueue) { n.Settings.OverflowQueueID = of("que_none") },
		"settings.businessHoursId":  func(n *routing.NewQueue) { n.Settings.BusinessHoursID = of("hrs_none") },
		"settings.requiredSkillIds": func(n *routing.NewQueue) { n.Settings.RequiredSkillIDs = []string{"skl_none"} },
	} {
		n := s.newQueue("fine")
		change(&n)
		_, err := s.routing.CreateQueue(s.administrator, n)
		requireField(t, err, fail.NotFound, field)
	}
	require.Zero(t, s.client.Queue.Query().CountX(s.ctx), "nothing was changed")
}

func TestUpdateQueue(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	own := s.queue(func(c *ent.QueueCreate) { c.SetAgency(s.pfr) })
	shared := s.queue()
	set := routing.QueueSettings{Name: of("Новое имя"), Active: of(false)}
	q, err := s.routing.UpdateQueue(s.supervisor, own.ID, set)
	require.NoError(t, err)
	require.Equal(t, "Новое имя", q.Name)
	require.False(t, q.Active)
	require.Equal(t, own.OfferSeconds, q.OfferSeconds, "what is not named stays")
	require.Equal(t, 1, s.client.AuditEntry.Query().Where(auditentry.Action("queue.update")).CountX(s.ctx))

	_, err = s.routing.UpdateQueue(s.supervisor, shared.ID, set)
	require.Equal(t, fail.Forbidden, fail.CodeOf(err), "a queue of all agencies is not one agency's to change")
	_, err = s.routing.UpdateQueue(s.other, own.ID, set)
	requireField(t, err, fail.NotFound, "queueId")
	_, err = s.routing.UpdateQueue(s.operator, own.ID, set)
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = s.routing.UpdateQueue(s.administrator, "que_none", set)
	requireField(t, err, fail.NotFound, "queueId")
	_, err = s.routing.UpdateQueue(t.Context(), "que_none", set)
	require.Equal(t, fail.Unauthenticated, fail.CodeOf(err))
}

func TestOverflowIsNeverACircle(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	a, b, c := s.queue(), s.queue(), s.queue()
	voice := s.queue(func(c *ent.QueueCreate) { c.SetChannel(queue.ChannelVoice) })
	to := func(q *ent.Queue) routing.QueueSettings { return routing.QueueSettings{OverflowQueueID: of(q.ID)} }
	for _, pair := range [][2]*ent.Queue{{a, c}, {b, c}} { // two into one is fine
		_, err := s.routing.UpdateQueue(s.administrator, pair[0].ID, to(pair[1]))
		require.NoError(t, err)
	}
	for _, pair := range [][2]*ent.Queue{{a, a}, {c, a}, {c, b}, {a, voice}} {
		_, err := s.routing.UpdateQueue(s.administrator, pair[0].ID, to(pair[1]))
		requireField(t, err, fail.Invalid, "settings.overflowQueueId")
	}
	cleared, err := s.routing.UpdateQueue(s.administrator, a.ID, routing.QueueSettings{OverflowQueueID: of("")})
	require.NoError(t, err)
	require.Empty(t, cleared.OverflowQueueID)
	_, err = s.routing.UpdateQueue(s.administrator, c.ID, to(a))
	require.NoError(t, err)
}

func TestMembers(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	q := s.queue(func(c *ent.QueueCreate) { c.SetAgency(s.pfr) })
	mine := s.account(3, viewer.Grant{Role: viewer.Operator, AgencyID: s.pfr.ID})
	second := s.account(3, viewer.Grant{Role: viewer.Operator, AgencyID: s.pfr.ID, Line: 2})
	foreign := s.account(3, viewer.Grant{Role: viewer.Operator, AgencyID: s.mse.ID})
	for range 2 { // a repeat is harmless
		_, err := s.routing.AddMembers(s.supervisor, q.ID, []string{mine.ID, mine.ID})
		require.NoError(t, err)
	}
	require.Equal(t, mine.ID, s.client.QueueMember.Query().Where(queuemember.QueueID(q.ID)).OnlyX(s.ctx).AccountID)
	require.NotZero(t, s.client.AuditEntry.Query().Where(auditentry.Action("queue.members_add")).CountX(s.ctx))

	_, err := s.routing.AddMembers(s.supervisor, q.ID, []string{mine.ID, second.ID})
	requireField(t, err, fail.Invalid, "accountIds.1")
	_, err = s.routing.AddMembers(s.supervisor, q.ID, []string{foreign.ID})
	requireField(t, err, fail.NotFound, "accountIds.0")
	_, err = s.routing.AddMembers(s.administrator, q.ID, []string{foreign.ID})
	requireField(t, err, fail.Invalid, "accountIds.0")
	_, err = s.routing.AddMembers(s.administrator, q.ID, []string{"acc_none"})
	requireField(t, err, fail.NotFound, "accountIds.0")
	_, err = s.routing.AddMembers(s.other, q.ID, []string{foreign.ID})
	requireField(t, err, fail.NotFound, "queueId")
	_, err = s.routing.AddMembers(s.operator, q.ID, []string{mine.ID})
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = s.routing.AddMembers(s.supervisor, q.ID, nil)
	requireField(t, err, fail.Invalid, "accountIds")
	_, err = s.routing.AddMembers(s.supervisor, q.ID, make([]string, 201))
	requireField(t, err, fail.Invalid, "accountIds")

	_, err = s.routing.RemoveMembers(s.supervisor, q.ID, []string{mine.ID})
	require.NoError(t, err)
	require.Zero(t, s.client.QueueMember.Query().CountX(s.ctx))
}

func TestSkills(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	_, err := s.routing.CreateSkill(s.supervisor, "PENSIONS", "Пенсии")
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = s.routing.CreateSkill(s.administrator, "pensions", "Пенсии")
	requireField(t, err, fail.Invalid, "code")
	skill, err := s.routing.CreateSkill(s.administrator, "PENSIONS", "Пенсии")
	require.NoError(t, err)
	_, err = s.routing.CreateSkill(s.administrator, "PENSIONS", "Пенсии")
	requireField(t, err, fail.Conflict, "code")

	a := s.account(3, viewer.Grant{Role: viewer.Operator, AgencyID: s.pfr.ID})
	for _, proficiency := range []int{3, 8} {
		_, err = s.routing.SetAccountSkill(s.supervisor, a.ID, skill.ID, proficiency)
		require.NoError(t, err)
		require.Equal(t, proficiency, a.QuerySkills().OnlyX(s.ctx).Proficiency)
	}
	_, err = s.routing.SetAccountSkill(s.supervisor, a.ID, skill.ID, 11)
	requireField(t, err, fail.Invalid, "proficiency")
	_, err = s.routing.SetAccountSkill(s.supervisor, a.ID, "skl_none", 1)
	requireField(t, err, fail.NotFound, "skillId")
	_, err = s.routing.SetAccountSkill(s.other, a.ID, skill.ID, 1)
	requireField(t, err, fail.NotFound, "accountId")
	_, err = s.routing.SetAccountSkill(s.supervisor, a.ID, skill.ID, 0)
	require.NoError(t, err)
	require.Zero(t, a.QuerySkills().CountX(s.ctx))
}

func TestSetBusinessHours(t *testing.T) {
	t.Parallel()
	s := newStaffed(t)
	monday := []timetable.Period{{Weekday: 1, From: 540, To: 1080}}
	holiday := []timetable.Exception{{Date: "2027-01-01", Name: "Новый год"}}
	h, err := s.routing.SetBusinessHours(s.administrator, "Будни", "Europe/Moscow", monday, holiday)
	require.NoError(t, err)
	replaced, err := s.routing.SetBusinessHours(s.administrator, "Будни", "Asia/Omsk", nil, nil)
	require.NoError(t, err)
	require.Equal(t, h.ID, replaced.ID)
	require.Equal(t, "Asia/Omsk", replaced.TimeZone)
	require.Empty(t, replaced.Periods)
	require.Empty(t, replaced.Exceptions)

	_, err = s.routing.SetBusinessHours(s.supervisor, "Будни", "Europe/Moscow", monday, nil)
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	set := func(name, zone string, periods []timetable.Period, exceptions []timetable.Exception) error {
		_, err := s.routing.SetBusinessHours(s.administrator, name, zone, periods, exceptions)
		return err
	}
	requireField(t, set("", "Europe/Moscow", monday, nil), fail.Invalid, "name")
	for _, zone := range []string{"", "Local", "Москва", "../../etc/passwd"} {
		requireField(t, set("Иное", zone, monday, nil), fail.Invalid, "timeZone")
	}
	requireField(t, set("Иное", "UTC", []timetable.Period{{Weekday: 8, From: 0, To: 1}}, nil), fail.Invalid, "periods")
	requireField(t, set("Иное", "UTC", make([]timetable.Period, 51), nil), fail.Invalid, "periods")
	requireField(t, set("Иное", "UTC", monday, append(holiday, timetable.Exception{Date: "1 мая"})), fail.Invalid, "exceptions.1")
	requireField(t, set("Иное", "UTC", monday, append(holiday, holiday...)), fail.Invalid, "exceptions.1.date")
}
