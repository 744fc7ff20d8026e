// Package ivr is the voice menu as data: a Flow is JSON that an administrator edits, Validate says precisely what is
// wrong with it, and Next is the pure interpreter that leads one caller through it.
//
// Next takes a flow, a State (a plain value that can be stored as JSON) and an Event, and returns the state after it and the
// Effects that the owner of the call carries out: say, listen, ask Yana, queue, hang up. It reads no clock, touches no
// network and always ends after a bounded number of steps. A call's actor and the simulator of the API drive it in the same
// way; Simulator answers questions through small interfaces so that a flow can be tried without a phone.
//
// A key that comes while a prompt must be heard, or before the next one is asked, is kept for the prompt that it may answer:
// typeahead.go says how long.
//
// Effects that are answered later carry State.Turn; the answering event gives it back, and an answer to an older turn is
// ignored. Turn 0 in an event means "whatever is current".
//
// The package imports no other package of EKC but its own: spoken (numbers in Russian words) and numbering (region of a
// caller). Flows are stored and versioned by someone else.
package ivr
