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
	"ekc/ent"
	"ekc/ent/call"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/telephony"
	"ekc/telephony/signaling"
)

// soon bounds what must happen in the end, however busy the machine is.
const soon = 60 * time.Second

// desk is a board that keeps what is done to its calls.
type desk struct {
	*board
	mu      sync.Mutex
	did     []string
	legs    []telephony.LegView
	trickle chan string
	refuses error
}

func (d *desk) note(format string, args ...any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuses != nil {
		return d.refuses
	}
	d.did = append(d.did, fmt.Sprintf(format, args...))
	return nil
}

func (d *desk) done() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := strings.Join(d.did, "; ")
	d.did = nil
	return all
}

func (d *desk) Find(id string) (telephony.CallView, error) {
	v, err := d.board.Find(id)
	d.mu.Lock()
	defer d.mu.Unlock()
	v.Phase, v.Legs = "talk", d.legs
	return v, err
}

func (d *desk) Join(_ context.Context, _, a, offer string) (telephony.Joined, error) {
	return telephony.Joined{LegID: "leg-1", Answer: "answer to " + offer, Candidates: d.trickle}, d.note("join %s", a)
}

func (d *desk) AddCandidate(_ context.Context, _, leg, candidate string) error {
	return d.note("candidate %s %s", leg, candidate)
}

func (d *desk) Mute(_ context.Context, _, a string, on bool) error {
	return d.note("mute %s %t", a, on)
}

func (d *desk) SendDTMF(_ context.Context, _, a, keys string) error {
	return d.note("keys %s %s", a, keys)
}

func (d *desk) PauseRecording(_ context.Context, _, a string, limit time.Duration) error {
	return d.note("pause %s for %v", a, limit)
}
func (d *desk) Decline(_ context.Context, _, a string) error         { return d.note("decline %s", a) }
func (d *desk) ResumeRecording(_ context.Context, _, a string) error { return d.note("resume %s", a) }
func (d *desk) Supervise(_ context.Context, _, a string, m telephony.Mode) error {
	return d.note("supervise %s %s", a, m)
}
func (d *desk) StopSupervising(_ context.Context, _, a string) error { return d.note("leave %s", a) }
func (d *desk) TakeOver(_ context.Context, _, a string) error        { return d.note("take over %s", a) }
func (d *desk) Consult(_ context.Context, _, a string, t telephony.Target) error {
	return d.note("consult %s %s", a, t.Number)
}
func (d *desk) CompleteConsult(_ context.Context, _, a string) error { return d.note("complete %s", a) }
func (d *desk) CancelConsult(_ context.Context, _, a string) error   { return d.note("cancel %s", a) }
func (d *desk) Conference(_ context.Context, _, a string) error      { return d.note("conference %s", a) }
func (d *desk) PassOn(_ context.Context, _, a string, t telephony.Target) error {
	return d.note("pass on %s %s", a, t.Number)
}
func (d *desk) HangUp(_ context.Context, _, a string) error { return d.note("hang up %s", a) }

// running is a node that runs until the test ends, or is stopped.
type running struct {
	*voice.Service
	desk *desk
	stop func()
}

// start runs a node with a switchboard, nil for one without a phone.
func (w *world) start(d *desk, change func(*voice.Options)) *running {
	w.Helper()
	o := w.options()
	if change != nil {
		change(&o)
	}
	v, err := voice.New(w.system, o)
	require.NoError(w, err)
	if d != nil {
		v.Bind(d)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- v.Run(ctx) }()
	var once sync.Once
	stop := func() { once.Do(func() { cancel(); require.NoError(w, <-ended) }) }
	w.Cleanup(stop)
	require.Eventually(w, func() bool { return w.knows(v.Node()) }, soon, 10*time.Millisecond)
	return &running{v, d, stop}
}

func (w *world) knows(node string) bool {
	_, err := w.client.ServerNode.Get(w.system, node)
	return err == nil
}

