// Package sip is a small SIP peer over UDP for load tests: a carrier's gateway that calls, and operators' phones that register and
// answer. It is written apart from the server's own stack, so that a mistake of one is not hidden by the same mistake of the other,
// and counts every message that is sent twice, by itself or by the server. RFC 3261 with UDP only; digest MD5 (RFC 7616).
//
// It imports nothing of EKC.
package sip
