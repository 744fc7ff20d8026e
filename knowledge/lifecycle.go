package knowledge

import "ekc/internal/fail"

// Action moves a version from state to state.
type Action string

// The actions of Next. Publish may only take effect on a later day; the version waits for it approved.
const (
	Submit   Action = "submit"
	Withdraw Action = "withdraw"
	Reject   Action = "reject"
	Approve  Action = "approve"
	Publish  Action = "publish"
	Archive  Action = "archive"
	Discard  Action = "discard"
)

// moves are all the legal ones:
//
//	stateDiagram-v2
//	  [*] --> draft: created, restored
//	  [*] --> review: its act changed
//	  [*] --> published: imported
//	  draft --> review: submit
//	  draft --> archived: discard
//	  review --> draft: withdraw, reject
//	  review --> approved: approve
//	  review --> published: publish
//	  review --> archived: discard
//	  approved --> draft: withdraw, reject
//	  approved --> published: publish, its day has come
//	  published --> archived: archive, superseded
//	  archived --> [*]
var moves = map[Status]map[Action]Status{
	StatusDraft:  {Submit: StatusReview, Discard: StatusArchived},
	StatusReview: {Withdraw: StatusDraft, Reject: StatusDraft, Approve: StatusApproved, Publish: StatusPublished, Discard: StatusArchived},
	StatusApproved: {
		Withdraw: StatusDraft, Reject: StatusDraft, Publish: StatusPublished,
	},
	StatusPublished: {Archive: StatusArchived},
}

// Next is the state to which an action takes a version: INVALID for an unknown action, CONFLICT for one that the state does not
// allow.
func Next(from Status, a Action) (Status, error) {
	if to, ok := moves[from][a]; ok {
		return to, nil
	}
	switch a {
	case Submit, Withdraw, Reject, Approve, Publish, Archive, Discard:
		return "", fail.New(fail.Conflict, "the version is %s: %s is not possible now", from, a)
	}
	return "", fail.Field("action", fail.Invalid, "unknown action %q", string(a))
}

// reviews tells whether an action is a judgement on the version, which is not its authors' to give.
func (a Action) reviews() bool { return a == Reject || a == Approve || a == Publish }

// publishes tells whether an action may change what searches find.
func (a Action) publishes() bool { return a == Publish || a == Archive }
