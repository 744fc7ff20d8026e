// Package voice joins the switchboard and the centre: it answers what package telephony asks of the centre over the domains and
// their tables, tells the switchboard what the centre has decided, and lets people manage trunks, numbers, menus and phones.
// It owns the tables of calls, legs, invitations, recordings, callbacks, trunks, numbers, menus, sounds, phones and nodes.
//
// Every node runs one Service. What a dead node leaves behind is found by the others: a node says that it lives every two
// seconds, and the calls of one that has not for ten become callbacks.
//
// # A callback
//
//	stateDiagram-v2
//	  [*] --> WAITING: asked for, caller lost, node failed
//	  WAITING --> DIALLING: its turn has come, an operator is there
//	  DIALLING --> WAITING: offer missed, no answer (three times at most), node failed
//	  DIALLING --> DONE: the citizen was reached
//	  DIALLING --> EXHAUSTED: not reached three times
//	  WAITING --> DONE: the citizen has called again
//	  WAITING --> CANCELLED: a supervisor, or the citizen, wants it no more
//	  WAITING --> EXHAUSTED: the enquiry ended otherwise
//
// Its enquiry waits in the queue in the place that it has, so that nobody overtakes it; at night it is DEFERRED and comes back into
// that place. Whoever moves the row from WAITING to DIALLING dials, and nobody else.
//
// The package imports all domains that it joins, and not graph.
package voice
