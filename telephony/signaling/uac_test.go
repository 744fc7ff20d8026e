package signaling_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/wire"
)

// forked answers as another branch of the callee's side.
func (p *peer) forked(invite *wire.Message, tag string, status int, body string, headers ...string) {
	m := wire.Reply(invite, status, "", tag)
	m.Add("Contact", "<sip:"+tag+"@"+p.address()+">")
	p.add(m, body, headers)
	p.write(m)
}

func TestOutgoingCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, func(r *signaling.CallRequest) {
		r.Display = "ЕКЦ \"8-800\""
		r.Headers = []signaling.Header{{Name: "Call-Info", Value: "<https://example.org>"}}
	})
	invite := p.request("INVITE")
	require.Equal(t, "sip:89161234567@127.0.0.1", invite.RawURI)
	require.Equal(t, "88006000000", invite.From.URI.User)
	require.Equal(t, `ЕКЦ "8-800"`, invite.From.Display)
	require.Equal(t, "<https://example.org>", invite.Get("Call-Info"))
	p.reply(invite, 180, "")
	require.Equal(t, 180, next[signaling.Progress](t, l).Code)
	p.reply(invite, 183, answerSDP)
	require.Equal(t, answerSDP, string(next[signaling.Progress](t, l).Body))
	p.reply(invite, 200, answerSDP)
	ack := p.request("ACK")
	require.Equal(t, invite.CSeq, ack.CSeq)
	require.NotEqual(t, invite.Via.Branch(), ack.Via.Branch())
	require.Equal(t, "sip:peer@"+p.address(), ack.RawURI)
	require.Equal(t, answerSDP, string(next[signaling.Answered](t, l).Body))
	p.reply(invite, 200, answerSDP) // our ACK was lost
	again := p.read()
	require.Equal(t, ack.Bytes(), again.Bytes())
	l.quiet(t)
	require.NoError(t, l.Hangup(signaling.Cause{Q850: 31, Text: "test"}))
	bye := p.request("BYE")
	require.Equal(t, `Q.850;cause=31;text="test"`, bye.Get("Reason"))
	p.reply(bye, 200, "")
	require.Equal(t, signaling.Ended{Code: 200, Reason: "test", Cause: 31, Answered: true}, next[signaling.Ended](t, l))
	eventually(t, func() bool { return c.Dialogs() == 0 }, "the dialog is forgotten")
}

func TestAnonymousCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	c.dial(t, func(r *signaling.CallRequest) { r.Anonymous = true })
	invite := p.request("INVITE")
	require.Equal(t, "anonymous.invalid", invite.From.URI.Host)
	require.Equal(t, "id", invite.Get("Privacy"))
	require.Contains(t, invite.Get("P-Preferred-Identity"), "88006000000")
}

func TestOutgoingRefused(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.reply(invite, 503, "", "Retry-After: 7", `Reason: Q.850;cause=42;text="congestion"`)
	ack := p.request("ACK")
	require.Equal(t, invite.Via.Branch(), ack.Via.Branch())
	p.reply(invite, 503, "") // our ACK was lost
	require.Equal(t, "ACK", p.read().Method)
	require.Equal(t, signaling.Ended{
		Code: 503, Reason: "congestion", ByPeer: true, Cause: 42, RetryAfter: 7 * time.Second,
	}, next[signaling.Ended](t, l))
}

func TestHangupBeforeAnyResponseCancelsAfterIt(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	require.NoError(t, l.Hangup(signaling.Cause{Q850: 16}))
	p.reply(invite, 100, "")
	cancel := p.request("CANCEL")
	require.Equal(t, invite.Via.Branch(), cancel.Via.Branch())
	p.reply(cancel, 200, "")
	p.reply(invite, 487, "")
	p.request("ACK")
	require.Equal(t, 487, next[signaling.Ended](t, l).Code)
}

func TestCancelThatCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.reply(invite, 180, "")
	next[signaling.Progress](t, l)
	require.NoError(t, l.Hangup(signaling.Cause{}))
	cancel := p.request("CANCEL")
	p.reply(invite, 200, answerSDP) // answered in the same moment
	p.reply(cancel, 200, "")
	p.request("ACK")
	p.reply(p.request("BYE"), 200, "")
	end := next[signaling.Ended](t, l)
	require.Equal(t, 487, end.Code)
	require.False(t, end.Answered)
	l.quiet(t)
	eventually(t, func() bool { return c.Dialogs() == 0 }, "the dialog is forgotten")
}

