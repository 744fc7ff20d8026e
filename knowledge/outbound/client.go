// Package outbound is the way to model servers: an HTTP client that follows no redirects, bounds what it reads, and tries again
// where the server asks for patience. It imports nothing of the project.
package outbound

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Options make a client.
type Options struct {
	// Timeout of one request, tries included. It ends sooner when its context does.
	Timeout time.Duration
	// Tries is how often a request is made that the server answers with 429 or 5xx, or not at all. 0 and 1: once.
	Tries int
	// FirstWait is the pause before the second try; it doubles and varies. Retry-After is obeyed up to Timeout.
	FirstWait time.Duration
	// MaxBody bounds a response, in bytes; a longer one is an error.
	MaxBody int64
}

// ErrTooLong tells that a response was longer than allowed.
var ErrTooLong = errors.New("the server's answer is too long")

const (
	dialTime  = 3 * time.Second
	idleTime  = 90 * time.Second
	idleConns = 16
)

// NewClient makes a client.
func NewClient(o Options) *http.Client {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: dialTime}).DialContext, TLSHandshakeTimeout: dialTime,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: idleConns, IdleConnTimeout: idleTime,
	}
	return &http.Client{
		Timeout: o.Timeout, Transport: &patient{o, t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// patient tries again.
type patient struct {
	o    Options
	next http.RoundTripper
}

// RoundTrip is part of http.RoundTripper.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := p.next.RoundTrip(r)
		if err == nil {
			response.Body = &bounded{response.Body, p.o.MaxBody}
		}
		if try >= p.o.Tries || !worthwhile(r.Context(), response, err) || r.Body != nil && r.GetBody == nil {
			return response, err
		}
		wait := p.wait(try, response)
		if deadline, ok := r.Context().Deadline(); ok && time.Until(deadline) < wait {
			return response, err
		}
		if response != nil {
			_ = response.Body.Close() // it is not read
		}
		if err := pause(r.Context(), wait); err != nil {
			return nil, err
		}
		again := r.Clone(r.Context())
		if r.GetBody != nil {
			if again.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		r = again
	}
}

// worthwhile reports whether the same request may be answered later.
func worthwhile(ctx context.Context, response *http.Response, err error) bool {
	if err != nil {
		return ctx.Err() == nil
	}
	return response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= http.StatusInternalServerError &&
		response.StatusCode != http.StatusNotImplemented
}

// wait is the pause before the next try: as long as the server says, in seconds (RFC 9110, § 10.2.3), or by our own measure.
func (p *patient) wait(try int, response *http.Response) time.Duration {
	if response != nil {
		if s, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && s >= 0 {
			return time.Duration(s) * time.Second
		}
	}
	wait := max(p.o.FirstWait, time.Millisecond) << (try - 1)
	return wait + rand.N(wait) //nolint:gosec // spreads the tries of many nodes
}

func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// bounded is a body that may not go on for ever.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read is part of io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
