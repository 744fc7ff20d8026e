package voice_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/interaction"
	"ekc/internal/coretest"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/knowledge"
	"ekc/routing"
	"ekc/telephony"
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

type router struct{ *routing.Service }

func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w interaction.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

// board stands for the switchboard of one node: it keeps what it is asked and told.
type board struct {
	voice.Board
	mu      sync.Mutex
	calls   map[string]telephony.CallRequest // by enquiry, as long as they live
	asked   []telephony.CallRequest
	changes []telephony.Change
	fails   error
	// declined are those who did not want to be consulted.
	declined []string
}

func (b *board) Join(_ context.Context, _, account, _ string) (telephony.Joined, error) {
	return telephony.Joined{LegID: "leg of " + account}, nil
}

func (b *board) Decline(_ context.Context, _, account string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declined = append(b.declined, account)
	return nil
}

func newBoard() *board { return &board{calls: map[string]telephony.CallRequest{}} }

func (b *board) Call(r telephony.CallRequest) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return "", b.fails
	}
	b.asked = append(b.asked, r)
	b.calls[r.InteractionID] = r
	return fmt.Sprintf("out-%s-%d", r.InteractionID[len(r.InteractionID)-12:], len(b.asked)), nil
}

func (b *board) Find(id string) (telephony.CallView, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.calls[id]; !ok {
		return telephony.CallView{}, fail.New(fail.NotFound, "no such call")
	}
	return telephony.CallView{InteractionID: id}, nil
}

func (b *board) Calls() []telephony.CallView { return nil }

func (b *board) Follow(c telephony.Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes = append(b.changes, c)
}

func (b *board) up(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[id] = telephony.CallRequest{}
}
func (b *board) down(id string) { b.mu.Lock(); defer b.mu.Unlock(); delete(b.calls, id) }
func (b *board) count() int     { b.mu.Lock(); defer b.mu.Unlock(); return len(b.asked) }

func (b *board) told(id, state string) (telephony.Change, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.changes {
		if c.InteractionID == id && c.State == state {
			return c, true
		}
	}
	return telephony.Change{}, false
}

// base knows one record.
type base struct{ knowledge.Service }

func (base) Search(_ context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	if !strings.Contains(q.Text, "пенси") {
		return nil, nil
	}
	return []knowledge.Hit{{
		RecordID: "rec-1", VersionID: "ver-1", Version: 1, Question: "Как назначить пенсию?", Answer: "Длинный ответ о пенсии.",
		Short: "Подайте заявление.", Topic: "Пенсии", Probability: 0.999, Intent: true,
	}}, nil
}

func (base) RecordVersion(_ context.Context, id string) (knowledge.Version, error) {
	return knowledge.Version{ID: id, RecordID: "rec-1", Number: 1, Status: knowledge.StatusPublished}, nil
}

type world struct {
	*testing.T
	client       *ent.Client
	log          *eventlog.Log
	clock        *clock
	routing      *routing.Service
	interactions *interaction.Service
	assistant    *assistant.Service
	voice        *voice.Service
	board        *board
	db           func(query string, args ...any)
	system       context.Context //nolint:containedctx // the test's own
	line1, line2 *ent.Queue
	options      func() voice.Options
	node         func() (*voice.Service, *board)
	calls        int
}

// noon is a working day's noon in Moscow.
var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	core, log := coretest.New(t)
	w := &world{T: t, client: core.Client, log: log, clock: &clock{at: noon}, system: viewer.AsSystem(context.Background())}
	w.db = func(query string, args ...any) {
		_, err := core.DB.ExecContext(context.Background(), query, args...)
		require.NoError(t, err)
	}
	w.routing = routing.New(routing.Options{Client: core.Client, Log: log, Now: w.clock.Now})
	var err error
	w.interactions, err = interaction.New(t.Context(), core.Client, log, interaction.Options{DataDir: t.TempDir(), Clock: w.clock.Now})
	require.NoError(t, err)
	w.assistant = assistant.New(assistant.Options{Client: core.Client, Base: base{}, Dialogue: w.interactions, Clock: w.clock.Now})
	w.interactions.Bind(router{w.routing}, w.assistant)
	w.routing.Bind(w.interactions)
	w.options = func() voice.Options {
		return voice.Options{
			Client: core.Client, DB: core.DB, Log: log, Interactions: w.interactions, Routing: w.routing, Assistant: w.assistant,
			Host: "test", Clock: w.clock.Now,
		}
	}
	w.node = func() (*voice.Service, *board) {
		v, err := voice.New(w.system, w.options())
		require.NoError(t, err)
		b := newBoard()
		v.Bind(b)
		return v, b
	}
	w.voice, w.board = w.node()
	w.line1, w.line2 = w.queue("voice-line1", 1), w.queue("voice-line2", 2)
	return w
}

