// Package eventlog keeps the log of everything that happened and follows it. An event is appended in the transaction that
// made it true; every subscription reads the log, on any node, from any position, without a gap or a repeat.
//
// Positions are drawn from a sequence, and a sequence is not commit order: a transaction that drew 7 may commit after one
// that drew 8. So before an appender draws its first position it takes a shared advisory lock named after the last
// position drawn so far, and holds it to its end. A reader asks first for the last position drawn, then for those locks:
// the lowest of them is the horizon, and below it nothing can appear any more. Only appenders hold a reader up, never a
// long import or a backup.
//
// LISTEN/NOTIFY on one connection wakes the followers; a lost notification costs half a second, never an event. It also
// carries signals, which are not kept: that somebody is typing.
//
// The package imports the generated data model and nothing else of the project.
package eventlog
