package voice_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/assistant"
	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/interaction"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/voice"
	"ekc/routing"
	"ekc/telephony"
)

// The centre of the benchmark.
const (
	callsAtOnce    = 64
	busyOperators  = 200
	callSetUpAfter = 2 * time.Minute // an unanswered call fails the benchmark
)

// BenchmarkCallThroughTheCentre takes calls through everything that the database sees of one: begin, menu, queue, match, answer,
// legs, end, recording, wrap-up; 64 side by side. With EKC_TEST_DATABASE_URL it runs on a server that waits for the disk; see
// internal/pgtest. It prints calls a second and what one call costs.
func BenchmarkCallThroughTheCentre(b *testing.B) {
	c := newCentre(b)
	before := c.meter(b)
	b.ResetTimer()
	c.calls(b, b.N)
	b.StopTimer()
	c.meter(b).report(b, before)
	slices.Sort(c.offered)
	b.ReportMetric(float64(c.offered[len(c.offered)/2])/1e6, "ms-to-offer-p50")
	b.ReportMetric(float64(c.offered[len(c.offered)*99/100])/1e6, "ms-to-offer-p99")
}

// centre is a node with real clocks, whose switchboard is the benchmark.
type centre struct {
	core         *database.Core
	voice        *voice.Service
	interactions *interaction.Service
	disposition  string
	board        *liveBoard
	begun        atomic.Int64

	mu      sync.Mutex
	offered []time.Duration
}

// liveBoard hands what the centre decides to the calls that live.
type liveBoard struct {
	voice.Board
	calls sync.Map // of enquiries, to their chan telephony.Change
}

func (l *liveBoard) Calls() (all []telephony.CallView) {
	l.calls.Range(func(id, _ any) bool {
		all = append(all, telephony.CallView{InteractionID: id.(string)})
		return true
	})
	return all
}

func (l *liveBoard) Find(id string) (telephony.CallView, error) {
	if _, ok := l.calls.Load(id); ok {
		return telephony.CallView{InteractionID: id}, nil
	}
	return telephony.CallView{}, context.Canceled
}

func (l *liveBoard) Follow(c telephony.Change) {
	if call, ok := l.calls.Load(c.InteractionID); ok && c.OfferID != "" {
		select {
		case call.(chan telephony.Change) <- c:
		default:
		}
	}
}

func newCentre(b *testing.B) *centre {
	b.Helper()
	url := coretest.URL(b)
	core, log := coretest.Open(b, url)
	core.DB.SetMaxOpenConns(40) // the product's own number
	core.DB.SetMaxIdleConns(40)
	c := &centre{core: core, board: &liveBoard{}}
	r := routing.New(routing.Options{Client: core.Client, Log: log})
	system := systemContext()
	var err error
	c.interactions, err = interaction.New(system, core.Client, log, interaction.Options{DataDir: b.TempDir()})
	require.NoError(b, err)
	yana := assistant.New(assistant.Options{Client: core.Client, Base: base{}, Dialogue: c.interactions})
	c.interactions.Bind(router{r}, yana)
	r.Bind(c.interactions)
	c.voice, err = voice.New(system, voice.Options{
		Client: core.Client, DB: core.DB, Log: log, Interactions: c.interactions, Routing: r, Assistant: yana, Host: "bench",
	})
	require.NoError(b, err)
	c.voice.Bind(c.board)
	c.staff(b, r, core.Client)
	c.run(b, log, r.Run, c.voice.Run, c.interactions.Run)
	return c
}

// staff makes two queues and those who work in both.
func (c *centre) staff(b *testing.B, r *routing.Service, client *ent.Client) {
	b.Helper()
	system := systemContext()
	c.disposition = client.Disposition.Create().SetCode("OTHER").SetName("Иное").SaveX(system).ID
	var queues []*ent.Queue
	for line := 1; line <= 2; line++ {
		queues = append(queues, client.Queue.Create().SetCode(fmt.Sprintf("voice-line%d", line)).SetName("Очередь").
			SetChannel(queue.ChannelVoice).SetLine(line).SetWrapUpSeconds(60).SaveX(system))
	}
	for n := range busyOperators {
		login := fmt.Sprintf("operator-%d", n)
		a := client.Account.Create().SetLogin(login).SetDisplayName("Оператор").SetPasswordHash("-").SaveX(system)
		client.RoleAssignment.Create().SetAccountID(a.ID).SetRole(roleassignment.RoleOperator).
			SetValidFrom(time.Now().Add(-time.Hour)).ExecX(system)
		for _, q := range queues {
			client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).ExecX(system)
		}
		_, err := r.Set(acting(a), "AVAILABLE", "")
		require.NoError(b, err)
	}
}

