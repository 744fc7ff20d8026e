package media

import "net/netip"

// Aimed is where the leg's own socket is connected to, if it has one.
func (l *Leg) Aimed() (at netip.AddrPort) {
	l.home.Lock()
	defer l.home.Unlock()
	l.owner.call(func(*thread) {
		if s, ok := l.transport.(*rawSockets); ok {
			at = s.aimed
		}
	})
	return at
}
