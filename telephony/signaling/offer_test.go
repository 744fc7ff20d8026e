package signaling_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/wire"
)

var holdSDP = strings.Replace(offerSDP, "a=sendrecv", "a=sendonly", 1)

func TestPeerHoldsByReinvite(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	invite := k.send("INVITE", holdSDP)
	e := next[signaling.Offered](t, l)
	require.True(t, e.Hold)
	require.Equal(t, holdSDP, string(e.Body))
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	p.response("INVITE", 200)
	p.response("INVITE", 200) // repeated until the ACK comes
	k.ack(k.cseq, "")
	k.invite = invite

	k.send("INVITE", offerSDP)
	require.False(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.RefuseOffer(488))
	p.pass(func(m *wire.Message) bool { return m.CSeq == uint32(k.cseq) && m.Status == 488 })
	k.send("BYE", "")
	p.response("BYE", 200)
	next[signaling.Ended](t, l)
}

func TestReinviteWithoutOffer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.send("INVITE", "")
	require.Nil(t, next[signaling.Offered](t, l).Body)
	require.NoError(t, l.AnswerOffer([]byte(offerSDP)))
	require.Equal(t, offerSDP, string(p.response("INVITE", 200).Body))
	k.ack(k.cseq, answerSDP)
	require.Equal(t, answerSDP, string(next[signaling.Reconfirmed](t, l).Body))
}

func TestPeerUpdates(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.send("UPDATE", holdSDP)
	require.True(t, next[signaling.Offered](t, l).Hold)
	k.send("UPDATE", offerSDP) // before the first is answered
	require.NotEmpty(t, p.response("UPDATE", 500).Get("Retry-After"))
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.Equal(t, answerSDP, string(p.response("UPDATE", 200).Body))
	k.send("UPDATE", "") // a refresh
	require.Empty(t, p.response("UPDATE", 200).Body)
	l.quiet(t)
}

func TestOwnerThatDoesNotAnswerAnOffer(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(config *signaling.Config) {
		config.Timers, config.AnswerTimeout = fast, 50*time.Millisecond
	})
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	k, l := up(t, c, p)
	k.send("UPDATE", offerSDP)
	next[signaling.Offered](t, l)
	p.response("UPDATE", 500)
	require.ErrorIs(t, l.AnswerOffer(nil), signaling.ErrState)
}

func TestReoffer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	invite := p.request("INVITE")
	require.Equal(t, holdSDP, string(invite.Body))
	require.Equal(t, "caller", invite.To.Tag())
	p.reply(invite, 100, "")
	p.reply(invite, 200, answerSDP)
	ack := p.request("ACK")
	require.Equal(t, invite.CSeq, ack.CSeq)
	e := next[signaling.Reanswered](t, l)
	require.Equal(t, 200, e.Code)
	require.Equal(t, answerSDP, string(e.Body))
	p.reply(invite, 200, answerSDP)
	require.Equal(t, "ACK", p.read().Method, "a repeated 2xx is acknowledged again")

	require.NoError(t, l.Reoffer([]byte(offerSDP)))
	second := p.request("INVITE")
	require.Greater(t, second.CSeq, invite.CSeq)
	p.reply(second, 488, "")
	require.Equal(t, 488, next[signaling.Reanswered](t, l).Code)
	l.quiet(t)
	k.send("BYE", "")
	p.response("BYE", 200)
}

func TestGlare(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	first := p.request("INVITE")
	k.send("INVITE", offerSDP) // both at once
	p.response("INVITE", 491)
	p.reply(first, 491, "")
	p.request("ACK")
	again := p.request("INVITE")
	require.Equal(t, holdSDP, string(again.Body))
	require.Greater(t, again.CSeq, first.CSeq)
	p.reply(again, 200, answerSDP)
	require.Equal(t, 200, next[signaling.Reanswered](t, l).Code)
}

func TestReofferWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.send("UPDATE", offerSDP)
	next[signaling.Offered](t, l)
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	p.response("UPDATE", 200)
	p.reply(p.request("INVITE"), 200, answerSDP)
	next[signaling.Reanswered](t, l)
}

func TestPeerThatForgotTheCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	_, l := up(t, c, p)
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	p.reply(p.request("INVITE"), 481, "")
	require.Equal(t, 481, next[signaling.Reanswered](t, l).Code)
	next[signaling.Ended](t, l)
}

