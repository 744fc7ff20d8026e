package routing_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/offer"
	"ekc/ent/routingtrace"
	"ekc/routing"
)

// TestTwoNodesMatchBatchesAtOnce: both nodes plan the same matches and commit them side by side, several batches long.
func TestTwoNodesMatchBatchesAtOnce(t *testing.T) {
	t.Parallel()
	const enquiries, operators, capacity = 260, 65, 2
	w := newWorld(t)
	q := w.queue()
	for range operators {
		w.operator(capacity, q)
	}
	var first []string
	for n := range enquiries {
		w.clock.Advance(time.Millisecond)
		i := w.enquiry(q)
		if n < operators*capacity {
			first = append(first, i.ID)
		}
	}
	nodes := []node{w.newNode(w.clock.Now), w.newNode(w.clock.Now)}
	var matching sync.WaitGroup
	for _, n := range nodes {
		matching.Go(func() {
			for range 3 {
				if err := n.routing.Tick(t.Context()); err != nil {
					t.Errorf("match: %v", err)
				}
			}
		})
	}
	matching.Wait()
	w.tick() // what both lost
	require.Zero(t, w.overbooked(capacity))
	var offered []string
	for _, o := range w.client.Offer.Query().AllX(w.ctx) {
		require.Equal(t, offer.StatePending, o.State)
		offered = append(offered, o.InteractionID)
	}
	slices.Sort(offered)
	slices.Sort(first)
	require.Equal(t, first, offered, "those who came first, each once")
	require.Equal(t, len(first), w.client.RoutingTrace.Query().Where(routingtrace.AccountIDNotNil()).CountX(w.ctx), "a trace for each decision")
}

// choosyLife cannot offer one interaction.
type choosyLife struct {
	routing.Life
	refused string
}

func (c choosyLife) Offered(ctx context.Context, tx *ent.Tx, waiting []*ent.Interaction) error {
	if err := c.Life.Offered(ctx, tx, waiting); err != nil {
		return err
	}
	if slices.ContainsFunc(waiting, func(i *ent.Interaction) bool { return i.ID == c.refused }) {
		return errBroken
	}
	return nil
}

func TestOneThatCannotBeOfferedKeepsNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	w.operator(4, q)
	all := []*ent.Interaction{w.enquiry(q), w.enquiry(q), w.enquiry(q)}
	choosy := routing.New(routing.Options{Client: w.client, Log: w.log, Life: choosyLife{w.life, all[1].ID}, Now: w.clock.Now})
	require.ErrorIs(t, choosy.Tick(t.Context()), errBroken)
	require.NotNil(t, w.offerOf(all[0]))
	w.requireWaiting(all[1])
	require.NotNil(t, w.offerOf(all[2]))
}

// dyingLife loses its connection after it has changed the interactions, as all of a node's do that is killed.
type dyingLife struct{ routing.Life }

func (d dyingLife) Offered(ctx context.Context, tx *ent.Tx, waiting []*ent.Interaction) error {
	if err := d.Life.Offered(ctx, tx, waiting); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
	return err
}

func TestNothingIsLeftOfABatchWhoseNodeDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	w.operator(5, q)
	all := []*ent.Interaction{w.enquiry(q), w.enquiry(q), w.enquiry(q)}
	dying := routing.New(routing.Options{Client: w.client, Log: w.log, Life: dyingLife{w.life}, Now: w.clock.Now})
	require.Error(t, dying.Tick(t.Context()))
	require.Zero(t, w.client.Offer.Query().CountX(w.ctx))
	for _, i := range all {
		w.requireWaiting(i)
	}
	w.tick()
	for _, i := range all {
		require.NotNil(t, w.offerOf(i))
	}
}
