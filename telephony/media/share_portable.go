package media

// sharedConns are the sockets of a shared port as net.UDPConns: they are sorted like the others, and save nothing.
type sharedConns struct{ *conns }

// portableCapacity keeps the default receive buffers of common systems (about 200 KB) from overflowing.
const portableCapacity = 32

func openSharedConns(o Options, port uint16) (sharedSockets, error) {
	c, err := openConns(o, port)
	if err != nil {
		return nil, err
	}
	return sharedConns{c}, nil
}

func (c sharedConns) attach(t *thread, p *sharedPort) error {
	c.share = p
	return c.conns.attach(t, nil)
}

func (c sharedConns) detach(t *thread) { c.conns.detach(t, nil) }

func (c sharedConns) queue(b []byte, to *destination) bool { return c.send(false, b, to) }

func (sharedConns) capacity() int { return portableCapacity }
