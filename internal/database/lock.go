package database

import entsql "entgo.io/ent/dialect/sql"

// Lock and LockOrSkip are for ForUpdate of a query. They keep other writers from the row, but not those who only refer to it
// by a foreign key, as plain FOR UPDATE would: a message or a trace must not wait for a change of its interaction. Nothing in
// EKC changes a key.
var (
	Lock       = entsql.WithLockClause("FOR NO KEY UPDATE")
	LockOrSkip = entsql.WithLockClause("FOR NO KEY UPDATE SKIP LOCKED")
)
