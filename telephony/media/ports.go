package media

import "sync"

// ports hands out even ports of the range, the longest unused first, so that stragglers of a finished call do not reach the
// next one.
type ports struct {
	mu    sync.Mutex
	free  []uint16 // a queue
	total int
}

func newPorts(low, high uint16) *ports {
	p := &ports{}
	for port := uint32(low) + uint32(low&1); port+1 <= uint32(high); port += 2 {
		p.free = append(p.free, uint16(port))
	}
	p.total = len(p.free)
	return p
}

func (p *ports) take() (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return 0, false
	}
	port := p.free[0]
	p.free = p.free[1:]
	return port, true
}

func (p *ports) give(port uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, port)
}

func (p *ports) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free)
}
