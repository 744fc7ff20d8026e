// Package supervision owns what supervisors answer for: enquiries that were deferred and the term in which they are answered, incidents
// that operators report, what a supervisor does to the work of an operator, alerts, and how operators' work is judged. It owns the tables
// of deferrals, incidents, directives, alerts and evaluations, with those that hang on them.
//
// # A deferred enquiry
//
// An enquiry that cannot be answered at once is deferred by its operator or a supervisor. A supervisor names an operator of line 2 whose
// role reaches its agency and region; that operator calls the citizen back, or writes in the chat. The term is working time (eight
// hours, unless a rule says otherwise) by a calendar that is read in the citizen's own time zone.
//
//	stateDiagram-v2
//	  [*] --> OPEN: deferred
//	  OPEN --> OPEN: named, named anew, unnamed, taken, not reached, warned, breached
//	  OPEN --> ANSWERED: its interaction was closed after a talk
//	  OPEN --> UNANSWERED: its interaction ended without one
//	  ANSWERED --> [*]: a content manager has analysed it
//
// What time brings about (warnings, breaches, ends, calendars that were changed, operators who are gone) is found by a sweep that
// every node runs, with row locks and SKIP LOCKED.
//
// # An evaluation
//
// A supervisor judges by a form what an operator did in an interaction: of their own accord, because a rule has drawn it, or in a
// calibration, where several judge the same and see of each other nothing until it is closed. Marks become a score in scorecard, which
// is pure.
//
//	stateDiagram-v2
//	  [*] --> DRAWN: a rule draws it, a calibration asks for it
//	  [*] --> GIVEN
//	  DRAWN --> GIVEN
//	  DRAWN --> SKIPPED: it cannot be judged, the calibration is over
//	  GIVEN --> CONTESTED: by the operator, within its term
//	  CONTESTED --> UPHELD: by somebody else than who gave it
//	  CONTESTED --> CHANGED
//	  CONTESTED --> ANNULLED
//
// # Order of locks
//
// Interaction, deferral, then what routing locks.
//
// The package must not import graph, interaction, routing, assistant, knowledge or telephony: what it needs of them are the interfaces
// Life, Phone and Base.
package supervision
