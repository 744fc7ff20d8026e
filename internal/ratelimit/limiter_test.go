package ratelimit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/ratelimit"
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func start() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func TestBurstThenRefill(t *testing.T) {
	t.Parallel()
	c := start()
	l := ratelimit.New(ratelimit.Options{Every: time.Second, Burst: 3, Clock: c.Now})
	for range 3 {
		require.True(t, l.Allow("a"))
	}
	require.False(t, l.Allow("a"))
	require.True(t, l.Allow("b"), "each key has its own bucket")
	c.now = c.now.Add(999 * time.Millisecond)
	require.False(t, l.Allow("a"))
	c.now = c.now.Add(time.Millisecond)
	require.True(t, l.Allow("a"))
	require.False(t, l.Allow("a"))
}

func TestReadyCountsNothing(t *testing.T) {
	t.Parallel()
	c := start()
	l := ratelimit.New(ratelimit.Options{Every: time.Minute, Burst: 1, Clock: c.Now})
	require.True(t, l.Ready("a"))
	require.True(t, l.Ready("a"))
	require.Zero(t, l.Len(), "asking does not fill the memory")
	require.True(t, l.Allow("a"))
	require.False(t, l.Ready("a"))
	c.now = c.now.Add(time.Minute)
	require.True(t, l.Ready("a"))
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := start()
	l := ratelimit.New(ratelimit.Options{Every: time.Second, Burst: 10, Keys: 50, Clock: c.Now})
	for i := range 1000 {
		l.Allow(fmt.Sprint(i))
	}
	require.Equal(t, 50, l.Len())
	c.now = c.now.Add(10 * time.Second)
	l.Allow("late")
	require.Equal(t, 1, l.Len(), "full buckets are forgotten")
}

func TestForgettingNeverGivesMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	c := start()
	l := ratelimit.New(ratelimit.Options{Every: time.Second, Burst: 5, Clock: c.Now})
	for range 5 {
		require.True(t, l.Allow("a"))
	}
	c.now = c.now.Add(4 * time.Second)
	l.Allow("b") // makes room, and must not forget the bucket that is not full yet
	allowed := 0
	for range 10 {
		if l.Allow("a") {
			allowed++
		}
	}
	require.Equal(t, 4, allowed)
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := start()
	l := ratelimit.New(ratelimit.Options{Every: time.Hour, Burst: 100, Clock: c.Now})
	var allowed atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				if l.Allow("a") {
					allowed.Add(1)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, int32(100), allowed.Load())
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for address, key := range map[string]string{
		"192.0.2.7":               "192.0.2.7",
		"::ffff:192.0.2.7":        "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":    "2001:db8:1:2::/64",
		"2001:db8:1:3::1":         "2001:db8:1:3::/64",
		"fe80::1%eth0":            "fe80::/64",
		"":                        "",
		"a name that is no place": "a name that is no place",
	} {
		require.Equal(t, key, ratelimit.AddressKey(address), address)
	}
}
