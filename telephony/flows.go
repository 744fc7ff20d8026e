package telephony

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/ivr"
)

const (
	// flowFresh is how long a menu is used without asking for a newer version.
	flowFresh = 10 * time.Second
	// maxFlows bounds the numbers whose menus are kept.
	maxFlows = 1000
)

// flowCache keeps the menus of the numbers that are called. While the centre is away the last version goes on.
type flowCache struct {
	centre Centre
	clock  func() time.Time
	mu     sync.Mutex
	flows  map[string]keptFlow
}

type keptFlow struct {
	flow    *ivr.Flow
	version string
	at      time.Time
}

func newFlowCache(c Centre, clock func() time.Time) *flowCache {
	return &flowCache{centre: c, clock: clock, flows: map[string]keptFlow{}}
}

// cached returns a menu that is fresh, or nil.
func (f *flowCache) cached(called string, now time.Time) *ivr.Flow {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k, ok := f.flows[called]; ok && now.Sub(k.at) < flowFresh {
		return k.flow
	}
	return nil
}

// load asks for a menu. NOT_FOUND: the number has none.
func (f *flowCache) load(ctx context.Context, called string) (*ivr.Flow, error) {
	data, version, err := f.centre.Flow(ctx, called)
	f.mu.Lock()
	defer f.mu.Unlock()
	kept, known := f.flows[called]
	switch {
	case err != nil && fail.CodeOf(err) == fail.NotFound:
		delete(f.flows, called)
		return nil, err
	case err != nil && known:
		return kept.flow, nil // an old menu is better than none
	case err != nil:
		return nil, fmt.Errorf("telephony: menu: %w", err)
	case known && kept.version == version:
		kept.at = f.clock()
		f.flows[called] = kept
		return kept.flow, nil
	}
	flow, err := ivr.Parse(data)
	if err != nil {
		if known {
			return kept.flow, nil
		}
		return nil, fmt.Errorf("telephony: menu %s: %w", version, err)
	}
	if len(f.flows) >= maxFlows {
		clear(f.flows)
	}
	f.flows[called] = keptFlow{flow, version, f.clock()}
	return flow, nil
}
