package transport

import (
	"context"
	"sync"

	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// counter counts what is under way at once, in all and by key.
type counter struct {
	what             string
	most, mostPerKey int

	mu    sync.Mutex
	total int
	open  map[string]int
}

func newCounter(what string, most, mostPerKey int) counter {
	return counter{what: what, most: most, mostPerKey: mostPerKey, open: map[string]int{}}
}

// enter counts one more; leave must be called at its end.
func (s *counter) enter(key string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.total >= s.most:
		return nil, fail.New(fail.Unavailable, "too many %s, try again later", s.what)
	case s.open[key] >= s.mostPerKey:
		return nil, fail.New(fail.RateLimited, "too many %s at once, try again later", s.what)
	}
	s.total++
	s.open[key]++
	return func() { s.leave(key) }, nil
}

func (s *counter) leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.open[key]--; s.open[key] == 0 {
		delete(s.open, key)
	}
}

// Streams is how many websockets and event streams are open.
func (h *Handler) Streams() int {
	h.streams.mu.Lock()
	defer h.streams.mu.Unlock()
	return h.streams.total
}

// enterAs counts a stream of the viewer of ctx: one token must not take all that an address may have.
func (h *Handler) enterAs(ctx context.Context) (leave func(), err error) {
	v := viewer.From(ctx)
	switch v.Kind {
	case viewer.Account:
		return h.viewers.enter(v.SessionID)
	case viewer.Citizen:
		return h.viewers.enter(v.InteractionID)
	case viewer.Key:
		return h.viewers.enter(v.KeyID)
	default:
		return h.viewers.enter("nobody " + ratelimit.AddressKey(v.Address))
	}
}

// begin counts a stream and ties its context to the life of the handler.
func (h *Handler) begin(ctx context.Context, address string) (context.Context, func(error), error) {
	leave, err := h.streams.enter(ratelimit.AddressKey(address))
	if err != nil {
		return nil, nil, err
	}
	if h.stopping.Err() != nil {
		leave()
		return nil, nil, errStopping
	}
	h.running.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	unbind := context.AfterFunc(h.stopping, func() { cancel(errStopping) })
	return ctx, func(cause error) {
		unbind()
		cancel(cause)
		leave()
		h.running.Done()
	}, nil
}

type endKey struct{}

// end is where the producer of a subscription leaves why it ended.
type end struct {
	mu  sync.Mutex
	err error
}

func withEnd(ctx context.Context) (context.Context, *end) {
	e := &end{}
	return context.WithValue(ctx, endKey{}, e), e
}

// Fail says why the subscription of ctx ends. Call it before closing its channel: the client gets the error instead of a
// plain completion.
func Fail(ctx context.Context, err error) {
	if e, ok := ctx.Value(endKey{}).(*end); ok {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.err = err
	}
}

func (e *end) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}
