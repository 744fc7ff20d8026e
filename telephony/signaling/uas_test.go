package signaling_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/wire"
)

type signalingConfirmed = signaling.Confirmed

func fastCentre(t *testing.T) (*centre, *peer) {
	t.Helper()
	c := newCentre(t, func(config *signaling.Config) { config.Timers = fast })
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	return c, p
}

func TestCancelWhileRinging(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Progress(180, nil, false))
	ringing := p.response("INVITE", 180)
	k.cancel()
	answered := p.response("CANCEL", 200)
	require.Equal(t, ringing.To.Tag(), answered.To.Tag(), "CANCEL is answered with the INVITE's tag (RFC 3261 §9.2)")
	refusal := p.response("INVITE", 487)
	end := next[signaling.Ended](t, l)
	require.Equal(t, 487, end.Code)
	require.True(t, end.ByPeer)
	require.ErrorIs(t, l.Answer(nil), signaling.ErrState)
	k.refused(refusal)
	require.Zero(t, c.Dialogs())
}

func TestRefusalIsRepeatedUntilAcknowledged(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Reject(486, "", signaling.Header{Name: "Retry-After", Value: "5"}))
	for range 3 {
		require.Equal(t, "5", p.response("INVITE", 486).Get("Retry-After"))
	}
	k.refused(p.response("INVITE", 486))
	eventually(t, func() bool { return c.Metrics().Transactions == 0 }, "the transaction ends")
	require.GreaterOrEqual(t, c.Metrics().Retransmitted, uint64(3))
}

func TestCancelAfterAnswerComesTooLate(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	k.cancel()
	k.follow(p.response("INVITE", 200))
	p.response("CANCEL", 200)
	k.ack(1, "")
	next[signaling.Confirmed](t, l)
	k.send("BYE", "")
	p.response("BYE", 200)
	next[signaling.Ended](t, l)
}

func TestCancelOfNothing(t *testing.T) {
	t.Parallel()
	_, p := fastCentre(t)
	k := p.newCall()
	k.invite = k.make("INVITE", 1, offerSDP)
	k.cancel()
	p.response("CANCEL", 481)
}

func TestLostAckRepeatsAnswer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	for range 3 {
		k.follow(p.response("INVITE", 200))
	}
	l.quiet(t)
	k.ack(1, "")
	next[signaling.Confirmed](t, l)
	k.ack(1, "") // again: absorbed
	require.NoError(t, l.Hangup(signaling.Cause{}))
	bye := p.request("BYE")
	require.Contains(t, bye.Get("Reason"), "cause=16")
	p.reply(bye, 200, "")
	require.Equal(t, 200, next[signaling.Ended](t, l).Code)
	eventually(t, func() bool { return c.Dialogs() == 0 }, "the dialog is forgotten after BYE is answered")
}

func TestNoAckEndsTheCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	end := next[signaling.Ended](t, l)
	require.Equal(t, 408, end.Code)
	require.Equal(t, 100, p.read().Status)
	for m := p.read(); m.Method != "BYE"; m = p.read() {
		require.Equal(t, 200, m.Status)
	}
}

func TestHangupBeforeAckWaitsForIt(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	require.NoError(t, l.Hangup(signaling.Cause{}))
	k.follow(p.response("INVITE", 200))
	l.quiet(t)
	k.ack(1, "")
	p.reply(p.request("BYE"), 200, "")
	next[signaling.Ended](t, l)
}

func TestByeInEveryState(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)

	k := p.newCall() // while ringing
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Progress(180, nil, false))
	k.follow(p.response("INVITE", 180))
	k.send("BYE", "")
	p.response("BYE", 200)
	k.refused(p.response("INVITE", 487))
	require.Equal(t, 200, next[signaling.Ended](t, l).Code)

	k = p.newCall() // between answer and ACK
	k.begin(offerSDP)
	l = c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	k.follow(p.response("INVITE", 200))
	k.send("BYE", "")
	p.response("BYE", 200)
	require.True(t, next[signaling.Ended](t, l).ByPeer)

	k, l = up(t, c, p) // in the call, sent twice
	bye := k.send("BYE", "")
	p.response("BYE", 200)
	p.write(bye)
	p.response("BYE", 200)
	next[signaling.Ended](t, l)

	k.send("BYE", "") // after the end
	p.response("BYE", 481)
	l.quiet(t)
}

func TestRetransmittedInviteIsAbsorbed(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	require.NoError(t, l.Progress(180, nil, false))
	p.response("INVITE", 180)
	p.write(k.invite)
	p.response("INVITE", 180)
	require.Empty(t, c.calls)
	require.Equal(t, uint64(1), c.Metrics().Incoming)
	require.Equal(t, uint64(1), c.Metrics().Repeated)
}

func TestSameRequestByAnotherWayIsALoop(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	c.incoming(t)
	second := k.make("INVITE", 1, offerSDP) // the same call, another branch
	p.write(second)
	p.response("INVITE", 482)
}

func TestTryingWhenTheOwnerTakesTime(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP)
	c.incoming(t)
	m := p.read()
	require.Equal(t, 100, m.Status)
	require.Empty(t, m.To.Tag())
	_ = k
}

func TestTryingGoesOutAtOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c := newCentre(t, func(config *signaling.Config) {
		config.OnCall = func(call *signaling.IncomingCall) {
			<-release // an owner that is slow beyond all measure: only its own call waits
			_ = call.Dialog.Reject(486, "")
		}
	})
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	k := p.newCall()
	k.begin(offerSDP)
	require.Equal(t, 100, p.read().Status)
	close(release)
	k.refused(p.response("INVITE", 486))
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(config *signaling.Config) { config.RingTimeout = 50 * time.Millisecond })
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	k := p.newCall()
	k.begin(offerSDP)
	l := c.incoming(t)
	k.refused(p.response("INVITE", 480))
	require.Equal(t, 480, next[signaling.Ended](t, l).Code)
}

func TestDelayedOffer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin("")
	l := c.incoming(t)
	require.Nil(t, l.call.Offer)
	require.NoError(t, l.Answer([]byte(offerSDP)))
	m := p.response("INVITE", 200)
	require.Equal(t, offerSDP, string(m.Body))
	k.follow(m)
	k.ack(1, answerSDP)
	require.Equal(t, answerSDP, string(next[signaling.Confirmed](t, l).Body))
}

func TestReliableProvisional(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP, "Supported: 100rel")
	l := c.incoming(t)
	require.NoError(t, l.Progress(183, []byte(answerSDP), true))
	require.NoError(t, l.Progress(180, nil, true)) // waits for the first PRACK
	require.NoError(t, l.Answer([]byte(answerSDP)))
	first := p.response("INVITE", 183)
	require.Equal(t, "100rel", first.Get("Require"))
	p.response("INVITE", 183) // repeated, as no PRACK came
	k.follow(first)
	k.send("PRACK", "", "RAck: 99 1 INVITE")
	for m := p.read(); m.CSeqMethod != "PRACK"; m = p.read() {
		require.Equal(t, 183, m.Status, "no final response before the description is acknowledged (RFC 3262 §3)")
	}
	k.send("PRACK", "", "RAck: "+first.Get("RSeq")+" 1 INVITE")
	next[signaling.Acknowledged](t, l)
	p.pass(func(m *wire.Message) bool { return m.CSeqMethod == "PRACK" && m.Status == 200 })
	k.follow(p.response("INVITE", 200))
	k.ack(1, "")
	next[signaling.Confirmed](t, l)
}

func TestReliableProvisionalCarriesOurOffer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin("", "Require: 100rel")
	l := c.incoming(t)
	require.NoError(t, l.Progress(183, []byte(offerSDP), false)) // reliable because the caller requires it
	first := p.response("INVITE", 183)
	k.follow(first)
	k.send("PRACK", answerSDP, "RAck: "+first.Get("RSeq")+" 1 INVITE")
	require.Equal(t, answerSDP, string(next[signaling.Acknowledged](t, l).Body))
	p.response("PRACK", 200)
	require.NoError(t, l.Answer(nil))
	k.follow(p.response("INVITE", 200))
	k.ack(1, "")
	require.Nil(t, next[signaling.Confirmed](t, l).Body)
}

func TestReliableProvisionalNeverAcknowledged(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP, "Supported: 100rel")
	l := c.incoming(t)
	require.NoError(t, l.Progress(183, []byte(answerSDP), true))
	require.Equal(t, 504, next[signaling.Ended](t, l).Code)
	_ = p
}

func TestAttachDeliversWhatCameBefore(t *testing.T) {
	t.Parallel()
	ready := make(chan *signaling.IncomingCall, 1)
	c := newCentre(t, func(config *signaling.Config) {
		config.OnCall = func(call *signaling.IncomingCall) { ready <- call }
	})
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	k := p.newCall()
	k.begin(offerSDP)
	incoming := <-ready
	k.cancel()
	<-incoming.Dialog.Done()
	l := newLeg()
	incoming.Dialog.Attach(l.sink)
	require.Equal(t, 487, next[signaling.Ended](t, l).Code)
}

func TestOwnerThatDoesNotReadLosesTheCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	for range cap(l.events) + 1 {
		k.send("INFO", "5", "Content-Type: application/dtmf")
		p.response("INFO", 200)
	}
	p.request("BYE")
	<-l.Done()
	require.Equal(t, uint64(1), c.Metrics().Unread)
}

func TestDrain(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	drained := make(chan error, 1)
	go func() { drained <- c.Drain(context.Background()) }()
	other := newPeer(t, c)
	eventually(t, func() bool {
		o := other.newCall()
		o.write(o.make("OPTIONS", 1, ""))
		m := other.read()
		return m.Status == 503 && m.Get("Retry-After") != ""
	}, "OPTIONS says that we drain")
	o := other.newCall()
	o.begin(offerSDP)
	require.NotEmpty(t, other.response("INVITE", 503).Get("Retry-After"))
	_, err := c.Call(signaling.CallRequest{TrunkID: "carrier", Number: "+79160000000"})
	require.ErrorIs(t, err, signaling.ErrDraining)
	require.Empty(t, drained)
	k.send("BYE", "")
	p.response("BYE", 200)
	next[signaling.Ended](t, l)
	require.NoError(t, <-drained)
}

func TestCloseHangsUp(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	_, l := up(t, c, p)
	k := p.newCall()
	k.begin(offerSDP)
	ringing := c.incoming(t)
	closed := make(chan error, 1)
	go func() { closed <- c.Close(context.Background()) }()
	bye, refused := false, false
	for !bye || !refused {
		m := p.read()
		switch {
		case m.Method == "BYE":
			bye = true
			p.reply(m, 200, "")
		case m.Status == 503:
			refused = true
		}
	}
	next[signaling.Ended](t, l)
	next[signaling.Ended](t, ringing)
	require.NoError(t, <-closed)
	require.NoError(t, c.Close(context.Background()))
}