func TestDigitsByInfo(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.send("INFO", "Signal= #\r\nDuration=250\r\n", "Content-Type: application/dtmf-relay")
	p.response("INFO", 200)
	require.Equal(t, signaling.Digit{Key: '#', Duration: 250 * time.Millisecond}, next[signaling.Digit](t, l))
	k.send("INFO", "10", "Content-Type: application/dtmf")
	p.response("INFO", 200)
	require.Equal(t, '*', next[signaling.Digit](t, l).Key)
	k.send("INFO", "Signal=X", "Content-Type: application/dtmf-relay")
	p.response("INFO", 400)
	k.send("INFO", "<x/>", "Content-Type: text/xml")
	require.Contains(t, p.response("INFO", 415).Get("Accept"), "application/dtmf-relay")
	require.NoError(t, l.SendDigit('5', 100*time.Millisecond))
	info := p.request("INFO")
	require.Equal(t, "Signal=5\r\nDuration=100\r\n", string(info.Body))
	p.reply(info, 200, "")
	require.Error(t, l.SendDigit('x', 0))
}

func TestSessionTimerIsAgreed(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP, "Supported: timer", "Session-Expires: 60")
	require.Equal(t, "90", p.response("INVITE", 422).Get("Min-SE"))
	k = p.newCall()
	k.begin(offerSDP, "Supported: timer", "Session-Expires: 1800;refresher=uac")
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	m := p.response("INVITE", 200)
	require.Equal(t, "1800;refresher=uac", m.Get("Session-Expires"))
	require.Equal(t, "timer", m.Get("Require"))
	k = p.newCall()
	k.begin(offerSDP, "Session-Expires: 1800") // the caller cannot refresh
	l = c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	m = p.pass(func(m *wire.Message) bool { return m.CallID == k.callID && m.Status == 200 })
	require.Equal(t, "1800;refresher=uas", m.Get("Session-Expires"))
	require.Empty(t, m.Get("Require"))
}

func shortSessions(t *testing.T) (*centre, *peer) {
	t.Helper()
	c := newCentre(t, func(config *signaling.Config) { config.Timers, config.MinSession = fast, time.Second })
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	return c, p
}

func TestSessionIsRefreshed(t *testing.T) {
	t.Parallel()
	c, p := shortSessions(t)
	c.trunk(t, p.address(), func(tr *signaling.Trunk) { tr.SessionExpires = 2 * time.Second })
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	require.Equal(t, "2", invite.Get("Session-Expires"))
	p.reply(invite, 422, "", "Min-SE: 4")
	p.request("ACK")
	invite = p.request("INVITE")
	require.Equal(t, "4", invite.Get("Session-Expires"))
	p.reply(invite, 200, answerSDP, "Session-Expires: 2;refresher=uac", "Allow: INVITE, ACK, BYE")
	p.request("ACK")
	next[signaling.Answered](t, l)
	refresh := p.request("INVITE") // the peer does not know UPDATE
	require.Equal(t, offerSDP, string(refresh.Body))
	require.Equal(t, "4;refresher=uac", refresh.Get("Session-Expires"))
	p.reply(refresh, 200, answerSDP, "Session-Expires: 2;refresher=uac", "Allow: INVITE, ACK, BYE, UPDATE")
	p.request("ACK")
	refresh = p.request("UPDATE")
	require.Empty(t, refresh.Body)
	l.quiet(t)
	p.request("BYE") // the refresh is not answered
	require.True(t, next[signaling.Ended](t, l).Answered)
}

func TestSessionExpires(t *testing.T) {
	t.Parallel()
	c, p := shortSessions(t)
	k, l := up(t, c, p, "Supported: timer", "Session-Expires: 3;refresher=uac")
	k.send("UPDATE", "", "Supported: timer", "Session-Expires: 2;refresher=uac")
	require.Equal(t, "2;refresher=uac", p.response("UPDATE", 200).Get("Session-Expires"))
	p.request("BYE") // the caller does not refresh again
	require.Equal(t, 408, next[signaling.Ended](t, l).Code)
}

func TestRequestsOutOfOrder(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.cseq = 10
	k.send("INFO", "")
	p.response("INFO", 200)
	k.cseq = 3
	k.send("INFO", "")
	p.response("INFO", 500)
	l.quiet(t)
	k.from = strings.Replace(k.from, "tag=caller", "tag=stranger", 1)
	k.cseq = 20
	k.send("BYE", "")
	p.response("BYE", 481)
	l.quiet(t)
}

func TestCarrierMayNotTransfer(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k, l := up(t, c, p)
	k.send("REFER", "", "Refer-To: <sip:premium@example.com>")
	p.response("REFER", 603)
	l.quiet(t)
}
