// Package ratelimit bounds how often something may happen per key, such as the network address of a client. It keeps a
// bounded number of keys in memory, so that a flood from many addresses cannot exhaust it; every node counts for itself.
// It imports nothing of the project.
package ratelimit

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Options sets a limiter.
type Options struct {
	// Every is the time after which one more event is allowed; it must be positive.
	Every time.Duration
	// Burst is how many events are allowed at once; at least 1.
	Burst int
	// Keys is how many keys are remembered; the one that was quiet longest is forgotten first. 0 means 100,000.
	Keys int
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

const defaultKeys = 100_000

// Limiter is a token bucket per key. It is safe for concurrent use.
type Limiter struct {
	every time.Duration
	burst int
	keys  int
	clock func() time.Time

	mu      sync.Mutex
	buckets map[string]*list.Element
	recent  *list.List // of *bucket, the most recently used in front
}

type bucket struct {
	key  string
	rate *rate.Limiter
	used time.Time
}

// New returns a limiter in which every key begins with a full bucket.
func New(o Options) *Limiter {
	if o.Keys <= 0 {
		o.Keys = defaultKeys
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Limiter{
		every: max(o.Every, time.Nanosecond), burst: max(o.Burst, 1), keys: o.Keys, clock: o.Clock,
		buckets: map[string]*list.Element{}, recent: list.New(),
	}
}

// Allow counts one event of the key and reports whether it is within the limit. A refused event costs nothing.
func (l *Limiter) Allow(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	return l.bucket(key, now).AllowN(now, 1)
}

// Ready reports whether one more event of the key would be allowed, and counts nothing. Together with a later Allow it
// limits only what turns out to be a failure.
func (l *Limiter) Ready(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	element, known := l.buckets[key]
	return !known || element.Value.(*bucket).rate.TokensAt(l.clock()) >= 1
}

// Len is how many keys are remembered.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.recent.Len()
}

func (l *Limiter) bucket(key string, now time.Time) *rate.Limiter {
	if element, known := l.buckets[key]; known {
		l.recent.MoveToFront(element)
		b := element.Value.(*bucket)
		b.used = now
		return b.rate
	}
	l.forget(now)
	b := &bucket{key: key, rate: rate.NewLimiter(rate.Every(l.every), l.burst), used: now}
	l.buckets[key] = l.recent.PushFront(b)
	return b.rate
}

// forget makes room for one key: it drops those whose buckets are full again, of which nothing is lost, and when there is
// no other way the one that was quiet longest.
func (l *Limiter) forget(now time.Time) {
	refilled := time.Duration(l.burst) * l.every
	for element := l.recent.Back(); element != nil; element = l.recent.Back() {
		b := element.Value.(*bucket)
		if l.recent.Len() < l.keys && now.Sub(b.used) < refilled {
			return
		}
		l.recent.Remove(element)
		delete(l.buckets, b.key)
	}
}