// run runs the node's parts and a stream of events for each operator until the benchmark ends.
func (c *centre) run(b *testing.B, log *eventlog.Log, parts ...func(context.Context) error) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	b.Cleanup(func() { cancel(); running.Wait() })
	for _, part := range parts {
		running.Go(func() {
			if err := part(ctx); err != nil {
				b.Errorf("a part of the node: %v", err)
			}
		})
	}
	for _, id := range c.core.Client.Account.Query().IDsX(systemContext()) {
		running.Go(func() { _ = log.OfAccount(id, -1).Each(ctx, func(eventlog.Event) error { return nil }) })
	}
}

// calls takes so many calls through the centre.
func (c *centre) calls(b *testing.B, n int) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var callers sync.WaitGroup
	for range min(n, callsAtOnce) {
		callers.Go(func() {
			for left.Add(-1) >= 0 {
				if err := c.one(b.Context()); err != nil {
					b.Errorf("call: %v", err)
					return
				}
			}
		})
	}
	callers.Wait()
}

// one takes one call through everything that the switchboard tells the centre of it, in its order.
func (c *centre) one(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callSetUpAfter)
	defer cancel()
	n := c.begun.Add(1)
	at := time.Now()
	call := fmt.Sprintf("call-%d", n)
	id, err := c.voice.Begin(ctx, telephony.NewCall{
		ID: call, Node: c.voice.Node(), Trunk: "trk_bench", Caller: fmt.Sprintf("+7916%07d", n), Called: "+78006000000", At: at,
	})
	if err != nil {
		return err
	}
	told := make(chan telephony.Change, 1)
	c.board.calls.Store(id, told)
	defer c.board.calls.Delete(id)
	if _, err := c.voice.Open(ctx, "", telephony.Wish{Line: 1}); err != nil {
		return err
	}
	steps := []telephony.Step{
		{At: at, Node: "greeting", Type: "say"},
		{At: at, Node: "main", Type: "menu", Input: "1"},
		{At: at.Add(time.Second), Node: "topic", Type: "menu", Input: "2"},
	}
	if err := c.voice.Collect(ctx, id, telephony.Collected{Topic: "Пенсии", Steps: steps}); err != nil {
		return err
	}
	queued := time.Now()
	if _, err := c.voice.Enqueue(ctx, id, telephony.Wish{Line: 1 + int(n%2)}); err != nil {
		return err
	}
	var decided telephony.Change
	select {
	case decided = <-told:
	case <-ctx.Done():
		return fmt.Errorf("not offered: %w", ctx.Err())
	}
	c.mu.Lock()
	c.offered = append(c.offered, time.Since(queued))
	c.mu.Unlock()
	return c.talk(ctx, id, call, decided, at)
}

// talk answers, ends, and records.
func (c *centre) talk(ctx context.Context, id, call string, o telephony.Change, at time.Time) error {
	if err := c.voice.PickedUp(ctx, o.OfferID, o.OfferedTo); err != nil {
		return err
	}
	now := time.Now()
	operator := telephony.LegReport{
		ID: call + "-2", CallID: call, InteractionID: id, Kind: "phone", Role: "operator", AccountID: o.OfferedTo, Number: "100",
		BeganAt: now, AnsweredAt: &now, Codec: "PCMA",
	}
	citizen := telephony.LegReport{
		ID: call + "-1", CallID: call, InteractionID: id, Kind: "trunk", Role: "citizen", Number: "+79160000000", BeganAt: at,
		AnsweredAt: &now, EndedAt: &now, Codec: "PCMA", Sent: 3000, Received: 3000,
	}
	recorded := telephony.RecordingReport{
		ID: call + "-r", CallID: call, InteractionID: id, Object: "2026/" + call, SHA256: "00", Bytes: 960000, BeganAt: at, Length: time.Minute,
	}
	over := operator
	over.EndedAt, over.Sent, over.Received = &now, 3000, 3000
	for _, step := range []func() error{
		func() error { return c.voice.Leg(ctx, operator) },
		func() error { return c.voice.OperatorHungUp(ctx, id, o.OfferedTo) },
		func() error { return c.voice.Leg(ctx, over) },
		func() error { return c.voice.Ended(ctx, id, telephony.End{Cause: telephony.EndByOperator, At: now}) },
		func() error { return c.voice.Leg(ctx, citizen) },
		func() error { return c.voice.Recorded(ctx, recorded) },
		func() error {
			_, err := c.interactions.Close(asAccount(ctx, o.OfferedTo), interaction.CloseInput{
				InteractionID: id, DispositionID: c.disposition, Outcome: entinteraction.OutcomeResolved,
			})
			return err
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
