package telephony

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony/ivr"
	"ekc/telephony/signaling"
)

var (
	noon     = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	conflict = fail.New(fail.Conflict, "over")
	phones   = []signaling.Binding{{Contact: "sip:one"}, {Contact: "sip:two"}}
)

const flowJSON = `{"name": "t", "start": "queue", "fallback": "bye", "nodes": {
  "queue": {"type": "queue", "announce": "{position}", "announce_every_s": 10, "max_wait_s": 600, "overflow": "bye",
    "offer": "Один.", "offer_after_s": 45, "offer_digit": "1", "callback": "callback", "closed": "bye", "after": "bye"},
  "callback": {"type": "callback", "confirm": "{phone}?", "number": "Номер.", "booked": "Да.", "goto": "bye", "declined": "queue"},
  "bye": {"type": "hangup", "prompt": "До свидания."}}}`

// walk leads a machine through events and returns where it ends, with the effects of the last event.
func walk(t *testing.T, s state, events ...event) (state, []effect) {
	t.Helper()
	var out []effect
	for _, e := range events {
		before := fmt.Sprintf("%+v", s.legs)
		next, effects := next(s, e, noon)
		require.Equal(t, before, fmt.Sprintf("%+v", s.legs), "next changes its argument at %T", e)
		s, out = next, effects
	}
	return s, out
}

func fresh() state { return state{settings: Settings{}.withDefaults()} }

// reached are the events that lead to a phase.
func reached(t *testing.T, to phase) []event {
	t.Helper()
	flow, err := ivr.Parse([]byte(flowJSON))
	require.NoError(t, err)
	arrive := []event{
		arrived{NewCall{Caller: "+79161112233"}}, scripted{flow: flow}, begun{"I"}, legUp{1},
	}
	queue := append(arrive[:4:4], queued{queue: Queued{Hours: Hours{Open: true}}}, change("QUEUED", "", "", ""))
	offer := append(queue[:6:6], change("OFFERED", "", "O", "op"), found{"op", roleOperator, phones})
	talk := append(offer[:8:8], legUp{2}, taken{leg: 2}, legDown{leg: 3, code: 487})
	switch to {
	case phaseArriving:
		return arrive[:3]
	case phaseMenu:
		return arrive
	case phaseQueue:
		return queue
	case phaseOffer:
		return offer
	case phaseReach:
		return append(queue[:6:6], change("ACTIVE", "op", "", ""))
	case phaseTalk:
		return talk
	case phasePassed:
		return append(talk[:11:11], passCommand{1, "op", Target{Number: "+7495"}}, legDown{leg: 2}, legUp{4})
	case phaseParting:
		return append(talk[:11:11], legDown{leg: 2, code: 200, byPeer: true, answered: true})
	case phaseDial:
		return []event{requested{request: CallRequest{AccountID: "op", Number: "+7916"}}, found{"op", roleOperator, phones[:1]}, legUp{1}}
	}
	return nil
}

func change(state, operator, offer, offeredTo string) changed {
	return changed{Change{State: state, OperatorID: operator, OfferID: offer, OfferedTo: offeredTo}}
}

