package interaction_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/message"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/coretest"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/routing"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// router gives the real routing the shape that interactions ask for.
type router struct{ *routing.Service }

func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w interaction.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

// listener stands for Yana: it keeps whom she was told of, and knows one record.
type listener struct {
	mu   sync.Mutex
	told []string
}

func (l *listener) Notify(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, id)
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.told)
}

func (l *listener) Compose(_ context.Context, id string) (string, dialogue.Citation, error) {
	if id != "rec-1" {
		return "", dialogue.Citation{}, fail.Field("recordId", fail.NotFound, "no such record")
	}
	return "Ответ из базы.", dialogue.Citation{RecordID: id, VersionID: "ver-1", Version: 1, Question: "Вопрос?"}, nil
}

// world is a centre of two lines with the real routing, and Yana silent.
type world struct {
	*testing.T
	client  *ent.Client
	log     *eventlog.Log
	clock   *clock
	yana    *listener
	routing *routing.Service
	*interaction.Service
	system       context.Context
	line1, line2 *ent.Queue
	topic        *ent.Disposition
	dir          string
}

func newWorld(t *testing.T, set ...func(*interaction.Options)) *world {
	t.Helper()
	core, log := coretest.New(t)
	w := &world{
		T: t, client: core.Client, log: log, clock: &clock{at: time.Now().UTC()}, yana: &listener{},
		system: viewer.AsSystem(context.Background()), dir: t.TempDir(),
	}
	w.routing = routing.New(routing.Options{Client: core.Client, Log: log, Now: w.clock.Now})
	var err error
	o := interaction.Options{DataDir: w.dir, Clock: w.clock.Now}
	for _, change := range set {
		change(&o)
	}
	w.Service, err = interaction.New(context.Background(), core.Client, log, o)
	require.NoError(t, err)
	w.Bind(router{w.routing}, w.yana)
	w.routing.Bind(w.Service)
	w.line1 = w.queue("line-1", 1)
	w.line2 = w.queue("line-2", 2)
	w.topic = core.Client.Disposition.Create().SetCode("pension").SetName("Пенсия").SaveX(w.system)
	return w
}

func (w *world) queue(code string, line int) *ent.Queue {
	return w.client.Queue.Create().SetCode(code).SetName(code).SetChannel(queue.ChannelChat).SetLine(line).
		SetWrapUpSeconds(60).SaveX(w.system)
}

// operator makes one who is available in the queue, and the context in which they act.
func (w *world) operator(login string, q *ent.Queue) (*ent.Account, context.Context) {
	w.Helper()
	a := w.client.Account.Create().SetLogin(login).SetDisplayName("Оператор " + login).SetPasswordHash("-").SaveX(w.system)
	w.client.RoleAssignment.Create().SetAccountID(a.ID).SetRole(roleassignment.RoleOperator).SetLine(q.Line).
		SetValidFrom(w.clock.Now().Add(-time.Hour)).SaveX(w.system)
	w.client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).SaveX(w.system)
	ctx := viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: a.ID, Grants: []viewer.Grant{{Role: viewer.Operator, Line: q.Line}},
	})
	_, err := w.routing.Set(ctx, "AVAILABLE", "")
	require.NoError(w, err)
	return a, ctx
}

// chat begins one and returns it with the context of its citizen.
func (w *world) chat(text string) (*ent.Interaction, context.Context) {
	w.Helper()
	i, token, err := w.Start(context.Background(), interaction.StartInput{Text: text})
	require.NoError(w, err)
	require.NotEmpty(w, token)
	return i, viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: i.ID})
}

// active begins a chat that talks with the operator.
func (w *world) active(operator context.Context) (*ent.Interaction, context.Context) {
	w.Helper()
	i, citizen := w.chat("Вопрос")
	_, err := w.RequestHandover(citizen, i.ID)
	require.NoError(w, err)
	w.accept(i.ID, operator)
	return w.reload(i.ID), citizen
}

// accept lets the router match and the operator take what is offered.
func (w *world) accept(id string, operator context.Context) {
	w.Helper()
	require.NoError(w, w.routing.Tick(context.Background()))
	offers := w.client.Interaction.GetX(w.system, id).QueryOffers().AllX(w.system)
	require.NotEmpty(w, offers, "nothing was offered")
	_, err := w.routing.Accept(operator, offers[len(offers)-1].ID)
	require.NoError(w, err)
}

func (w *world) reload(id string) *ent.Interaction { return w.client.Interaction.GetX(w.system, id) }

func (w *world) texts(id string) []string {
	var all []string
	for _, m := range w.client.Message.Query().Where(message.InteractionID(id)).Order(ent.Asc(message.FieldSequence)).AllX(w.system) {
		all = append(all, m.Text)
	}
	return all
}
