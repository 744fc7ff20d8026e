// Package sdp owns the offer/answer of one call leg: it builds the offers EKC sends, answers those it gets, and says what
// came out as plain values (where to send, with which codec, how encrypted). It follows RFC 8866 (format; parsed and
// written with pion/sdp), RFC 3264 (offer/answer), RFC 4568 (SDES keys), RFC 8643 (encryption where both can),
// RFC 4733 (telephone-event), RFC 3605 (RTCP port) and RFC 5761 (RTCP on the same port).
//
// One audio stream is negotiated; every other stream of an offer is refused with port 0. A Session is used by one call
// leg and is not safe for concurrent use: the leg's owner serialises.
//
// It imports no other package of EKC: ports, addresses and codecs come in as values.
package sdp
