package telephony

import (
	"slices"
	"strings"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/ivr"
	"ekc/telephony/ivr/numbering"
)

// menu is where the voice menu is. It goes on while the caller waits and talks: it keeps company in the queue, and asks for a
// rating afterwards. A call without one (to a citizen) uses the switchboard's own words, see next_queue.go and next_parting.go.
type menu struct {
	flow  *ivr.Flow
	state ivr.State
	// saying is the tag of what is being said for it, or as a last word; turn is the menu's name of it. 0: nothing.
	saying  uint32
	turn    int
	bargeIn bool
	turns   [4]int // of its timers
	music   bool
	steps   []Step
	// transfer is the turn of a transfer to a number that has not answered yet.
	transfer int
	booking  int
	// parked: it waits for the end of the talk, and does not lead meanwhile.
	parked   bool
	asking   int
	checking int
}

var menuTimers = [4]ivr.TimerName{ivr.TimerInput, ivr.TimerAnnounce, ivr.TimerCallback, ivr.TimerMaxWait}

func (e scripted) apply(t *turn) {
	if t.phase != phaseArriving {
		return
	}
	if e.err != nil {
		code, after := 503, 10*time.Second
		if fail.CodeOf(e.err) == fail.NotFound {
			code, after = 404, 0
		}
		t.end = &End{Cause: EndByFailure, SIPCode: code}
		t.do(refuse{t.citizenID(), code, after})
		return
	}
	t.menu.flow, t.menu.state = e.flow, ivr.Start()
	t.tell(begin{t.call})
	t.do(answer{t.citizenID()})
}

func (t *turn) startMenu() { t.step(ivr.Started{Caller: t.call.Caller, Called: t.call.Called}) }

// scriptLed reports whether the menu leads the caller now.
func (t *turn) scriptLed() bool {
	return t.menu.flow != nil && !t.menu.state.Ended && !t.menu.parked && (t.phase == phaseMenu || t.waits() || t.phase == phaseParting)
}

// step lets the menu go on and does what it wants.
func (t *turn) step(e ivr.Event) (wanted int) {
	if !t.scriptLed() {
		return 0
	}
	return t.force(e)
}

// force lets the menu go on also while it does not lead.
func (t *turn) force(e ivr.Event) (wanted int) {
	var wants []ivr.Effect
	t.menu.state, wants = ivr.Next(t.menu.flow, t.menu.state, e)
	for _, w := range wants {
		t.grant(w)
	}
	return len(wants)
}

// stopMenu ends the menu: what it still hears is not for it. What it has collected is kept.
func (t *turn) stopMenu() {
	if t.menu.flow == nil {
		return
	}
	t.force(ivr.CallerGone{})
	t.flushSteps()
	t.menu = menu{}
	t.do(listen{})
	for name := timerMenu; name < timerMenu+timer(len(menuTimers)); name++ {
		t.wake(name, 0)
	}
}

// parkMenu lets a menu that has led the caller to an operator rest until the last operator is done: a caller whom an operator has given
// back to the queue is kept company by the switchboard, and rates at the end as the menu has it.
func (t *turn) parkMenu() {
	if t.menu.flow == nil || !t.menu.state.Talking() {
		t.stopMenu()
		return
	}
	t.flushSteps()
	t.menu.parked, t.menu.saying, t.menu.music = true, 0, false
}

// flushSteps sends what the caller did to the centre.
func (t *turn) flushSteps() {
	if len(t.menu.steps) > 0 {
		t.tell(collect{Collected{Steps: t.menu.steps}})
		t.menu.steps = nil
	}
}

func wishOf(w ivr.Wish) Wish {
	return Wish{Queue: w.Queue, Line: w.Line, AgencyCode: w.Agency, RegionCode: w.Region, Priority: w.Priority}
}

