package signaling

import (
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/guard"
	"ekc/telephony/signaling/locate"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

const (
	nonceLifetime = 5 * time.Minute
	nonceLimit    = 20000
	lookups       = 256 // accounts being asked for at once
	lookupTimeout = 5 * time.Second
)

// Agent is EKC's SIP user agent.
type Agent struct {
	config   Config
	layer    *transport.Layer
	table    *transaction.Table
	guard    *guard.Guard
	verifier *digest.Verifier
	counters counters
	trunks   trunks
	phones   phones
	routes   routes
	finder   *locate.Finder
	health   health
	lookups  chan struct{}
	ctx      context.Context
	cancel   context.CancelFunc
	wait     sync.WaitGroup

	random sync.Mutex

	mu       sync.Mutex
	dialogs  map[string]*Dialog // by Call-ID and our tag
	invites  map[string]*Dialog // incoming ones, by Call-ID, their tag and CSeq: a second way of the same request is a loop
	draining bool
	closed   bool
	empty    chan struct{} // closed and replaced when the last dialog goes
}

// New opens the sockets and starts serving. Close releases them.
func New(config Config) (*Agent, error) {
	config = config.filled()
	a := &Agent{
		config: config, table: transaction.NewTable(config.Timers, 16*config.Dialogs),
		dialogs: map[string]*Dialog{}, invites: map[string]*Dialog{}, lookups: make(chan struct{}, lookups),
		empty: make(chan struct{}),
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.finder = locate.New(config.NameServers, a.number)
	a.phones.known = map[string]*phone{}
	a.guard = guard.New(config.Guard, config.Now, func(addr netip.Addr) bool { return a.trunks.from(addr) != nil })
	var err error
	if a.verifier, err = digest.NewVerifier(config.Realm, nonceLifetime, nonceLimit, config.Now, config.Random); err != nil {
		return nil, err
	}
	sockets := transport.Config{
		Listen: config.Listen, ListenTLS: config.ListenTLS, TLS: config.TLS,
		Admit: a.guard.Admit, Receive: a.receive, Gone: a.gone,
	}
	if c := config.Certificates; c != nil {
		sockets.TLS = c.server(func(addr netip.Addr) bool { return a.trunks.from(addr) != nil })
		sockets.DialTLS = c.client
	}
	a.layer, err = transport.Open(sockets)
	if err != nil {
		return nil, err
	}
	a.layer.Serve()
	a.spawn(a.keepPhones)
	return a, nil
}

// spawn runs f as a goroutine that Close waits for; false when the agent is closed.
func (a *Agent) spawn(f func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.wait.Add(1)
	go func() {
		defer a.wait.Done()
		f()
	}()
	return true
}

// gone fails what waits for an answer over a closed connection.
func (a *Agent) gone(flow transport.Flow) {
	a.spawn(func() { a.table.Broken(flow, transport.ErrClosed) })
}

// Addr is the local address of a transport; nil when it is not served.
func (a *Agent) Addr(t Transport) net.Addr {
	addr := a.layer.Addr(string(t))
	switch {
	case !addr.IsValid():
		return nil
	case t == UDP:
		return net.UDPAddrFromAddrPort(addr)
	default:
		return net.TCPAddrFromAddrPort(addr)
	}
}

// token draws n random bytes in hex: tags, branches, Call-IDs.
func (a *Agent) token(n int) string {
	b := make([]byte, n)
	a.random.Lock()
	defer a.random.Unlock()
	if _, err := io.ReadFull(a.config.Random, b); err != nil {
		a.config.Log.Error("no randomness", "error", err)
	}
	return hex.EncodeToString(b)
}

// number draws one below n.
func (a *Agent) number(n int) int {
	var b [4]byte
	a.random.Lock()
	defer a.random.Unlock()
	_, _ = io.ReadFull(a.config.Random, b[:])
	return int((uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])) % uint32(n))
}

// add puts a dialog into the cache.
func (a *Agent) add(d *Dialog) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.draining || a.closed:
		return ErrDraining
	case len(a.dialogs) >= a.config.Dialogs:
		return ErrBusy
	}
	a.dialogs[d.key()] = d
	if d.inviteKey != "" {
		a.invites[d.inviteKey] = d
	}
	return nil
}

func (a *Agent) remove(d *Dialog) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dialogs[d.key()] != d {
		return
	}
	delete(a.dialogs, d.key())
	if d.inviteKey != "" {
		delete(a.invites, d.inviteKey)
	}
	if len(a.dialogs) == 0 {
		close(a.empty)
		a.empty = make(chan struct{})
	}
}

func (a *Agent) dialog(callID, localTag string) *Dialog {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.dialogs[callID+"|"+localTag]
}

// Find returns the dialog that Replaces names, nil when there is none.
func (a *Agent) Find(r Replaces) *Dialog {
	d := a.dialog(r.CallID, r.ToTag)
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == ended || d.remoteTag != r.FromTag || (r.EarlyOnly && d.answered) {
		return nil
	}
	return d
}

// Dialogs counts the dialogs that have not ended.
func (a *Agent) Dialogs() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.dialogs)
}

func (a *Agent) isDraining() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.draining
}

// Drain refuses new calls with 503 and Retry-After from now on; those that are up go on. It waits until the last has ended,
// or for ctx.
func (a *Agent) Drain(ctx context.Context) error {
	a.mu.Lock()
	a.draining = true
	a.mu.Unlock()
	return a.idle(ctx)
}

func (a *Agent) idle(ctx context.Context) error {
	for {
		a.mu.Lock()
		n, empty := len(a.dialogs), a.empty
		a.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends all calls (BYE, CANCEL, 503), waits for that at most until ctx ends, and closes the sockets.
func (a *Agent) Close(ctx context.Context) error {
	a.mu.Lock()
	a.draining = true
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	open := make([]*Dialog, 0, len(a.dialogs))
	for _, d := range a.dialogs {
		open = append(open, d)
	}
	a.mu.Unlock()
	for _, d := range open {
		_ = d.Hangup(Cause{Code: 503, Q850: 41, Text: "shutting down"})
	}
	err := a.idle(ctx)
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.cancel()
	a.trunks.stop()
	a.table.Close()
	a.layer.Close()
	a.wait.Wait()
	return err
}

// reply makes a response with what all of ours have.
func (a *Agent) reply(request *wire.Message, status int, reason, tag string) *wire.Message {
	m := wire.Reply(request, status, reason, tag)
	m.Add("Server", a.config.Product)
	return m
}
