package signaling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/wire"
)

// TestUpdateBeforeTheAnswerOfAnIncomingCall is RFC 3311 §5: offers in an early dialog, theirs and ours.
func TestUpdateBeforeTheAnswerOfAnIncomingCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP, "Supported: 100rel", "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE")
	l := c.incoming(t)
	require.ErrorIs(t, l.Reoffer([]byte(holdSDP)), signaling.ErrState, "nothing is described yet")
	require.NoError(t, l.Progress(183, []byte(answerSDP), true))
	first := p.response("INVITE", 183)
	k.follow(first)
	k.send("PRACK", "", "RAck: "+first.Get("RSeq")+" 1 INVITE")
	next[signaling.Acknowledged](t, l)
	p.pass(func(m *wire.Message) bool { return m.CSeqMethod == "PRACK" && m.Status == 200 })

	k.send("UPDATE", holdSDP)
	require.True(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.Equal(t, answerSDP, string(p.response("UPDATE", 200).Body))

	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	update := p.request("UPDATE")
	require.Equal(t, holdSDP, string(update.Body))
	k.send("UPDATE", offerSDP) // both at once
	p.response("UPDATE", 491)
	p.reply(update, 200, answerSDP)
	require.Equal(t, 200, next[signaling.Reanswered](t, l).Code)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	p.response("INVITE", 200)
	k.ack(1, "")
	next[signaling.Confirmed](t, l)
}

func TestUpdateBeforeTheAnswerOfOurCall(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.reply(invite, 183, answerSDP, "Require: 100rel", "RSeq: 7", "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE")
	next[signaling.Progress](t, l)
	prack := p.request("PRACK")
	require.Equal(t, "7 "+invite.Get("CSeq"), prack.Get("RAck"))
	p.reply(prack, 200, "")
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	update := p.request("UPDATE")
	require.Equal(t, "peer", update.To.Tag(), "inside the early dialog")
	p.reply(update, 200, answerSDP)
	require.Equal(t, 200, next[signaling.Reanswered](t, l).Code)

	k := p.newCall() // theirs
	k.callID, k.from, k.to = invite.CallID, "<sip:89161234567@127.0.0.1>;tag=peer", invite.Get("From")
	k.cseq = 500
	k.send("UPDATE", holdSDP)
	require.True(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	p.response("UPDATE", 200)
	p.reply(invite, 200, answerSDP)
	next[signaling.Answered](t, l)
}

func TestThePeerRefreshesTheSession(t *testing.T) {
	t.Parallel()
	c, p := shortSessions(t)
	l := c.dial(t, nil)
	invite := p.request("INVITE")
	p.reply(invite, 200, answerSDP, "Session-Expires: 3;refresher=uas", "Require: timer")
	p.request("ACK")
	next[signaling.Answered](t, l)
	k := p.newCall()
	k.callID, k.from, k.to, k.cseq = invite.CallID, "<sip:89161234567@127.0.0.1>;tag=peer", invite.Get("From"), 500
	k.send("UPDATE", "", "Supported: timer", "Session-Expires: 3;refresher=uac")
	require.Equal(t, "3;refresher=uac", p.response("UPDATE", 200).Get("Session-Expires"))
	k.send("INVITE", offerSDP, "Supported: timer", "Session-Expires: 3;refresher=uac") // or by re-INVITE
	next[signaling.Offered](t, l)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.Equal(t, "3;refresher=uac", p.response("INVITE", 200).Get("Session-Expires"))
	k.ack(k.cseq, "")
	p.request("BYE") // then it refreshes no more
	require.Equal(t, 408, next[signaling.Ended](t, l).Code)
}
