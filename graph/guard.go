package graph

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph/transport"
)

// renewEvery is how often the rights of open connections are looked up again.
const renewEvery = time.Second

// guard follows everybody who has a connection open on this node: once a second it asks, in one go, who may still be here
// and with which roles. It runs while somebody is.
type guard struct {
	access *access.Service
	logger *slog.Logger

	mu      sync.Mutex
	held    map[*hold]struct{}
	running bool
	wait    sync.WaitGroup
}

// hold is one connection under the guard.
type hold struct {
	guard   *guard
	token   []byte
	viewer  atomic.Pointer[viewer.Viewer]
	changed atomic.Pointer[chan struct{}] // closed when the rights are others
	revoked chan struct{}
	err     error // read only after revoked is closed
}

type holdKey struct{}

func newGuard(a *access.Service, logger *slog.Logger) *guard {
	return &guard{access: a, logger: logger, held: map[*hold]struct{}{}}
}

// watch begins to follow the viewer of ctx. Nobody needs no following.
func (g *guard) watch(ctx context.Context, token string) transport.Watch {
	h := &hold{guard: g, token: access.HashToken(token), revoked: make(chan struct{})}
	v := viewer.From(ctx)
	h.viewer.Store(&v)
	changed := make(chan struct{})
	h.changed.Store(&changed)
	if v.Kind == viewer.Nobody {
		return h
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held[h] = struct{}{}
	if !g.running {
		g.running = true
		g.wait.Go(g.run)
	}
	return h
}

// run renews until nobody is held.
func (g *guard) run() {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for range ticker.C {
		holds, ok := g.present()
		if !ok {
			return
		}
		g.renew(holds)
	}
}

func (g *guard) present() ([]*hold, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.held) == 0 {
		g.running = false
		return nil, false
	}
	holds := make([]*hold, 0, len(g.held))
	for h := range g.held {
		holds = append(holds, h)
	}
	return holds, true
}

// renew looks all of them up. While Postgres is away everybody stays: what they ask for then fails by itself.
func (g *guard) renew(holds []*hold) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*renewEvery)
	defer cancel()
	asked := make([]access.Held, len(holds))
	for i, h := range holds {
		asked[i] = access.Held{Viewer: *h.viewer.Load(), TokenHash: h.token}
	}
	fresh, ended, err := g.access.RenewAll(ctx, asked)
	if err != nil {
		g.logger.WarnContext(ctx, "rights of open connections not looked up", "error", err)
		return
	}
	for i, h := range holds {
		if ended[i] != nil {
			g.forget(h, ended[i])
			continue
		}
		before := h.viewer.Swap(&fresh[i])
		if !slices.Equal(before.Grants, fresh[i].Grants) {
			next := make(chan struct{})
			close(*h.changed.Swap(&next))
		}
	}
}

// forget ends a hold; with an error its connection is told.
func (g *guard) forget(h *hold, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, held := g.held[h]; !held {
		return
	}
	delete(g.held, h)
	if err != nil {
		h.err = err
		close(h.revoked)
	}
}

// Refresh puts the viewer's present rights into ctx.
func (h *hold) Refresh(ctx context.Context) context.Context {
	return viewer.With(context.WithValue(ctx, holdKey{}, h), *h.viewer.Load())
}

// Revoked is closed when the token ended.
func (h *hold) Revoked() <-chan struct{} { return h.revoked }

// Err says why.
func (h *hold) Err() error { return h.err }

// Release ends the watch.
func (h *hold) Release() { h.guard.forget(h, nil) }

// watchRights asks may, with the rights of the moment, whenever they have changed, until it refuses or ctx ends. A
// right that ends by itself makes no event, and the stream that rests on it must end all the same.
func watchRights(ctx context.Context, may func(context.Context) error) error {
	h, ok := ctx.Value(holdKey{}).(*hold)
	if !ok {
		return nil
	}
	last := viewer.From(ctx).Grants
	for {
		changed := *h.changed.Load()
		now := present(ctx)
		if grants := viewer.From(now).Grants; !slices.Equal(last, grants) {
			if err := may(now); err != nil {
				return err
			}
			last = grants
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

// present returns ctx with the rights that the viewer of a subscription has at this moment.
func present(ctx context.Context) context.Context {
	if h, ok := ctx.Value(holdKey{}).(*hold); ok {
		return viewer.With(ctx, *h.viewer.Load())
	}
	return ctx
}
