//go:build !linux

package browser

import (
	"net/netip"
	"syscall"
)

// mark does nothing here.
func mark(syscall.RawConn, bool) {}

// inSize is the number of packets of one receive.
const inSize = 1

// inBatch is one packet at a time.
type inBatch struct{ packet *datagram }

func newInBatch() inBatch { return inBatch{new(datagram)} }

// receive waits for a packet; there is no other way to see whether there is one.
func (b inBatch) receive(p *port, _ bool) (int, error) {
	n, from, err := p.socket.ReadFromUDPAddrPort(b.packet.data[:])
	if err != nil {
		select {
		case <-p.ended:
			return 0, err
		default:
			return 0, nil
		}
	}
	b.packet.n, b.packet.from = n, from
	return 1, nil
}

func (b inBatch) at(int) ([]byte, netip.AddrPort) { return b.packet.data[:b.packet.n], b.packet.from }

// outBatch is one packet at a time.
type outBatch struct{ data [maxPacket]byte }

func newOutBatch() *outBatch { return new(outBatch) }

func (b *outBatch) room() []byte { return b.data[:] }

func (b *outBatch) add(p *port, to netip.AddrPort, n int) (failed int) {
	if _, err := p.socket.WriteToUDPAddrPort(b.data[:n], to); err != nil {
		return 1
	}
	return 0
}

func (*outBatch) flush() int { return 0 }
