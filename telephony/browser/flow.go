package browser

import (
	"net/netip"
	"time"

	"github.com/pion/ice/v4"

	"ekc/telephony/netbatch"
)

// path is where a session's sound goes when it can go without pion.
type path struct {
	port   *port
	remote netip.AddrPort
	name   netbatch.Name // remote as the kernel wants it
	size   uint32
}

func newPath(p *port, remote netip.AddrPort) *path {
	way := &path{port: p, remote: remote}
	way.size = way.name.Set(remote)
	return way
}

// receive takes a packet of sound, which it may change, and gives it to the leg.
func (s *Session) receive(b []byte) {
	if plain := s.decrypt(b); plain != nil {
		_ = s.leg.Deliver(plain) // a leg that has ended needs none
	}
}

// decrypt gives a packet of sound in plain, where it stands; nil when it is not the browser's.
func (s *Session) decrypt(b []byte) []byte {
	c := s.cipher.Load()
	if c == nil {
		return nil
	}
	plain, err := c.open(b)
	if err != nil {
		s.refused.Add(1)
		return nil
	}
	return plain
}

// proveLife tells whether a packet should take the way through pion, once in a while: so ICE knows that the path works, however many of
// its own checks are lost.
func (s *Session) proveLife() bool {
	now := time.Since(s.born)
	if now-time.Duration(s.proved.Load()) < s.gateway.options.keepalive() {
		return false
	}
	s.proved.Store(int64(now))
	return true
}

// send encrypts a packet of the leg and puts it into the batch, or gives it to pion. Without a path it is dropped: it would be stale.
// It gives the number of packets of the batch that could not be sent.
func (s *Session) send(packet []byte, batch *outBatch) (failed int) {
	c := s.cipher.Load()
	if c == nil || !s.flowing.Load() || len(packet) > maxPacket-64 {
		return 0
	}
	room := batch.room()
	sealed, err := c.seal(room, packet)
	if err != nil || len(sealed) > len(room) {
		return 1
	}
	if way := s.path.Load(); way != nil {
		return batch.add(way, len(sealed))
	}
	if _, err := s.wire.Write(sealed); err != nil {
		return 1
	}
	return 0
}

// follow learns the path that ICE has chosen. The caller holds mu.
func (s *Session) follow(local, remote ice.Candidate) {
	var way *path
	if p := s.gateway.portOf(local); p != nil {
		if at := addressOf(remote); at.IsValid() {
			way = newPath(p, at)
		}
	}
	before := s.path.Swap(way)
	if way != nil {
		way.port.assign(way.remote, s)
	}
	if before != nil && (way == nil || *before != *way) {
		before.port.release(before.remote, s)
	}
}

// portOf finds the shared port behind a local candidate; nil: it has a socket of its own, or TCP.
func (g *Gateway) portOf(c ice.Candidate) *port {
	switch {
	case !c.NetworkType().IsUDP():
		return nil
	case len(g.ports) == 1:
		return g.ports[0]
	}
	for _, p := range g.ports {
		if p.local.Addr().String() == c.Address() {
			return p
		}
	}
	return nil
}
