package signaling_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
)

func TestSIPpCallerIsAnsweredAndHangsUp(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"u1", "t1"} {
		c := newCentre(t, nil)
		c.trunk(t, "127.0.0.1:5060", nil)
		sipp := startSIPp(t, "uac_answer.xml", c.address(), "-t", transport)
		l := c.incoming(t)
		require.Equal(t, signaling.FromTrunk, l.call.Origin)
		require.Equal(t, "carrier", l.call.TrunkID)
		require.Equal(t, "+79161234567", l.call.From.Number)
		require.Equal(t, "+78006000000", l.call.To.Number)
		require.Equal(t, "Caller", l.call.From.Display)
		require.Contains(t, string(l.call.Offer), "m=audio 30000")
		require.NoError(t, l.Progress(180, nil, false))
		require.NoError(t, l.Answer([]byte(answerSDP)))
		next[signaling.Confirmed](t, l)
		end := next[signaling.Ended](t, l)
		require.Equal(t, signaling.Ended{Code: 200, Reason: "done", ByPeer: true, Cause: 16, Answered: true}, end)
		sipp.succeeds()
		eventually(t, func() bool { return c.Dialogs() == 0 }, "the dialog is forgotten")
	}
}

func TestSIPpCallerGivesUp(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	c.trunk(t, "127.0.0.1:5060", nil)
	sipp := startSIPp(t, "uac_cancel.xml", c.address())
	l := c.incoming(t)
	require.NoError(t, l.Progress(180, nil, false))
	require.Equal(t, 487, next[signaling.Ended](t, l).Code)
	sipp.succeeds()
}

func TestSIPpCallerHolds(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	c.trunk(t, "127.0.0.1:5060", nil)
	sipp := startSIPp(t, "uac_hold.xml", c.address())
	l := c.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	next[signaling.Confirmed](t, l)
	require.True(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.False(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.True(t, next[signaling.Ended](t, l).ByPeer)
	sipp.succeeds()
}

func TestSIPpCallerRequiresReliableAnswers(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	c.trunk(t, "127.0.0.1:5060", nil)
	sipp := startSIPp(t, "uac_prack.xml", c.address())
	l := c.incoming(t)
	require.NoError(t, l.Progress(183, []byte(answerSDP), false))
	next[signaling.Acknowledged](t, l)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	next[signaling.Confirmed](t, l)
	next[signaling.Ended](t, l)
	sipp.succeeds()
}

func TestSIPpPhoneRegistersAndCalls(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(config *signaling.Config) {
		config.Accounts, config.MD5Only = accounts{"operator": "secret"}, true // SIPp reads the first challenge only
	})
	startSIPp(t, "uac_register.xml", c.address()).succeeds()
	require.Equal(t, 1, c.Metrics().Registered)
	sipp := startSIPp(t, "uac_phone.xml", c.address(), "-auth_uri", "101@"+c.address())
	l := c.incoming(t)
	require.Equal(t, "operator", l.call.Account)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	next[signaling.Confirmed](t, l)
	require.NoError(t, l.Hangup(signaling.Cause{}))
	next[signaling.Ended](t, l)
	sipp.succeeds()
}

func TestSIPpCalleeAnswers(t *testing.T) {
	t.Parallel()
	for mode, transport := range map[string]signaling.Transport{"u1": signaling.UDP, "t1": signaling.TCP} {
		c := newCentre(t, nil)
		sipp := startSIPp(t, "uas_answer.xml", "", "-t", mode)
		c.trunk(t, sipp.address(), func(tr *signaling.Trunk) { tr.Transport = transport })
		l := sipp.dialled(c)
		require.Equal(t, 180, next[signaling.Progress](t, l).Code)
		require.Contains(t, string(next[signaling.Answered](t, l).Body), "m=audio 30000")
		require.NoError(t, l.Hangup(signaling.Cause{}))
		require.Equal(t, 200, next[signaling.Ended](t, l).Code)
		sipp.succeeds()
	}
}

func TestSIPpCalleeIsHeldAndHangsUp(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	sipp := startSIPp(t, "uas_hold.xml", "")
	c.trunk(t, sipp.address(), nil)
	l := sipp.dialled(c)
	next[signaling.Answered](t, l)
	require.NoError(t, l.Reoffer([]byte(holdSDP)))
	require.Contains(t, string(next[signaling.Reanswered](t, l).Body), "a=recvonly")
	require.True(t, next[signaling.Ended](t, l).ByPeer)
	sipp.succeeds()
}

func TestSIPpCalleeIsGivenUp(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	sipp := startSIPp(t, "uas_cancelled.xml", "")
	c.trunk(t, sipp.address(), nil)
	l := sipp.dialled(c)
	next[signaling.Progress](t, l)
	require.NoError(t, l.Hangup(signaling.Cause{Q850: 16}))
	require.Equal(t, 487, next[signaling.Ended](t, l).Code)
	sipp.succeeds()
}

// dialled calls SIPp as soon as it listens.
func (s *sippRun) dialled(c *centre) *leg {
	s.t.Helper()
	local := fmt.Sprintf(" 0100007F:%04X ", s.port)
	eventually(s.t, func() bool { // looked up, not tried: a socket of ours on that port would be in SIPp's way
		for _, table := range []string{"/proc/net/udp", "/proc/net/tcp"} {
			sockets, err := os.ReadFile(table)
			require.NoError(s.t, err)
			if strings.Contains(string(sockets), local) {
				return true
			}
		}
		return false
	}, "SIPp listens")
	return c.dial(s.t, nil)
}

// Many calls at once: each has its own events in order, and nothing is left over.
func TestSIPpManyCalls(t *testing.T) {
	t.Parallel()
	const calls = 300
	c := newCentre(t, func(config *signaling.Config) {
		config.OnCall = func(call *signaling.IncomingCall) {
			_ = call.Dialog.Progress(180, nil, false)
			_ = call.Dialog.Answer([]byte(answerSDP))
			call.Dialog.Attach(func(signaling.Event) bool { return true })
		}
	})
	c.trunk(t, "127.0.0.1:5060", nil)
	startSIPp(t, "uac_answer.xml", c.address(), "-m", "300", "-r", "100").succeeds()
	eventually(t, func() bool { return c.Dialogs() == 0 }, "all calls are forgotten")
	m := c.Metrics()
	require.Equal(t, uint64(calls), m.Incoming)
	require.Equal(t, uint64(calls), m.Answered)
	require.Equal(t, uint64(calls), m.Ended)
	require.Zero(t, m.Overflow)
	require.Zero(t, m.Malformed)
	t.Logf("retransmitted %d, repeated %d", m.Retransmitted, m.Repeated)
}
