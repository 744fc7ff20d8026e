// Package signaling is EKC's SIP user agent: sockets, transactions, dialogs, trunks, the registrar of operators' phones and
// the defence against scanners and floods. It knows nothing of queues, operators or media: it tells the owner of a call what
// happened, in order, and does what the owner says. Session descriptions pass through as bytes (see telephony/sdp).
//
// URIs are those of emiago/sipgo, which is also the other side in tests. Messages, sockets, transactions and dialogs are our
// own, because malformed requests must be answered and whitespace be read as RFC 4475 has it, each call's messages must be
// handled in order, timers must belong to one agent and not to the process, and tables must be bounded under attack. UDP
// carries messages up to 64 KB: sipgo's limit (sip.UDPMTUSize) is in its transport, which is not used; a large INVITE over UDP is fragmented by IP, which carriers accept and RFC 3261 §18.1.1
// would rather have over TCP: give the trunk the TCP transport where that matters.
//
// # How a call is driven
//
// Config.OnCall gets every call that may come in; Agent.Call starts one. Both give a Dialog. Its owner calls Attach with a
// Sink and then gets every Event of that dialog in order, until Ended, which is always the last. Methods of a Dialog return
// at once; what comes of them is an event. A Sink must not block and must not call back into the Dialog. When it says that
// it is full, the dialog is ended: an owner that does not read is dead.
//
//	wire        bytes to messages and back, strict where RFC 3261 is; pure
//	transport   sockets and flows
//	guard       who may speak at all: token buckets, bans
//	transaction RFC 3261 §17 and RFC 6026
//	digest      RFC 8760 in both directions
//	locate      the servers of a carrier's name, RFC 3263
//	signaling   agent, trunks, dialogs, registrar
//
// A carrier's name stands for several servers: targets.go asks the next one when one fails (503, no answer, no connection), and
// remembers for a while who did; keepalive.go asks all of them with OPTIONS.
//
// It imports no other domain of EKC. Standards: RFC 3261, 3262 (100rel), 3263 (locating servers), 3264, 3311 (UPDATE), 3326 (Reason), 3327 (Path),
// 3325 (asserted identity), 3515 (REFER), 3581 (rport), 3891 (Replaces), 4028 (session timers), 5626 §3.5 (keep-alive),
// 6026, 6086 (INFO), 8760 (digest).
package signaling
