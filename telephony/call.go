package telephony

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

// mailboxSize bounds what may wait for a call's goroutine. It needs microseconds for an event: a full mailbox means that it hangs.
const mailboxSize = 256

// call is the actor: one goroutine that owns a call. All fields but those marked are its own.
type call struct {
	// Set once, read by anybody.
	id      string
	sb      *Switchboard
	log     *slog.Logger
	mailbox chan event
	closed  chan struct{}
	ctx     context.Context //nolint:containedctx // the lifetime of what runs beside the actor
	cancel  context.CancelFunc
	overrun atomic.Bool
	view    atomic.Pointer[CallView]
	beside  sync.WaitGroup

	state    state
	lines    map[legID]*line
	queue    []event
	applied  sound
	conf     *media.Conference
	timers   [timers]*time.Timer
	turns    [timers]uint64 // so that a tick that was taken back is known
	replies  map[uint64]chan error
	given    []reply // given once the view shows what they speak of
	errands  errandQueue
	tape     tape
	reported reporter
	ear      ear
	// overheard is recognition while the citizen talks with an operator.
	overheard overhearing
	finished  bool
	talked    bool
	began     time.Time
	incoming  *signaling.IncomingCall // until it is answered
	early     []legID                 // browsers that were up before the call knew of them
}

// line is a leg of the call as the actor has it.
type line struct {
	id     legID
	leg    Leg
	sip    *sipLeg
	report LegReport
	// loop is the music or the ringing tone that plays for ever, want which one it is.
	loop media.PlayID
	want loopKind
	// saying is the tag of what is said to it now, plays the requests under way.
	saying uint32
	plays  map[media.PlayID]uint32
	// dialled is what an outgoing leg was asked for, ways the trunks that are left when this one fails, ringing that the carrier has begun to call.
	dialled dial
	ways    []string
	ringing bool
	// trickle is a browser's.
	trickle *trickle
}

type (
	// timed is a timer that has run out.
	timed struct {
		name timer
		turn uint64
	}
	// commanded is a command of the API.
	commanded struct {
		event
		id    uint64
		reply chan error
	}
	// connected is a browser's leg that was made for a join.
	connected struct {
		leg     Leg
		id      legID
		account string
		command uint64
		reply   chan error
		trickle *trickle
	}
)

func (timed) apply(*turn)     {}
func (connected) apply(*turn) {}

// post puts an event into the mailbox, from any goroutine. It never blocks: when the mailbox is full the call is ended.
func (c *call) post(e event) bool {
	select {
	case c.mailbox <- e:
		return true
	case <-c.closed:
		return true
	default:
		c.overrun.Store(true)
		c.sb.counters.overruns.Add(1)
		return false
	}
}

// background runs something that takes time beside the actor; what it returns is an event.
func (c *call) background(f func(ctx context.Context) event) {
	c.beside.Add(1)
	go func() {
		defer c.beside.Done()
		e := f(c.ctx)
		if e == nil {
			return
		}
		select {
		case c.mailbox <- e:
		case <-c.closed:
		}
	}()
}

// lookup is background for a question that somebody waits for: it has lookupTime.
func (c *call) lookup(f func(ctx context.Context) event) {
	c.background(func(ctx context.Context) event {
		ctx, cancel := context.WithTimeout(ctx, lookupTime)
		defer cancel()
		return f(ctx)
	})
}

// run is the actor.
func (c *call) run(prepare func(*call) []event) {
	defer c.close()
	for _, e := range prepare(c) {
		c.handle(e)
	}
	for !c.finished || c.errands.busy() {
		select {
		case e := <-c.mailbox:
			c.handle(e)
		case <-c.ctx.Done():
			return
		}
		if c.overrun.Swap(false) {
			c.log.Error("a call's mailbox was full; the call is ended")
			c.handle(overrun{})
		}
	}
}

// overrun ends a call that has lost events.
type overrun struct{}

func (overrun) apply(t *turn) { t.finishCall(End{Cause: EndByFailure}) }

// handle lets the machine take one event, and does what it wants; what comes of that at once is handled too.
func (c *call) handle(e event) {
	c.queue = append(c.queue, c.understand(e)...)
	for len(c.queue) > 0 {
		e := c.queue[0]
		c.queue = c.queue[1:]
		s, effects := next(c.state, e, c.sb.o.Clock())
		c.count(s)
		c.state = s
		for _, f := range effects {
			c.perform(f)
		}
		c.adjust()
	}
	c.reportLooks()
	c.nextErrand()
	c.show()
	c.giveReplies()
}

// giveReplies tells those who wait for a command what became of it.
func (c *call) giveReplies() {
	for _, a := range c.given {
		if r := c.replies[a.id]; r != nil {
			r <- a.err
			delete(c.replies, a.id)
		}
	}
	c.given = c.given[:0]
}

// understand turns what others report into what the machine knows.
func (c *call) understand(e event) []event {
	switch e := e.(type) {
	case fromDialog:
		return c.heardFromDialog(e)
	case fromMedia:
		return c.heardFromMedia(e)
	case timed:
		if c.turns[e.name] != e.turn {
			return nil
		}
		return []event{tick{e.name}}
	case commanded:
		c.replies[e.id] = e.reply
		return []event{e.event}
	case connected:
		return c.connectedLeg(e)
	case errandDone:
		return c.errandsDone(e)
	case errandsDone:
		return c.errandsDone(e.all...)
	case begun:
		if c.state.phase != phaseOver {
			c.sb.know(e.interactionID, c)
		}
		c.errands.interactionID = e.interactionID
		return []event{e}
	case clips:
		return c.playClips(e)
	case permitted:
		return c.permittedCall(e)
	case trickled:
		c.trickle(e)
		return nil
	case invited:
		return c.takeInvite(e)
	case allowed:
		return c.takeReplacing(e)
	case beside:
		if c.lines[e.leg] == nil { // the phone has given up meanwhile
			return nil
		}
		return []event{e}
	case browserUp:
		return c.browserConnected(e)
	case browserAway:
		return c.browserLeaves(e)
	case browserMoves:
		e.reply <- c.movableLeg(e.account)
		return nil
	case browserDown:
		return c.browserGone(e)
	default:
		return []event{e}
	}
}

// close gives back everything that is left, whatever the way out of run.
func (c *call) close() {
	close(c.closed)
	c.cancel()
	for _, t := range c.timers {
		if t != nil {
			t.Stop()
		}
	}
	c.ear.stop()
	c.overheard.stop()
	c.tape.stop()
	for _, l := range c.lines {
		l.leg.Hangup(signaling.Cause{})
		l.leg.Media().Close()
	}
	if c.conf != nil {
		_ = c.conf.Close()
	}
	for _, r := range c.replies {
		r <- fail.New(fail.Conflict, "the call is over")
	}
	c.drainReplies()
	c.beside.Wait()
	c.sb.forget(c)
}

// drainReplies answers commands that came too late.
func (c *call) drainReplies() {
	for {
		select {
		case e := <-c.mailbox:
			switch e := e.(type) {
			case commanded:
				e.reply <- fail.New(fail.Conflict, "the call is over")
			case connected:
				e.discard()
				e.reply <- fail.New(fail.Conflict, "the call is over")
			case trickled:
				e.reply <- fail.New(fail.Conflict, "the call is over")
			case invited:
				c.sb.refuse(e.in, 481)
			case allowed:
				c.sb.refuse(e.in, 481)
			}
		default:
			return
		}
	}
}
