// Package telephony is EKC's switchboard: it answers the number, leads callers through the menu, keeps them company in the queue,
// connects them with operators, and records. It imports no other domain and no table of the core; what it needs of them it
// asks through [Centre], which is wired in internal/app.
//
// The parts below it know nothing of each other: telephony/signaling speaks SIP, telephony/media moves sound, telephony/ivr
// decides what the menu says next, telephony/prompt speaks, telephony/recording writes. This package joins them.
//
// # A call
//
// One goroutine owns a call. Everything that happens to it (SIP, media, timers, the centre, operators) is an event in its bounded
// mailbox; a pure function next(state, event) gives the new state and the effects, and the goroutine carries them out. An effect
// that takes time (a question to Yana, a row in the database) runs beside it and comes back as an event. So no lock guards
// a call, and every path through it can be tested without a phone.
//
// What the centre must be told is an errand: errands of a call go in order, one at a time, again until the centre answers, and
// the actor lives until the last is done. So a talk goes on while Postgres is away, and what happened is stored afterwards.
//
// Who hears what follows from the state alone (sounds), and the actor makes the media engine follow; no path can forget it.
//
//	state.go    the drawing, and what a call is          call.go     the actor
//	event.go    what happens to it                       perform.go  doing the effects
//	effect.go   what is to be done                       lines.go    legs; sipleg.go over SIP, join.go browsers
//	next*.go    the state machine                        play.go     prompts, music, bridges, conferences
//	aside.go    a phone's second call, device for device overhear.go citizens' words in a talk; hearing.go of all talks
//	sound.go    who hears what                           errands.go  telling the centre
//
// # Who is right
//
// The centre's database is: an enquiry is QUEUED, OFFERED, ACTIVE or HELD because a row says so, and the switchboard makes
// the sound follow. What an operator does through the API changes the row, and the change reaches the switchboard through
// [Switchboard.Follow]; what happens on the line (a hang-up, a phone picked up) is reported through [Centre]. A call whose node dies
// leaves its rows, and another node turns them into a callback.
package telephony
