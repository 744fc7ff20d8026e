//go:build !linux

package media

func newPoller(Options) (poller, error) { return newWaiter(), nil }

func (t *thread) openSockets(port uint16) (transport, error) {
	return openConns(t.engine.options, port)
}

func (t *thread) openShared(port uint16) (sharedSockets, error) {
	return openSharedConns(t.engine.options, port)
}
