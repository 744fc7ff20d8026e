// Package pgtest gives tests their own databases on a real PostgreSQL: each test a fresh one, cloned in a moment from a
// template that was migrated once. It is imported by tests only and imports nothing of the project but internal/postgres;
// the migrations come in as a function.
//
// It is a database per test, and not a schema per test, because LISTEN/NOTIFY channels and advisory locks, both of which EKC
// builds on, are common to all schemas of a database: tests would wake and block each other.
//
// The server is the one of EKC_TEST_DATABASE_URL when set (the role must be able to create databases and the extension
// vector), otherwise one that the first test process of the machine starts and all later ones share. It does not wait for
// the disk, and nothing in it is meant to last. It stays after the tests, so that the next run is quick;
// `go run ./internal/pgtest/cmd stop` ends it.
package pgtest