func (w *world) queue(code string, line int) *ent.Queue {
	return w.client.Queue.Create().SetCode(code).SetName(code).SetChannel(queue.ChannelVoice).SetLine(line).SetWrapUpSeconds(60).SaveX(w.system)
}

// operator makes one who is available in the queue.
func (w *world) operator(login string, q *ent.Queue) *ent.Account {
	w.Helper()
	a := w.client.Account.Create().SetLogin(login).SetDisplayName("Оператор " + login).SetPasswordHash("-").SaveX(w.system)
	w.client.RoleAssignment.Create().SetAccountID(a.ID).SetRole(roleassignment.RoleOperator).SetLine(q.Line).
		SetValidFrom(w.clock.Now().Add(-time.Hour)).ExecX(w.system)
	w.client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).ExecX(w.system)
	w.present(a, "AVAILABLE")
	return a
}

func (w *world) present(a *ent.Account, state string) {
	w.Helper()
	_, err := w.routing.Set(acting(a), "BUSY", "")
	require.NoError(w, err)
	if state == "AVAILABLE" {
		_, err = w.routing.Set(acting(a), "AVAILABLE", "")
		require.NoError(w, err)
	}
}

func acting(a *ent.Account) context.Context {
	return viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: a.ID, Grants: []viewer.Grant{{Role: viewer.Operator}},
	})
}

// caller begins a call and returns its enquiry.
func (w *world) caller(number string) string {
	w.Helper()
	w.calls++
	id, err := w.voice.Begin(w.Context(), telephony.NewCall{
		ID: fmt.Sprintf("call-%d", w.calls), Node: w.voice.Node(), Caller: number, Called: "+78006000000", At: w.clock.Now(),
	})
	require.NoError(w, err)
	return id
}

// waiting begins a call that waits in line 1.
func (w *world) waiting(number string) string {
	w.Helper()
	id := w.caller(number)
	q, err := w.voice.Enqueue(w.Context(), id, telephony.Wish{Line: 1})
	require.NoError(w, err)
	require.True(w, q.Open)
	return id
}

func (w *world) ended(id string, cause telephony.EndCause, code int) {
	w.Helper()
	require.NoError(w, w.voice.Ended(w.Context(), id, telephony.End{Cause: cause, SIPCode: code, At: w.clock.Now()}))
}

// offered lets the router match and returns the offer of the enquiry.
func (w *world) offered(id string) *ent.Offer {
	w.Helper()
	require.NoError(w, w.routing.Tick(w.system))
	o, err := w.client.Offer.Query().Where(offer.InteractionID(id), offer.StateEQ(offer.StatePending)).Only(w.system)
	require.NoError(w, err, "it is not offered")
	return o
}

// talk lets an operator pick an enquiry up.
func (w *world) talk(id string) *ent.Offer {
	w.Helper()
	o := w.offered(id)
	require.NoError(w, w.voice.PickedUp(w.Context(), o.ID, o.AccountID))
	return o
}

func (w *world) state(id string) string { return string(w.get(id).State) }

func (w *world) get(id string) *ent.Interaction { return w.client.Interaction.GetX(w.system, id) }

func (w *world) callback(id string) *ent.Callback {
	w.Helper()
	cb, err := w.client.Callback.Query().Where(callback.InteractionID(id)).Only(w.system)
	require.NoError(w, err)
	return cb
}

func (w *world) call(id string) *ent.Call {
	return w.client.Call.Query().Where(call.InteractionID(id)).Order(ent.Desc(call.FieldID)).FirstX(w.system)
}

// citizenNumber is the citizen's number in the last call of an interaction.
func (w *world) citizenNumber(id string) string {
	w.Helper()
	number, err := w.voice.CitizenNumber(w.Context(), w.call(id))
	require.NoError(w, err)
	return number
}

// promisedNumber is the number of an interaction's callback.
func (w *world) promisedNumber(id string) string {
	w.Helper()
	number, err := w.voice.CallbackNumber(w.Context(), w.callback(id))
	require.NoError(w, err)
	return number
}

func (w *world) texts(id string) []string {
	var all []string
	for _, m := range w.client.Message.Query().Where(message.InteractionID(id)).Order(ent.Asc(message.FieldSequence)).AllX(w.system) {
		all = append(all, m.Text)
	}
	return all
}

func (w *world) schedule() {
	w.Helper()
	require.NoError(w, w.voice.Callbacks(w.Context()))
}
