package telephony_test

import (
	"bytes"
	"context"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// pipes connects browsers without a network: a pipe of the switchboard's engine to a pipe of the browser's.
type pipes struct {
	t       *testing.T
	engine  *media.Engine // the switchboard's
	browser *peer
	mu      sync.Mutex
	legs    []*pipeLeg
	refuse  error
}

// pipeLeg is both ends of a browser's leg.
type pipeLeg struct {
	near       *media.Leg
	far        *peerCall
	call       telephony.BrowserCall
	hungUp     atomic.Bool
	once       sync.Once
	candidates []string
}

func (l *pipeLeg) Kind() string      { return "browser" }
func (l *pipeLeg) Media() *media.Leg { return l.near }
func (l *pipeLeg) Hangup(signaling.Cause) {
	l.hungUp.Store(true)
	l.once.Do(func() { l.call.Down(false) })
}

func (l *pipeLeg) AddCandidate(c string) error {
	l.candidates = append(l.candidates, c)
	return nil
}

// Restart knows the offers of a page that has moved by their text.
func (l *pipeLeg) Restart(_ context.Context, offer string) (string, error) {
	if offer != "moved" {
		return "", fail.New(fail.Invalid, "no restart")
	}
	l.call.Candidate("late one")
	l.call.Candidate("")
	return "go on", nil
}

func (p *pipes) Connect(_ context.Context, c telephony.BrowserCall) (telephony.Leg, string, error) {
	if p.refuse != nil {
		return nil, "", p.refuse
	}
	l := &pipeLeg{call: c, far: &peerCall{p: p.browser, events: make(chan signaling.Event, 1)}}
	var err error
	l.near, err = p.engine.NewPipe(media.LegOptions{Near: c.Near, Notify: c.Notify}, func(packet []byte) { _ = l.far.media.Deliver(packet) })
	require.NoError(p.t, err)
	l.far.media, err = p.browser.engine.NewPipe(media.LegOptions{}, func(packet []byte) { _ = l.near.Deliver(packet) })
	require.NoError(p.t, err)
	f := media.Format{PayloadType: 8, Codec: media.PCMA}
	for _, leg := range []*media.Leg{l.near, l.far.media} {
		require.NoError(p.t, leg.Configure(media.LegConfig{
			Remote: netip.MustParseAddrPort("127.0.0.1:9"), Receive: []media.Format{f}, Send: f, RTCPMux: true,
		}))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.legs = append(p.legs, l)
	return l, "answer to " + c.Offer, nil
}

func (p *pipes) last() *pipeLeg {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.legs[len(p.legs)-1]
}

// newBrowserWorld has operators' browsers; back is how long one that is gone is waited for.
func newBrowserWorld(t *testing.T, back time.Duration) (*world, *pipes) {
	t.Helper()
	p := &pipes{t: t}
	w := newWorld(t, func(o *telephony.Options) { o.Browsers, p.engine, o.Settings.ReturnTimeout = p, o.Engine, back })
	p.browser = newPeer(t, "127.0.0.1")
	w.peers = append(w.peers, p.browser)
	return w, p
}

// joins connects an account's browser.
func (w *world) joins(p *pipes, account string, hertz float64) *pipeLeg {
	w.t.Helper()
	joined, err := w.sb.Join(context.Background(), w.id(), account, "offer")
	require.NoError(w.t, err)
	require.Equal(w.t, "answer to offer", joined.Answer)
	l := p.last()
	require.NoError(w.t, w.sb.AddCandidate(context.Background(), w.id(), joined.LegID, "candidate"))
	require.Equal(w.t, []string{"candidate"}, l.candidates)
	l.call.Up()
	l.far.speak(hertz)
	return l
}

func TestBrowserPicksUp(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 50*time.Millisecond)
	phone := w.phone("op1")
	citizen := w.queued()
	_, err := w.sb.Join(context.Background(), w.id(), "op1", "offer")
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "nothing is offered yet")
	eventually(t, func() bool { return p.last().hungUp.Load() }, "the leg is left")
	w.centre.offer("O1", "op1")
	ringing := phone.ringing()
	operator := w.joins(p, "op1", operatorTone)
	require.Equal(t, 487, await[signaling.Ended](ringing).Code)
	w.state("ACTIVE")
	citizen.hears(operatorTone)
	operator.far.hears(citizenTone)

	again := w.joins(p, "op1", consultedTone) // the page was loaded again
	citizen.hears(consultedTone)
	require.True(t, operator.hungUp.Load())
	again.far.hears(citizenTone)

	again.once.Do(func() { again.call.Down(false) }) // the network is lost
	w.state("QUEUED")
	citizen.hears(musicTone)
}

