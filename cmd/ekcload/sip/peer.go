package sip

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// SIP timers (RFC 3261, table 4).
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
	// patience is Timer B, F and H.
	patience = 64 * t1
)

// socketBuffer holds what comes while this process waits for a processor, so that a loss is the server's.
const socketBuffer = 4 << 20

// ErrTimeout says that a request was not answered within 32 s.
var ErrTimeout = errors.New("sip: no answer")

// Peer is one UDP socket: a gateway with many calls, or a phone.
type Peer struct {
	invite func(*Call)
	counts *Counts
	server netip.AddrPort
	conn   *net.UDPConn
	local  string

	mu      sync.Mutex
	pending map[string]*request
	calls   map[string]*Call
	// done are finished transactions, with what answers a repetition: two generations of 32 s each, "c|" for those of ours.
	done, older map[string]string
	turned      time.Time
	closed      bool
	wait        sync.WaitGroup
	pinged      chan struct{}
}

// request is one of ours that waits for its final response.
type request struct {
	message     *Message
	text        string
	interval    time.Duration
	deadline    time.Time
	provisional bool
	timer       *time.Timer
	on          func(answer *Message, err error)
}

// Open makes a peer of the server on a local address; port 0 takes a free one. invited gets a call that comes in, and must not
// block; nil: calls are refused. Close releases the socket.
func Open(local, server netip.AddrPort, counts *Counts, invited func(*Call)) (*Peer, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(local))
	if err != nil {
		return nil, fmt.Errorf("sip: %w", err)
	}
	if local.Port() == 0 {
		local = netip.AddrPortFrom(local.Addr(), conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	}
	if err := conn.SetReadBuffer(socketBuffer); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("sip: %w", err)
	}
	p := &Peer{
		invite: invited, counts: counts, server: server, conn: conn, local: local.String(), pending: map[string]*request{}, calls: map[string]*Call{},
		done: map[string]string{}, older: map[string]string{}, turned: time.Now(),
		pinged: make(chan struct{}, 1),
	}
	p.wait.Go(p.read)
	return p, nil
}

// Addr is where the peer listens, HOST:PORT.
func (p *Peer) Addr() string { return p.local }

// Pinged tells that the server has asked with OPTIONS whether we are here.
func (p *Peer) Pinged() <-chan struct{} { return p.pinged }

// Close stops everything at once; calls that are up are left as they are.
func (p *Peer) Close() {
	p.mu.Lock()
	p.closed = true
	for _, r := range p.pending {
		r.timer.Stop()
	}
	for _, c := range p.calls {
		c.stop()
	}
	p.mu.Unlock()
	_ = p.conn.Close()
	p.wait.Wait()
}

func (p *Peer) read() {
	buffer := make([]byte, 1<<16)
	for {
		n, err := p.conn.Read(buffer)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP error of an earlier datagram
		}
		text := string(buffer[:n])
		if strings.TrimSpace(text) == "" { // a keep-alive (RFC 5626 §3.5.1)
			continue
		}
		p.counts.Received.Add(1)
		m, err := Parse(text)
		if err != nil {
			p.counts.Unreadable.Add(1)
			continue
		}
		p.mu.Lock()
		if m.Method == "" {
			p.response(m)
		} else {
			p.request(m)
		}
		p.mu.Unlock()
	}
}

// write sends a datagram. A lost one is what retransmissions are for.
func (p *Peer) write(text string) {
	p.counts.Sent.Add(1)
	_, _ = p.conn.WriteToUDPAddrPort([]byte(text), p.server)
}

func token() string { return strings.ToLower(rand.Text()[:16]) }

// newRequest makes a request with a transaction of its own.
func (p *Peer) newRequest(method, uri, from, to, callID string, cseq int) *Message {
	m := &Message{Method: method, URI: uri}
	m.Add("Via", "SIP/2.0/UDP "+p.local+";branch=z9hG4bK"+token()+";rport")
	m.Add("Max-Forwards", "70")
	m.Add("From", from)
	m.Add("To", to)
	m.Add("Call-ID", callID)
	m.Add("CSeq", fmt.Sprintf("%d %s", cseq, method))
	return m
}

