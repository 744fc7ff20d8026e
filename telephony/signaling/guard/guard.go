package guard

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// Guard is safe for concurrent use.
type Guard struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	sources map[netip.Addr]*list.Element
	recent  *list.List // of *source, most recently seen first
	total   bucket
	trusted func(netip.Addr) bool
	stats   Stats
}

// Stats are counters, and Banned and Sources gauges.
type Stats struct {
	Dropped, Bans   uint64
	Banned, Sources int
}

type source struct {
	addr    netip.Addr
	bucket  bucket
	strikes int
	struck  time.Time
	bans    int
	until   time.Time // of the ban
	friend  time.Time // until when it counts as a registered phone
}

// New makes a guard. trusted names the carriers' addresses, which are never limited; nil for none.
func New(limits Limits, now func() time.Time, trusted func(netip.Addr) bool) *Guard {
	limits = limits.filled()
	if trusted == nil {
		trusted = func(netip.Addr) bool { return false }
	}
	g := &Guard{
		limits: limits, now: now, sources: map[netip.Addr]*list.Element{}, recent: list.New(), trusted: trusted,
	}
	g.total = bucket{tokens: float64(limits.TotalBurst), at: now()}
	return g
}

func (l Limits) filled() Limits {
	set := func(value *float64, otherwise float64) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	count := func(value *int, otherwise int) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	span := func(value *time.Duration, otherwise time.Duration) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	set(&l.Rate, 20)
	count(&l.Burst, 60)
	set(&l.TotalRate, 500)
	count(&l.TotalBurst, 1000)
	count(&l.Strikes, 10)
	span(&l.Ban, 5*time.Minute)
	span(&l.MaxBan, 24*time.Hour)
	span(&l.Forget, time.Hour)
	count(&l.Addresses, 20000)
	return l
}

// Admit says whether a message from the address may be looked at. It is asked before parsing, so it must be cheap.
func (g *Guard) Admit(addr netip.Addr) bool {
	if g.trusted(addr) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	s := g.seen(addr, now)
	friend := s.friend.After(now)
	switch {
	case s.until.After(now),
		!s.bucket.take(now, g.rate(friend), g.burst(friend)),
		!friend && !g.total.take(now, g.limits.TotalRate, float64(g.limits.TotalBurst)):
		g.stats.Dropped++
		return false
	}
	return true
}

// friends are registered phones: an office may have a hundred of them behind one address.
const friendship = 20

func (g *Guard) rate(friend bool) float64 {
	if friend {
		return g.limits.Rate * friendship
	}
	return g.limits.Rate
}

func (g *Guard) burst(friend bool) float64 {
	if friend {
		return float64(g.limits.Burst) * friendship
	}
	return float64(g.limits.Burst)
}

// Strike counts a failure against the address, and bans it when there are too many. It reports whether it is banned now.
func (g *Guard) Strike(addr netip.Addr) bool {
	if g.trusted(addr) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	s := g.seen(addr, now)
	if now.Sub(s.struck) > g.limits.Forget {
		s.strikes = 0
	}
	s.strikes, s.struck = s.strikes+1, now
	if s.strikes < g.limits.Strikes || s.until.After(now) {
		return s.until.After(now)
	}
	g.ban(s, now)
	return true
}

// Scanner bans the address at once.
func (g *Guard) Scanner(addr netip.Addr) {
	if g.trusted(addr) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if s := g.seen(addr, now); !s.until.After(now) {
		g.ban(s, now)
	}
}

func (g *Guard) ban(s *source, now time.Time) {
	span := g.limits.Ban
	for range min(s.bans, 30) {
		if span *= 2; span >= g.limits.MaxBan {
			span = g.limits.MaxBan
			break
		}
	}
	s.bans, s.strikes, s.until, s.friend = s.bans+1, 0, now.Add(span), time.Time{}
	g.stats.Bans++
}

// Welcome makes the address that of a registered phone until the given time: its strikes are forgotten, and it gets the
// rate of an office.
func (g *Guard) Welcome(addr netip.Addr, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.seen(addr, g.now())
	s.strikes = 0
	if until.After(s.friend) {
		s.friend = until
	}
}

// Stats takes a snapshot.
func (g *Guard) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	stats, now := g.stats, g.now()
	stats.Sources = len(g.sources)
	for e := g.recent.Front(); e != nil; e = e.Next() {
		if entry(e).until.After(now) {
			stats.Banned++
		}
	}
	return stats
}

// seen returns the address's entry as the most recent one. A new entry begins with a full bucket.
func (g *Guard) seen(addr netip.Addr, now time.Time) *source {
	if e, ok := g.sources[addr]; ok {
		g.recent.MoveToFront(e)
		return entry(e)
	}
	if len(g.sources) >= g.limits.Addresses {
		g.evict(now)
	}
	s := &source{addr: addr, bucket: bucket{tokens: float64(g.limits.Burst), at: now}}
	g.sources[addr] = g.recent.PushFront(s)
	return s
}

// evict drops the least recently seen entry; one that is banned or registered is passed over, if another is near.
func (g *Guard) evict(now time.Time) {
	last := g.recent.Back()
	for e, tries := last, 0; e != nil && tries < 64; e, tries = e.Prev(), tries+1 {
		if s := entry(e); !s.until.After(now) && !s.friend.After(now) {
			last = e
			break
		}
	}
	delete(g.sources, entry(last).addr)
	g.recent.Remove(last)
}

func entry(e *list.Element) *source {
	s, _ := e.Value.(*source)
	return s
}

type bucket struct {
	tokens float64
	at     time.Time
}

func (b *bucket) take(now time.Time, rate, burst float64) bool {
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens, b.at = min(burst, b.tokens+passed*rate), now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// Friend reports whether the address is that of a registered phone.
func (g *Guard) Friend(addr netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.sources[addr]
	return ok && entry(e).friend.After(g.now())
}
