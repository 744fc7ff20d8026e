// Package seal encrypts single values of columns, so that who holds the database, a copy of it or its backups reads none of them.
//
// Envelope: a master key of 32 bytes, which is not in the database, encrypts data keys, which are in its table data_keys; a data key
// encrypts values with AES-256-GCM (NIST SP 800-38D) and a random nonce of 96 bits. What is written names its data key, so that
// keys are changed without stopping: a new one encrypts from then on, the old one still decrypts until a background work (Rotation)
// has written everything anew. Each value is bound to its place (table, column, id of the row) as additional data: put elsewhere it
// does not open. A blind index (Index: HMAC-SHA-256, RFC 2104, by a key of its own) finds a row by a value that is encrypted.
//
// A random nonce is safe for 2^32 values a key (SP 800-38D, 8.3): rotate well before, which at 10,000,000 values a year is never near.
// The algorithms are those of the Go standard library. An installation that must use certified cryptography by GOST R 34.12 puts its
// provider behind this package; nothing else in EKC encrypts columns.
//
// It imports the core's data model and access/viewer, and no domain.
package seal
