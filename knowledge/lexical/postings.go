package lexical

import "encoding/binary"

// postings lists in which units or records a term occurs and how often, by rising number: one or two bytes for most
// entries, so that the lists of a large base are read at the speed of memory and fit in it.
type postings struct {
	data []byte
	last uint32
	n    int
}

// add appends an entry; numbers must rise.
func (p *postings) add(id, count uint32) {
	gap := uint64(id-p.last) << 1
	if count > 1 {
		p.data = binary.AppendUvarint(p.data, gap|1)
		p.data = binary.AppendUvarint(p.data, uint64(count))
	} else {
		p.data = binary.AppendUvarint(p.data, gap)
	}
	p.last = id
	p.n++
}

// blockSize is how many entries are unpacked at once.
const blockSize = 256

// block is a part of a list unpacked.
type block struct {
	id    [blockSize]uint32
	count [blockSize]uint32
}

// cursor walks over a list.
type cursor struct {
	data []byte
	last uint32
}

func (p *postings) cursor() cursor { return cursor{data: p.data} }

// next unpacks the next entries into the block and gives their number; 0 at the end.
func (c *cursor) next(b *block) int {
	data, last := c.data, uint64(c.last)
	n, at := 0, 0
	for n < blockSize && at < len(data) {
		v := uint64(data[at])
		at++
		if v >= 0x80 {
			size := 0
			v, size = binary.Uvarint(data[at-1:])
			at += size - 1
		}
		last += v >> 1
		count := uint64(1)
		if v&1 == 1 {
			size := 0
			count, size = binary.Uvarint(data[at:])
			at += size
		}
		b.id[n], b.count[n] = uint32(last), uint32(count) //nolint:gosec // they were written as uint32
		n++
	}
	c.data, c.last = data[at:], uint32(last) //nolint:gosec // as above
	return n
}
