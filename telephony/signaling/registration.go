package signaling

import (
	"context"
	"errors"
	"time"
)

// ErrNoAccount says that nobody has that user name.
var ErrNoAccount = errors.New("signaling: no such account")

// Binding is one device of a phone's account (RFC 3261 §10).
type Binding struct {
	// Account is the user name that registered.
	Account string
	// Contact is the device's URI as registered.
	Contact string
	// Instance is +sip.instance (RFC 5626), empty when the device gave none.
	Instance string
	// Path is the route to it (RFC 3327), in order.
	Path []string
	// Transport and Source are the flow that it registered over: requests go back there, through its NAT.
	Transport Transport
	Source    string
	// Local is our address of that flow.
	Local     string
	CallID    string
	CSeq      uint32
	UserAgent string
	// Q is the preference, 0–1000 (RFC 3261 §20.10 in thousandths).
	Q       int
	Updated time.Time
	Expires time.Time
}

// Bindings keep who is registered where. Methods may block up to ctx's deadline.
type Bindings interface {
	// List returns an account's bindings that have not expired at the time given, best first.
	List(ctx context.Context, account string, at time.Time) ([]Binding, error)
	// Save stores a binding, in place of the account's with the same Contact or the same non-empty Instance.
	Save(ctx context.Context, b Binding) error
	// Delete removes the account's binding of that Contact; all when contact is "*". What is not there is no error.
	Delete(ctx context.Context, account, contact string) error
}

// Registration is a change of a binding.
type Registration struct {
	Binding Binding
	// Gone says that it was removed, by the device or because it no longer answers.
	Gone bool
}
