package routing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/ent/segment"
	life "ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/coretest"
	"ekc/internal/eventlog"
	"ekc/routing"
)

// clock is the one clock of a test's centre.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// router gives the interaction domain routing's methods in its own words.
type router struct{ *routing.Service }

func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w life.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

type silent struct{}

func (silent) Notify(string) {}
func (silent) Compose(context.Context, string) (string, dialogue.Citation, error) {
	return "", dialogue.Citation{}, nil
}

// node is one process of the centre.
type node struct {
	client  *ent.Client
	log     *eventlog.Log
	routing *routing.Service
	life    *life.Service
}

// world is a centre on a database of its own.
type world struct {
	node
	t     *testing.T
	ctx   context.Context
	clock *clock
	url   string
	dir   string // of all its nodes: they share the master key
	n     int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Now().UTC().Truncate(time.Second)}, url: coretest.URL(t), dir: t.TempDir()}
	w.ctx = viewer.AsSystem(t.Context())
	w.node = w.newNode(w.clock.Now)
	return w
}

func (w *world) newNode(now func() time.Time) node {
	w.t.Helper()
	core, log := coretest.Open(w.t, w.url)
	lives, err := life.New(w.ctx, core.Client, log, life.Options{DataDir: w.dir, Clock: now})
	require.NoError(w.t, err)
	service := routing.New(routing.Options{Client: core.Client, Log: log, Life: lives, Now: now, Tick: 20 * time.Millisecond})
	lives.Bind(router{service}, silent{})
	return node{client: core.Client, log: log, routing: service, life: lives}
}

// name is unique within the world.
func (w *world) name(prefix string) string {
	w.n++
	return fmt.Sprintf("%s-%d", prefix, w.n)
}

func (w *world) queue(change ...func(*ent.QueueCreate)) *ent.Queue {
	w.t.Helper()
	create := w.client.Queue.Create().SetCode(w.name("queue")).SetName("Очередь").SetChannel(queue.ChannelChat).SetLine(1)
	for _, c := range change {
		c(create)
	}
	return create.SaveX(w.ctx)
}

// operator makes an available operator of the queues with a role for everything.
func (w *world) operator(capacity int, queues ...*ent.Queue) *ent.Account {
	w.t.Helper()
	a := w.account(capacity, viewer.Grant{Role: viewer.Operator}, queues...)
	w.available(a)
	return a
}

func (w *world) account(capacity int, g viewer.Grant, queues ...*ent.Queue) *ent.Account {
	w.t.Helper()
	a := w.client.Account.Create().SetLogin(w.name("operator")).SetDisplayName("Оператор").SetPasswordHash("-").
		SetChatCapacity(capacity).SaveX(w.ctx)
	w.grant(a, g)
	for _, q := range queues {
		w.client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).ExecX(w.ctx)
	}
	return a
}

func (w *world) grant(a *ent.Account, g viewer.Grant) {
	w.t.Helper()
	role := w.client.RoleAssignment.Create().SetAccountID(a.ID).SetRole(roleassignment.Role(g.Role)).
		SetValidFrom(w.clock.Now().Add(-time.Hour))
	if g.AgencyID != "" {
		role.SetAgencyID(g.AgencyID)
	}
	if g.RegionID != "" {
		role.SetRegionID(g.RegionID)
	}
	if g.Line != 0 {
		role.SetLine(g.Line)
	}
	role.ExecX(w.ctx)
}

// as is a context in which the account acts with the roles it was given.
func (w *world) as(a *ent.Account) context.Context {
	w.t.Helper()
	v := viewer.Viewer{Kind: viewer.Account, AccountID: a.ID}
	for _, r := range w.client.RoleAssignment.Query().Where(roleassignment.AccountID(a.ID)).AllX(w.ctx) {
		g := viewer.Grant{Role: viewer.Role(r.Role), AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			g.Line = *r.Line
		}
		v.Grants = append(v.Grants, g)
	}
	return viewer.With(w.t.Context(), v)
}

// available sets the operator's presence a second after everything before, so that the order of idleness is known.
func (w *world) available(a *ent.Account) {
	w.t.Helper()
	w.clock.Advance(time.Second)
	_, err := w.routing.Set(w.as(a), presence.StateAvailable, "")
	require.NoError(w.t, err)
}

// enquiry puts an interaction into the queue now.
func (w *world) enquiry(q *ent.Queue, change ...func(*ent.InteractionCreate)) *ent.Interaction {
	w.t.Helper()
	citizen := w.client.Citizen.Create().SaveX(w.ctx)
	now := w.clock.Now()
	create := w.client.Interaction.Create().SetChannel(interaction.Channel(q.Channel)).SetCitizenID(citizen.ID).
		SetState(interaction.StateQueued).SetQueueID(q.ID).SetLine(q.Line).SetQueuedAt(now).SetPlaceAt(now).SetCreatedAt(now)
	for _, c := range change {
		c(create)
	}
	i := create.SaveX(w.ctx)
	w.client.Segment.Create().SetInteractionID(i.ID).SetKind(segment.KindQueue).SetQueueID(q.ID).SetStartedAt(now).ExecX(w.ctx)
	return i
}

func (w *world) tick() {
	w.t.Helper()
	require.NoError(w.t, w.routing.Tick(w.t.Context()))
}

// offerOf is the pending offer of the interaction; nil without one.
func (w *world) offerOf(i *ent.Interaction) *ent.Offer {
	w.t.Helper()
	o, err := w.client.Offer.Query().Where(offer.InteractionID(i.ID), offer.StateEQ(offer.StatePending)).Only(w.ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	require.NoError(w.t, err)
	return o
}

// requireOffered asserts that the interaction is offered to the operator, and returns the offer.
func (w *world) requireOffered(i *ent.Interaction, to *ent.Account) *ent.Offer {
	w.t.Helper()
	o := w.offerOf(i)
	require.NotNil(w.t, o, "no pending offer")
	require.Equal(w.t, to.ID, o.AccountID)
	require.Equal(w.t, interaction.StateOffered, w.reload(i).State)
	return o
}

func (w *world) requireWaiting(i *ent.Interaction) {
	w.t.Helper()
	require.Nil(w.t, w.offerOf(i), "there is a pending offer")
	require.Equal(w.t, interaction.StateQueued, w.reload(i).State)
}

func (w *world) reload(i *ent.Interaction) *ent.Interaction {
	w.t.Helper()
	return w.client.Interaction.GetX(w.ctx, i.ID)
}

func (w *world) presenceOf(a *ent.Account) *ent.Presence {
	w.t.Helper()
	return w.client.Presence.Query().Where(presence.AccountID(a.ID)).WithPauseReason().OnlyX(w.ctx)
}

// rules are the rules of the interaction's traces in their order.
func (w *world) rules(i *ent.Interaction) []string {
	w.t.Helper()
	var rules []string
	for _, t := range w.client.RoutingTrace.Query().Order(ent.Asc("created_at", "id")).AllX(w.ctx) {
		if t.InteractionID == i.ID {
			rules = append(rules, t.Rule)
		}
	}
	return rules
}

func systemOf(ctx context.Context) context.Context { return viewer.AsSystem(ctx) }
