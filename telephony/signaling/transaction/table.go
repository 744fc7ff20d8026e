package transaction

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ekc/telephony/signaling/wire"
)

// Table holds the transactions of one agent.
type Table struct {
	timers Timers
	limit  int

	mu      sync.Mutex
	servers map[string]*Server
	clients map[string]*Client
	closed  bool

	retransmitted, repeated, timeouts atomic.Uint64
}

// NewTable makes a table for at most limit transactions of each side; further requests are not taken.
func NewTable(timers Timers, limit int) *Table {
	return &Table{
		timers: timers.Filled(), limit: limit, servers: map[string]*Server{}, clients: map[string]*Client{},
	}
}

// Stats are the gauge of transactions, and counters: what we sent again, what came again, and requests without answer.
type Stats struct {
	Transactions                      int
	Retransmitted, Repeated, Timeouts uint64
}

// Stats takes a snapshot.
func (t *Table) Stats() Stats {
	t.mu.Lock()
	n := len(t.servers) + len(t.clients)
	t.mu.Unlock()
	return Stats{n, t.retransmitted.Load(), t.repeated.Load(), t.timeouts.Load()}
}

// Repeat counts a retransmission made by a dialog: a 2xx, a reliable provisional, an ACK sent again.
func (t *Table) Repeat() { t.retransmitted.Add(1) }

// Timers are those of the table, filled.
func (t *Table) Timers() Timers { return t.timers }

// Outcome says what a request was for the table.
type Outcome int

// The outcomes of Request.
const (
	// New is a request that no transaction knows; for ACK: one of a 2xx.
	New Outcome = iota
	// Absorbed is a repeat, or an ACK of a refusal: nothing more to do.
	Absorbed
	// Full says that the table takes no more.
	Full
)

// Request matches a request. For a new one other than ACK it starts a server transaction over the flow.
func (t *Table) Request(m *wire.Message, flow Flow) (*Server, Outcome) {
	key := serverKey(m, m.Method)
	t.mu.Lock()
	s, found := t.servers[key]
	if !found && m.Method != "ACK" {
		if t.closed || len(t.servers) >= t.limit {
			t.mu.Unlock()
			return nil, Full
		}
		s = newServer(t, key, m, flow)
		t.servers[key] = s
	}
	t.mu.Unlock()
	switch {
	case found && m.Method == "ACK":
		if s.acknowledged() {
			return s, Absorbed
		}
		return nil, New
	case found:
		t.repeated.Add(1)
		s.repeat()
		return s, Absorbed
	case m.Method == "ACK":
		return nil, New
	}
	s.begin()
	return s, New
}

// Invite finds the INVITE transaction that a CANCEL means (RFC 3261 §9.2), nil when there is none.
func (t *Table) Invite(cancel *wire.Message) *Server {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.servers[serverKey(cancel, "INVITE")]
}

// Response matches a response; false when nothing waits for it.
func (t *Table) Response(m *wire.Message) bool {
	t.mu.Lock()
	c := t.clients[clientKey(m.Via.Branch(), m.CSeqMethod)]
	t.mu.Unlock()
	if c == nil {
		return false
	}
	c.receive(m)
	return true
}

// Broken fails the requests that wait for an answer over a flow that is gone.
func (t *Table) Broken(flow Flow, err error) {
	t.mu.Lock()
	var lost []*Client
	for _, c := range t.clients {
		if c.flow == flow {
			lost = append(lost, c)
		}
	}
	t.mu.Unlock()
	for _, c := range lost {
		c.fail(err)
	}
}

// Close ends all transactions without telling anybody.
func (t *Table) Close() {
	t.mu.Lock()
	t.closed = true
	servers, clients := t.servers, t.clients
	t.servers, t.clients = map[string]*Server{}, map[string]*Client{}
	t.mu.Unlock()
	for _, s := range servers {
		s.stop()
	}
	for _, c := range clients {
		c.stop()
	}
}

func (t *Table) dropServer(key string) {
	t.mu.Lock()
	delete(t.servers, key)
	t.mu.Unlock()
}

func (t *Table) dropClient(key string) {
	t.mu.Lock()
	delete(t.clients, key)
	t.mu.Unlock()
}

// serverKey is that of RFC 3261 §17.2.3; for branches without the cookie the older rule, which looks at the call.
func serverKey(m *wire.Message, method string) string {
	if method == "ACK" {
		method = "INVITE"
	}
	branch := m.Via.Branch()
	if strings.HasPrefix(branch, wire.Cookie) && len(branch) > len(wire.Cookie) {
		return branch + "|" + strings.ToLower(m.Via.Host) + ":" + strconv.Itoa(m.Via.Port) + "|" + method
	}
	return strings.Join([]string{
		"2543", m.CallID, m.From.Tag(), strconv.FormatUint(uint64(m.CSeq), 10), m.Via.Host, branch, method,
	}, "|")
}

func clientKey(branch, method string) string { return branch + "|" + method }

// timer is a restartable one-shot timer that can be stopped for good.
type timer struct{ t *time.Timer }

func (t *timer) start(after time.Duration, f func()) {
	t.stop()
	t.t = time.AfterFunc(after, f)
}

func (t *timer) stop() {
	if t.t != nil {
		t.t.Stop()
		t.t = nil
	}
}
