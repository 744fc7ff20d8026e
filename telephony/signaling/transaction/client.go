package transaction

import (
	"errors"
	"strings"
	"sync"
	"time"

	"ekc/telephony/signaling/wire"
)

// Errors of a Client, given to its callback.
var (
	// ErrTimeout says that no final response came in 64·T1.
	ErrTimeout = errors.New("transaction: no answer")
	// ErrExists says that the branch is in use.
	ErrExists = errors.New("transaction: branch in use")
	// ErrClosed says that the table is closed or full.
	ErrClosed = errors.New("transaction: table closed or full")
)

type clientState int

const (
	calling  clientState = iota
	trying               // a provisional response came
	answered             // a 2xx to INVITE came: more may, of this or other forks (RFC 6026 §7.2)
	refused              // a refusal to INVITE came: its repeats are acknowledged
	done
)

// Client is a request's transaction on their side.
type Client struct {
	table   *Table
	key     string
	request *wire.Message
	flow    Flow
	invite  bool
	respond func(*wire.Message, error)

	mu       sync.Mutex
	state    clientState
	interval time.Duration
	resend   timer // A, E
	end      timer // B, F, D, M
	ack      *wire.Message
}

// Send starts a client transaction: it sends the request, which must have our Via with a branch of its own, and calls
// respond with every response that is not a repeat (each 2xx to an INVITE is one, repeats included), or once with an error.
// respond is never called after that error, nor, except for INVITE, after a final response.
func (t *Table) Send(m *wire.Message, flow Flow, respond func(*wire.Message, error)) (*Client, error) {
	c := &Client{
		table: t, key: clientKey(m.Via.Branch(), m.Method), request: m, flow: flow, invite: m.Method == "INVITE",
		respond: respond, interval: t.timers.T1,
	}
	t.mu.Lock()
	switch {
	case t.closed || len(t.clients) >= t.limit:
		t.mu.Unlock()
		return nil, ErrClosed
	case t.clients[c.key] != nil:
		t.mu.Unlock()
		return nil, ErrExists
	}
	t.clients[c.key] = c
	t.mu.Unlock()

	c.mu.Lock()
	defer c.mu.Unlock()
	if err := flow.Send(m); err != nil {
		c.state = done
		t.dropClient(c.key)
		return nil, err
	}
	if !flow.Reliable() {
		c.resend.start(c.interval, c.again)
	}
	c.end.start(t.timers.Limit(), func() { c.fail(ErrTimeout) })
	return c, nil
}

// again repeats the request (timers A and E).
func (c *Client) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != calling && (c.invite || c.state != trying) {
		return
	}
	c.table.retransmitted.Add(1)
	_ = c.flow.Send(c.request)
	c.interval *= 2
	if !c.invite {
		c.interval = min(c.interval, c.table.timers.T2)
		if c.state == trying {
			c.interval = c.table.timers.T2
		}
	}
	c.resend.start(c.interval, c.again)
}

// receive takes a response.
func (c *Client) receive(m *wire.Message) {
	if c.advance(m) {
		c.respond(m, nil)
	}
}

// advance moves the state and reports whether the response goes up.
func (c *Client) advance(m *wire.Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	timers := c.table.timers
	switch {
	case c.state == done:
		return false
	case m.Status < 200:
		if c.state != calling && c.state != trying {
			return false
		}
		c.state = trying
		if c.invite { // the caller ends it: a phone may ring for minutes
			c.resend.stop()
			c.end.stop()
		}
		return true
	case c.invite && m.Status < 300:
		if c.state == refused {
			return false
		}
		if c.state != answered {
			c.state = answered
			c.resend.stop()
			c.end.start(timers.Limit(), c.terminate) // M
		}
		return true
	case c.invite:
		return c.refuse(m)
	}
	if c.state == refused { // completed: a repeat of the final response
		c.table.repeated.Add(1)
		return false
	}
	c.state = refused
	c.resend.stop()
	wait := timers.T4 // K
	if c.flow.Reliable() {
		wait = 0
	}
	c.end.start(wait, c.terminate)
	return true
}

// refuse acknowledges a refusal of an INVITE, and its repeats.
func (c *Client) refuse(m *wire.Message) bool {
	switch c.state {
	case answered:
		return false
	case refused:
		c.table.repeated.Add(1)
		_ = c.flow.Send(c.ack)
		return false
	}
	c.state = refused
	c.resend.stop()
	c.ack = Acknowledge(c.request, m)
	_ = c.flow.Send(c.ack)
	wait := max(c.table.timers.Limit(), time.Millisecond) // D: at least 32 s with the standard's T1
	if c.flow.Reliable() {
		wait = 0
	}
	c.end.start(wait, c.terminate)
	return true
}

// Acknowledge makes the ACK of a refusal (RFC 3261 §17.1.1.3).
func Acknowledge(invite, response *wire.Message) *wire.Message {
	return hop(invite, "ACK", response.Get("To"))
}

// Cancel makes the CANCEL of a request that has had a provisional response (RFC 3261 §9.1).
func Cancel(request *wire.Message) *wire.Message {
	return hop(request, "CANCEL", request.Get("To"))
}

// hop makes a request that goes where another went, as its neighbours will see it.
func hop(request *wire.Message, method, to string) *wire.Message {
	m := &wire.Message{
		Method: method, URI: request.URI, RawURI: request.RawURI, Via: request.Via, From: request.From, To: request.To,
		CallID: request.CallID, CSeq: request.CSeq, CSeqMethod: method, MaxForwards: 70,
	}
	for _, f := range request.Fields {
		switch strings.ToLower(f.Name) {
		case "via", "from", "call-id", "route":
			m.Fields = append(m.Fields, f)
		case "to":
			m.Add("To", to)
		case "cseq":
			number, _, _ := strings.Cut(f.Value, " ")
			m.Add("CSeq", number+" "+method)
		case "max-forwards":
			m.Add("Max-Forwards", "70")
		}
	}
	return m
}

// Patience ends the transaction with ErrTimeout unless a final response comes: for an INVITE after its CANCEL (RFC 3261
// §9.1).
func (c *Client) Patience() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == calling || c.state == trying {
		c.end.start(c.table.timers.Limit(), func() { c.fail(ErrTimeout) })
	}
}

// Quiet stops repeating the request, because its answer is not waited for any more; one that comes is handed up all the same.
func (c *Client) Quiet() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resend.stop()
}

func (c *Client) fail(err error) {
	c.mu.Lock()
	waiting := c.state == calling || c.state == trying
	c.state = done
	c.resend.stop()
	c.end.stop()
	c.mu.Unlock()
	c.table.dropClient(c.key)
	if waiting {
		c.table.timeouts.Add(1)
		c.respond(nil, err)
	}
}

func (c *Client) terminate() {
	c.stop()
	c.table.dropClient(c.key)
}

func (c *Client) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = done
	c.resend.stop()
	c.end.stop()
}
