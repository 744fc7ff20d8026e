// Package trace holds what a routing decision leaves behind: who was considered and why not. It imports nothing of the
// project, so that the data model may use it.
package trace

// Candidate is one operator considered by a routing decision.
type Candidate struct {
	AccountID string `json:"accountId"`
	// Rejection says why the operator was passed over; empty for the one who was chosen.
	Rejection string `json:"rejection,omitempty"`
	// IdleSeconds is how long the operator had been idle.
	IdleSeconds int `json:"idleSeconds"`
	// Load is how many chats the operator had, of Capacity.
	Load     int `json:"load"`
	Capacity int `json:"capacity"`
}
