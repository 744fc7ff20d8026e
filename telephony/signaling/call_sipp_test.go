package signaling_test

import (
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
