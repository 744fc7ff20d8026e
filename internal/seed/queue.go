package seed

import (
	"context"
	"slices"
	"strings"

	entqueue "ekc/ent/queue"
)

// queue is a chat queue; each has one for calls beside it, with the same people. Line 1 serves every region at any hour; line 2 is an agency's own and keeps office hours.
type queue struct {
	code, name, agency, region string
	line                       int
	hours                      string
	skills                     []string
	// overflow names the queue that takes over after overflowAfter seconds.
	overflow      string
	overflowAfter int
}

// Codes of queues that others refer to.
const (
	queueGeneral = "chat-line1"
	queueDuty    = "chat-line2-duty"
	queuePFR2    = "chat-line2-pfr"
	queueOSZN2   = "chat-line2-oszn"
)

// queues are in an order in which none overflows to a later one.
var queues = []queue{
	{code: queueGeneral, name: "Первая линия, общая", line: 1, hours: hoursAlways},
	line1("pfr", "PFR", "пенсии"),
	line1("fss", "FSS", "пособия"),
	line1("mse", "MSE", "медико-социальная экспертиза"),
	line1("rostrud", "ROSTRUD", "трудовые права"),
	line1("mintrud", "MINTRUD", "Минтруд"),
	line1("oszn", "OSZN", "соцзащита"),
	{
		code: "chat-line1-tatar", name: "Первая линия, Татарстан, на татарском и русском", line: 1, hours: hoursAlways, region: "16",
		skills: []string{"LANG_TATAR"}, overflow: queueGeneral, overflowAfter: 60,
	},
	{code: queueDuty, name: "Вторая линия, дежурная", line: 2, hours: hoursAlways, skills: []string{"PERSONAL_DATA"}},
	line2("pfr", "PFR", "пенсии"),
	line2("fss", "FSS", "пособия"),
	line2("mse", "MSE", "медико-социальная экспертиза"),
	line2("rostrud", "ROSTRUD", "трудовые права"),
	line2("mintrud", "MINTRUD", "Минтруд"),
	line2("oszn", "OSZN", "соцзащита"),
	{
		code: "chat-line2-pfr-77", name: "Вторая линия, пенсии, Москва", line: 2, hours: hoursLine2, agency: "PFR", region: "77",
		skills: []string{"PERSONAL_DATA"}, overflow: queuePFR2, overflowAfter: 300,
	},
	{
		code: "chat-line2-oszn-16", name: "Вторая линия, соцзащита, Татарстан", line: 2, hours: hoursLine2, agency: "OSZN", region: "16",
		skills: []string{"PERSONAL_DATA"}, overflow: queueOSZN2, overflowAfter: 300,
	},
}

// line1 is an agency's own queue on line 1; whoever waits too long there is taken by the general one.
func line1(code, agency, name string) queue {
	return queue{
		code: "chat-line1-" + code, name: "Первая линия, " + name, line: 1, hours: hoursAlways, agency: agency,
		overflow: queueGeneral, overflowAfter: 60,
	}
}

func line2(code, agency, name string) queue {
	return queue{
		code: "chat-line2-" + code, name: "Вторая линия, " + name, line: 2, hours: hoursLine2, agency: agency,
		skills: []string{"PERSONAL_DATA"},
	}
}

func (s *seeding) addQueues(ctx context.Context) error {
	present, err := s.tx.Queue.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, q := range present {
		s.queues[q.Code] = q.ID
	}
	for _, channel := range []entqueue.Channel{entqueue.ChannelChat, entqueue.ChannelVoice} {
		for _, q := range queues {
			if channel == entqueue.ChannelVoice {
				q = forCalls(q)
			}
			if _, ok := s.queues[q.code]; ok {
				continue
			}
			if err := s.addQueue(ctx, q, channel); err != nil {
				return err
			}
		}
	}
	return nil
}

// forCalls is the queue for calls beside a chat queue.
func forCalls(q queue) queue {
	q.code, q.name = voiceCode(q.code), q.name+" (звонки)"
	if q.overflow != "" {
		q.overflow = voiceCode(q.overflow)
	}
	return q
}

func voiceCode(chat string) string { return "voice" + strings.TrimPrefix(chat, "chat") }

// withVoice adds the queues for calls.
func withVoice(chat []string) []string {
	all := slices.Clone(chat)
	for _, code := range chat {
		all = append(all, voiceCode(code))
	}
	return all
}

func (s *seeding) addQueue(ctx context.Context, q queue, channel entqueue.Channel) error {
	create := s.tx.Queue.Create().SetCode(q.code).SetName(q.name).SetChannel(channel).SetLine(q.line).
		SetOverflowSeconds(q.overflowAfter)
	if q.agency != "" {
		create.SetAgencyID(s.agencies[q.agency])
	}
	if q.region != "" {
		create.SetRegionID(s.regions[q.region])
	}
	if q.hours != "" {
		create.SetBusinessHoursID(s.hours[q.hours])
	}
	if q.overflow != "" {
		create.SetOverflowQueueID(s.queues[q.overflow])
	}
	for _, code := range q.skills {
		create.AddRequiredSkillIDs(s.skills[code])
	}
	made, err := create.Save(ctx)
	if err != nil {
		return err
	}
	s.queues[q.code] = made.ID
	s.fresh[made.ID] = true
	s.report.Added++
	return nil
}
