package telephony_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
)

// gate is a centre that lets nobody begin before it is opened.
type gate struct {
	telephony.Centre
	open    chan struct{}
	running atomic.Int32
	mu      sync.Mutex
	most    int32
}

func (g *gate) Begin(ctx context.Context, c telephony.NewCall) (string, error) {
	n := g.running.Add(1)
	defer g.running.Add(-1)
	g.mu.Lock()
	g.most = max(g.most, n)
	g.mu.Unlock()
	select {
	case <-g.open:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return g.Centre.Begin(ctx, c)
}

// TestCrowd has more callers than the centre takes at once: the others wait their turn, and none is lost.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const callers, atOnce = 6, 2
	g := &gate{open: make(chan struct{})}
	w := newWorld(t, func(o *telephony.Options) {
		g.Centre, o.Centre, o.ErrandsAtOnce = o.Centre, g, atOnce
	})
	for i := range callers {
		w.carrier.call(serviceNumber, fmt.Sprintf("+7343200%04d", i), citizenTone)
	}
	eventually(t, func() bool { return g.running.Load() == atOnce && w.sb.Metrics().Errands >= callers }, "nobody waits")
	close(g.open)
	eventually(t, func() bool { return w.centre.in("WITH_ASSISTANT") == callers }, "some never began")
	g.mu.Lock()
	defer g.mu.Unlock()
	require.Equal(t, int32(atOnce), g.most)
}
