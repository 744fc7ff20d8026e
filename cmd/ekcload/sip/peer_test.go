package sip_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/cmd/ekcload/sip"
)

const patience = 30 * time.Second

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// wire is a server of the test's own: it shows what comes and sends what it is told.
type wire struct {
	t    *testing.T
	conn *net.UDPConn
	from *net.UDPAddr
}

func newWire(t *testing.T) *wire {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(loopback))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{t: t, conn: conn}
}

func (w *wire) addr() netip.AddrPort { return w.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// next is the next message of a kind; repetitions of others are passed over.
func (w *wire) next(method string) *sip.Message {
	w.t.Helper()
	buffer := make([]byte, 1<<16)
	for {
		require.NoError(w.t, w.conn.SetReadDeadline(time.Now().Add(patience)))
		n, from, err := w.conn.ReadFromUDP(buffer)
		require.NoError(w.t, err, "no %s came", method)
		w.from = from
		m, err := sip.Parse(string(buffer[:n]))
		require.NoError(w.t, err)
		if m.Method == method || m.Method == "" && strings.HasSuffix(m.Get("CSeq"), method) {
			return m
		}
	}
}

func (w *wire) send(text string) {
	w.t.Helper()
	_, err := w.conn.WriteToUDP([]byte(text), w.from)
	require.NoError(w.t, err)
}

// answer sends a response to a request.
func (w *wire) answer(m *sip.Message, status, more string) {
	w.t.Helper()
	text := "SIP/2.0 " + status + "\r\n"
	for _, name := range []string{"Via", "From", "Call-ID", "CSeq"} {
		text += name + ": " + m.Get(name) + "\r\n"
	}
	w.send(text + "To: " + m.Get("To") + ";tag=server\r\nContact: <sip:x@" + w.addr().String() + ">\r\n" + more + "\r\n")
}

func open(t *testing.T, server netip.AddrPort, counts *sip.Counts, invited func(*sip.Call)) *sip.Peer {
	t.Helper()
	p, err := sip.Open(loopback, server, counts, invited)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func event(t *testing.T, c *sip.Call, kind sip.Kind) sip.Event {
	t.Helper()
	for {
		select {
		case e := <-c.Events:
			if e.Kind == kind {
				return e
			}
		case <-time.After(patience):
			require.FailNow(t, "an event did not come", "kind %d", kind)
		}
	}
}

// A call is set up and hung up; a 200 that comes again is acknowledged again and counted, and so is a lost INVITE.
func TestCallIsSetUpAndRepetitionsAreCounted(t *testing.T) {
	t.Parallel()
	w, counts := newWire(t), &sip.Counts{}
	call := open(t, w.addr(), counts, nil).Call("78185300001", "88006000000", "v=0\r\n")
	first := w.next("INVITE")
	again := w.next("INVITE") // nobody has answered the first
	require.Equal(t, first.Get("Via"), again.Get("Via"))
	require.Equal(t, "78185300001", sip.User(again.Get("From")))
	w.answer(again, "200 OK", "")
	require.Equal(t, again.Get("To")+";tag=server", w.next("ACK").Get("To"))
	event(t, call, sip.Answered)
	w.answer(again, "200 OK", "")
	w.next("ACK")
	require.EqualValues(t, 1, counts.Snapshot().ResponsesCameAgain)
	require.Positive(t, counts.Snapshot().RequestsSentAgain)
	call.Hangup()
	w.answer(w.next("BYE"), "200 OK", "")
	require.False(t, event(t, call, sip.Ended).ByPeer)
}

// A refusal is acknowledged, and told.
func TestRefusalIsTold(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	call := open(t, w.addr(), &sip.Counts{}, nil).Call("78185300001", "88006000000", "v=0\r\n")
	w.answer(w.next("INVITE"), "503 Service Unavailable", "")
	w.next("ACK")
	e := event(t, call, sip.Failed)
	require.Equal(t, 503, e.Code)
	require.Equal(t, "Service Unavailable", e.Reason)
}

// A phone registers with digest, and brings back what the challenge named.
func TestPhoneAnswersAChallenge(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	phone := open(t, w.addr(), &sip.Counts{}, nil)
	done := make(chan error, 1)
	go func() { done <- phone.Register(context.Background(), "desk", "ekc", "secret", time.Minute) }()
	w.answer(w.next("REGISTER"), "401 Unauthorized", `WWW-Authenticate: Digest realm="ekc", nonce="abc", algorithm=MD5, qop="auth", opaque="o"`+"\r\n")
	m := w.next("REGISTER")
	for m.Get("Authorization") == "" { // the first one may have been repeated
		m = w.next("REGISTER")
	}
	require.Regexp(t, `username="desk", realm="ekc", nonce="abc".*qop=auth, nc=00000001, cnonce="[a-z0-9]+", opaque="o"`, m.Get("Authorization"))
	require.Equal(t, "60", m.Get("Expires"))
	w.answer(m, "200 OK", "")
	require.NoError(t, <-done)
}

// A phone rings, answers, and is hung up on.
func TestPhoneRingsAndAnswers(t *testing.T) {
	t.Parallel()
	rang := make(chan *sip.Call, 1)
	w, counts := newWire(t), &sip.Counts{}
	phone := open(t, w.addr(), counts, func(c *sip.Call) { rang <- c })
	w.from = net.UDPAddrFromAddrPort(netip.MustParseAddrPort(phone.Addr()))
	invite := "INVITE sip:desk@" + phone.Addr() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + w.addr().String() + ";branch=z9hG4bK1\r\n" +
		"From: \"X\" <sip:+78185300001@ekc>;tag=a\r\nTo: <sip:desk@ekc>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:" + w.addr().String() + ">\r\n\r\nv=0\r\n"
	w.send(invite)
	require.Equal(t, 180, w.next("INVITE").Status)
	call := <-rang
	require.Equal(t, "+78185300001", call.Number)
	require.Equal(t, "v=0\r\n", call.Offer)
	call.Answer("v=1\r\n")
	ok := w.next("INVITE")
	require.Equal(t, 200, ok.Status)
	require.Equal(t, "v=1\r\n", ok.Body)
	w.send(invite) // it comes again: the same answer, and no second call
	require.Equal(t, 200, w.next("INVITE").Status)
	require.Empty(t, rang)
	require.EqualValues(t, 1, counts.Snapshot().RequestsCameAgain)
	in := func(method, branch, cseq string) string {
		return method + " sip:desk SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK" + branch + "\r\nFrom: " + ok.Get("From") + "\r\nTo: " + ok.Get("To") +
			"\r\nCall-ID: 1\r\nCSeq: " + cseq + " " + method + "\r\n\r\n"
	}
	w.send(in("ACK", "2", "1"))
	event(t, call, sip.Acknowledged)
	w.send(in("BYE", "3", "2"))
	require.Equal(t, 200, w.next("BYE").Status)
	require.True(t, event(t, call, sip.Ended).ByPeer)
}

func TestMalformedMessagesAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "INVITE sip:a SIP/2.0\r\n\r\n", "SIP/2.0 abc OK\r\n\r\n", "A b c\r\nno colon\r\n\r\n"} {
		_, err := sip.Parse(text)
		require.Error(t, err, "%q", text)
	}
	m, err := sip.Parse("BYE sip:a SIP/2.0\r\nv: SIP/2.0/UDP x;branch=z\r\ni: 1\r\nCSeq: 2 BYE\r\nSubject: a\r\n b\r\n\r\n")
	require.NoError(t, err)
	require.Equal(t, "a b", m.Get("Subject"))
}
