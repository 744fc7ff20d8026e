package interaction

import (
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/fail"
)

// Move is something that may happen to an interaction.
type Move string

// The moves.
const (
	MoveEnqueue  Move = "enqueue"  // Yana or an operator hands it to a queue; a supervisor names another
	MoveOffer    Move = "offer"    // routing offers it to an operator
	MoveRequeue  Move = "requeue"  // the offer was declined, missed or withdrawn
	MoveAccept   Move = "accept"   // the operator takes it
	MoveHold     Move = "hold"     // the operator asks to wait
	MoveResume   Move = "resume"   // the operator is back
	MoveFinish   Move = "finish"   // the talk is over, the recording begins
	MoveReopen   Move = "reopen"   // the citizen speaks again while it is recorded
	MoveClose    Move = "close"    // it is over
	MoveAbandon  Move = "abandon"  // the citizen leaves before an operator answers
	MoveDefer    Move = "defer"    // it is to be answered later by a named operator
	MoveRecorded Move = "recorded" // the wrap-up ran out
	MoveReturn   Move = "return"   // the operator's device is lost: back to the head of the queue
	MoveHandTo   Move = "hand_to"  // another operator who is in the call goes on with it
	MoveTake     Move = "take"     // an operator takes a callback, or a deferred enquiry, by themselves
	MoveName     Move = "name"     // a supervisor names who answers a deferred enquiry
)

// moves is the state machine. The drawing:
//
//	stateDiagram-v2
//	  [*] --> WITH_ASSISTANT
//	  [*] --> QUEUED: a lost caller is called back
//	  [*] --> ACTIVE: an operator dials
//	  WITH_ASSISTANT --> QUEUED: enqueue
//	  WITH_ASSISTANT --> CLOSED: close
//	  QUEUED --> QUEUED: enqueue
//	  QUEUED --> OFFERED: offer
//	  QUEUED --> ABANDONED: abandon
//	  QUEUED --> ACTIVE: take
//	  QUEUED --> DEFERRED: defer (a callback that waits for a decent hour)
//	  OFFERED --> QUEUED: requeue, enqueue
//	  OFFERED --> ACTIVE: accept
//	  OFFERED --> ABANDONED: abandon
//	  ACTIVE --> HELD: hold
//	  HELD --> ACTIVE: resume
//	  ACTIVE --> QUEUED: enqueue
//	  HELD --> QUEUED: enqueue
//	  ACTIVE --> QUEUED: return
//	  HELD --> QUEUED: return
//	  ACTIVE --> ACTIVE: hand_to
//	  HELD --> ACTIVE: hand_to
//	  ACTIVE --> WRAP_UP: finish
//	  HELD --> WRAP_UP: finish
//	  ACTIVE --> CLOSED: close
//	  HELD --> CLOSED: close
//	  ACTIVE --> DEFERRED: defer
//	  HELD --> DEFERRED: defer
//	  DEFERRED --> DEFERRED: name
//	  DEFERRED --> QUEUED: enqueue
//	  DEFERRED --> ACTIVE: take
//	  DEFERRED --> CLOSED: close
//	  WRAP_UP --> ACTIVE: reopen
//	  WRAP_UP --> DEFERRED: defer
//	  WRAP_UP --> CLOSED: close, recorded
//	  CLOSED --> [*]
//	  ABANDONED --> [*]
var moves = map[interaction.State]map[Move]interaction.State{
	interaction.StateWithAssistant: {
		MoveEnqueue: interaction.StateQueued,
		MoveClose:   interaction.StateClosed,
	},
	interaction.StateQueued: {
		MoveEnqueue: interaction.StateQueued,
		MoveOffer:   interaction.StateOffered,
		MoveAbandon: interaction.StateAbandoned,
		MoveTake:    interaction.StateActive,
		MoveDefer:   interaction.StateDeferred,
	},
	interaction.StateOffered: {
		MoveEnqueue: interaction.StateQueued,
		MoveRequeue: interaction.StateQueued,
		MoveAccept:  interaction.StateActive,
		MoveAbandon: interaction.StateAbandoned,
	},
	interaction.StateActive: {
		MoveHold:    interaction.StateHeld,
		MoveEnqueue: interaction.StateQueued,
		MoveFinish:  interaction.StateWrapUp,
		MoveClose:   interaction.StateClosed,
		MoveDefer:   interaction.StateDeferred,
		MoveReturn:  interaction.StateQueued,
		MoveHandTo:  interaction.StateActive,
	},
	interaction.StateHeld: {
		MoveResume:  interaction.StateActive,
		MoveEnqueue: interaction.StateQueued,
		MoveFinish:  interaction.StateWrapUp,
		MoveClose:   interaction.StateClosed,
		MoveDefer:   interaction.StateDeferred,
		MoveReturn:  interaction.StateQueued,
		MoveHandTo:  interaction.StateActive,
	},
	interaction.StateWrapUp: {
		MoveReopen:   interaction.StateActive,
		MoveClose:    interaction.StateClosed,
		MoveRecorded: interaction.StateClosed,
		MoveDefer:    interaction.StateDeferred,
	},
	interaction.StateDeferred: {
		MoveName:    interaction.StateDeferred,
		MoveEnqueue: interaction.StateQueued,
		MoveTake:    interaction.StateActive,
		MoveClose:   interaction.StateClosed,
	},
}

// Next is the state that a move leads to; CONFLICT when the state does not allow the move.
func Next(from interaction.State, move Move) (interaction.State, error) {
	to, ok := moves[from][move]
	if !ok {
		return "", fail.New(fail.Conflict, "the interaction is %s; %s is not possible now", from, move)
	}
	return to, nil
}

// Ended reports whether nothing can happen to an interaction of the state any more.
func Ended(s interaction.State) bool {
	return s == interaction.StateClosed || s == interaction.StateAbandoned
}

// withOperator reports whether an interaction of the state has an operator who talks or records.
func withOperator(s interaction.State) bool {
	return s == interaction.StateActive || s == interaction.StateHeld || s == interaction.StateWrapUp
}

// whose is the operator who has an interaction, or who is named to answer a deferred one; empty when nobody is.
func whose(i *ent.Interaction) string {
	if withOperator(i.State) || i.State == interaction.StateDeferred {
		return i.OperatorID
	}
	return ""
}