func TestNext(t *testing.T) {
	t.Parallel()
	hangup3 := hangup{3, elsewhere}
	down := func(leg legID) legDown { return legDown{leg: leg, code: 200, byPeer: true, answered: true} }
	for _, c := range []struct {
		name  string
		from  phase
		event event
		to    phase
		wants []effect // among the effects, in this order
	}{
		{"no menu", phaseArriving, legDown{leg: 1, code: 487, byPeer: true}, phaseOver, []effect{tell{conclude{End{Cause: EndByCaller, At: noon}}}, finish{}}},
		{"answered", phaseArriving, legUp{1}, phaseMenu, []effect{tell{enqueue{Wish{}}}}},
		{"caller leaves the menu", phaseMenu, down(1), phaseOver, []effect{finish{}}},
		{"queued", phaseMenu, queued{queue: Queued{Hours: Hours{Open: true}}}, phaseQueue, []effect{ask{place{}}}},
		{"closed", phaseMenu, queued{}, phaseMenu, []effect{say{leg: 1, tag: 1, items: []Speech{{Text: "До свидания."}}}}},
		{"queued elsewhere already", phaseMenu, queued{err: conflict}, phaseMenu, nil},
		{"the centre queues by itself", phaseMenu, change("QUEUED", "", "", ""), phaseQueue, nil},
		{"caller leaves the queue", phaseQueue, down(1), phaseOver, []effect{finish{}}},
		{"caller vanishes in the queue", phaseQueue, legSilent{1}, phaseOver, []effect{tell{conclude{End{Cause: EndByFailure, At: noon}}}}},
		{"offered", phaseQueue, change("OFFERED", "", "O", "op"), phaseOffer, []effect{find{"op", roleOperator}}},
		{"accepted at once", phaseQueue, change("ACTIVE", "op", "", ""), phaseReach, []effect{find{"op", roleOperator}}},
		{"closed by a supervisor", phaseQueue, change("CLOSED", "", "", ""), phaseParting, []effect{say{leg: 1, tag: 1, items: []Speech{{Text: textClosed}}}}},
		{"the offer is told twice", phaseOffer, change("OFFERED", "", "O", "op"), phaseOffer, nil},
		{"another offer", phaseOffer, change("OFFERED", "", "P", "op2"), phaseOffer, []effect{hangup{leg: 2}, hangup{leg: 3}, find{"op2", roleOperator}}},
		{"withdrawn", phaseOffer, change("QUEUED", "", "", ""), phaseQueue, []effect{hangup{leg: 2}, hangup{leg: 3}}},
		{"picked up", phaseOffer, legUp{2}, phaseOffer, []effect{hangup3, tell{pickUp{2, "O", "op"}}}},
		{"declined", phaseOffer, legDown{leg: 2, code: 603, byPeer: true}, phaseOffer, []effect{hangup{leg: 3}, tell{decline{"O", "op"}}}},
		{"a phone is off", phaseOffer, legDown{leg: 2, code: 480, byPeer: true}, phaseOffer, nil},
		{"accepted by the API", phaseOffer, change("ACTIVE", "op", "", ""), phaseReach, nil},
		{"accepted by another", phaseOffer, change("ACTIVE", "op2", "", ""), phaseReach, []effect{hangup{leg: 2}, hangup{leg: 3}, find{"op2", roleOperator}}},
		{"caller leaves while phones ring", phaseOffer, down(1), phaseOver, []effect{hangup{leg: 2}, hangup{leg: 3}}},
		{"a device comes", phaseReach, found{"op", roleOperator, phones[:1]}, phaseReach, []effect{ring{leg: 2, device: phones[0]}}},
		{"no device comes", phaseReach, tick{timerReach}, phaseQueue, []effect{tell{operatorLost{"op"}}}},
		{"caller leaves the talk", phaseTalk, down(1), phaseOver, []effect{hangup{leg: 2}, tell{conclude{End{Cause: EndByCaller, At: noon}}}}},
		{"operator hangs up", phaseTalk, down(2), phaseParting, []effect{tell{operatorHungUp{"op"}}}},
		{"operator vanishes", phaseTalk, legDown{leg: 2, answered: true}, phaseQueue, []effect{tell{operatorLost{"op"}}}},
		{"operator falls silent", phaseTalk, legSilent{2}, phaseQueue, []effect{tell{operatorLost{"op"}}}},
		{"transfer", phaseTalk, change("QUEUED", "", "", ""), phaseQueue, []effect{hangup{leg: 2}}},
		{"transfer to a person", phaseTalk, change("OFFERED", "", "P", "op2"), phaseOffer, []effect{hangup{leg: 2}, find{"op2", roleOperator}}},
		{"told again", phaseTalk, change("ACTIVE", "op", "", ""), phaseTalk, nil},
		{"another takes over", phaseTalk, change("ACTIVE", "op2", "", ""), phaseReach, []effect{hangup{leg: 2}, find{"op2", roleOperator}}},
		{"finished", phaseTalk, change("WRAP_UP", "op", "", ""), phaseParting, []effect{hangup{leg: 2}}},
		{"deferred", phaseTalk, change("DEFERRED", "", "", ""), phaseParting, []effect{hangup{leg: 2}}},
		{"phone transfers", phaseTalk, referred{leg: 2, target: "2001"}, phaseTalk, []effect{refer{leg: 2, code: 202}, tell{transfer{2, "op", "2001"}}}},
		{"phone joins two calls", phaseTalk, referred{leg: 2, target: "2001", attended: true}, phaseTalk, []effect{refer{leg: 2, code: 481}}},
		{"phone joins itself and the caller", phaseTalk, referred{leg: 2, target: "2001", attended: true, replaced: 1}, phaseTalk, []effect{refer{leg: 2, code: 603}}},
		{"phone dials nobody", phaseTalk, beside{leg: 9, account: "op", err: conflict}, phaseTalk, []effect{refuse{leg: 9, code: 403}}},
		{"phone dials itself", phaseTalk, beside{leg: 9, account: "op", target: Target{AccountID: "op"}}, phaseTalk, []effect{refuse{leg: 9, code: 486}}},
		{"phone consults", phaseTalk, beside{leg: 9, account: "op", target: Target{AccountID: "op2"}}, phaseTalk, []effect{find{"op2", roleConsulted}}},
		{"phone consults in the queue", phaseQueue, beside{leg: 9, account: "op", target: Target{AccountID: "op2"}}, phaseQueue, []effect{refuse{leg: 9, code: 486}}},
		{"a device takes the operator's place", phaseTalk, replacing{9, 2}, phaseTalk, []effect{answer{9}}},
		{"a device takes the citizen's place", phaseTalk, replacing{9, 1}, phaseTalk, []effect{refuse{leg: 9, code: 403}}},
		{"a device takes nobody's place", phaseTalk, replacing{9, 7}, phaseTalk, []effect{refuse{leg: 9, code: 481}}},
		{"caller transfers", phaseTalk, referred{leg: 1, target: "2001"}, phaseTalk, []effect{refer{leg: 1, code: 603}}},
		{"mute of a stranger", phaseTalk, muteCommand{7, "op9", true}, phaseTalk, []effect{reply{7, fail.New(fail.NotFound, "the account has no leg in this call")}}},
		{"passed on", phaseTalk, passCommand{7, "op", Target{Number: "+7495"}}, phasePassed, []effect{hangup{leg: 2}, tell{operatorHungUp{"op"}}, reply{7, nil}}},
		{"outside party leaves", phasePassed, down(4), phaseParting, []effect{say{leg: 1, tag: 1, items: []Speech{{Text: textBye}}}}},
		{"caller leaves the outside party", phasePassed, down(1), phaseOver, []effect{hangup{leg: 4}}},
		{"goodbye said", phaseParting, said{leg: 1, tag: 1}, phaseOver, []effect{hangup{leg: 1}, tell{conclude{End{Cause: EndByOperator, At: noon}}}}},
		{"caller leaves before goodbye", phaseParting, down(1), phaseOver, []effect{finish{}}},
		{"a late change", phaseParting, change("QUEUED", "", "", ""), phaseParting, nil},
		{"citizen answers", phaseDial, legUp{2}, phaseTalk, []effect{record{recordOn}}},
		{"citizen is busy", phaseDial, legDown{leg: 2, code: 486, byPeer: true}, phaseOver, []effect{hangup{leg: 1}, tell{conclude{End{Cause: EndUnanswered, SIPCode: 486, At: noon}}}}},
		{"operator gives up", phaseDial, down(1), phaseOver, []effect{hangup{leg: 2}}},
		{"node stops", phaseTalk, stop{}, phaseOver, []effect{tell{conclude{End{Cause: EndByDrain, At: noon}}}}},
		{"mailbox overrun", phaseQueue, overrun{}, phaseOver, []effect{tell{conclude{End{Cause: EndByFailure, At: noon}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, _ := walk(t, fresh(), reached(t, c.from)...)
			require.Equal(t, c.from, before.phase)
			after, out := walk(t, before, c.event)
			require.Equal(t, c.to, after.phase)
			at := 0
			for _, e := range out {
				if at < len(c.wants) && fmt.Sprintf("%#v", e) == fmt.Sprintf("%#v", c.wants[at]) || at < len(c.wants) && sameReply(e, c.wants[at]) {
					at++
				}
			}
			require.Equalf(t, len(c.wants), at, "want %#v in %#v", c.wants, out)
			if c.wants == nil {
				for _, e := range out {
					require.NotContains(t, "hangup find ring dial", fmt.Sprintf("%T", e)[len("telephony."):])
				}
			}
		})
	}
}

func sameReply(a, b effect) bool {
	x, one := a.(reply)
	y, two := b.(reply)
	return one && two && x.id == y.id && fail.CodeOf(x.err) == fail.CodeOf(y.err)
}

// TestEveryStateSurvivesEveryEvent throws all events at all states: nothing may panic, a call that is over stays so, and its
// caller is told of the end at most once.
func TestEveryStateSurvivesEveryEvent(t *testing.T) {
	t.Parallel()
	var all []event
	for leg := legID(0); leg < 6; leg++ {
		all = append(all, legUp{leg}, legEarly{leg}, legDown{leg: leg}, down603(leg), legHeld{leg, true}, legAway{leg, true}, legSilent{leg},
			digit{leg, '1'}, referred{leg: leg, target: "x"}, said{leg: leg, tag: 1}, taken{leg: leg}, taken{leg: leg, err: conflict},
			passedOn{leg: leg}, referred{leg: leg, attended: true, replaced: 2}, referred{leg: leg, attended: true, replaced: firstBrowser + 9},
			replacing{firstBrowser + 10 + leg, leg}, joined{leg: firstBrowser + leg, account: "op", id: 1})
	}
	for _, state := range []string{"WITH_ASSISTANT", "QUEUED", "OFFERED", "ACTIVE", "HELD", "WRAP_UP", "DEFERRED", "CLOSED", "ABANDONED"} {
		all = append(all, change(state, "op", "O", "op"), change(state, "op2", "P", "op2"), change(state, "", "", ""))
	}
	for name := timer(1); name < timers; name++ {
		all = append(all, tick{name})
	}
	for _, account := range []string{"op", "op2", "boss"} {
		all = append(all, beside{leg: firstBrowser + 9, account: account, target: Target{AccountID: "op2"}},
			beside{leg: firstBrowser + 9, account: account, target: Target{Number: "+7"}}, legUp{firstBrowser + 9}, legDown{leg: firstBrowser + 9},
			found{account, roleOperator, phones}, found{account, roleConsulted, phones}, found{account, roleSupervisor, phones},
			watched{account, 1, false}, watched{account, 1, true},
			muteCommand{1, account, true}, keysCommand{1, account, "1"}, recordCommand{1, account, true, time.Minute}, takeOverCommand{1, account},
			superviseCommand{1, account, Barge}, superviseCommand{1, account, ""}, hangupCommand{1, account},
			consultCommand{1, account, Target{AccountID: "op2"}}, consultCommand{1, account, Target{Number: "+7"}},
			consultEnd{1, account, consultComplete}, consultEnd{1, account, consultCancel}, consultEnd{1, account, consultJoin},
			passCommand{1, account, Target{Number: "+7"}})
	}
	all = append(all, queued{}, queued{queue: Queued{Hours: Hours{Open: true}}}, queued{err: conflict}, placed{Place{Position: 1}},
		promised{}, promised{conflict}, scripted{err: conflict}, heard{"да"}, speaking{}, answered{}, opened{}, unbegun{}, overrun{}, stop{})
	source, err := os.ReadFile("state.go")
	require.NoError(t, err)
	for from := phaseArriving; from < phaseOver; from++ {
		for i, first := range all {
			s, _ := walk(t, fresh(), reached(t, from)...)
			ends := 0
			for j := 0; j < 40; j++ { // a long walk that differs for every start
				e := first
				if j > 0 {
					e = all[(i*31+j*j*17+j)%len(all)]
				}
				over := s.phase == phaseOver
				var out []effect
				was := s.phase
				s, out = next(s, e, noon)
				if was != s.phase {
					drawn := strings.Contains(string(source), fmt.Sprintf("//	  %s --> %s:", was, s.phase))
					assert.Truef(t, drawn, "%s --> %s (%T) is not in the drawing", was, s.phase, e)
				}
				require.Falsef(t, over && s.phase != phaseOver, "%T revives a call", e)
				for _, o := range out {
					if tell, ok := o.(tell); ok {
						if _, ok := tell.errand.(conclude); ok {
							ends++
						}
					}
				}
				_ = sounds(&s)
			}
			require.LessOrEqual(t, ends, 1)
		}
	}
}

func down603(leg legID) legDown { return legDown{leg: leg, code: 603, byPeer: true} }

func TestCommandsAreAlwaysAnswered(t *testing.T) {
	t.Parallel()
	for from := phaseArriving; from < phaseOver; from++ {
		commands := []event{
			muteCommand{9, "op", true},
			keysCommand{9, "op", "1"},
			recordCommand{9, "op", true, time.Minute},
			takeOverCommand{9, "op"},
			superviseCommand{9, "boss", Listen},
			superviseCommand{9, "boss", ""},
			hangupCommand{9, "op"},
			consultCommand{9, "op", Target{AccountID: "op2"}},
			consultEnd{9, "op", consultComplete},
			consultEnd{9, "op", consultCancel},
			passCommand{9, "op", Target{Number: "+7"}},
			joined{leg: firstBrowser, account: "op", id: 9},
		}
		for _, e := range commands {
			s, _ := walk(t, fresh(), reached(t, from)...)
			s, out := next(s, e, noon)
			_, later := next(s, tick{timerJoin}, noon) // who is not expected waits for a moment
			out = append(out, later...)
			replies := 0
			for _, o := range out {
				if r, ok := o.(reply); ok && r.id == 9 {
					replies++
				}
			}
			require.Equalf(t, 1, replies, "%T in %s", e, from)
		}
	}
}

func TestAnOldChangeIsIgnored(t *testing.T) {
	t.Parallel()
	s, _ := walk(t, fresh(), reached(t, phaseTalk)...)
	fresh := change("ACTIVE", "op", "", "")
	fresh.Position = 10
	s, _ = walk(t, s, fresh)
	for _, position := range []int64{9, 10} {
		old := change("QUEUED", "", "", "")
		old.Position = position
		after, out := next(s, old, noon)
		require.Empty(t, out)
		require.Equal(t, phaseTalk, after.phase)
	}
}

func TestPlaceIsToldWhenItImproves(t *testing.T) {
	t.Parallel()
	s, _ := walk(t, fresh(), append(reached(t, phaseTalk), change("QUEUED", "", "", ""))...) // own company, not the menu's
	at := noon
	for i, c := range []struct {
		place Place
		tells bool
	}{
		{Place{Position: 5, Wait: 10 * time.Minute, Known: true}, true},
		{Place{Position: 5, Wait: 10 * time.Minute, Known: true}, false},
		{Place{Position: 6, Wait: 12 * time.Minute, Known: true}, false},
		{Place{Position: 4}, true},
		{Place{}, false},
		{Place{Position: 1}, true},
	} {
		at = at.Add(time.Minute)
		var out []effect
		s, out = next(s, placed{c.place}, at)
		if i == 0 {
			_, soon := next(s, placed{Place{Position: 1}}, at.Add(9*time.Second))
			require.Empty(t, soon, "the menu announces every 10 s")
		}
		told := false
		for _, o := range out {
			_, is := o.(say)
			told = told || is
		}
		require.Equalf(t, c.tells, told, "%+v", c.place)
	}
}

func TestSounds(t *testing.T) {
	t.Parallel()
	s, _ := walk(t, fresh(), reached(t, phaseTalk)...)
	require.Equal(t, sound{mix: []member{{1, []legID{2}}, {2, []legID{1}}}}, sounds(&s))
	require.True(t, sounds(&s).pair())
	held, _ := next(s, change("HELD", "op", "", ""), noon)
	require.Equal(t, sound{music: []legID{1}}, sounds(&held))
	supervised, _ := walk(t, s, superviseCommand{1, "boss", Whisper}, found{"boss", roleSupervisor, phones[:1]}, legUp{4})
	require.Equal(t, []member{{1, []legID{2}}, {2, []legID{1, 4}}, {4, []legID{1, 2}}}, sounds(&supervised).mix)
	queue, _ := walk(t, fresh(), reached(t, phaseQueue)...)
	require.Equal(t, sound{music: []legID{1}}, sounds(&queue))
	dial, _ := walk(t, fresh(), reached(t, phaseDial)...)
	require.Equal(t, sound{ringback: []legID{1}}, sounds(&dial))
}
