package signaling_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/wire"
)

// names is a name server for the carrier's domain, whose records may change.
type names struct {
	address string
	mu      sync.Mutex
	records []dns.RR
	asked   int
}

func newNames(t *testing.T) *names {
	t.Helper()
	n := &names{}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	n.address = packets.LocalAddr().String()
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.asked++
		answer := new(dns.Msg)
		answer.SetReply(q)
		for _, r := range n.records {
			if strings.EqualFold(r.Header().Name, q.Question[0].Name) && r.Header().Rrtype == q.Question[0].Qtype {
				answer.Answer = append(answer.Answer, r)
			}
		}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return n
}

// are makes these peers the servers of carrier.test, in this order.
func (n *names) are(t *testing.T, proto string, addresses ...string) {
	t.Helper()
	host, err := dns.NewRR("sbc.carrier.test. 3600 IN A 127.0.0.1")
	require.NoError(t, err)
	records := []dns.RR{host}
	for i, address := range addresses {
		_, port, err := net.SplitHostPort(address)
		require.NoError(t, err)
		r, err := dns.NewRR(fmt.Sprintf("_sip._%s.carrier.test. 3600 IN SRV %d 0 %s sbc.carrier.test.", proto, i, port))
		require.NoError(t, err)
		records = append(records, r)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records = records
}

func (n *names) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// carriers are a centre and the servers of its carrier's name.
func carriers(t *testing.T, count int, change func(*signaling.Trunk)) (*centre, *names, []*peer) {
	t.Helper()
	n := newNames(t)
	c := newCentre(t, func(config *signaling.Config) { config.Timers, config.NameServers = fast, []string{n.address} })
	var peers []*peer
	var addresses []string
	for range count {
		p := newPeer(t, c)
		peers, addresses = append(peers, p), append(addresses, p.address())
	}
	n.are(t, "udp", addresses...)
	c.trunk(t, "carrier.test", change)
	return c, n, peers
}

func TestTheNextServerTakesTheCall(t *testing.T) {
	t.Parallel()
	c, n, p := carriers(t, 3, nil)
	l := c.dial(t, nil)
	first := p[0].request("INVITE")
	require.Equal(t, "sip:89161234567@carrier.test", first.RawURI)
	p[0].reply(first, 503, "", "Retry-After: 120")
	p[0].request("ACK")
	second := p[1].request("INVITE") // says nothing, and is left after 8·T1
	require.Equal(t, first.CallID, second.CallID)
	require.NotEqual(t, first.Via.Branch(), second.Via.Branch())
	third := p[2].request("INVITE")
	p[1].reply(second, 180, "") // too late: it must not ring there
	p[1].request("CANCEL")
	p[2].reply(third, 180, "")
	require.Equal(t, 180, next[signaling.Progress](t, l).Code)
	p[2].reply(third, 200, answerSDP)
	p[2].request("ACK")
	next[signaling.Answered](t, l)
	require.Equal(t, uint64(2), c.Metrics().Failovers)
	asked := n.questions()

	again := c.dial(t, nil) // those that failed come last for a while
	invite := p[2].request("INVITE")
	p[2].reply(invite, 486, "")
	p[2].request("ACK")
	require.Equal(t, 486, next[signaling.Ended](t, again).Code, "busy is the callee's, not the server's")
	require.Equal(t, asked, n.questions(), "the names are known for an hour")
	require.NoError(t, l.Hangup(signaling.Cause{}))
	p[2].reply(p[2].request("BYE"), 200, "")
	next[signaling.Ended](t, l)
	eventually(t, func() bool { return c.Trunks()[0].Open == 0 }, "the dialogs are forgotten")
	s := c.Trunks()[0]
	require.Equal(t, uint64(2), s.Outgoing)
	require.Zero(t, s.Failed)
}

func TestALateAnswerOfAServerThatWasLeft(t *testing.T) {
	t.Parallel()
	c, _, p := carriers(t, 2, nil)
	l := c.dial(t, nil)
	first := p[0].request("INVITE")
	second := p[1].request("INVITE")
	p[0].reply(first, 200, answerSDP, "To: "+first.Get("To")+";tag=other")
	p[0].request("ACK")
	p[0].reply(p[0].request("BYE"), 200, "") // somebody picked up there: sent away
	p[1].reply(second, 200, answerSDP)
	require.Equal(t, first.CallID, p[1].request("ACK").CallID)
	next[signaling.Answered](t, l)
}

func TestAllServersFail(t *testing.T) {
	t.Parallel()
	c, _, p := carriers(t, 2, nil)
	l := c.dial(t, nil)
	for _, q := range p {
		q.reply(q.request("INVITE"), 503, "")
		q.request("ACK")
	}
	require.Equal(t, 503, next[signaling.Ended](t, l).Code)
	eventually(t, func() bool { return c.Trunks()[0].Failed == 1 }, "counted as one call that failed")
	l = c.dial(t, nil) // all are tried again all the same
	p[0].reply(p[0].request("INVITE"), 180, "")
	next[signaling.Progress](t, l)
}

func TestAServerThatRefusesConnections(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	c := newCentre(t, func(config *signaling.Config) { config.Timers, config.NameServers = fast, []string{n.address} })
	far := newCentre(t, nil)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	n.are(t, "tcp", closed.Addr().String(), far.Addr(signaling.TCP).String())
	far.trunk(t, c.address(), nil)
	c.trunk(t, "carrier.test", func(tr *signaling.Trunk) { tr.Transport = signaling.TCP })
	l := c.dial(t, nil)
	in := far.incoming(t)
	require.NoError(t, in.Answer([]byte(answerSDP)))
	next[signaling.Answered](t, l)
}

func TestNameThatNobodyKnows(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	c := newCentre(t, func(config *signaling.Config) { config.NameServers = []string{n.address} })
	c.trunk(t, "nobody.invalid", nil)
	require.Equal(t, 503, next[signaling.Ended](t, c.dial(t, nil)).Code)
}

func TestEveryServerIsAskedWithOptions(t *testing.T) {
	t.Parallel()
	c, _, p := carriers(t, 2, func(tr *signaling.Trunk) { tr.KeepAlive = 5 * time.Second })
	p[1].reply(p[1].request("OPTIONS"), 200, "")
	eventually(t, func() bool { // the first says nothing until its transaction ends
		s := c.Trunks()[0]
		return len(s.Servers) == 2 && s.Up && s.RoundTrip > 0
	}, "both are known")
	up := map[string]bool{}
	for _, s := range c.Trunks()[0].Servers {
		up[s.Address.String()] = s.Up
	}
	require.Equal(t, map[string]bool{p[0].address(): false, p[1].address(): true}, up)
	l := c.dial(t, nil)
	invite := p[1].pass(func(m *wire.Message) bool { return m.Method == "INVITE" })
	p[1].reply(invite, 200, answerSDP)
	next[signaling.Answered](t, l) // at once: the one that is down comes last
}
