package locate_test

import (
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/locate"
)

// zone serves records over UDP and TCP on the loopback, and counts the questions.
type zone struct {
	address string
	asked   atomic.Int64
}

// serve makes a name server; with truncated its answers by UDP say that they do not fit.
func serve(t *testing.T, truncated bool, records ...string) *zone {
	t.Helper()
	z := &zone{}
	var all []dns.RR
	for _, r := range records {
		rr, err := dns.NewRR(r)
		require.NoError(t, err)
		all = append(all, rr)
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		z.asked.Add(1)
		answer := new(dns.Msg)
		answer.SetReply(q)
		_, udp := w.RemoteAddr().(*net.UDPAddr)
		for _, r := range all {
			if strings.EqualFold(r.Header().Name, q.Question[0].Name) && r.Header().Rrtype == q.Question[0].Qtype {
				answer.Answer = append(answer.Answer, r)
			}
		}
		if truncated && udp && len(answer.Answer) > 0 {
			answer.Answer, answer.Truncated = nil, true
		}
		_ = w.WriteMsg(answer)
	})
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	z.address = packets.LocalAddr().String()
	stream, err := net.Listen("tcp", z.address)
	require.NoError(t, err)
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: stream, Handler: handler}} {
		go func() { _ = s.ActivateAndServe() }()
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return z
}

func (z *zone) find(t *testing.T, name, network string) ([]string, time.Duration) {
	t.Helper()
	targets, life, err := locate.New([]string{z.address}, func(int) int { return 0 }).Find(t.Context(), name, network)
	require.NoError(t, err)
	var shown []string
	for _, at := range targets {
		shown = append(shown, at.Network+" "+at.Address.String())
	}
	return shown, life
}

var records = []string{
	`carrier.test. 300 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.carrier.test.`,
	`carrier.test. 300 IN NAPTR 10 20 "s" "SIP+D2U" "" _backup._udp.carrier.test.`,
	`carrier.test. 300 IN NAPTR 10 10 "S" "sip+d2u" "" _first._udp.carrier.test.`,
	`carrier.test. 300 IN NAPTR 99 10 "s" "SIP+D2U" "" _never._udp.carrier.test.`,
	`_first._udp.carrier.test. 120 IN SRV 20 0 5062 b.carrier.test.`,
	`_first._udp.carrier.test. 120 IN SRV 10 0 5061 a.carrier.test.`,
	`_backup._udp.carrier.test. 120 IN SRV 0 0 5070 b.carrier.test.`,
	`_never._udp.carrier.test. 120 IN SRV 0 0 1 b.carrier.test.`,
	`_sip._tcp.carrier.test. 60 IN SRV 0 0 5060 b.carrier.test.`,
	`_sips._tcp.carrier.test. 60 IN SRV 0 0 5061 a.carrier.test.`,
	`a.carrier.test. 30 IN A 192.0.2.1`,
	`a.carrier.test. 90 IN AAAA 2001:db8::1`,
	`b.carrier.test. 3600 IN A 192.0.2.2`,
	`none.test. 60 IN A 192.0.2.9`,
	`_sip._udp.none.test. 60 IN SRV 0 0 0 .`,
	`short.test. 0 IN A 192.0.2.3`,
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, truncated := range []bool{false, true} {
		z := serve(t, truncated, records...)
		for _, c := range []struct {
			name, network string
			want          []string
			life          time.Duration
		}{
			{"carrier.test", "UDP", []string{
				"UDP 192.0.2.1:5061", "UDP [2001:db8::1]:5061", "UDP 192.0.2.2:5062", "UDP 192.0.2.2:5070",
			}, 30 * time.Second},
			{"carrier.test", "TCP", []string{"TCP 192.0.2.2:5060"}, time.Minute},
			{"carrier.test", "TLS", []string{"TLS 192.0.2.1:5061", "TLS [2001:db8::1]:5061"}, 30 * time.Second},
			{"a.carrier.test:5099", "UDP", []string{"UDP 192.0.2.1:5099", "UDP [2001:db8::1]:5099"}, 30 * time.Second},
			{"b.carrier.test", "TLS", []string{"TLS 192.0.2.2:5061"}, time.Hour},
			{"none.test", "UDP", []string{"UDP 192.0.2.9:5060"}, time.Minute},
			{"short.test", "UDP", []string{"UDP 192.0.2.3:5060"}, 5 * time.Second},
			{"localhost:5060", "UDP", []string{"UDP 127.0.0.1:5060"}, time.Minute},
		} {
			got, life := z.find(t, c.name, c.network)
			if c.name == "localhost:5060" { // of the hosts file, which may name ::1 too
				require.Contains(t, got, c.want[0])
				continue
			}
			require.Equal(t, c.want, got, c.name)
			require.Equal(t, c.life, life, c.name)
		}
	}
}

func TestWeightsShareTheLoad(t *testing.T) {
	t.Parallel()
	z := serve(t, false, "_sip._udp.w.test. 60 IN SRV 1 30 5060 a.w.test.", "_sip._udp.w.test. 60 IN SRV 1 10 5060 b.w.test.",
		"_sip._udp.w.test. 60 IN SRV 1 0 5060 c.w.test.", "a.w.test. 60 IN A 192.0.2.1", "b.w.test. 60 IN A 192.0.2.2", "c.w.test. 60 IN A 192.0.2.3")
	first := map[byte]int{}
	for drawn := range 41 { // every number that may be drawn first
		calls := 0
		f := locate.New([]string{z.address}, func(n int) int {
			if calls++; calls == 1 {
				require.Equal(t, 41, n)
				return drawn
			}
			return n - 1
		})
		targets, _, err := f.Find(t.Context(), "w.test", "UDP")
		require.NoError(t, err)
		require.Len(t, targets, 3)
		first[targets[0].Address.Addr().As4()[3]]++
	}
	require.Equal(t, map[byte]int{1: 30, 2: 10, 3: 1}, first)
}

func TestNameServersThatFail(t *testing.T) {
	t.Parallel()
	refuses, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	dead := refuses.LocalAddr().String()
	require.NoError(t, refuses.Close())
	z := serve(t, false, records...)
	f := locate.New([]string{dead, z.address}, func(int) int { return 0 })
	targets, _, err := f.Find(t.Context(), "b.carrier.test", "UDP")
	require.NoError(t, err, "the second one is asked")
	require.Len(t, targets, 1)
	_, _, err = f.Find(t.Context(), "nobody.invalid", "UDP")
	require.Error(t, err)
	_, _, err = f.Find(t.Context(), "b.carrier.test:port", "UDP")
	require.Error(t, err)
	many := []string{}
	for i := range 40 {
		many = append(many, "many.test. 60 IN A 192.0.2."+string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
	many = slices.DeleteFunc(many, func(s string) bool { return strings.Contains(s, "192.0.2.0") })
	shown, _ := serve(t, false, many...).find(t, "many.test", "UDP")
	require.Len(t, shown, 16, "bounded")
}
