package browser

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// guest is one browser of a crowd: a socket whose sound the crowd reads, and whose other packets go to pion. It is the net.PacketConn of
// its ICE.
type guest struct {
	testing.TB
	fd          int
	at          netip.AddrPort
	offer       string
	certificate tls.Certificate
	agent       *ice.Agent
	in          chan []byte
	to          atomic.Pointer[netbatch.Name] // of the centre
	keys        atomic.Pointer[cipher]

	seq             uint16
	ts, ssrc        uint32
	first, highest  uint32
	received, wrong int
	packet          [172]byte
	room            [256]byte
	from            netbatch.Name
}

func newGuest(t testing.TB) *guest {
	s, at, err := openSocket(netip.MustParseAddrPort("127.0.0.1:0"))
	require.NoError(t, err)
	g := &guest{TB: t, fd: s.fd, at: at, in: make(chan []byte, 64), ssrc: uint32(s.fd)<<8 | 1}
	certificates := certificates{clock: time.Now}
	g.certificate, err = certificates.get()
	require.NoError(t, err)
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: g})
	g.agent, err = ice.NewAgentWithOptions(
		ice.WithUDPMux(mux), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}), ice.WithIncludeLoopback(),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}), ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithKeepaliveInterval(2*time.Second), ice.WithDisconnectedTimeout(30*time.Second),
	)
	require.NoError(t, err)
	ufrag, pwd, err := g.agent.GetLocalUserCredentials()
	require.NoError(t, err)
	g.offer = strings.ReplaceAll(fmt.Sprintf(`v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 8 0 126
c=IN IP4 0.0.0.0
a=mid:0
a=rtcp-mux
a=sendrecv
a=setup:actpass
a=ice-ufrag:%s
a=ice-pwd:%s
a=fingerprint:%s
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:126 telephone-event/8000
a=candidate:1 1 udp 2130706431 127.0.0.1 %d typ host
`, ufrag, pwd, ours(g.certificate), at.Port()), "\n", "\r\n")
	return g
}

// accept takes the answer, and makes the connection and its keys.
func (g *guest) accept(answer string) {
	value := func(key string) string {
		_, rest, _ := strings.Cut(answer, "a="+key+":")
		line, _, _ := strings.Cut(rest, "\r\n")
		return line
	}
	c, err := ice.UnmarshalCandidate(value("candidate"))
	require.NoError(g, err)
	require.NoError(g, g.agent.OnCandidate(func(ice.Candidate) {}))
	require.NoError(g, g.agent.GatherCandidates())
	require.NoError(g, g.agent.AddRemoteCandidate(c))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := g.agent.Dial(ctx, value("ice-ufrag"), value("ice-pwd"))
	require.NoError(g, err)
	w := newWire(conn)
	go func() {
		b := make([]byte, maxPacket)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			_, _ = w.handshake.Write(b[:n])
		}
	}()
	connection, err := dtls.ServerWithOptions(dtlsConn{w.Conn, w.handshake}, &net.UDPAddr{},
		dtls.WithCertificates(g.certificate), dtls.WithSRTPProtectionProfiles(profiles...), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithClientAuth(dtls.RequireAnyClientCert))
	require.NoError(g, err)
	require.NoError(g, connection.HandshakeContext(ctx))
	keys, err := newCipher(connection, false)
	require.NoError(g, err)
	g.keys.Store(keys)
}

// receive takes one packet that is there.
func (g *guest) receive(b *[maxPacket]byte) (int, bool) {
	return netbatch.ReceiveOne(g.fd, b[:], &g.from)
}

// send sends to the centre.
func (g *guest) send(b []byte) bool {
	name := g.to.Load()
	if name == nil {
		return false
	}
	return netbatch.SendTo(g.fd, b, name, unix.SizeofSockaddrInet4)
}

// control gives a packet to pion; not before the answer, when nobody knows where it is from. Checks are sent again.
func (g *guest) control(b []byte) {
	if g.to.Load() == nil {
		return
	}
	select {
	case g.in <- append([]byte(nil), b...):
	default:
	}
}

// ReadFrom and the rest implement net.PacketConn. Everything comes from the centre, which is the only one that is written to.
func (g *guest) ReadFrom(b []byte) (int, net.Addr, error) {
	packet, open := <-g.in
	if !open {
		return 0, nil, net.ErrClosed
	}
	return copy(b, packet), net.UDPAddrFromAddrPort(g.to.Load().Addr()), nil
}

func (g *guest) WriteTo(b []byte, to net.Addr) (int, error) {
	var name netbatch.Name
	name.Set(to.(*net.UDPAddr).AddrPort())
	g.to.Store(&name)
	g.send(b)
	return len(b), nil
}

func (g *guest) Close() error                     { return nil }
func (g *guest) LocalAddr() net.Addr              { return net.UDPAddrFromAddrPort(g.at) }
func (g *guest) SetDeadline(time.Time) error      { return nil }
func (g *guest) SetReadDeadline(time.Time) error  { return nil }
func (g *guest) SetWriteDeadline(time.Time) error { return nil }
