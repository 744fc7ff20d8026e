package ivr

import "time"

// QueueNode keeps the caller company until an operator comes: music, honest news of the place and the wait when they have
// improved, the offer of a callback, an end to the waiting.
type QueueNode struct {
	// Queue is a queue's code; empty: by line, agency and region.
	Queue string `json:"queue,omitempty"`
	// Enter is said at once; Announce when place or wait are better than what was said last: {position}, {wait}.
	Enter    Prompt `json:"enter,omitempty"`
	Announce Prompt `json:"announce"`
	// AnnounceEvery is in seconds, 10 to 600.
	AnnounceEvery int `json:"announce_every_s"`
	// Offer of a callback is said after OfferAfter seconds, 10 to 3,600, and again each such time, at most three times; OfferDigit takes it.
	Offer      Prompt `json:"offer,omitempty"`
	OfferAfter int    `json:"offer_after_s,omitempty"`
	OfferDigit string `json:"offer_digit,omitempty"`
	Callback   string `json:"callback,omitempty"`
	// MaxWait is in seconds, 30 to 7,200; then Overflow.
	MaxWait  int    `json:"max_wait_s"`
	Overflow string `json:"overflow"`
	// Closed is where callers go when the queue takes nobody.
	Closed string `json:"closed"`
	// After is where they go when the operator has ended the talk: a rating.
	After string `json:"after"`
}

const (
	stepEntering = "entering"
	stepWaiting  = "waiting"
	stepTelling  = "telling"
	maxOffers    = 3
)

// Type is "queue".
func (n *QueueNode) Type() string { return "queue" }

func (n *QueueNode) exits() []exit {
	exits := []exit{{"overflow", n.Overflow, false}, {"closed", n.Closed, true}, {"after", n.After, false}}
	if n.offers() {
		exits = append(exits, exit{"callback", n.Callback, false})
	}
	return exits
}

func (n *QueueNode) offers() bool {
	return n.OfferAfter > 0 || n.Callback != "" || n.OfferDigit != "" || !n.Offer.empty()
}

func (n *QueueNode) prompts() []promptAt {
	return []promptAt{
		{path: "enter", prompt: n.Enter},
		{path: "announce", prompt: n.Announce, required: true, values: []string{SlotPosition, SlotWait}},
		{path: "offer", prompt: n.Offer, required: n.offers()},
	}
}

func (n *QueueNode) check(r *report) {
	within := func(path string, v, low, high int) {
		if v < low || v > high {
			r.add(path, CodeRange, "want %d to %d seconds", low, high)
		}
	}
	within("announce_every_s", n.AnnounceEvery, 10, 600)
	within("max_wait_s", n.MaxWait, 30, 7200)
	if n.offers() {
		within("offer_after_s", n.OfferAfter, 10, 3600)
		if len(n.OfferDigit) != 1 || !isKey(n.OfferDigit[0]) {
			r.add("offer_digit", CodeInvalid, "want one of 0 to 9, * and #")
		}
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// enter queues the enquiry; a caller who comes back from the offer of a callback has never left.
func (n *QueueNode) enter(m *machine) {
	m.s.Step = stepWaiting
	if m.s.QueueNode == m.s.Node {
		n.startTimers(m)
		m.music()
		return
	}
	m.leaveQueue()
	m.s.QueueNode, m.s.Told, m.s.Place = m.s.Node, Place{}, Place{}
	m.do(Enqueue{
		Wish: m.wish(n.Queue), AnnounceEvery: seconds(n.AnnounceEvery), CallbackAfter: seconds(n.OfferAfter), MaxWait: seconds(n.MaxWait),
	})
	n.startTimers(m)
	if n.Enter.empty() {
		m.music()
		return
	}
	m.s.Step = stepEntering
	m.say(n.Enter, true, nil)
}

func (n *QueueNode) startTimers(m *machine) {
	m.do(Timer{Name: TimerAnnounce, After: seconds(n.AnnounceEvery)}, Timer{Name: TimerMaxWait, After: seconds(n.MaxWait)})
	if n.offers() {
		m.do(Timer{Name: TimerCallback, After: seconds(n.OfferAfter)})
	}
}

func (m *machine) music() {
	m.s.Step, m.s.Playing, m.s.BargeIn = stepWaiting, false, true
	m.do(Music{})
}

// leaveQueue ends the waiting, wherever the caller is.
func (m *machine) leaveQueue() {
	if m.s.QueueNode == "" {
		return
	}
	m.s.QueueNode = ""
	m.stopQueueTimers()
	m.do(LeaveQueue{})
}

func (m *machine) stopQueueTimers() {
	m.do(Timer{Name: TimerAnnounce}, Timer{Name: TimerCallback}, Timer{Name: TimerMaxWait})
}

// operatorJoined ends the waiting well, also while the caller is being asked about a callback.
func (m *machine) operatorJoined() {
	if m.s.QueueNode == "" {
		return
	}
	if m.s.Playing {
		m.do(Hush{})
	}
	m.quiet()
	m.stopQueueTimers()
	m.s.Node, m.s.QueueNode = m.s.QueueNode, ""
	m.s.Step, m.s.Playing = stepTalking, false
	m.s.Turn++
	m.branch("operator", "", "")
}

func (n *QueueNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case OperatorLeft:
		if m.s.Step == stepTalking {
			m.leave("after", n.After)
		}
	case QueueClosed:
		if m.s.Step != stepTalking {
			m.opens(e.Now, e.Next)
			m.s.QueueNode = "" // it was never in
			m.stopQueueTimers()
			m.leave("closed", n.Closed)
		}
	case Said:
		if m.s.Step == stepEntering && m.s.Place.Position > 0 {
			n.tell(m)
			return
		}
		m.music()
	case PlaceKnown:
		if m.s.Step == stepWaiting && m.s.Told.Position == 0 {
			n.tell(m) // the first news does not wait for the interval
		}
	case Digit:
		if n.offers() && string(e.Key) == n.OfferDigit && m.s.Step != stepTalking {
			m.leave("callback", n.Callback)
		}
	case TimeUp:
		if m.s.Step != stepTalking {
			n.timeUp(m, e.Name)
		}
	}
}

func (n *QueueNode) timeUp(m *machine, name TimerName) {
	switch name {
	case TimerMaxWait:
		m.leave("overflow", n.Overflow)
	case TimerAnnounce:
		m.do(Timer{Name: TimerAnnounce, After: seconds(n.AnnounceEvery)})
		if m.s.Step == stepWaiting {
			n.tell(m)
		}
	case TimerCallback:
		if m.s.Step == stepWaiting {
			m.s.Step = stepTelling
			m.s.Rounds++
			m.say(n.Offer, true, nil)
		}
		if m.s.Rounds < maxOffers {
			m.do(Timer{Name: TimerCallback, After: seconds(n.OfferAfter)})
		}
	}
}

// tell says place and wait when they are better than what was said last, or are said for the first time.
func (n *QueueNode) tell(m *machine) {
	now, last := m.s.Place, m.s.Told
	better := last.Position == 0 || now.Position < last.Position ||
		now.Known && (!last.Known || last.Wait-now.Wait >= time.Minute)
	if now.Position <= 0 || !better {
		if m.s.Step != stepWaiting {
			m.music()
		}
		return
	}
	m.s.Told = now
	m.s.Step = stepTelling
	m.say(n.Announce, true, nil)
}
