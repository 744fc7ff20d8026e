// Package routing decides who takes which enquiry: queues, skills, presence, offers. It owns the tables of queues and
// their members, skills, business hours, presence, offers and routing traces.
//
// Postgres decides. A plan is made in memory and carried out in batches: one transaction locks the interactions and the
// operators' presences with FOR NO KEY UPDATE SKIP LOCKED and looks again at all of them, so that two nodes never give one enquiry
// or one place at an operator twice, and a node that dies loses nothing: what it had not committed never happened, and the next
// tick of any node goes on.
//
// # The life of an offer
//
//	stateDiagram-v2
//	  [*] --> PENDING: match
//	  PENDING --> ACCEPTED: the operator takes it
//	  PENDING --> DECLINED: the operator passes it on
//	  PENDING --> EXPIRED: no answer within offer_seconds
//	  PENDING --> WITHDRAWN: the citizen or the operator left
//
// # Order of locks
//
// Every transaction that waits for locks takes them in this order: interaction, presence. Several of a kind are taken in the
// order of their ids. The lock of an interaction keeps its offers as well.
//
// # Rights
//
// Methods that a person calls read the viewer from the context and decide here; the rest act as the system and are called
// by other domains within their own decision.
//
// The package must not import graph, interaction or assistant: what it needs of the life of an interaction is the
// interface Life, which interaction fulfils.
package routing
