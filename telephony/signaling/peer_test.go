package signaling_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/wire"
)

// peer is the other side of the wire, message by message: for what SIPp cannot time.
type peer struct {
	t      *testing.T
	conn   *net.UDPConn
	remote *net.UDPAddr
	branch int
	// absorb drops messages that come again because nothing answered them in time.
	seen map[string]bool
	// latest is the last request of each method, so that an older one's response that comes again is not taken for its answer.
	latest map[string]string
}

func newPeer(t *testing.T, c *centre) *peer {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	remote, err := net.ResolveUDPAddr("udp", c.address())
	require.NoError(t, err)
	return &peer{t: t, conn: conn, remote: remote, seen: map[string]bool{}, latest: map[string]string{}}
}

func (p *peer) address() string { return p.conn.LocalAddr().String() }

func (p *peer) write(m *wire.Message) {
	if m.IsRequest() {
		p.latest[m.Method] = m.Get("Call-ID") + m.Get("CSeq")
	}
	p.raw(m.Bytes())
}

func (p *peer) raw(data []byte) {
	p.t.Helper()
	_, err := p.conn.WriteToUDP(data, p.remote)
	require.NoError(p.t, err)
}

// read returns the next message, repeats included.
func (p *peer) read() *wire.Message {
	p.t.Helper()
	m := p.tryRead(patience)
	require.NotNil(p.t, m, "no message came")
	return m
}

func (p *peer) tryRead(wait time.Duration) *wire.Message {
	p.t.Helper()
	buffer := make([]byte, 65536)
	require.NoError(p.t, p.conn.SetReadDeadline(time.Now().Add(wait)))
	n, _, err := p.conn.ReadFromUDP(buffer)
	if err != nil {
		return nil
	}
	if strings.TrimSpace(string(buffer[:n])) == "" {
		return p.tryRead(wait)
	}
	m, err := wire.Parse(buffer[:n])
	require.NoErrorf(p.t, err, "%s", buffer[:n])
	return m
}

// request waits for a new request of the method, past repeats of others.
func (p *peer) request(method string) *wire.Message {
	p.t.Helper()
	for range 50 {
		m := p.read()
		key := m.Via.Branch() + m.Method
		if m.IsRequest() && m.Method == method && !p.seen[key] {
			p.seen[key] = true
			return m
		}
		require.Truef(p.t, !m.IsRequest() || p.seen[key] || m.Method == "OPTIONS", "want %s, got %s", method, m.StartLine())
	}
	require.FailNow(p.t, "no "+method)
	return nil
}

// response waits for a response to the method, past 100 and repeats of others; it must have the status.
func (p *peer) response(method string, status int) *wire.Message {
	p.t.Helper()
	for range 50 {
		m := p.read()
		if m.IsRequest() || m.CSeqMethod != method || m.Status == 100 {
			continue
		}
		request := m.Get("Call-ID") + m.Get("CSeq")
		if p.seen[request] && request != p.latest[method] {
			continue
		}
		p.seen[request] = true
		require.Equalf(p.t, status, m.Status, "%s", m.Bytes())
		return m
	}
	require.FailNow(p.t, "no response")
	return nil
}

// reply answers a request.
func (p *peer) reply(request *wire.Message, status int, body string, headers ...string) {
	p.t.Helper()
	m := wire.Reply(request, status, "", "peer")
	m.Add("Contact", "<sip:peer@"+p.address()+">")
	p.add(m, body, headers)
	p.write(m)
}

func (p *peer) add(m *wire.Message, body string, headers []string) {
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		m.Set(name, value)
	}
	if body != "" {
		if !m.Has("Content-Type") {
			m.Set("Content-Type", "application/sdp")
		}
		m.Body = []byte(body)
	}
}

// call is a dialog from the peer's side.
type call struct {
	*peer
	callID, from, to, uri string
	cseq                  int
	invite                *wire.Message
}

// pass waits for a message, past others.
func (p *peer) pass(wanted func(*wire.Message) bool) *wire.Message {
	p.t.Helper()
	for range 100 {
		if m := p.read(); wanted(m) {
			return m
		}
	}
	require.FailNow(p.t, "the message did not come")
	return nil
}

func (p *peer) newCall() *call {
	p.branch++
	id := strings.ReplaceAll(p.address(), ":", "-") + "-" + strconv.Itoa(p.branch)
	return &call{
		peer: p, callID: id, from: "<sip:89161234567@" + p.address() + ">;tag=caller", cseq: 1,
		to: "<sip:88006000000@ekc>", uri: "sip:88006000000@" + p.remote.String(),
	}
}

// make builds a request of the call.
func (c *call) make(method string, cseq int, body string, headers ...string) *wire.Message {
	c.branch++
	m := &wire.Message{Method: method, RawURI: c.uri}
	m.Add("Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK-%s-%d", c.address(), c.callID, c.branch))
	m.Add("Max-Forwards", "70")
	m.Add("From", c.from)
	m.Add("To", c.to)
	m.Add("Call-ID", c.callID)
	m.Add("CSeq", fmt.Sprintf("%d %s", cseq, method))
	m.Add("Contact", "<sip:peer@"+c.address()+">")
	c.add(m, body, headers)
	return m
}

// send sends a new request of the call.
func (c *call) send(method, body string, headers ...string) *wire.Message {
	c.cseq++
	m := c.make(method, c.cseq, body, headers...)
	c.write(m)
	return m
}

// begin sends the INVITE.
func (c *call) begin(body string, headers ...string) {
	c.invite = c.make("INVITE", c.cseq, body, headers...)
	c.write(c.invite)
}

// follow takes the tag and the target of a response that makes the dialog.
func (c *call) follow(m *wire.Message) {
	c.t.Helper()
	contacts, _, err := m.Contacts()
	require.NoError(c.t, err)
	require.Len(c.t, contacts, 1)
	c.to, c.uri = m.Get("To"), contacts[0].Raw
}

func (c *call) ack(cseq int, body string) { c.write(c.make("ACK", cseq, body)) }

// cancel sends the CANCEL of the INVITE.
func (c *call) cancel() {
	m := *c.invite
	m.Fields = append([]wire.Field(nil), c.invite.Fields...)
	m.Method, m.Body = "CANCEL", nil
	m.Set("CSeq", "1 CANCEL")
	c.write(&m)
}

// refused acknowledges a refusal of the INVITE.
func (c *call) refused(m *wire.Message) {
	ack := *c.invite
	ack.Fields = append([]wire.Field(nil), c.invite.Fields...)
	ack.Method, ack.Body = "ACK", nil
	ack.Set("CSeq", "1 ACK")
	ack.Set("To", m.Get("To"))
	c.write(&ack)
}

// up makes an incoming call that is answered and acknowledged.
func up(t *testing.T, c *centre, p *peer, headers ...string) (*call, *leg) {
	t.Helper()
	k := p.newCall()
	k.begin(offerSDP, headers...)
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	k.follow(p.response("INVITE", 200))
	k.ack(1, "")
	next[signalingConfirmed](t, l)
	return k, l
}
