package telephony_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/wire"
)

// rawPhone is an operator's phone message by message: it has several calls, and joins them with REFER.
type rawPhone struct {
	*peer
	user   string
	conn   *net.UDPConn
	remote *net.UDPAddr

	mu       sync.Mutex
	branch   int
	sent     map[string][]byte // responses, by the branch and method of their request
	acks     map[string][]byte // by Call-ID and CSeq
	requests []*wire.Message   // new ones, for expect
	replies  []*wire.Message
	answered map[string]bool
}

// rawCall is one of its calls.
type rawCall struct {
	*peerCall
	phone                 *rawPhone
	callID, from, to, uri string
	localTag, remoteTag   string
	cseq                  int
	invite                *wire.Message // theirs, when they called
}

// rawPhoneOf makes a phone of an account and makes the centre ask phones for passwords.
func (w *world) rawPhoneOf(account string) *rawPhone {
	w.t.Helper()
	p := newPeer(w.t, "127.0.0.1")
	w.peers = append(w.peers, p)
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(w.t, err)
	remote, err := net.ResolveUDPAddr("udp", w.agent.Addr(signaling.UDP).String())
	require.NoError(w.t, err)
	r := &rawPhone{
		peer: p, user: account, conn: conn, remote: remote, sent: map[string][]byte{}, acks: map[string][]byte{}, answered: map[string]bool{},
	}
	var reader sync.WaitGroup
	reader.Add(1)
	go func() {
		defer reader.Done()
		r.read()
	}()
	w.t.Cleanup(func() {
		_ = conn.Close()
		reader.Wait()
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phones[account] = append(w.phones[account], signaling.Binding{
		Account: account, Contact: "sip:" + account + "@" + conn.LocalAddr().String(), Transport: signaling.UDP,
		Source: conn.LocalAddr().String(), Expires: time.Now().Add(time.Hour),
	})
	return r
}

func (r *rawPhone) read() {
	buffer := make([]byte, 65536)
	for {
		n, _, err := r.conn.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		if m, err := wire.Parse(buffer[:n]); err == nil {
			r.take(m)
		}
	}
}

// take keeps new messages, and answers what comes again as before.
func (r *rawPhone) take(m *wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !m.IsRequest() {
		key := m.CallID + m.Get("CSeq")
		if ack := r.acks[key]; ack != nil && m.Status >= 200 {
			r.write(ack)
			return
		}
		r.replies = append(r.replies, m)
		return
	}
	key := m.Via.Branch() + m.Method
	if again := r.sent[key]; again != nil {
		r.write(again)
		return
	}
	if r.answered[key] {
		return
	}
	r.answered[key] = true
	if m.Method != "ACK" && m.Method != "INVITE" {
		r.respond(m, 200, nil)
	}
	r.requests = append(r.requests, m)
}

func (r *rawPhone) write(data []byte) { _, _ = r.conn.WriteToUDP(data, r.remote) }

// respond answers a request. The lock is held.
func (r *rawPhone) respond(request *wire.Message, status int, body []byte) {
	m := wire.Reply(request, status, "", "raw")
	m.Add("Contact", "<sip:"+r.user+"@"+r.conn.LocalAddr().String()+">")
	m.SetBody(sdp.ContentType, body)
	r.sent[request.Via.Branch()+request.Method] = m.Bytes()
	r.write(m.Bytes())
}

// request waits for a request of the method, with or without a call.
func (r *rawPhone) request(method, callID string) *wire.Message {
	r.t.Helper()
	var found *wire.Message
	eventually(r.t, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i, m := range r.requests {
			if m.Method == method && (callID == "" || m.CallID == callID) {
				found = m
				r.requests = append(r.requests[:i:i], r.requests[i+1:]...)
				return true
			}
		}
		return false
	}, "no "+method)
	return found
}

// reply waits for the final response to a request.
func (r *rawPhone) reply(callID string, cseq int, method string) *wire.Message {
	r.t.Helper()
	var found *wire.Message
	eventually(r.t, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i, m := range r.replies {
			if m.CallID == callID && int(m.CSeq) == cseq && m.CSeqMethod == method && m.Status >= 200 {
				found = m
				r.replies = append(r.replies[:i:i], r.replies[i+1:]...)
				return true
			}
		}
		return false
	}, "no answer to "+method)
	return found
}

// picksUp answers the call that rings.
func (r *rawPhone) picksUp(hertz float64) *rawCall {
	r.t.Helper()
	invite := r.request("INVITE", "")
	c := &rawCall{
		peerCall: r.newCall(), phone: r, callID: invite.CallID, invite: invite, localTag: "raw", remoteTag: invite.From.Tag(),
		from: invite.Get("To") + ";tag=raw", to: invite.Get("From"), cseq: 100,
	}
	contacts, _, err := invite.Contacts()
	require.NoError(r.t, err)
	c.uri = contacts[0].Raw
	body, m, err := c.session.Answer(invite.SDP(), sdp.SendRecv)
	require.NoError(r.t, err)
	c.configure(m)
	r.mu.Lock()
	r.respond(invite, 200, body)
	r.mu.Unlock()
	r.request("ACK", c.callID)
	c.speak(hertz)
	return c
}

