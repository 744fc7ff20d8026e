package telemetry

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// checkTimeout bounds one part's answer: whoever asks for readiness asks often.
const checkTimeout = 2 * time.Second

// Check is nil when a part can work.
type Check func(ctx context.Context) error

// Health knows whether the process can serve. The zero value is ready and has no parts.
type Health struct {
	mu       sync.Mutex
	names    []string
	checks   map[string]Check
	draining atomic.Bool
	calls    func() int
}

// CountCalls lets the answer tell how many calls the process has; call it before the first question.
func (h *Health) CountCalls(calls func() int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = calls
}

// Add names a part that must work for the process to serve.
func (h *Health) Add(name string, check Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checks == nil {
		h.checks = map[string]Check{}
	}
	h.names = append(h.names, name)
	h.checks[name] = check
}

// Drain makes the process not ready for good: it is about to stop, and a balancer should send it nothing more.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining reports whether Drain was called.
func (h *Health) Draining() bool { return h.draining.Load() }

// part is one line of the answer. The text of an error stays in the log: who asks here need not be signed in.
type part struct {
	OK bool `json:"ok"`
	MS int  `json:"ms"`
}

type readiness struct {
	Ready    bool            `json:"ready"`
	Draining bool            `json:"draining"`
	Calls    *int            `json:"calls,omitempty"` // who drains ends with the last one
	Parts    map[string]part `json:"parts"`
}

// Ready asks all parts, side by side, and returns the errors by part.
func (h *Health) Ready(ctx context.Context) (ready bool, failures map[string]error) {
	state, failures := h.ask(ctx)
	return state.Ready, failures
}

func (h *Health) ask(ctx context.Context) (readiness, map[string]error) {
	h.mu.Lock()
	names, checks, calls := h.names, h.checks, h.calls
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	answers := make([]part, len(names))
	errs := make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			begin := time.Now()
			errs[i] = checks[name](ctx)
			answers[i] = part{OK: errs[i] == nil, MS: int(time.Since(begin).Milliseconds())}
		})
	}
	wait.Wait()
	state := readiness{Draining: h.draining.Load(), Parts: map[string]part{}}
	state.Ready = !state.Draining
	if calls != nil {
		n := calls()
		state.Calls = &n
	}
	failures := map[string]error{}
	for i, name := range names {
		state.Parts[name] = answers[i]
		if errs[i] != nil {
			state.Ready = false
			failures[name] = errs[i]
		}
	}
	return state, failures
}

// Alive serves /healthz: the process runs and answers.
func (h *Health) Alive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]bool{"alive": true})
	})
}

// Readiness serves /readyz: 200 when every part works and the process is not stopping, else 503, with the parts as JSON.
func (h *Health) Readiness(failed func(name string, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		state, failures := h.ask(r.Context())
		for name, err := range failures {
			failed(name, err)
		}
		status := http.StatusOK
		if !state.Ready {
			status = http.StatusServiceUnavailable
		}
		answer(w, status, state)
	})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // nobody is left to tell when the client has gone
}
