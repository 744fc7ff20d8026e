package together_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/together"
)

func TestWhoComesWhileAnotherIsWrittenIsWrittenWithTheOthers(t *testing.T) {
	t.Parallel()
	var writes atomic.Int64
	began, goOn := make(chan struct{}), make(chan struct{})
	odd := errors.New("odd")
	g := together.Group[int]{Most: 10}
	g.Write = func(_ context.Context, items []int) []error {
		if writes.Add(1) == 1 {
			close(began)
			<-goOn
		}
		require.LessOrEqual(t, len(items), 10)
		results := make([]error, len(items))
		for n, item := range items {
			if item%2 == 1 {
				results[n] = odd
			}
		}
		return results
	}
	var all sync.WaitGroup
	do := func(item int) {
		all.Go(func() {
			err := g.Do(t.Context(), item)
			if item%2 == 1 {
				require.ErrorIs(t, err, odd)
			} else {
				require.NoError(t, err)
			}
		})
	}
	do(0)
	<-began
	const others = 40
	for item := 1; item <= others; item++ {
		do(item)
	}
	close(goOn)
	all.Wait()
	require.GreaterOrEqual(t, writes.Load(), int64(1+others/10), "more were written at once than may be")
	require.LessOrEqual(t, writes.Load(), int64(others/2), "they were written one by one")
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
