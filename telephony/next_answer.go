package telephony

import (
	"context"

	"ekc/internal/fail"
	"ekc/telephony/ivr"
)

type (
	// scripted: the menu of the number that was called is there, or there is none.
	scripted struct {
		flow *ivr.Flow
		err  error
	}
	// heard is what a caller said.
	heard struct{ text string }
	// speaking: a caller has begun to speak.
	speaking struct{}
	// answered is what Yana says.
	answered struct {
		answer Answer
		err    error
	}
	// opened is whether a line is open.
	opened struct {
		hours Hours
		err   error
	}
	// question and hours ask the centre for the menu.
	question struct{ text string }
	hours    struct {
		calendar string
		wish     Wish
	}
	// load asks for the menu of a number.
	load struct{ called string }
	// listen turns speech recognition of the caller on or off.
	listen struct {
		on    bool
		hints []string
	}
)

func (load) effect()   {}
func (listen) effect() {}

func (e question) run(ctx context.Context, c Centre, id string) (event, error) {
	a, err := c.Ask(ctx, id, e.text)
	return answered{a, err}, err
}

func (e hours) run(ctx context.Context, c Centre, _ string) (event, error) {
	h, err := c.Open(ctx, e.calendar, e.wish)
	return opened{h, err}, err
}

func (e heard) apply(t *turn) { t.step(ivr.Heard{Text: e.text}) }

// apply breaks off what is being said, as a key does.
func (speaking) apply(t *turn) {
	if t.menu.saying != 0 && t.menu.bargeIn && t.scriptLed() {
		t.menu.saying = 0
		t.do(hush{t.citizenID()})
		t.step(ivr.Said{Turn: t.menu.turn})
	}
}

func (e answered) apply(t *turn) {
	if e.err != nil {
		t.step(ivr.Answered{Turn: t.menu.asking, Kind: ivr.AnswerFailed})
		return
	}
	t.step(ivr.Answered{
		Turn: t.menu.asking, Kind: ivr.AnswerKind(e.answer.Kind), Text: e.answer.Text, Choices: e.answer.Choices,
		ID: e.answer.RecordVersionID, Line: e.answer.Line,
	})
}

func (e opened) apply(t *turn) {
	t.step(ivr.HoursKnown{
		Turn: t.menu.checking, Open: e.hours.Open, Holiday: e.hours.Holiday, Now: e.hours.Now, Next: e.hours.Next,
		Failed: e.err != nil,
	})
}

// apply lets the caller wait, or lets the menu say that it is closed.
func (e queued) apply(t *turn) {
	switch {
	case t.phase != phaseMenu: // the centre's change was faster
	case e.err != nil && fail.CodeOf(e.err) == fail.Conflict: // its change says what is so
	case e.err != nil || !e.queue.Open:
		t.step(ivr.QueueClosed{Now: e.queue.Now, Next: e.queue.Next})
	default:
		t.queueID = e.queue.QueueID
		t.startWaiting()
	}
}

func (t *turn) menuSaid(e said) {
	if e.tag == t.menu.saying && e.tag != 0 {
		t.menu.saying = 0
		t.step(ivr.Said{Turn: t.menu.turn})
	}
}

func (t *turn) tickMenu(name timer) {
	i := name - timerMenu
	t.step(ivr.TimeUp{Name: menuTimers[i], Turn: t.menu.turns[i]})
}
