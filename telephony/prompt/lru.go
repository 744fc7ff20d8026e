package prompt

import (
	"container/list"
	"sync"
)

// lru keeps values up to a total weight and forgets those that were not used for longest. It is safe for concurrent use.
type lru[V any] struct {
	mu      sync.Mutex
	limit   int64
	total   int64
	order   *list.List // of lruEntry[V], the last used in front
	byKey   map[string]*list.Element
	evicted func(key string)
}

type lruEntry[V any] struct {
	key    string
	value  V
	weight int64
}

// newLRU makes an empty one. evicted, when not nil, is told of each key that is dropped; it runs under the lock.
func newLRU[V any](limit int64, evicted func(key string)) *lru[V] {
	return &lru[V]{limit: limit, order: list.New(), byKey: make(map[string]*list.Element), evicted: evicted}
}

func (l *lru[V]) get(key string) (value V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	element, ok := l.byKey[key]
	if !ok {
		return value, false
	}
	l.order.MoveToFront(element)
	return element.Value.(lruEntry[V]).value, true
}

func (l *lru[V]) put(key string, value V, weight int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(key)
	l.byKey[key] = l.order.PushFront(lruEntry[V]{key: key, value: value, weight: weight})
	l.total += weight
	for l.total > l.limit && l.order.Len() > 1 { // the newest stays, whatever its weight
		oldest := l.order.Back().Value.(lruEntry[V]).key
		l.remove(oldest)
		if l.evicted != nil {
			l.evicted(oldest)
		}
	}
}

// size is how many values there are, and their weight.
func (l *lru[V]) size() (count int, weight int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order.Len(), l.total
}

func (l *lru[V]) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(key)
}

func (l *lru[V]) remove(key string) {
	element, ok := l.byKey[key]
	if !ok {
		return
	}
	l.order.Remove(element)
	delete(l.byKey, key)
	l.total -= element.Value.(lruEntry[V]).weight
}
