package telephony_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

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

// slowCentre keeps what the menu learns only when it is let.
type slowCentre struct {
	telephony.Centre
	let chan struct{}
}

func (c *slowCentre) Collect(ctx context.Context, id string, learned telephony.Collected) error {
	select {
	case <-c.let:
		return c.Centre.Collect(ctx, id, learned)
	case <-ctx.Done():
		return fail.New(fail.Unavailable, "slow")
	}
}

const asksFlow = `{"name": "asks", "start": "menu", "fallback": "bye", "nodes": {
	"menu": {"type": "menu", "prompt": "Для ПФР нажмите один.", "barge_in": true, "timeout_s": 30,
		"choices": [{"digit": "1", "goto": "yana"}], "fallback": "bye"},
	"yana": {"type": "ask", "prompt": "О сроках нажмите два.", "barge_in": true, "timeout_s": 30,
		"questions": [{"digit": "2", "question": "Когда?", "topic": "terms"}], "wait": "Ищу ответ.", "answer": "{answer}", "clarify": "{clarify}",
		"did_help": "Помогло?", "helped": "bye", "operator": "bye"},
	"bye": {"type": "hangup", "prompt": "До свидания."}}}`

// TestYanaIsAskedAfterWhatCameBefore: the keys that led to a question are kept before it is asked, however slow the centre is: the question is the
// last that the citizen said.
func TestYanaIsAskedAfterWhatCameBefore(t *testing.T) {
	t.Parallel()
	slow := &slowCentre{let: make(chan struct{})}
	w := newWorld(t, func(o *telephony.Options) { slow.Centre, o.Centre = o.Centre, slow })
	w.centre.answers(func(m *memoryCentre) { m.flow = asksFlow })
	caller := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	caller.press("1")
	eventually(t, func() bool { return w.prompts.heard("О сроках нажмите два.") }, "no Yana")
	pressed := time.Time{}
	eventually(t, func() bool {
		if time.Since(pressed) > 3*time.Second {
			caller.press("2")
			pressed = time.Now()
		}
		return w.prompts.heard("Ищу ответ.")
	}, "she is not asked")
	close(slow.let)
	asked := func() []string {
		w.centre.mu.Lock()
		defer w.centre.mu.Unlock()
		return slices.DeleteFunc(slices.Clone(w.centre.log), func(what string) bool { return what != "collect" && what != "ask" })
	}
	eventually(t, func() bool { return slices.Contains(asked(), "ask") && len(asked()) > 1 }, "she is never asked")
	require.Equal(t, len(asked())-1, slices.Index(asked(), "ask"), "%v", asked())
}
