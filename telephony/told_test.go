package telephony_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
)

// teller is a centre that takes several things at once; the first time that it is told several, it takes the first alone.
type teller struct {
	telephony.Centre
	mu   sync.Mutex
	lots [][]*telephony.Told
	away bool
}

func (c *teller) Tell(ctx context.Context, id string, all []*telephony.Told) []error {
	c.mu.Lock()
	c.lots = append(c.lots, all)
	away := c.away
	c.away = false
	c.mu.Unlock()
	results := make([]error, len(all))
	for n, t := range all {
		if n > 0 && away {
			results[n] = fail.New(fail.Unavailable, "away")
			continue
		}
		results[n] = c.one(ctx, id, t)
	}
	return results
}

func (c *teller) one(ctx context.Context, id string, t *telephony.Told) (err error) {
	switch {
	case t.Collected != nil:
		return c.Collect(ctx, id, *t.Collected)
	case t.Wish != nil:
		t.Queued, err = c.Enqueue(ctx, id, *t.Wish)
		return err
	case t.OfferID != "":
		return c.PickedUp(ctx, t.OfferID, t.AccountID)
	case t.Leg != nil:
		return c.Leg(ctx, *t.Leg)
	case t.Looks != nil:
		return c.Looks(ctx, *t.Looks)
	default:
		return c.Ended(ctx, id, *t.End)
	}
}

// TestWhatWaitsIsToldTogether leads a caller into the queue: what the call has to tell while it tells something else goes together, and
// what the centre has not taken is told again, alone.
func TestWhatWaitsIsToldTogether(t *testing.T) {
	t.Parallel()
	c := &teller{away: true}
	w := newWorld(t, func(o *telephony.Options) { c.Centre, o.Centre = o.Centre, c })
	caller := w.queued()
	caller.hangUp()
	w.ended(telephony.EndByCaller)
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Greater(t, len(c.lots), 1)
	require.Greater(t, len(c.lots[0]), 1)
	require.Len(t, c.lots[1], len(c.lots[0])-1)
	require.Zero(t, w.sb.Metrics().ErrandsLost)
}
