package access

import (
	"sync"
	"time"

	"ekc/access/viewer"
)

// cachedViewers bounds the memory; when it is full the cache begins anew.
const cachedViewers = 20_000

// viewerCache remembers for a moment who a token belongs to. Whatever changes rights on this node clears it; other nodes
// notice when the entries end.
type viewerCache struct {
	ttl   time.Duration
	clock func() time.Time

	mu      sync.Mutex
	cleared int // counts clearings, so that a look-up that began before one is not remembered
	entries map[[32]byte]cachedViewer
}

type cachedViewer struct {
	viewer viewer.Viewer
	until  time.Time
}

// seen is when a look-up began.
type seen struct {
	at      time.Time
	cleared int
}

func newViewerCache(ttl time.Duration, clock func() time.Time) *viewerCache {
	return &viewerCache{ttl: ttl, clock: clock, entries: map[[32]byte]cachedViewer{}}
}

func (c *viewerCache) begin() seen {
	c.mu.Lock()
	defer c.mu.Unlock()
	return seen{at: c.clock(), cleared: c.cleared}
}

func (c *viewerCache) get(hash [32]byte) (viewer.Viewer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, found := c.entries[hash]
	if !found || !entry.until.After(c.clock()) {
		return viewer.Viewer{}, false
	}
	return entry.viewer, true
}

func (c *viewerCache) put(hash [32]byte, v viewer.Viewer, began seen) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ttl <= 0 || began.cleared != c.cleared {
		return
	}
	if len(c.entries) >= cachedViewers {
		clear(c.entries)
	}
	c.entries[hash] = cachedViewer{viewer: v, until: began.at.Add(c.ttl)}
}

func (c *viewerCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared++
	clear(c.entries)
}
