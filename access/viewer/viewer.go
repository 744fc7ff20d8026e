// Package viewer says who acts: an account with its grants, a citizen with a token for one interaction, the system
// itself, or nobody. It travels in the context. It imports nothing of the project, so that the data model's policies may
// use it.
package viewer

import (
	"context"
	"net/netip"
	"time"
)

// Kind is what sort of actor a viewer is.
type Kind int

// The kinds. The zero value is Nobody, who may see only what is public.
const (
	Nobody Kind = iota
	Account
	Citizen
	System
	// Key is a program of an agency, with an API key.
	Key
)

// Role mirrors the roles of the data model; the values are the same.
type Role string

// The roles.
const (
	Operator                  Role = "OPERATOR"
	Supervisor                Role = "SUPERVISOR"
	ContentManager            Role = "CONTENT_MANAGER"
	ExpertSystemAdministrator Role = "EXPERT_SYSTEM_ADMINISTRATOR"
	SegmentAdministrator      Role = "SEGMENT_ADMINISTRATOR"
	SegmentCoordinator        Role = "SEGMENT_COORDINATOR"
	ExpertSystemUser          Role = "EXPERT_SYSTEM_USER"
	Administrator             Role = "ADMINISTRATOR"
	// Program is what an API key is granted, in the column of its own in the matrix; no account has it.
	Program Role = "API_KEY"
)

// Grant is one role in force within a segment. Empty AgencyID and RegionID mean every one; Line 0 means both.
type Grant struct {
	Role     Role
	AgencyID string
	RegionID string
	Line     int
	// Until is when the role ends; zero means without end. What a viewer hands on must not outlast it.
	Until time.Time
}

// Scope is the segment that an object belongs to. Empty AgencyID or RegionID means that the object serves every one;
// Line 0 means that it has none.
type Scope struct {
	AgencyID string
	RegionID string
	Line     int
}

// Covers reports whether the grant reaches an object of the scope. A grant bound to one agency reaches the objects of
// that agency and those that serve every agency; likewise for regions and lines.
func (g Grant) Covers(s Scope) bool {
	if g.AgencyID != "" && s.AgencyID != "" && g.AgencyID != s.AgencyID {
		return false
	}
	if g.RegionID != "" && s.RegionID != "" && g.RegionID != s.RegionID {
		return false
	}
	return g.Line == 0 || s.Line == 0 || g.Line == s.Line
}

// Within reports whether the grant contains the whole scope: what a viewer hands on must be within what they hold.
func (g Grant) Within(s Scope) bool {
	return (g.AgencyID == "" || g.AgencyID == s.AgencyID) &&
		(g.RegionID == "" || g.RegionID == s.RegionID) &&
		(g.Line == 0 || g.Line == s.Line)
}

// Viewer is who acts.
type Viewer struct {
	Kind Kind
	// AccountID and SessionID are set for Account.
	AccountID string
	SessionID string
	// Grants are the account's roles in force.
	Grants []Grant
	// TokenEnds is when the access token ends that an Account came with; zero for who came without one. A connection that
	// outlives it must end: its owner has a new one, whoever has only found the token has not.
	TokenEnds time.Time
	// InteractionID is the one interaction that a Citizen's token opens.
	InteractionID string
	// Address is the network address of the client, for limits and the audit log.
	Address string
	// KeyID and Actions are set for Key: which key it is, and what of its column it was given.
	KeyID   string
	Actions []string
	// Networks are those that the viewer may come from; nil means all.
	Networks []netip.Prefix
	// MustShow is the subject of the TLS certificate that must come with the token; empty means none. Certificate is the
	// subject of the one that came, verified, in the form of RFC 2253.
	MustShow, Certificate string
	// UserAgent is the name that the client gives itself.
	UserAgent string
}

// GrantsOf returns the grants of any of the roles; an Administrator holds every role everywhere.
func (v Viewer) GrantsOf(roles ...Role) []Grant {
	var grants []Grant
	for _, g := range v.Grants {
		if g.Role == Administrator {
			return []Grant{{Role: Administrator}}
		}
		for _, role := range roles {
			if g.Role == role {
				grants = append(grants, g)
			}
		}
	}
	return grants
}

// Has reports whether the viewer holds any of the roles anywhere. The system holds them all.
func (v Viewer) Has(roles ...Role) bool {
	return v.Kind == System || len(v.GrantsOf(roles...)) > 0
}

// May reports whether the viewer holds one of the roles for an object of the scope.
func (v Viewer) May(s Scope, roles ...Role) bool {
	if v.Kind == System {
		return true
	}
	for _, g := range v.GrantsOf(roles...) {
		if g.Covers(s) {
			return true
		}
	}
	return false
}

type key struct{}

// With returns a context that acts as v.
func With(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, key{}, v)
}

// From returns who acts in ctx; Nobody when it does not say.
func From(ctx context.Context) Viewer {
	v, _ := ctx.Value(key{}).(Viewer)
	return v
}

// AsSystem returns a context that acts as the system itself, past the policies of the data model. Domain methods use it
// after they have decided that the viewer may do what is asked.
func AsSystem(ctx context.Context) context.Context {
	v := From(ctx)
	v.Kind = System
	return With(ctx, v)
}
