// Package onboarding owns how sites join the centre: the waves with their dates, what each site needs, the five stages with their
// checks, and the rule that no queue of a site is opened before the stages that come before the launch are done. It owns the tables of
// waves, stages and confirmations, and those columns of a site that say what it needs and how far it is.
//
// Most checks look at what is there: accounts and roles, published records, devices, calls, admissions, queues. What no system sees
// (headsets, agreements, the switched number) a person confirms, with a date and a document; who wrote it down is kept.
//
//	stateDiagram-v2
//	  [*] --> OPEN
//	  OPEN --> DONE: all checks of the stage hold
//	  DONE --> OPEN: one holds no more, before the launch
//	  DONE --> WARNING: one holds no more, after the launch
//	  WARNING --> DONE: all hold again
//
// A site is ready when the four stages before the launch are done. It has joined, once and for all, when the launch is done too. A
// site that is not ready any more before it has joined has its queues closed at once.
//
// The package must not import graph, interaction, routing, assistant, knowledge or telephony: of the question base it needs the
// interface Base.
package onboarding
