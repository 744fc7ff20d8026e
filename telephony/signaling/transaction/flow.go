package transaction

import "ekc/telephony/signaling/wire"

// Flow sends messages to one peer. Send must not block for long: it queues or drops.
type Flow interface {
	// Send writes the message. An error means that the peer cannot be reached over this flow.
	Send(m *wire.Message) error
	// Reliable says that the transport repeats what is lost, so that the transaction need not.
	Reliable() bool
}