// send begins a transaction; on is called once, under the peer's lock, with the final response or ErrTimeout.
func (p *Peer) send(m *Message, on func(*Message, error)) {
	key := m.branch() + "|" + m.Method
	r := &request{message: m, text: m.String(), interval: t1, deadline: time.Now().Add(patience), on: on}
	p.pending[key] = r
	r.timer = time.AfterFunc(r.interval, func() { p.again(key, r) })
	p.write(r.text)
}

// again is Timer A, B, E and F.
func (p *Peer) again(key string, r *request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending[key] != r || p.closed {
		return
	}
	invite := r.message.Method == "INVITE"
	if invite && r.provisional { // it rings: the caller's own patience ends it
		return
	}
	if time.Now().After(r.deadline) {
		delete(p.pending, key)
		p.counts.Timeouts.Add(1)
		r.on(nil, ErrTimeout)
		return
	}
	p.counts.RequestsSentAgain.Add(1)
	p.write(r.text)
	r.interval *= 2
	if !invite {
		r.interval = min(r.interval, t2)
	}
	r.timer.Reset(r.interval)
}

// response is an answer to one of ours.
func (p *Peer) response(m *Message) {
	_, method := m.cseq()
	key := m.branch() + "|" + method
	r := p.pending[key]
	if r == nil {
		if again, known := p.finished("c|" + key); known && m.Status >= 200 {
			p.counts.ResponsesCameAgain.Add(1)
			if again != "" {
				p.write(again)
			}
		}
		return
	}
	if m.Status < 200 {
		r.provisional = true
		if c := p.calls[m.Get("Call-ID")]; c != nil && method == "INVITE" && m.Status > 100 {
			c.tell(Event{Kind: Ringing, Code: m.Status, Reason: m.Reason, Body: m.Body})
		}
		return
	}
	r.timer.Stop()
	delete(p.pending, key)
	ack := ""
	if method == "INVITE" && m.Status >= 300 { // part of the transaction (§17.1.1.3)
		a := &Message{Method: "ACK", URI: r.message.URI}
		a.Add("Via", r.message.Get("Via"))
		a.Add("Max-Forwards", "70")
		a.Add("From", r.message.Get("From"))
		a.Add("To", m.Get("To"))
		a.Add("Call-ID", m.Get("Call-ID"))
		n, _ := m.cseq()
		a.Add("CSeq", fmt.Sprintf("%d ACK", n))
		ack = a.String()
		p.write(ack)
	}
	p.finish("c|"+key, ack)
	r.on(m, nil)
}

// request is one of the server's.
func (p *Peer) request(m *Message) {
	key := "s|" + m.branch() + "|" + m.Method
	if again, known := p.finished(key); known && m.Method != "ACK" {
		p.counts.RequestsCameAgain.Add(1)
		if again != "" {
			p.write(again)
		}
		return
	}
	c := p.calls[m.Get("Call-ID")]
	switch {
	case m.Method == "ACK":
		if c != nil {
			c.acknowledged()
		}
	case c != nil:
		c.request(m)
	case m.Method == "INVITE" && p.invite != nil && param(m.Get("To"), "tag") == "":
		p.invited(m)
	case m.Method == "OPTIONS":
		p.answer(m, 200, "OK", "")
		select {
		case p.pinged <- struct{}{}:
		default:
		}
	case m.Method == "INVITE" && param(m.Get("To"), "tag") == "":
		p.answer(m, 486, "Busy Here", token())
	default:
		p.answer(m, 481, "Call/Transaction Does Not Exist", token())
	}
}

// answer sends a response and keeps it for repetitions.
func (p *Peer) answer(m *Message, status int, reason, tag string) {
	text := reply(m, status, reason, tag).String()
	p.finish("s|"+m.branch()+"|"+m.Method, text)
	p.write(text)
}

func (p *Peer) finish(key, text string) {
	if now := time.Now(); now.Sub(p.turned) > patience {
		p.older, p.done, p.turned = p.done, map[string]string{}, now
	}
	p.done[key] = text
}

func (p *Peer) finished(key string) (string, bool) {
	if text, ok := p.done[key]; ok {
		return text, true
	}
	text, ok := p.older[key]
	return text, ok
}