func TestRingTimeout(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, func(r *signaling.CallRequest) { r.RingTimeout = 60 * time.Millisecond })
	invite := p.request("INVITE")
	p.reply(invite, 180, "")
	next[signaling.Progress](t, l)
	cancel := p.request("CANCEL")
	p.reply(cancel, 200, "")
	p.reply(invite, 487, "")
	require.Equal(t, 408, next[signaling.Ended](t, l).Code)
}

func TestNobodyAnswersCancel(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	p.reply(p.request("INVITE"), 180, "")
	next[signaling.Progress](t, l)
	require.NoError(t, l.Hangup(signaling.Cause{}))
	require.Equal(t, 487, next[signaling.Ended](t, l).Code)
}

func TestSilentCarrier(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	p.request("INVITE")
	require.Equal(t, 408, next[signaling.Ended](t, l).Code)
	m := c.Metrics()
	require.Equal(t, uint64(1), m.Timeouts)
	require.GreaterOrEqual(t, m.Retransmitted, uint64(4))
}

func TestCarrierNotListening(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	c.trunk(t, "127.0.0.1:1", func(tr *signaling.Trunk) { tr.Transport = signaling.TCP })
	l := c.dial(t, nil)
	require.Equal(t, 503, next[signaling.Ended](t, l).Code)
}

func TestForkedAnswers(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.forked(invite, "one", 180, "")
	require.Equal(t, "one", next[signaling.Progress](t, l).Fork)
	p.forked(invite, "two", 183, answerSDP)
	require.Equal(t, "two", next[signaling.Progress](t, l).Fork)
	p.forked(invite, "two", 200, answerSDP)
	require.Equal(t, "two", next[signaling.Answered](t, l).Fork)
	require.Equal(t, "two", p.request("ACK").To.Tag())
	p.forked(invite, "one", 200, answerSDP) // the other device was picked up too
	ack := p.request("ACK")
	require.Equal(t, "one", ack.To.Tag())
	bye := p.request("BYE")
	require.Equal(t, "one", bye.To.Tag())
	require.Equal(t, "sip:one@"+p.address(), bye.RawURI)
	p.reply(bye, 200, "")
	l.quiet(t)
	require.NoError(t, l.Hangup(signaling.Cause{}))
	require.Equal(t, "two", p.request("BYE").To.Tag())
}

func TestReliableProvisionalFromCarrier(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	require.True(t, invite.Lists("Supported", "100rel"))
	p.reply(invite, 183, answerSDP, "Require: 100rel", "RSeq: 700")
	prack := p.request("PRACK")
	require.Equal(t, "700 "+invite.Get("CSeq"), prack.Get("RAck"))
	p.reply(prack, 200, "")
	next[signaling.Progress](t, l)
	p.reply(invite, 183, answerSDP, "Require: 100rel", "RSeq: 700") // a repeat
	p.reply(invite, 180, "", "Require: 100rel", "RSeq: 702")        // out of order: not yet
	p.reply(invite, 180, "", "Require: 100rel", "RSeq: 701")
	prack = p.request("PRACK")
	require.True(t, strings.HasPrefix(prack.Get("RAck"), "701 "))
	p.reply(prack, 200, "")
	require.Equal(t, 180, next[signaling.Progress](t, l).Code)
	p.reply(invite, 200, "")
	next[signaling.Answered](t, l)
	l.quiet(t)
}

