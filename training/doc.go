// Package training owns how people learn to work in the centre: courses of records of the base, of past dialogues that are replayed as
// exercises, and of questions; who is to pass which; attempts; and admissions to live work, which routing asks for. It owns the tables of
// courses, versions, assignments, attempts and admissions.
//
// A course has versions; one that is published never changes, and one draft at most is being written. A trainee takes the version that
// was in force when the attempt began. The right answers leave the package in two ways only: to those who write courses, and to the
// trainee after the attempt has ended; what was said in a past dialogue is told turn by turn, after the trainee's own reply.
//
//	stateDiagram-v2
//	  [*] --> RUNNING: begun
//	  RUNNING --> PASSED: finished with enough points
//	  RUNNING --> FAILED: finished with too few
//	  RUNNING --> EXPIRED: its time was over
//
// An admission lasts as long as the course says, or until it is taken back; a supervisor may admit somebody without the course for a
// time. Whether it is in force is asked of the clock each time, so that one that ends stops at once.
//
// The package must not import graph, interaction, routing, assistant, knowledge or telephony: of the question base it needs the
// interface Base.
package training
