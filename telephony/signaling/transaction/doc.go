// Package transaction owns the four state machines of RFC 3261 §17 with the corrections of RFC 6026, and the table that
// matches messages to them. It sends through flows that its user gives. Messages of one call must be given to it by one
// goroutine at a time; it hands them up on that goroutine, or on a timer's. It imports of EKC only signaling/wire.
package transaction
