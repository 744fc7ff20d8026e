// Package auditlog makes tampering with the audit log show: a hash chain over its entries, sealed by one process at a time, verified
// and exported by anyone.
//
// 152-FZ (article 19, part 2, and Order 21 of the FSTEC of 2013, measures РСБ.1 to РСБ.7) asks that security events are registered, kept and
// protected from change. The database refuses to change or remove an entry (a trigger), but who owns the database may drop the
// trigger. So each entry gets a place in a chain: a link holds its sequence (1, 2, 3 … without a gap) and
//
//	hash = SHA-256(version, sequence, previous hash, entry in its canonical form)
//
// Nobody who writes waits for it: an insert leaves the entry's id in audit_unsealed (a trigger), and within a second or so the
// sealer, one among all nodes by an advisory lock, links what it finds in order of time and closes the stretch with a seal: first
// and last sequence, hash, the time of the database, and an HMAC over them by a key that the database does not hold.
//
// What shows, and where: an entry that was changed, removed, or put elsewhere in the order breaks its own link; a link that was changed
// or removed breaks the next; links computed anew break the HMAC of their seal; an entry put in by hand with a time in the past was
// sealed after a seal that should have held it. Who cuts off the end, seals included, leaves a whole chain: that shows against an
// anchor, the last sequence and hash kept outside (Run logs one every hour, `ekc audit verify` prints one and takes one).
//
// The hash is of the standard library. Where certified cryptography is demanded, GOST R 34.11-2012 takes its place with a new version
// byte; links of the old version stay verifiable.
//
// Imports the standard library and the driver only.
package auditlog
