package netbatch

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Batch is the memory of one Receive or Send, laid out once. The pointers in it are to itself, so it stays where it was made.
type Batch struct {
	messages []Message
	vectors  []unix.Iovec
	names    []Name
	data     []byte
	size     int
	used     int // messages that the last Receive has filled, or that are queued
}

// NewBatch makes room for n packets of up to size bytes each; longer ones are cut when they are received.
func NewBatch(n, size int) *Batch {
	b := &Batch{
		messages: make([]Message, n), vectors: make([]unix.Iovec, n), names: make([]Name, n), data: make([]byte, n*size),
		size: size, used: n,
	}
	for i := range b.messages {
		h := &b.messages[i].Header
		b.vectors[i].Base = &b.data[i*size]
		h.Name, h.Iov = &b.names[i][0], &b.vectors[i]
		h.SetIovlen(1)
	}
	b.prepare()
	return b
}

// prepare undoes what the last call has left in the headers.
func (b *Batch) prepare() {
	for i := range b.used {
		b.vectors[i].SetLen(b.size)
		b.messages[i].Header.Namelen = NameSize
	}
	b.used = 0
}

// Len is the number of packets that there is room for.
func (b *Batch) Len() int { return len(b.messages) }

// Receive takes the packets that are there.
func (b *Batch) Receive(fd int) int {
	b.prepare()
	b.used = Receive(fd, b.messages)
	return b.used
}

// Packet gives one of the last Receive, until the next.
func (b *Batch) Packet(i int) (packet []byte, from netip.AddrPort) {
	return b.data[i*b.size:][:b.messages[i].Length:b.size], b.names[i].Addr()
}

// Queued is the number of packets that wait for Flush.
func (b *Batch) Queued() int { return b.used }

// Room is where the next packet to be queued is written, as long as there is some.
func (b *Batch) Room() []byte { return b.data[b.used*b.size:][:b.size:b.size] }

// Queue puts the n bytes in Room behind those that wait. size is what [Name.Set] gave.
func (b *Batch) Queue(n int, to *Name, size uint32) {
	b.vectors[b.used].SetLen(n)
	b.names[b.used] = *to
	b.messages[b.used].Header.Namelen = size
	b.used++
}

// Flush sends what is queued, and empties the queue. A packet that the kernel refuses is left out; when it has no room for more, the rest
// is lost, since sound does not wait. It gives the number of packets that were not sent.
func (b *Batch) Flush(fd int) (failed int) {
	for next := 0; next < b.used; {
		n, err := Send(fd, b.messages[next:b.used])
		next += n
		switch err {
		case 0, unix.EINTR:
		case unix.EAGAIN, unix.ENOBUFS, unix.EBADF:
			failed += b.used - next
			next = b.used
		default:
			failed++
			next++
		}
	}
	b.used = 0
	return failed
}
