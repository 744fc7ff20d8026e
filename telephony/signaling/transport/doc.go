// Package transport owns the sockets: UDP, TCP and TLS listeners, outgoing connections, and the flows over which messages
// go back to where they came from (RFC 3581, RFC 5626 §3.5 for keep-alive). What it reads is parsed and handed over in
// order for each call, by a fixed number of goroutines. All queues and tables are bounded. It imports of EKC only
// signaling/wire.
package transport
