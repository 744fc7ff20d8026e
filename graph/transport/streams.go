package transport

import (
	"context"
	"sync"

	"ekc/internal/fail"
	"ekc/internal/ratelimit"
)

// streams counts the websockets and event streams that are open, in all and by address.
type streams struct {
	most, mostPerKey int

	mu    sync.Mutex
	total int
	open  map[string]int
}

// enter counts one more; leave must be called at its end.
func (s *streams) enter(address string) (leave func(), err error) {
	key := ratelimit.AddressKey(address)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.total >= s.most:
		return nil, fail.New(fail.Unavailable, "too many connections, try again later")
	case s.open[key] >= s.mostPerKey:
		return nil, fail.New(fail.RateLimited, "too many connections from this address")
	}
	s.total++
	s.open[key]++
	return func() { s.leave(key) }, nil
}

func (s *streams) leave(key string) {
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

// begin counts a stream and ties its context to the life of the handler.
func (h *Handler) begin(ctx context.Context, address string) (context.Context, func(error), error) {
	leave, err := h.streams.enter(address)
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