func TestCarrierAsksForPassword(t *testing.T) {
	t.Parallel()
	for status, challenge := range map[int]string{401: "WWW-Authenticate", 407: "Proxy-Authenticate"} {
		c, p := fastCentre(t)
		c.trunk(t, p.address(), func(tr *signaling.Trunk) { tr.User, tr.Password = "ekc", "secret" })
		l := c.dial(t, nil)
		first := p.request("INVITE")
		p.reply(first, status, "", challenge+`: Digest realm="carrier", nonce="abc", algorithm=SHA-256, qop="auth"`)
		p.request("ACK")
		second := p.request("INVITE")
		require.Greater(t, second.CSeq, first.CSeq)
		require.Equal(t, first.From.Tag(), second.From.Tag())
		answer := second.Get("Authorization") + second.Get("Proxy-Authorization")
		require.Equal(t, status == 407, second.Has("Proxy-Authorization"))
		require.Contains(t, answer, `username="ekc"`)
		require.Contains(t, answer, "algorithm=SHA-256")
		p.reply(second, status, "", challenge+`: Digest realm="carrier", nonce="def", qop="auth"`) // wrong password
		require.Equal(t, status, next[signaling.Ended](t, l).Code)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	first := p.request("INVITE")
	p.reply(first, 302, "", "Contact: <sip:89990000000@"+p.address()+">")
	p.request("ACK")
	second := p.request("INVITE")
	require.Equal(t, "sip:89990000000@"+p.address(), second.RawURI)
	p.reply(second, 302, "", "Contact: <sip:premium@203.0.113.9>")
	end := next[signaling.Ended](t, l)
	require.Equal(t, 302, end.Code, "a redirection away from the carrier is not followed")
}

func TestOfferInTheAnswer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, func(r *signaling.CallRequest) { r.Offer = nil })
	invite := p.request("INVITE")
	require.Empty(t, invite.Body)
	require.False(t, invite.Lists("Supported", "100rel"))
	p.reply(invite, 200, offerSDP)
	e := next[signaling.Answered](t, l)
	require.True(t, e.Offer)
	p.reply(invite, 200, offerSDP) // no ACK yet: the owner must answer first
	require.NoError(t, l.Confirm([]byte(answerSDP)))
	require.Equal(t, answerSDP, string(p.request("ACK").Body))
	require.ErrorIs(t, l.Confirm(nil), signaling.ErrState)
}

func TestRecordRouteIsFollowed(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.reply(invite, 200, answerSDP,
		"Record-Route: <sip:"+p.address()+";lr>, <sip:second.example.com;lr>", "Contact: <sip:far@192.0.2.1>")
	ack := p.request("ACK") // reaches us, the first hop
	require.Equal(t, []string{"<sip:second.example.com;lr>", "<sip:" + p.address() + ";lr>"}, ack.Values("Route"))
	_ = l
}

func TestUnknownTrunk(t *testing.T) {
	t.Parallel()
	c, _ := fastCentre(t)
	_, err := c.Call(signaling.CallRequest{TrunkID: "other", Number: "+7"})
	require.ErrorIs(t, err, signaling.ErrUnknownTrunk)
	require.Error(t, c.SetTrunks([]signaling.Trunk{{ID: "x"}}))
	require.Len(t, c.Trunks(), 1, "a wrong set changes nothing")
}

func TestKeepAliveTellsOfCarriers(t *testing.T) {
	t.Parallel()
	states := make(chan signaling.TrunkStatus, 8)
	c := newCentre(t, func(config *signaling.Config) {
		config.Timers = fast
		config.OnTrunk = func(s signaling.TrunkStatus) { states <- s }
	})
	p := newPeer(t, c)
	keep := func(tr *signaling.Trunk) { tr.KeepAlive = 5 * time.Second }
	c.trunk(t, p.address(), keep)
	require.False(t, (<-states).Up, "nobody answered OPTIONS")
	require.Equal(t, 1, c.Metrics().TrunksDown)
	p.seen = map[string]bool{}
	c.trunk(t, p.address(), keep) // asks at once
	old := ""
	for {
		m := p.read()
		if m.Method == "OPTIONS" && m.CallID != old {
			old = m.CallID
			p.reply(m, 404, "")
		}
		select {
		case s := <-states:
			require.True(t, s.Up, "any answer is a sign of life")
			require.Zero(t, c.Metrics().TrunksDown)
			return
		default:
		}
	}
}

// A centre that reads its trunks again and again still learns that a carrier is gone.
func TestKeepAliveOutlastsTrunksThatStayAsTheyAre(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(config *signaling.Config) { config.Timers = fast })
	p := newPeer(t, c) // which says nothing
	require.Eventually(t, func() bool {
		c.trunk(t, p.address(), func(tr *signaling.Trunk) { tr.KeepAlive = 5 * time.Second })
		return !c.Trunks()[0].Up
	}, patience, 50*time.Millisecond)
}
