// Package wire turns bytes into SIP messages and back (RFC 3261 §7, §25), strict where a lenient reading would let two
// elements understand different things, and says how a malformed request is to be answered. It also cuts messages out of a
// stream. It is pure: no sockets, no clocks. URIs are those of emiago/sipgo; its message parser is not used, because it
// drops malformed requests without saying what was wrong, keeps the last of duplicate fields, and takes whitespace around
// parameters for part of them (RFC 4475 §3.1.1.1). It imports nothing of EKC.
package wire