func (t *turn) grant(w ivr.Effect) {
	switch w := w.(type) {
	case ivr.Say:
		t.menuSay(w)
	case ivr.Hush:
		t.menu.saying = 0
		t.do(hush{t.citizenID()})
	case ivr.Timer:
		i := slices.Index(menuTimers[:], w.Name)
		t.menu.turns[i] = w.Turn
		t.wake(timerMenu+timer(i), w.After)
	case ivr.Listen:
		t.do(listen{w.On, w.Hints})
	case ivr.CheckHours:
		t.menu.checking = w.Turn
		t.do(ask{hours{w.Calendar, wishOf(w.Wish)}})
	case ivr.FindRegion:
		t.findRegion(w)
	case ivr.Collect:
		t.tell(collect{Collected{
			AgencyCode: w.Wish.Agency, RegionCode: w.Wish.Region, Topic: w.Wish.Topic, Attributes: w.Wish.Attributes,
			Steps: t.menu.steps,
		}})
		t.menu.steps = nil
	case ivr.Branch:
		t.menu.steps = append(slices.Clip(t.menu.steps), Step{
			At: t.at, Node: w.Node, Type: w.Type, Exit: w.Exit, Input: w.Input, Next: w.Next,
		})
	default:
		t.grantMore(w)
	}
}

func (t *turn) grantMore(w ivr.Effect) {
	switch w := w.(type) {
	case ivr.AskYana:
		t.menu.asking = w.Turn
		t.flushSteps() // what was pressed before the question comes before it
		t.do(askThen{question{w.Question}})
	case ivr.Helped:
		t.tell(helped{w.AnswerID, w.Helped})
	case ivr.Enqueue:
		t.flushSteps()
		t.settings.waitAs(w)
		t.tell(enqueue{wishOf(w.Wish)})
	case ivr.Music:
		t.menu.music = true
	case ivr.BookCallback:
		t.menu.booking, t.waiting.promising = w.Turn, true
		t.tell(callback{number: w.Number})
	case ivr.Rate:
		t.tell(rate{w.Rating})
	case ivr.StartRecording:
		t.startRecording()
	case ivr.Dictate:
		t.pauseRecording(w.Limit)
	case ivr.Transfer:
		t.menuTransfer(w)
	case ivr.Hangup:
		t.menuOver()
	default: // LeaveQueue: the centre learns it from what follows
	}
}

func (t *turn) menuSay(w ivr.Say) {
	items := make([]Speech, 0, len(w.Lines))
	for _, l := range w.Lines {
		items = append(items, Speech{Text: l.Text, AudioID: l.Audio})
	}
	t.menu.music = false
	t.menu.saying, t.menu.turn, t.menu.bargeIn = t.speak(t.waits(), w.BargeIn, items...), w.Turn, w.BargeIn
}

// findRegion answers from the tables, without asking anybody.
func (t *turn) findRegion(w ivr.FindRegion) {
	var region numbering.Region
	switch {
	case w.Number != "" && w.Number == t.call.Caller && t.call.RegionCode != "": // known since the call came
		region, _ = numbering.ByCode(t.call.RegionCode)
	case w.Number != "":
		region, _ = numbering.ByNumber(w.Number)
	case w.Code != "":
		region, _ = numbering.ByCode(w.Code)
	default:
		region, _ = numbering.ByName(w.Spoken)
	}
	t.step(ivr.RegionKnown{Turn: w.Turn, Code: region.Code, Name: region.Name})
}

// menuTransfer connects the caller with a number outside.
func (t *turn) menuTransfer(w ivr.Transfer) {
	if strings.Trim(w.To, "+0123456789") != "" || w.To == "" {
		t.step(ivr.Transferred{Turn: w.Turn})
		return
	}
	t.menu.transfer, t.menu.music = w.Turn, true
	id := t.add(leg{role: roleConsulted})
	t.do(dial{leg: id, number: w.To, caller: t.call.Called, timeout: t.settings.ConsultTimeout})
}

// menuOver hangs up when what the menu still says has been said.
func (t *turn) menuOver() {
	saying := t.menu.saying
	t.stopMenu()
	t.stopWaiting()
	if t.end == nil {
		t.end = &End{Cause: EndByMenu}
	}
	if saying == 0 {
		t.finishCall(*t.end)
		return
	}
	t.phase, t.parting, t.menu.saying = phaseParting, partingBye, saying
	t.wake(timerRate, byeTime)
}
