package graph

import (
	"context"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"

	"ekc/access/viewer"
)

// actor is the context of one field at the root. A mutation that lets somebody in (signIn, chatStart) becomes that viewer
// for the rest of its payload, which nobody could not read.
type actor struct {
	context.Context //nolint:containedctx // it is one
	as              atomic.Pointer[context.Context]
}

type actorKey struct{}

// Value answers for the viewer that was become, if one was.
func (a *actor) Value(key any) any {
	if key == (actorKey{}) {
		return a
	}
	if as := a.as.Load(); as != nil {
		if value := (*as).Value(key); value != nil {
			return value
		}
	}
	return a.Context.Value(key)
}

// actEach gives every field at the root an actor of its own.
func actEach(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	return next(&actor{Context: ctx})
}

// become makes what is below the present root field act as v.
func become(ctx context.Context, v viewer.Viewer) {
	if a, ok := ctx.Value(actorKey{}).(*actor); ok {
		before := viewer.From(ctx)
		v.Address, v.UserAgent, v.Certificate = before.Address, before.UserAgent, before.Certificate
		as := viewer.With(context.Background(), v)
		a.as.Store(&as)
	}
}
