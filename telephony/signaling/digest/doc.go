// Package digest authenticates SIP requests in both directions (RFC 3261 §22, RFC 7616, RFC 8760): it challenges with
// SHA-256 and MD5, verifies with nonces that carry their time under a MAC and counts that may be used once, and answers the
// challenges of others. Hashing and parsing are icholy/digest's. It imports nothing of EKC.
package digest
