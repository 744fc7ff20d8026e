package signaling

import "errors"

// Errors of the API.
var (
	// ErrState says that the dialog is not in a state where the method makes sense: too late, too early, or twice.
	ErrState = errors.New("signaling: not in this state of the call")
	// ErrUnknownTrunk says that no trunk has that id.
	ErrUnknownTrunk = errors.New("signaling: no such trunk")
	// ErrDraining says that the agent takes no new calls.
	ErrDraining = errors.New("signaling: draining")
	// ErrBusy says that Config.Dialogs are up.
	ErrBusy = errors.New("signaling: too many calls")
	// ErrUnreachable says that there is no way to the peer: a phone's connection is gone, or a name has no address.
	ErrUnreachable = errors.New("signaling: no way to the peer")
)
