package browser

import (
	"net/netip"

	"ekc/telephony/netbatch"
)

// Packets of one system call.
const (
	inSize  = 64
	outSize = 64
)

// inBatch is what one receive takes.
type inBatch struct{ *netbatch.Batch }

func newInBatch() *inBatch { return &inBatch{netbatch.NewBatch(inSize, maxPacket)} }

// at gives one packet of the last receive.
func (b *inBatch) at(i int) ([]byte, netip.AddrPort) { return b.Packet(i) }

// outBatch gathers packets of one port.
type outBatch struct {
	*netbatch.Batch
	port *port
}

func newOutBatch() *outBatch { return &outBatch{Batch: netbatch.NewBatch(outSize, maxPacket)} }

// room is where the next packet is written.
func (b *outBatch) room() []byte { return b.Room() }

// add takes the packet that was written to room, n bytes long. It gives the number of packets that could not be sent before it.
func (b *outBatch) add(way *path, n int) (failed int) {
	if b.port != way.port && b.Queued() > 0 { // packets of several ports are rare: room's packet moves to the front
		packet := b.Room()[:n]
		failed = b.flush()
		copy(b.Room(), packet)
	}
	b.port = way.port
	b.Queue(n, &way.name, way.size)
	if b.Queued() == outSize {
		failed += b.flush()
	}
	return failed
}

// flush sends without waiting: what the system has no room for now is too late already. It gives the number of packets not sent.
func (b *outBatch) flush() (failed int) {
	if b.Queued() == 0 {
		return 0
	}
	s := b.port.socket
	s.mu.RLock()
	defer s.mu.RUnlock()
	return b.Flush(s.fd)
}
