package routing_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/presence"
	life "ekc/interaction"
	"ekc/internal/fail"
)

// TestTwoNodesNeverGiveTwice runs two nodes on one database against each other: 200 enquiries, 20 operators who accept,
// decline, miss and close on either node. The operators' deaf moments and the nodes' races come as they come.
func TestTwoNodesNeverGiveTwice(t *testing.T) {
	t.Parallel()
	const enquiries, operators, capacity = 200, 20, 3
	w := newWorld(t)
	q := w.queue(func(c *ent.QueueCreate) { c.SetOfferSeconds(3) })
	var staff []*ent.Account
	for range operators {
		staff = append(staff, w.operator(capacity, q))
	}
	for range enquiries {
		w.enquiry(q)
	}
	disposition := w.client.Disposition.Create().SetCode("OTHER").SetName("Иное").SaveX(w.ctx)
	// The clock goes on with the operators' work, a tenth of a second for each look of all of them at their desks, so that offers expire
	// and refusals are forgotten on a slow machine as on a fast one.
	now := w.clock.Now
	nodes := []node{w.newNode(now), w.newNode(now)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var running sync.WaitGroup
	for _, n := range nodes {
		running.Go(func() {
			if err := n.routing.Run(ctx); err != nil {
				t.Errorf("router: %v", err)
			}
		})
	}
	for number, a := range staff {
		as := w.as(a)
		running.Go(func() {
			desk := desk{
				node: nodes[number%2], other: nodes[(number+1)%2], clock: w.clock, account: a, disposition: disposition,
				random: rand.New(rand.NewPCG(7, uint64(number))),
			}
			desk.work(t, viewerContext{as, ctx})
		})
	}
	overbooked := 0
	require.Eventually(t, func() bool {
		overbooked += w.overbooked(capacity)
		return w.client.Interaction.Query().Where(interaction.StateEQ(interaction.StateClosed)).CountX(w.ctx) == enquiries
	}, 2*time.Minute, 50*time.Millisecond, "every enquiry is answered")
	cancel()
	running.Wait()
	require.Zero(t, overbooked, "nobody ever has more than their capacity")
	accepted := w.client.Offer.Query().Where(offer.StateEQ(offer.StateAccepted)).AllX(w.ctx)
	byInteraction := map[string]int{}
	for _, o := range accepted {
		byInteraction[o.InteractionID]++
	}
	require.Len(t, byInteraction, enquiries)
	require.Len(t, accepted, enquiries, "no enquiry is accepted twice")
	require.Zero(t, w.client.Offer.Query().Where(offer.StateEQ(offer.StatePending)).CountX(w.ctx))
	for _, state := range []offer.State{offer.StateDeclined, offer.StateExpired} {
		require.NotZero(t, w.client.Offer.Query().Where(offer.StateEQ(state)).CountX(w.ctx), "the test must see %s", state)
	}
}

// overbooked counts operators with more on the desk than they may have, at one instant.
func (w *world) overbooked(capacity int) int {
	var n int
	rows, err := w.client.QueryContext(w.ctx, `
		SELECT count(*) FROM (
			SELECT account_id FROM (
				SELECT operator_id AS account_id FROM interactions WHERE state IN ('ACTIVE', 'HELD', 'WRAP_UP')
				UNION ALL SELECT account_id FROM offers WHERE state = 'PENDING'
			) d GROUP BY account_id HAVING count(*) > $1) o`, capacity)
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, rows.Close()) }()
	for rows.Next() {
		require.NoError(w.t, rows.Scan(&n))
	}
	require.NoError(w.t, rows.Err())
	return n
}

// viewerContext acts as the first context's viewer and ends with the second.
type viewerContext struct {
	as context.Context
	context.Context
}

func (c viewerContext) Value(key any) any { return c.as.Value(key) }

// desk is an operator at work, with a client that is connected now to one node and now to the other.
type desk struct {
	node, other node
	clock       *clock
	account     *ent.Account
	disposition *ent.Disposition
	random      *rand.Rand
}

func (d *desk) work(t *testing.T, ctx context.Context) { //nolint:revive // the test comes first, as in all helpers
	system := systemOf(ctx)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		d.clock.Advance(5 * time.Millisecond)
		d.node, d.other = d.other, d.node
		d.answer(t, ctx, system)
		d.finish(t, ctx, system)
		if d.random.IntN(20) == 0 { // a break, which withdraws, or back from a pause
			_, err := d.node.routing.Set(ctx, presence.StateBusy, "")
			d.harmless(t, ctx, err)
		}
		if d.random.IntN(5) == 0 {
			_, err := d.node.routing.Set(ctx, presence.StateAvailable, "")
			d.harmless(t, ctx, err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

func (d *desk) answer(t *testing.T, ctx, system context.Context) {
	pending, err := d.node.client.Offer.Query().Where(offer.AccountID(d.account.ID), offer.StateEQ(offer.StatePending)).All(system)
	d.harmless(t, ctx, err)
	for _, o := range pending {
		switch o.ID[len(o.ID)-1] % 8 { // the last letter of a ULID is random
		case 0:
			_, err = d.node.routing.Decline(ctx, o.ID)
		case 1: // not looking
		default:
			_, err = d.node.routing.Accept(ctx, o.ID)
		}
		d.harmless(t, ctx, err)
	}
}

func (d *desk) finish(t *testing.T, ctx, system context.Context) {
	open, err := d.node.client.Interaction.Query().
		Where(interaction.OperatorID(d.account.ID), interaction.StateEQ(interaction.StateActive)).All(system)
	d.harmless(t, ctx, err)
	for _, i := range open {
		_, err := d.node.life.Close(ctx, life.CloseInput{
			InteractionID: i.ID, DispositionID: d.disposition.ID, Outcome: interaction.OutcomeResolved,
		})
		d.harmless(t, ctx, err)
		d.node.routing.Wake()
	}
}

// harmless lets pass what an operator may meet: that the offer is over, and that the test is.
func (d *desk) harmless(t *testing.T, ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && fail.CodeOf(err) != fail.Conflict {
		t.Errorf("operator: %v", err)
	}
}