func TestPageIsLoadedAgain(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, time.Minute)
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	citizen.hears(operatorTone)
	for _, goodbye := range []bool{true, false} { // said by the page, or not
		operator.once.Do(func() { operator.call.Down(goodbye) })
		citizen.hears(musicTone)
		operator = w.joins(p, "op1", operatorTone)
		citizen.hears(operatorTone)
		operator.far.hears(citizenTone)
	}
	require.Equal(t, "ACTIVE", w.centre.only().state)
	require.Equal(t, uint64(1), w.sb.Metrics().Connected)
	tape := w.tapes.first()
	require.False(t, tape.finished, "one recording over all of it")
}

func TestPageIsClosed(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 50*time.Millisecond)
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	citizen.hears(operatorTone)
	operator.once.Do(func() { operator.call.Down(true) })
	w.state("QUEUED")
	citizen.hears(musicTone)
	w.centre.inOrder(t, "operator lost")
}

func TestBrowserHangsUp(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, time.Minute)
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	w.joins(p, "op1", operatorTone)
	citizen.hears(operatorTone)
	require.NoError(t, w.sb.HangUp(t.Context(), w.id(), "op1"))
	w.state("WRAP_UP")
	eventually(t, func() bool { return w.prompts.heard("Оцените.") }, "no rating")
	citizen.hangUp()
	w.ended(telephony.EndByOperator) // who ended the talk, not who left the rating
}

func TestBrowserRefused(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 50*time.Millisecond)
	w.queued()
	w.centre.offer("O1", "op1")
	p.refuse = fail.New(fail.Invalid, "no offer")
	_, err := w.sb.Join(context.Background(), w.id(), "op1", "")
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	_, err = w.sb.Join(context.Background(), "nobody", "op1", "")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
}

func TestSecureTrunk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.trunk.SRTP = sdp.Required
	require.NoError(t, w.agent.SetTrunks([]signaling.Trunk{w.trunk}))
	plain := w.carrier.invite(serviceNumber, citizenNumber)
	require.Equal(t, 488, await[signaling.Ended](plain).Code)
	w.carrier.srtp = sdp.Required
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("1")
	c.hears(musicTone)
}

// TestNothingIsLeft runs calls that end in several ways and looks for goroutines and legs that stay.
func TestNothingIsLeft(t *testing.T) { // alone, before the parallel ones: it looks at all goroutines
	w := newWorld(t, func(o *telephony.Options) { o.Settings.RateTimeout = -1 })
	for range 3 {
		c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
		c.hangUp()
		cancelled := w.carrier.invite(serviceNumber, citizenNumber)
		cancelled.hangUp()
		await[signaling.Ended](cancelled)
	}
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 && w.agent.Dialogs() == 0 }, "calls stay")
	eventually(t, func() bool {
		stacks := make([]byte, 1<<20)
		return !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("telephony.(*call)"))
	}, "goroutines of calls stay")
	m := w.sb.Metrics()
	require.Zero(t, m.Errands)
	require.Zero(t, m.ErrandsLost)
	require.Zero(t, m.Legs)
}

func TestBrowserIsFasterThanTheEventLog(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 50*time.Millisecond)
	citizen := w.queued()
	done := make(chan error, 1)
	go func() {
		_, err := w.sb.Join(context.Background(), w.id(), "op1", "offer")
		done <- err
	}()
	eventually(t, func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.legs) == 1 }, "no leg")
	p.last().call.Up()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	require.NoError(t, <-done)
	p.last().far.speak(operatorTone)
	citizen.hears(operatorTone)
}

// The operator's network is gone: the citizen hears music, and the operator again when it is back, or the page has moved to another one.
func TestBrowserMoves(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, time.Minute)
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	citizen.hears(operatorTone)
	operator.call.Away(true)
	citizen.hears(musicTone)
	operator.call.Away(false)
	citizen.hears(operatorTone)

	operator.call.Away(true)
	citizen.hears(musicTone)
	before := w.sb.Calls()[0].Legs
	again, err := w.sb.Join(context.Background(), w.id(), "op1", "moved")
	require.NoError(t, err)
	require.Equal(t, "go on", again.Answer)
	require.Equal(t, "late one", <-again.Candidates)
	_, open := <-again.Candidates
	require.False(t, open, "there are no more")
	require.Same(t, operator, p.last(), "the leg is the same one")
	require.Equal(t, before, w.sb.Calls()[0].Legs)
	operator.call.Away(false)
	citizen.hears(operatorTone)
	operator.far.hears(citizenTone)
	require.Equal(t, "ACTIVE", w.centre.only().state)

	_, err = w.sb.Join(context.Background(), w.id(), "op2", "moved") // it is not theirs
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
}

// It does not come back: it has been waited for, so the citizen goes to the head of the queue at once.
func TestBrowserDoesNotComeBack(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, time.Hour)
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	citizen.hears(operatorTone)
	operator.call.Away(true)
	citizen.hears(musicTone)
	operator.once.Do(func() { operator.call.Down(false) })
	w.state("QUEUED")
	w.centre.inOrder(t, "operator lost")
	citizen.hears(musicTone)
}
