package sip

import (
	"fmt"
	"time"
)

// Kind is what happened to a call.
type Kind int

// What happens to a call. Failed and Ended are the last event.
const (
	Ringing Kind = iota + 1
	Answered
	Acknowledged
	Reoffered
	Failed
	Ended
)

// Event is one thing that happened to a call.
type Event struct {
	Kind   Kind
	Code   int
	Reason string
	Body   string
	At     time.Time
	// ByPeer says that the server ended the call.
	ByPeer bool
}

// eventRoom is how many events of a call may wait to be read; a call has fewer.
const eventRoom = 32

// Call is one dialog.
type Call struct {
	// Number is the user part of the caller's address.
	Number string
	// Offer is the description that an incoming call brought.
	Offer string
	// Began is when the INVITE was sent or came.
	Began time.Time
	// Events are what happens, in order.
	Events <-chan Event

	peer          *Peer
	id            string
	local, remote string
	target        string
	routes        []string
	cseq          int
	invite        *Message
	body          string
	up, over      bool
	events        chan Event
	// resend repeats our 2xx until its ACK comes.
	resend   *time.Timer
	interval time.Duration
	deadline time.Time
	answered string
}

func (p *Peer) newCall(id string) *Call {
	events := make(chan Event, eventRoom)
	c := &Call{peer: p, id: id, events: events, Events: events, Began: time.Now()}
	p.calls[id] = c
	return c
}

// Call sends an INVITE from one number to another with an offer.
func (p *Peer) Call(from, to, offer string) *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.newCall(token() + "@" + p.local)
	host := p.server.String()
	c.Number, c.cseq, c.body = from, 1, offer
	c.local = "<sip:" + from + "@" + p.local + ">;tag=" + token()
	c.remote, c.target = "<sip:"+to+"@"+host+">", "sip:"+to+"@"+host
	m := c.newRequest("INVITE")
	m.Add("Contact", "<sip:"+from+"@"+p.local+">")
	m.Add("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO")
	m.Add("Content-Type", "application/sdp")
	m.Body = offer
	c.invite = m
	p.send(m, c.finalAnswer)
	return c
}

func (c *Call) newRequest(method string) *Message {
	m := c.peer.newRequest(method, c.target, c.local, c.remote, c.id, c.cseq)
	for _, route := range c.routes {
		m.Add("Route", route)
	}
	return m
}

// finalAnswer is the end of our INVITE.
func (c *Call) finalAnswer(m *Message, err error) {
	switch {
	case err != nil:
		c.end(Event{Kind: Failed, Code: 408, Reason: "no answer to INVITE"})
	case m.Status >= 300:
		c.end(Event{Kind: Failed, Code: m.Status, Reason: m.Reason})
	default:
		c.remote, c.target = m.Get("To"), address(m.Get("Contact"))
		for _, route := range m.All("Record-Route") {
			c.routes = append([]string{route}, c.routes...)
		}
		c.up = true
		ack := c.newRequest("ACK").String()
		c.peer.finish("c|"+m.branch()+"|INVITE", ack)
		c.peer.write(ack)
		c.tell(Event{Kind: Answered, Code: m.Status, Body: m.Body})
	}
}

// invited is a new call to us.
func (p *Peer) invited(m *Message) {
	c := p.newCall(m.Get("Call-ID"))
	c.invite, c.Number, c.Offer = m, User(m.Get("From")), m.Body
	c.local, c.remote = m.Get("To")+";tag="+token(), m.Get("From")
	c.target, c.routes = address(m.Get("Contact")), m.All("Record-Route")
	p.progress(c, 180, "Ringing")
	p.invite(c)
}

func (p *Peer) progress(c *Call, status int, reason string) {
	r := c.reply(status, reason)
	text := r.String()
	p.finish("s|"+c.invite.branch()+"|INVITE", text)
	p.write(text)
}

func (c *Call) reply(status int, reason string) *Message {
	r := reply(c.invite, status, reason, param(c.local, "tag"))
	r.Add("Contact", "<sip:load@"+c.peer.local+">")
	return r
}

// Answer takes an incoming call up with a description.
func (c *Call) Answer(body string) {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	if c.over || c.up {
		return
	}
	c.up, c.body = true, body
	c.accept()
}

