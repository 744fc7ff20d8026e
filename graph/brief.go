package graph

import (
	"sync"
	"time"
)

// maxBrief bounds a memory; when it is full it begins anew.
const maxBrief = 10_000

// brief remembers values for a moment, so that many streams that show the same thing read it once.
type brief[K comparable, V any] struct {
	ttl time.Duration

	mu     sync.Mutex
	values map[K]briefValue[V]
}

type briefValue[V any] struct {
	value V
	until time.Time
}

func newBrief[K comparable, V any](ttl time.Duration) *brief[K, V] {
	return &brief[K, V]{ttl: ttl, values: map[K]briefValue[V]{}}
}

func (b *brief[K, V]) get(key K) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, found := b.values[key]
	if !found || time.Now().After(v.until) {
		var none V
		return none, false
	}
	return v.value, true
}

// put remembers values that were read from began on.
func (b *brief[K, V]) put(began time.Time, values map[K]V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.values)+len(values) > maxBrief {
		clear(b.values)
	}
	for key, value := range values {
		b.values[key] = briefValue[V]{value: value, until: began.Add(b.ttl)}
	}
}

// missing are the keys that are not remembered; the values of the others are put into known.
func (b *brief[K, V]) missing(keys []K, known map[K]V) []K {
	var unknown []K
	for _, key := range keys {
		if value, found := b.get(key); found {
			known[key] = value
			continue
		}
		unknown = append(unknown, key)
	}
	return unknown
}