// talkOn is an enquiry in talk with an operator, whose call the node has.
func (w *world) talkOn(n *running, a *ent.Account) string {
	w.Helper()
	w.calls++
	id, err := n.Begin(w.Context(), telephony.NewCall{
		ID: fmt.Sprintf("call-%d", w.calls), Node: n.Node(), Caller: "+79150000001", Called: "+78006000000", At: w.clock.Now(),
	})
	require.NoError(w, err)
	n.desk.up(id)
	_, err = n.Enqueue(w.Context(), id, telephony.Wish{Line: 1})
	require.NoError(w, err)
	o := w.talk(id)
	require.Equal(w, a.ID, o.AccountID)
	return id
}

func newDesk() *desk { return &desk{board: newBoard(), trickle: make(chan string, 8)} }

func TestControlsReachTheNodeThatHasTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	owner, asked := w.start(newDesk(), nil), w.start(newDesk(), nil)
	id := w.talkOn(owner, a)
	owner.desk.legs = []telephony.LegView{{ID: "leg-1", Role: "operator", AccountID: a.ID, Up: true}}
	ctx := acting(a)
	boss := viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "acc_boss", Grants: []viewer.Grant{{Role: viewer.Supervisor}},
	})
	of := func(_ *ent.Interaction, err error) error { return err }
	for name, step := range map[string]struct {
		do   func() error
		want string
	}{
		"mute":   {func() error { return asked.Mute(ctx, id, true) }, "mute " + a.ID + " true"},
		"keys":   {func() error { return of(asked.Keys(ctx, id, "12#")) }, "keys " + a.ID + " 12#"},
		"pause":  {func() error { return of(asked.PauseRecording(ctx, id, time.Minute)) }, "pause " + a.ID + " for 1m0s"},
		"resume": {func() error { return of(asked.ResumeRecording(ctx, id)) }, "resume " + a.ID},
		"consult": {
			func() error { return of(asked.Consult(ctx, id, voice.Party{Number: "+74950000000"})) },
			"consult " + a.ID + " +74950000000",
		},
		"complete":   {func() error { return of(asked.CompleteConsult(ctx, id)) }, "complete " + a.ID},
		"cancel":     {func() error { return of(asked.CancelConsult(ctx, id)) }, "cancel " + a.ID},
		"conference": {func() error { return of(asked.Conference(ctx, id)) }, "conference " + a.ID},
		"pass on":    {func() error { return of(asked.PassOn(ctx, id, "+74950000000")) }, "pass on " + a.ID + " +74950000000"},
		"hang up":    {func() error { return of(asked.HangUp(ctx, id)) }, "hang up " + a.ID},
		"supervise":  {func() error { return of(asked.Supervise(boss, id, telephony.Whisper)) }, "supervise acc_boss WHISPER"},
		"leave":      {func() error { return of(asked.StopSupervising(boss, id)) }, "leave acc_boss"},
		"candidate":  {func() error { return asked.AddCandidate(ctx, id, "leg-1", "candidate:7") }, "candidate leg-1 candidate:7"},
	} {
		require.NoError(t, step.do(), name)
		require.Equal(t, step.want, owner.desk.done(), name)
	}
	require.Empty(t, asked.desk.done(), "the node that was asked has no call")
	require.Equal(t, fail.NotFound, fail.CodeOf(asked.AddCandidate(ctx, id, "leg-2", "candidate:7")), "a leg of somebody else")
	owner.desk.refuses = fail.Field("digits", fail.Invalid, "no keys now")
	_, err := asked.Keys(ctx, id, "1")
	require.Equal(t, &fail.Error{Code: fail.Invalid, Field: "digits", Message: "no keys now"}, err, "a refusal arrives as it was")
	require.Zero(t, w.client.NodeCommand.Query().CountX(w.system), "nothing said between nodes stays")
}

func TestABrowserJoinsOverAnotherNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	owner, asked := w.start(newDesk(), nil), w.start(nil, nil)
	id := w.talkOn(owner, a)
	joined, err := asked.Join(acting(a), id, "v=0")
	require.NoError(t, err)
	require.Equal(t, "leg-1", joined.LegID)
	require.Equal(t, "answer to v=0", joined.Answer)
	owner.desk.trickle <- "candidate:1"
	owner.desk.trickle <- "candidate:2"
	_, err = asked.Candidates(acting(w.operator("boris", w.line1)), id, "leg-1")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "somebody else's leg")
	found, err := asked.Candidates(acting(a), id, "leg-1")
	require.NoError(t, err)
	for _, want := range []string{"candidate:1", "candidate:2"} {
		got, more := found.Next(t.Context())
		require.True(t, more)
		require.Equal(t, want, got)
	}
	owner.desk.trickle <- "candidate:3"
	close(owner.desk.trickle)
	got, more := found.Next(t.Context())
	require.True(t, more)
	require.Equal(t, "candidate:3", got)
	_, more = found.Next(t.Context())
	require.False(t, more)
	_, err = asked.Candidates(acting(a), id, "leg-1")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "they are given once")
}

func TestANodeThatIsGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	owner, asked := w.start(newDesk(), nil), w.start(nil, nil)
	id := w.talkOn(owner, a)
	owner.stop()
	w.db(`UPDATE server_nodes SET stopped_at = NULL, seen_at = clock_timestamp() WHERE id = $1`, owner.Node()) // killed a moment ago
	ctx, cancel := context.WithTimeout(acting(a), 200*time.Millisecond)
	defer cancel()
	_, err := asked.Keys(ctx, id, "1")
	require.Equal(t, fail.Unavailable, fail.CodeOf(err), "it does not answer")
	require.Zero(t, w.client.NodeCommand.Query().CountX(w.system), "and would not do it later either")
	w.db(`UPDATE server_nodes SET seen_at = clock_timestamp() - interval '11 seconds' WHERE id = $1`, owner.Node())
	_, err = asked.Keys(acting(a), id, "1")
	require.Equal(t, fail.Unavailable, fail.CodeOf(err), "it is known to be dead")
	require.Empty(t, owner.desk.done())
}

func TestANodeWithoutAPhoneLetsAnotherDial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	plain := w.start(nil, nil)
	_, err := plain.Dial(acting(a), "+79150000002", "")
	require.Equal(t, fail.Unavailable, fail.CodeOf(err), "nobody has a phone")
	caller := w.start(newDesk(), nil)
	i, err := plain.Dial(acting(a), "+79150000002", "")
	require.NoError(t, err)
	require.Equal(t, 1, caller.desk.count())
	c := w.client.Call.Query().Where(call.InteractionID(i.ID)).OnlyX(w.system)
	require.Equal(t, caller.Node(), c.NodeID, "the call is on the node that dialled")
}

func TestNodesAreListedAndDrained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	drained := make(chan struct{})
	up := []signaling.TrunkStatus{{TrunkID: "trk_1", Up: true, Reason: "SIP/2.0 200 OK"}}
	first := w.start(newDesk(), func(o *voice.Options) {
		o.OnDrain = func() { close(drained) }
		o.TrunkStatus = func() []signaling.TrunkStatus { return up }
	})
	second := w.start(nil, nil)
	id := w.talkOn(first, a)
	admin := viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "acc_admin", Grants: []viewer.Grant{{Role: viewer.Administrator}},
	})
	_, err := second.Nodes(acting(a))
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = second.Drain(acting(a), first.Node())
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	nodes, err := second.Nodes(admin)
	require.NoError(t, err)
	require.Len(t, nodes, 2)
	require.Equal(t, first.Node(), nodes[0].ID)
	require.True(t, nodes[0].Alive && nodes[0].Phone && !nodes[0].Draining && !nodes[1].Phone)
	require.Equal(t, []int{1, 0}, []int{nodes[0].Calls, nodes[1].Calls})

	states, err := second.TrunkStates(admin, "trk_1")
	require.NoError(t, err)
	require.Len(t, states, 1, "only nodes with a phone know trunks")
	require.Equal(t, up[0], states[0].TrunkStatus)
	views := second.Views(admin, map[string][]string{first.Node(): {id, "int_none"}, "nod_none": {"int_2"}})
	require.Len(t, views, 1)
	require.Equal(t, "talk", views[id].Phase)

	_, err = second.Drain(admin, "nod_none")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	node, err := second.Drain(admin, first.Node())
	require.NoError(t, err)
	require.True(t, node.Draining)
	<-drained
	_, err = second.Dial(acting(a), "+79150000002", "")
	require.Equal(t, fail.Unavailable, fail.CodeOf(err), "the only node with a phone takes no new calls")
}
