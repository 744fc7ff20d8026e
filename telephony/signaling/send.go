package signaling

import (
	"net/netip"
	"strconv"
	"strings"

	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// outRequest is a request inside a dialog.
type outRequest struct {
	method      string
	headers     []Header
	contentType string
	body        []byte
	// fork sends it inside an early dialog; nil: inside the dialog.
	fork *fork
	// done gets the final response, nil when none came. The lock is held.
	done func(*wire.Message)
	// tried says that the challenge was answered once.
	tried bool
	auth  []Header
}

// build makes a request of the dialog, or of one of its forks (RFC 3261 §12.2.1.1).
func (d *Dialog) build(method string, cseq uint32, f *fork) (*wire.Message, transport.Flow) {
	remoteTag, target, routes, flow := d.remoteTag, d.target, d.routes, d.flow
	if f != nil {
		remoteTag, target, routes = f.tag, f.target, f.routes
		flow = d.way(routes, target)
	}
	m := &wire.Message{Method: method, CSeq: cseq, CSeqMethod: method, MaxForwards: 70, CallID: d.callID}
	m.RawURI, routes = routed(target, routes)
	m.Add("Via", d.agent.via(flow))
	m.Add("Max-Forwards", "70")
	for _, hop := range routes {
		m.Add("Route", hop)
	}
	m.Add("From", d.local+";tag="+d.localTag)
	to := d.remote
	if remoteTag != "" {
		to += ";tag=" + remoteTag
	}
	m.Add("To", to)
	m.Add("Call-ID", d.callID)
	m.Add("CSeq", strconv.FormatUint(uint64(cseq), 10)+" "+method)
	switch method {
	case "INVITE", "UPDATE", "REFER", "NOTIFY":
		m.Add("Contact", d.contact)
		m.Add("Allow", allow)
		m.Add("Supported", supported)
	}
	m.Add("User-Agent", d.agent.config.Product)
	d.agent.parsed(m)
	return m, flow
}

// routed gives Request-URI and Route for a route set, whose first hop may be one that rewrites (RFC 3261 §12.2.1.1).
func routed(target string, routes []string) (uri string, route []string) {
	if len(routes) == 0 {
		return target, nil
	}
	first, err := wire.ParseAddress(routes[0])
	if err != nil || first.URI.UriParams.Has("lr") {
		return target, routes
	}
	return first.Raw, append(append([]string(nil), routes[1:]...), "<"+target+">")
}

// steer makes the flow of the next requests the one to the new target.
func (d *Dialog) steer(routes []string, target string) { d.flow = d.way(routes, target) }

// way chooses a flow: for carriers where Route or Contact leads, for phones the flow they came over, because their own
// address is often behind a NAT.
func (d *Dialog) way(routes []string, target string) transport.Flow {
	if d.phone || d.line == nil {
		return d.flow
	}
	uri := target
	if len(routes) > 0 {
		if first, err := wire.ParseAddress(routes[0]); err == nil {
			uri = first.Raw
		}
	}
	if flow := d.agent.flowTo(uri, d.flow); flow != nil {
		return flow
	}
	return d.flow
}

// flowTo is the flow to a URI with a numeric host; nil when it should stay with the present one: a name would have to be
// looked up, and a private address given by a public peer is behind a NAT.
func (a *Agent) flowTo(uri string, present transport.Flow) transport.Flow {
	parsed, err := wire.ParseURI(uri)
	if err != nil {
		return nil
	}
	addr, err := netip.ParseAddr(strings.Trim(parsed.Host, "[]"))
	if err != nil {
		return nil
	}
	addr = addr.Unmap()
	if addr.IsUnspecified() || (addr.IsPrivate() && !present.Remote().Addr().IsPrivate()) {
		return nil
	}
	network := present.Network()
	if t, ok := parsed.UriParams.Get("transport"); ok {
		network = strings.ToUpper(t)
	}
	port := uint16(parsed.Port)
	if port == 0 {
		port = defaultPort(Transport(network))
	}
	remote := netip.AddrPortFrom(addr, port)
	if network == present.Network() && (remote == present.Remote() || (present.Reliable() && addr == present.Remote().Addr())) {
		return present
	}
	flow, err := a.layer.Flow(network, remote, parsed.Host)
	if err != nil {
		return nil
	}
	return flow
}

// send sends a request other than INVITE and ACK inside the dialog. A challenge is answered once; 408 and 481 end the
// dialog (RFC 3261 §12.2.1.2).
func (d *Dialog) send(r outRequest) {
	d.localCSeq++
	m, flow := d.build(r.method, d.localCSeq, r.fork)
	for _, h := range append(append([]Header(nil), r.headers...), r.auth...) {
		m.Add(h.Name, h.Value)
	}
	m.SetBody(r.contentType, r.body)
	_, err := d.agent.table.Send(m, flow, func(answer *wire.Message, err error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err == nil && answer.Status < 200 {
			return
		}
		d.responded(r, m, answer)
	})
	if err != nil {
		d.soon(func() { d.responded(r, m, nil) })
	}
}

// soon runs f under the lock, on another goroutine: for what would happen later if the socket had not failed at once.
func (d *Dialog) soon(f func()) {
	d.agent.spawn(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		f()
	})
}

func (d *Dialog) responded(r outRequest, m, answer *wire.Message) {
	if answer != nil && !r.tried {
		if auth, ok := d.authorize(m, answer); ok {
			r.tried, r.auth = true, auth
			d.send(r)
			return
		}
	}
	if r.done != nil {
		r.done(answer)
	}
	d.judge(r.method, answer)
}

// judge ends the dialog when the peer does not know it any more, or is gone.
func (d *Dialog) judge(method string, answer *wire.Message) {
	if d.state != up || method == "BYE" || (answer != nil && answer.Status != 408 && answer.Status != 481) {
		return
	}
	d.bye(Cause{Q850: 27, Text: "peer does not answer"})
	d.finish(Ended{Reason: "the peer does not answer inside the call", Cause: 27})
}

// authorize answers a challenge of the carrier with the trunk's password.
func (d *Dialog) authorize(m, answer *wire.Message) ([]Header, bool) {
	name, credentials := "WWW-Authenticate", "Authorization"
	if answer.Status == 407 {
		name, credentials = "Proxy-Authenticate", "Proxy-Authorization"
	}
	if (answer.Status != 401 && answer.Status != 407) || d.line == nil || d.line.User == "" {
		return nil, false
	}
	value, _, err := digest.Answer(answer.All(name), m.Method, m.RawURI, d.line.User, d.line.Password)
	if err != nil {
		return nil, false
	}
	return []Header{{credentials, value}}, true
}

// respond answers a request of the peer inside the dialog.
func (d *Dialog) respond(tx *transaction.Server, status int, change ...func(*wire.Message)) {
	m := d.agent.reply(tx.Request(), status, "", d.localTag)
	for _, f := range change {
		f(m)
	}
	_ = tx.Respond(m)
}
