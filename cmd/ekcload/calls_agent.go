package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"ekc/cmd/ekcload/rtp"
	"ekc/cmd/ekcload/sip"
)

const agentDocument = `subscription($after: EventCursor) { desk(after: $after) { __typename cursor at
  ... on OfferChanged { offer { id state createdAt interaction { id queuedAt } } }
  ... on InteractionChanged { interaction { id state operator { id } } }
  ... on PresenceChanged { presence { state } } } }`

// agent is an operator with a phone on the desk.
type agent struct {
	run       *callRun
	number    int
	login     string
	accountID string
	phoneID   string
	username  string
	realm     string
	password  string
	client    *client
	phone     *sip.Peer
	queueID   string

	mu            sync.Mutex
	interactionID string
	closing       map[string]bool
}

// seat is an operator's side of one talk.
type seat struct {
	agent *agent
	id    uint32
	call  *sip.Call
	leg   *rtp.Leg
	relay netip.AddrPort // where the centre hears the operator

	rang, answered time.Time
}

// invited is a ringing phone; sip tells it.
func (a *agent) invited(c *sip.Call) { go a.answer(c) }

// answer takes a call up after a while, and stays until it ends.
func (a *agent) answer(call *sip.Call) {
	c := a.run.known(call.Number)
	if c == nil {
		a.run.stats.phone("rang for nobody of ours")
		call.Hangup()
		return
	}
	rang, ringing := time.Now(), time.After(a.run.o.Ring)
	for waiting := true; waiting; {
		select {
		case e := <-call.Events:
			if e.Kind == sip.Ended || e.Kind == sip.Failed {
				a.run.stats.phone("rang in vain")
				return
			}
		case <-ringing:
			waiting = false
		}
	}
	s := &seat{agent: a, id: a.run.id(), call: call, rang: rang, answered: time.Now()}
	relay, err := rtp.Described(call.Offer)
	if err == nil {
		s.leg, err = a.run.sound.Leg(netip.AddrPortFrom(addressOf(a.client.source), 0), s.id, a.run.o.Every)
	}
	if err != nil {
		a.run.stats.phone("no sound: " + err.Error())
		call.Hangup()
		return
	}
	s.relay = relay
	defer func() { a.run.stats.sound(s.leg.Close()) }()
	c.seats <- s
	call.Answer(rtp.Describe(s.leg.Local(), a.run.codec))
	if err := s.leg.Send(relay); err != nil {
		a.run.stats.phone("no sound: " + err.Error())
	}
	for e := range call.Events {
		switch e.Kind {
		case sip.Ended:
			return
		case sip.Failed:
			a.run.stats.phone(fmt.Sprintf("call failed: %d %s", e.Code, e.Reason))
			return
		case sip.Reoffered:
			if relay, err := rtp.Described(e.Body); err == nil {
				_ = s.leg.Send(relay)
			}
		}
	}
}

func addressOf(ip []byte) netip.Addr {
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}

// work follows the desk until ctx ends.
func (a *agent) work(ctx context.Context, ready *sync.WaitGroup) error {
	var desk struct{ Cursor string }
	if err := a.client.call(ctx, `{ desk { cursor } }`, nil, &desk); err != nil {
		return fmt.Errorf("read desk: %w", err)
	}
	var once sync.Once
	s := &stream{client: a.client, failed: func(what string, err error) { a.run.stats.phone(what + ": " + err.Error()) }, sub: subscription{
		document: agentDocument, event: func(p json.RawMessage) (string, error) { return a.event(ctx, p) },
		ready: func() { once.Do(ready.Done) },
	}}
	go s.run(ctx, desk.Cursor)
	return nil
}

func (a *agent) available(ctx context.Context) error {
	return a.client.change(ctx, "presenceSet", "PresenceSetInput", "", map[string]any{"state": "AVAILABLE"}, nil)
}

// deskEvent is what the desk showed.
type deskEvent struct {
	Typename string    `json:"__typename"`
	Cursor   string    `json:"cursor"`
	At       time.Time `json:"at"`
	Offer    struct {
		State       string    `json:"state"`
		CreatedAt   time.Time `json:"createdAt"`
		Interaction struct {
			ID       string    `json:"id"`
			QueuedAt time.Time `json:"queuedAt"`
		} `json:"interaction"`
	} `json:"offer"`
	Interaction struct {
		ID       string `json:"id"`
		State    string `json:"state"`
		Operator *struct {
			ID string `json:"id"`
		} `json:"operator"`
	} `json:"interaction"`
	Presence struct {
		State string `json:"state"`
	} `json:"presence"`
}

func (a *agent) event(ctx context.Context, payload json.RawMessage) (string, error) {
	var e deskEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return "", err
	}
	now := time.Now()
	a.run.stats.event(now.Sub(e.At))
	switch {
	case e.Typename == "OfferChanged":
		a.offered(e, now)
	case e.Typename == "InteractionChanged" && e.Interaction.State == "WRAP_UP" && e.Interaction.Operator != nil &&
		e.Interaction.Operator.ID == a.accountID:
		a.wrapUp(ctx, e.Interaction.ID)
	case e.Typename == "PresenceChanged" && e.Presence.State == "PAUSED":
		a.run.stats.phone("paused for missed offers")
		go func() { a.report(ctx, "presence", a.available(ctx)) }()
	}
	return e.Cursor, nil
}

func (a *agent) offered(e deskEvent, now time.Time) {
	switch e.Offer.State {
	case "PENDING":
		if q := e.Offer.Interaction.QueuedAt; !q.IsZero() {
			a.run.stats.offered(e.Offer.CreatedAt.Sub(q), now.Sub(q))
		}
		fallthrough
	case "ACCEPTED":
		a.mu.Lock()
		a.interactionID = e.Offer.Interaction.ID
		a.mu.Unlock()
	default:
		a.run.stats.phone("offer " + e.Offer.State)
	}
}

// wrapUp records the enquiry once.
func (a *agent) wrapUp(ctx context.Context, id string) {
	a.mu.Lock()
	known := a.closing[id]
	a.closing[id] = true
	a.mu.Unlock()
	if known {
		return
	}
	go func() {
		pause(ctx, a.run.o.WrapUp)
		began := time.Now()
		err := a.client.change(ctx, "interactionClose", "InteractionCloseInput", "", map[string]any{
			"interactionId": id, "dispositionId": a.run.made.disposition, "outcome": "RESOLVED",
		}, nil)
		a.report(ctx, "wrap-up", err)
		if err == nil {
			a.run.stats.wrappedUp(time.Since(began))
		}
	}()
}

func (a *agent) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		a.run.stats.phone(what + ": " + err.Error())
	}
}

// transfer hands the present enquiry to the other queue.
func (a *agent) transfer(ctx context.Context) error {
	a.mu.Lock()
	id := a.interactionID
	a.mu.Unlock()
	return a.client.change(ctx, "interactionTransfer", "InteractionTransferInput", "",
		map[string]any{"interactionId": id, "queueId": a.run.made.second, "note": "Нагрузка"}, nil)
}