// dials calls a number with the phone's password, and gives the final response.
func (r *rawPhone) dials(number string, headers ...string) (*rawCall, *wire.Message) {
	r.t.Helper()
	r.mu.Lock()
	r.branch++
	id := fmt.Sprintf("raw-%s-%d", r.user, r.branch)
	r.mu.Unlock()
	c := &rawCall{
		peerCall: r.newCall(), phone: r, callID: id, localTag: "dial", from: "<sip:" + r.user + "@ekc>;tag=dial", to: "<sip:" + number + "@ekc>",
		uri: "sip:" + number + "@" + r.remote.String(),
	}
	offer, err := c.session.Offer(sdp.SendRecv)
	require.NoError(r.t, err)
	first := c.send("INVITE", offer, headers...)
	challenge := r.reply(id, c.cseq, "INVITE")
	require.Equal(r.t, 401, challenge.Status)
	c.ack(first, challenge, nil)
	value, _, err := digest.Answer(challenge.All("WWW-Authenticate"), "INVITE", first.RawURI, r.user, "secret")
	require.NoError(r.t, err)
	second := c.send("INVITE", offer, append(headers, "Authorization: "+value)...)
	answer := r.reply(id, c.cseq, "INVITE")
	if answer.Status < 300 {
		c.to, c.remoteTag = answer.Get("To"), answer.To.Tag()
		contacts, _, err := answer.Contacts()
		require.NoError(r.t, err)
		c.uri = contacts[0].Raw
		m, err := c.session.Accept(answer.Body)
		require.NoError(r.t, err)
		c.configure(m)
	}
	c.ack(second, answer, nil)
	return c, answer
}

// send sends a new request of the call.
func (c *rawCall) send(method string, body []byte, headers ...string) *wire.Message {
	r := c.phone
	r.mu.Lock()
	defer r.mu.Unlock()
	c.cseq++
	r.branch++
	m := c.message(method, c.cseq, fmt.Sprintf("z9hG4bK-raw-%s-%d", r.user, r.branch), headers)
	m.SetBody(sdp.ContentType, body)
	r.write(m.Bytes())
	return m
}

func (c *rawCall) message(method string, cseq int, branch string, headers []string) *wire.Message {
	local := c.phone.conn.LocalAddr().String()
	m := &wire.Message{Method: method, RawURI: c.uri}
	m.Add("Via", "SIP/2.0/UDP "+local+";branch="+branch+";rport")
	m.Add("Max-Forwards", "70")
	m.Add("From", c.from)
	m.Add("To", c.to)
	m.Add("Call-ID", c.callID)
	m.Add("CSeq", fmt.Sprintf("%d %s", cseq, method))
	m.Add("Contact", "<sip:"+c.phone.user+"@"+local+">")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		m.Add(name, value)
	}
	return m
}

// ack acknowledges the final response to an INVITE, and will again.
func (c *rawCall) ack(invite, answer *wire.Message, _ []byte) {
	r := c.phone
	branch, _, _ := strings.Cut(invite.Get("Via")[strings.Index(invite.Get("Via"), "branch=")+7:], ";")
	uri, to := c.uri, c.to
	if answer.Status >= 300 { // of the same hop
		c.uri, c.to = invite.RawURI, answer.Get("To")
	} else {
		branch += "-ack"
	}
	m := c.message("ACK", c.cseq, branch, nil)
	c.uri, c.to = uri, to
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acks[c.callID+fmt.Sprintf("%d INVITE", c.cseq)] = m.Bytes()
	r.write(m.Bytes())
}

// hold puts the other side on hold, or takes that back.
func (c *rawCall) hold(on bool) {
	c.p.t.Helper()
	invite := c.send("INVITE", c.holds(on))
	answer := c.phone.reply(c.callID, c.cseq, "INVITE")
	require.Equal(c.p.t, 200, answer.Status)
	_, err := c.session.Accept(answer.Body)
	require.NoError(c.p.t, err)
	c.ack(invite, answer, nil)
}

// joins asks for the transfer that joins this call and another of the phone's (RFC 5589 §7.1), and gives the answer.
func (c *rawCall) joins(other *rawCall, target string) int {
	c.p.t.Helper()
	c.send("REFER", nil, fmt.Sprintf("Refer-To: <sip:%s@ekc?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>",
		target, other.callID, other.remoteTag, other.localTag), "Referred-By: <sip:"+c.phone.user+"@ekc>")
	return c.phone.reply(c.callID, c.cseq, "REFER").Status
}

// reported waits for the last report on a transfer.
func (c *rawCall) reported() string {
	c.p.t.Helper()
	for {
		m := c.phone.request("NOTIFY", c.callID)
		if strings.HasPrefix(m.Get("Subscription-State"), "terminated") {
			return strings.TrimSpace(string(m.Body))
		}
	}
}

func newRawWorld(t *testing.T) (*world, *rawPhone) {
	t.Helper()
	w := newWorld(t, nil)
	require.NoError(t, w.agent.Close(t.Context()))
	w.restartAgent(true)
	return w, w.rawPhoneOf("op1")
}

// talkingRaw brings a caller to the phone.
func (w *world) talkingRaw(phone *rawPhone) (citizen *peerCall, operator *rawCall) {
	w.t.Helper()
	citizen = w.queued()
	w.centre.offer("O1", "op1")
	operator = phone.picksUp(operatorTone)
	operator.hears(citizenTone)
	return citizen, operator
}
