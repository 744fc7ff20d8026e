package policy

import (
	entgo "entgo.io/ent"

	"ekc/ent"
	"ekc/ent/predicate"
)

// LegalHold is the policy of holds: administrators.
func LegalHold() entgo.Policy {
	return narrowed[predicate.LegalHold, *ent.LegalHoldQuery](forAdministrators)
}

// DestructionAct is the policy of certificates of destruction: administrators.
func DestructionAct() entgo.Policy {
	return narrowed[predicate.DestructionAct, *ent.DestructionActQuery](forAdministrators)
}

// CitizenRequest is the policy of what citizens ask about their data: administrators.
func CitizenRequest() entgo.Policy {
	return narrowed[predicate.CitizenRequest, *ent.CitizenRequestQuery](forAdministrators)
}
