package browser

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"

	"github.com/pion/ice/v4"
)

// What pion keeps for a browser over TCP.
const (
	tcpReadBuffer  = 32        // packets
	tcpWriteBuffer = 128 << 10 // bytes; beyond it packets are dropped, and nobody waits
)

// listen opens the sockets and makes the settings of ICE that all sessions share.
func (g *Gateway) listen() error {
	o := &g.options
	g.agents = []ice.AgentOption{
		ice.WithLoggerFactory(g.logs), ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}), ice.WithDisableActiveTCP(),
		ice.WithNetworkTypes(networks(o.LocalIP, o.TCPPort != 0)),
		ice.WithDisconnectedTimeout(o.InterruptAfter), ice.WithFailedTimeout(o.ReconnectTimeout),
		ice.WithKeepaliveInterval(o.keepalive()),
		ice.WithRemoteIPFilter(func(ip net.IP) bool { return reachable(ip.String()) }),
	}
	if o.LocalIP.IsLoopback() {
		g.agents = append(g.agents, ice.WithIncludeLoopback())
	}
	if !o.LocalIP.IsUnspecified() {
		g.agents = append(g.agents, ice.WithIPFilter(func(ip net.IP) bool {
			a, ok := netip.AddrFromSlice(ip)
			return ok && a.Unmap() == o.LocalIP.Unmap()
		}))
	}
	if len(o.PublicIPs) > 0 {
		rule := ice.AddressRewriteRule{AsCandidateType: ice.CandidateTypeHost, Mode: ice.AddressRewriteReplace}
		for _, ip := range o.PublicIPs {
			rule.External = append(rule.External, ip.String())
		}
		g.agents = append(g.agents, ice.WithAddressRewriteRules(rule))
	}
	if o.PortMin != 0 {
		g.agents = append(g.agents, ice.WithPortRange(o.PortMin, o.PortMax))
	} else if err := g.listenUDP(); err != nil {
		return err
	}
	if o.TCPPort == 0 {
		return nil
	}
	return g.listenTCP()
}

// listenUDP opens the one port on every address.
func (g *Gateway) listenUDP() error {
	addresses := []netip.Addr{g.options.LocalIP}
	if g.options.LocalIP.IsUnspecified() {
		var err error
		if addresses, err = interfaces(); err != nil {
			return err
		}
	}
	if !g.options.KeepProcs { // a busy port keeps a processor of the Go scheduler, as a media thread does
		g.procs = len(addresses)
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + g.procs)
	}
	logger := g.logs.NewLogger("udp")
	var muxes []ice.UDPMux
	for _, ip := range addresses {
		p, err := openPort(ip, g.options.Port, !g.options.KeepProcs)
		if err != nil {
			return err
		}
		g.ports = append(g.ports, p)
		g.later(func() { p.run(g.outbox) })
		mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: logger, UDPConn: p})
		g.sockets = append(g.sockets, p, mux)
		muxes = append(muxes, mux)
	}
	g.agents = append(g.agents, ice.WithUDPMux(ice.NewMultiUDPMuxDefault(muxes...)))
	return nil
}

func (g *Gateway) listenTCP() error {
	at := netip.AddrPortFrom(g.options.LocalIP, g.options.TCPPort)
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("browser: TCP port %d: %w", g.options.TCPPort, err)
	}
	mux := ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: g.logs.NewLogger("tcp"), ReadBufferSize: tcpReadBuffer, WriteBufferSize: tcpWriteBuffer,
	})
	g.sockets = append(g.sockets, mux)
	g.agents = append(g.agents, ice.WithTCPMux(mux))
	return nil
}

// interfaces are the addresses that other machines may reach.
func interfaces() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("browser: network interfaces: %w", err)
	}
	var found []netip.Addr
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if ip := prefix.Addr().Unmap(); err == nil && ip.IsGlobalUnicast() {
			found = append(found, ip)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("browser: there is no network interface to listen on")
	}
	return found, nil
}

func networks(ip netip.Addr, tcp bool) []ice.NetworkType {
	var types []ice.NetworkType
	if ip.Unmap().Is4() || ip.IsUnspecified() {
		types = append(types, ice.NetworkTypeUDP4)
		if tcp {
			types = append(types, ice.NetworkTypeTCP4)
		}
	}
	if ip.Unmap().Is6() || ip.IsUnspecified() {
		types = append(types, ice.NetworkTypeUDP6)
		if tcp {
			types = append(types, ice.NetworkTypeTCP6)
		}
	}
	return types
}
