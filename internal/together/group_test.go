package together_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ekc/internal/together"
)

func TestWhoComesWhileAnotherIsWrittenIsWrittenWithTheOthers(t *testing.T) {
	t.Parallel()
	odd := errors.New("odd")
	var gathered atomic.Bool
	g := together.Group[int]{Most: 10}
	g.Write = func(_ context.Context, items []int) []error {
		if len(items) > 1 {
			gathered.Store(true)
		}
		assert.LessOrEqual(t, len(items), 10)
		results := make([]error, len(items))
		for n, item := range items {
			if item%2 == 1 {
				results[n] = odd
			}
		}
		return results
	}
	var all sync.WaitGroup
	deadline := time.Now().Add(30 * time.Second)
	for item := range 40 {
		all.Go(func() {
			for first := true; first || !gathered.Load() && time.Now().Before(deadline); first = false {
				err := g.Do(t.Context(), item)
				assert.Equal(t, item%2 == 1, errors.Is(err, odd), "each hears what came of its own")
			}
		})
	}
	all.Wait()
	require.True(t, gathered.Load(), "they were written one by one")
}

func TestOneCallersEndIsNotTheOthers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := together.Group[int]{Write: func(ctx context.Context, items []int) []error {
		results := make([]error, len(items))
		for n := range results {
			results[n] = ctx.Err()
		}
		return results
	}}
	require.NoError(t, g.Do(ctx, 1))
}

func TestSoManyWritersAtMostWriteSideBySide(t *testing.T) {
	t.Parallel()
	var now, most, written atomic.Int64
	g := together.Group[int]{Most: 7, Writers: 2}
	g.Write = func(_ context.Context, items []int) []error {
		n := now.Add(1)
		defer now.Add(-1)
		seen := most.Load()
		for n > seen && !most.CompareAndSwap(seen, n) {
			seen = most.Load()
		}
		written.Add(int64(len(items)))
		runtime.Gosched()
		return make([]error, len(items))
	}
	var all sync.WaitGroup
	const callers, times = 50, 20
	for n := range callers {
		all.Go(func() {
			for range times {
				assert.NoError(t, g.Do(t.Context(), n))
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(callers*times), written.Load(), "each is written once")
	require.LessOrEqual(t, most.Load(), int64(2))
}
