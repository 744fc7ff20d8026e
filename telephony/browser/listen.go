package browser

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// Sizes of what the kernel and pion keep for us.
const (
	socketBuffer   = 4 << 20   // bytes, each way: the sound of 1,000 browsers for 200 ms
	tcpReadBuffer  = 32        // packets
	tcpWriteBuffer = 128 << 10 // bytes; beyond it packets are dropped, and nobody waits
)

// listen opens the sockets and makes the settings that all sessions share.
func (g *Gateway) listen() error {
	o, s := &g.options, &g.settings
	s.LoggerFactory = pionLogs{o.Logger}
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(o.InterruptAfter, o.ReconnectTimeout, o.keepalive())
	s.SetFireOnTrackBeforeFirstRTP(true)
	s.DisableActiveTCP(true)
	s.SetNetworkTypes(networks(o.LocalIP, o.TCPPort != 0))
	s.SetIncludeLoopbackCandidate(o.LocalIP.IsLoopback())
	s.SetRemoteIPFilter(func(ip net.IP) bool { return reachable(ip.String()) })
	if !o.LocalIP.IsUnspecified() {
		s.SetIPFilter(func(ip net.IP) bool {
			a, ok := netip.AddrFromSlice(ip)
			return ok && a.Unmap() == o.LocalIP.Unmap()
		})
	}
	if err := g.publish(); err != nil {
		return err
	}
	if err := g.listenUDP(); err != nil {
		return err
	}
	if o.TCPPort == 0 {
		return nil
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: o.LocalIP.AsSlice(), Port: int(o.TCPPort)})
	if err != nil {
		return fmt.Errorf("browser: TCP port %d: %w", o.TCPPort, err)
	}
	mux := ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: s.LoggerFactory.NewLogger("tcp"), ReadBufferSize: tcpReadBuffer, WriteBufferSize: tcpWriteBuffer,
	})
	g.sockets = append(g.sockets, mux)
	s.SetICETCPMux(mux)
	return nil
}

// publish replaces the interfaces' addresses by the public ones.
func (g *Gateway) publish() error {
	if len(g.options.PublicIPs) == 0 {
		return nil
	}
	rule := webrtc.ICEAddressRewriteRule{AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace}
	for _, ip := range g.options.PublicIPs {
		rule.External = append(rule.External, ip.String())
	}
	if err := g.settings.SetICEAddressRewriteRules(rule); err != nil {
		return fmt.Errorf("browser: public addresses: %w", err)
	}
	return nil
}

func (g *Gateway) listenUDP() error {
	o, s := &g.options, &g.settings
	if o.PortMin != 0 {
		if err := s.SetEphemeralUDPPortRange(o.PortMin, o.PortMax); err != nil {
			return fmt.Errorf("browser: ports %d-%d: %w", o.PortMin, o.PortMax, err)
		}
		return nil
	}
	logger := s.LoggerFactory.NewLogger("udp")
	var mux interface {
		ice.UDPMux
		io.Closer
	}
	if o.LocalIP.IsUnspecified() {
		multi, err := ice.NewMultiUDPMuxFromPort(int(o.Port), ice.UDPMuxFromPortWithLogger(logger),
			ice.UDPMuxFromPortWithReadBufferSize(socketBuffer), ice.UDPMuxFromPortWithWriteBufferSize(socketBuffer))
		if err != nil {
			return fmt.Errorf("browser: UDP port %d: %w", o.Port, err)
		}
		mux = multi
	} else {
		socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: o.LocalIP.AsSlice(), Port: int(o.Port), Zone: o.LocalIP.Zone()})
		if err != nil {
			return fmt.Errorf("browser: UDP port %d: %w", o.Port, err)
		}
		// The system may allow less; it says nothing of how much is enough.
		_, _ = socket.SetReadBuffer(socketBuffer), socket.SetWriteBuffer(socketBuffer)
		mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: logger, UDPConn: socket})
	}
	g.sockets = append(g.sockets, mux)
	if len(mux.GetListenAddresses()) == 0 {
		return errors.New("browser: there is no network interface to listen on")
	}
	s.SetICEUDPMux(mux)
	return nil
}

func networks(ip netip.Addr, tcp bool) []webrtc.NetworkType {
	var types []webrtc.NetworkType
	if ip.Unmap().Is4() || ip.IsUnspecified() {
		types = append(types, webrtc.NetworkTypeUDP4)
		if tcp {
			types = append(types, webrtc.NetworkTypeTCP4)
		}
	}
	if ip.Unmap().Is6() || ip.IsUnspecified() {
		types = append(types, webrtc.NetworkTypeUDP6)
		if tcp {
			types = append(types, webrtc.NetworkTypeTCP6)
		}
	}
	return types
}
