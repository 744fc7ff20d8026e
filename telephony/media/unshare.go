package media

import (
	"log/slog"
	"net/netip"
)

// Admits tells whether [Leg.Configure] would take an address as Remote: on a shared port not, while another leg of it has that.
func (l *Leg) Admits(remote netip.AddrPort) bool {
	l.home.Lock()
	defer l.home.Unlock()
	if l.closed || l.seatShared == nil {
		return true
	}
	p := l.seatShared.port
	p.mu.Lock()
	defer p.mu.Unlock()
	holder := p.claims.sound[remote]
	return holder == nil || holder == l
}

// Unshare gives a leg on a shared port a pair of ports of its own, for when the party's address turns out to be another leg's
// ([ErrRemoteTaken]). The party must learn of the new address by a new offer; until then its packets come to the old one,
// where nobody knows them. What is sent leaves from the new ports at once. Bridge, recordings and what is played go on. A leg whose
// ports are its own, or that has none, stays as it is. It waits. Errors: ErrNoPorts, ErrClosed, or what the kernel says; then the
// leg stays as it was.
func (l *Leg) Unshare() error {
	l.home.Lock()
	defer l.home.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.seatShared == nil {
		return nil
	}
	var own transport
	port, err := l.engine.openPort(func(port uint16) (err error) {
		own, err = l.owner.openSockets(port)
		return err
	})
	if err != nil {
		return err
	}
	done := make(chan struct{})
	err = l.owner.mail.post(func(t *thread) {
		l.settle(t, own, port)
		close(done)
	})
	if err != nil {
		own.close()
		l.engine.ports.give(port)
		return err
	}
	<-done
	return nil
}

// settle changes the leg's sockets, on its thread; home is held.
func (l *Leg) settle(t *thread, own transport, port uint16) {
	if l.thread.Load() != t { // it has ended: its final words are said
		own.close()
		l.engine.ports.give(port)
		return
	}
	l.transport.detach(t, l)
	l.transport.close()
	l.transport, l.seatShared = own, nil
	l.port, l.local = port, l.engine.address(port)
	err := own.attach(t, l)
	if err != nil {
		t.engine.options.Logger.Error("media leg has no sockets", slog.String("leg", l.name), slog.Any("error", err))
	}
}