// accept sends 200 to the INVITE at hand, and again until ACK comes (§13.3.1.4).
func (c *Call) accept() {
	r := c.reply(200, "OK")
	r.Add("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO")
	r.Add("Content-Type", "application/sdp")
	r.Body = c.body
	c.answered, c.interval, c.deadline = r.String(), t1, time.Now().Add(patience)
	c.peer.finish("s|"+c.invite.branch()+"|INVITE", c.answered)
	c.peer.write(c.answered)
	c.stop()
	c.resend = time.AfterFunc(c.interval, c.acceptAgain)
}

func (c *Call) acceptAgain() {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	if c.over || c.answered == "" || c.peer.closed {
		return
	}
	if time.Now().After(c.deadline) {
		c.peer.counts.Timeouts.Add(1)
		c.end(Event{Kind: Failed, Code: 408, Reason: "no ACK"})
		return
	}
	c.peer.counts.ResponsesSentAgain.Add(1)
	c.peer.write(c.answered)
	c.interval = min(2*c.interval, t2)
	c.resend.Reset(c.interval)
}

func (c *Call) acknowledged() {
	if c.answered != "" {
		c.answered = ""
		c.stop()
		c.tell(Event{Kind: Acknowledged})
	}
}

func (c *Call) stop() {
	if c.resend != nil {
		c.resend.Stop()
	}
}

// request is one of the server's within the call.
func (c *Call) request(m *Message) {
	p := c.peer
	switch m.Method {
	case "BYE":
		p.answer(m, 200, "OK", "")
		c.end(Event{Kind: Ended, Code: 200, Reason: m.Get("Reason"), ByPeer: true})
	case "CANCEL":
		p.answer(m, 200, "OK", param(c.local, "tag"))
		if !c.up {
			p.progress(c, 487, "Request Terminated")
			c.end(Event{Kind: Ended, Code: 487, Reason: m.Get("Reason"), ByPeer: true})
		}
	case "INVITE": // hold, or a session refreshed
		c.invite = m
		if m.Body != "" {
			c.tell(Event{Kind: Reoffered, Body: m.Body})
		}
		c.accept()
	case "UPDATE", "INFO", "OPTIONS":
		r := reply(m, 200, "OK", "")
		r.Add("Contact", "<sip:load@"+p.local+">")
		if m.Body != "" && m.Method == "UPDATE" {
			c.tell(Event{Kind: Reoffered, Body: m.Body})
			r.Add("Content-Type", "application/sdp")
			r.Body = c.body
		}
		p.finish("s|"+m.branch()+"|"+m.Method, r.String())
		p.write(r.String())
	default:
		p.answer(m, 501, "Not Implemented", "")
	}
}

// Hangup ends the call from our side: BYE, CANCEL or a refusal. Ended or Failed follows.
func (c *Call) Hangup() {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	switch {
	case c.over:
	case c.up:
		c.stop()
		c.cseq++
		c.peer.send(c.newRequest("BYE"), func(m *Message, err error) {
			e := Event{Kind: Ended, Code: 200}
			if err != nil {
				e = Event{Kind: Failed, Code: 408, Reason: "no answer to BYE"}
			} else if m.Status >= 300 && m.Status != 481 { // 481: both hung up at once
				e = Event{Kind: Failed, Code: m.Status, Reason: "BYE: " + m.Reason}
			}
			c.end(e)
		})
	case c.cseq > 0: // ours, not answered yet
		c.cancel()
	default:
		c.peer.progress(c, 486, "Busy Here")
		c.end(Event{Kind: Ended, Code: 486})
	}
}

func (c *Call) cancel() {
	m := &Message{Method: "CANCEL", URI: c.invite.URI}
	for _, name := range []string{"Via", "Max-Forwards", "From", "To", "Call-ID"} {
		m.Add(name, c.invite.Get(name))
	}
	m.Add("CSeq", fmt.Sprintf("%d CANCEL", c.cseq))
	c.peer.send(m, func(*Message, error) {})
}

// end is the last thing that happens.
func (c *Call) end(e Event) {
	if c.over {
		return
	}
	c.over = true
	c.answered = ""
	c.stop()
	delete(c.peer.calls, c.id)
	c.tell(e)
}

// tell never waits: a call has few events, and room for all of them.
func (c *Call) tell(e Event) {
	e.At = time.Now()
	select {
	case c.events <- e:
	default:
	}
}
