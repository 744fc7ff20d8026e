package signaling

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/transaction"
)

func TestWhatEachStateReceives(t *testing.T) {
	t.Parallel()
	states := map[state]string{incoming: "incoming", answering: "answering", outgoing: "outgoing", up: "up", ended: "ended"}
	methods := []string{"INVITE", "UPDATE", "PRACK", "INFO", "BYE", "REFER", "NOTIFY", "OPTIONS"}
	refused := map[string]int{ // everything else is taken
		"incoming INVITE": 500, "incoming REFER": 403, "incoming NOTIFY": 403,
		"answering INVITE": 500,
		"outgoing INVITE":  491, "outgoing PRACK": 403, "outgoing REFER": 403, "outgoing NOTIFY": 403,
		"ended INVITE": 481, "ended UPDATE": 481, "ended PRACK": 481, "ended INFO": 481, "ended REFER": 481,
		"ended NOTIFY": 481, "ended OPTIONS": 481,
	}
	for s, name := range states {
		for _, method := range methods {
			status, ok := receives(s, method)
			want, no := refused[name+" "+method]
			require.Equal(t, !no, ok, name+" "+method)
			if no {
				require.Equal(t, want, status, name+" "+method)
			}
		}
	}
}

func TestNumberPlan(t *testing.T) {
	t.Parallel()
	plan := NumberPlan{
		In: []PrefixRule{
			{Prefix: "8", Replacement: "+7", Length: 11},
			{Prefix: "810", Replacement: "+"},
			{Prefix: "7", Replacement: "+7", Length: 11},
			{Prefix: "", Replacement: "+7495", Length: 7},
		},
		Out: []PrefixRule{{Prefix: "+7", Replacement: "8"}, {Prefix: "+", Replacement: "810"}},
	}
	for sent, number := range map[string]string{
		"89161234567": "+79161234567", "81049301234567": "+49301234567", "79161234567": "+79161234567",
		"1234567": "+74951234567", "+49301234567": "+49301234567", "8-916-123-45-67": "+79161234567", "anna": "anna",
		"89161234567;phone-context=x": "+79161234567", "": "",
	} {
		require.Equal(t, number, plan.Inbound(sent), sent)
	}
	require.Equal(t, "89161234567", plan.Outbound("+7 916 123-45-67"))
	require.Equal(t, "81049301234567", plan.Outbound("+49301234567"))
}

func TestRedirectionStaysInsideTheTrunk(t *testing.T) {
	t.Parallel()
	l := &line{Trunk: Trunk{Proxy: "sip.carrier.example:5060", Domain: "carrier.example"}}
	require.True(t, l.sameTrunk("sip:1@carrier.example"))
	require.True(t, l.sameTrunk("sip:1@SIP.carrier.example"))
	require.False(t, l.sameTrunk("sip:1@192.0.2.1"))
	require.False(t, l.sameTrunk("tel:+7900"))
	require.False(t, l.sameTrunk("sip:1@carrier.example.evil.example"))
}

func TestReplacesField(t *testing.T) {
	t.Parallel()
	require.Equal(t, "sip:a%40b@x", "sip:"+escapeUser("a@b")+"@x")
	r, ok := parseReplaces("id@h;from-tag=f;to-tag=t;early-only")
	require.True(t, ok)
	require.Equal(t, Replaces{CallID: "id@h", FromTag: "f", ToTag: "t", EarlyOnly: true}, r)
	require.Equal(t, "id@h;to-tag=t;from-tag=f;early-only", r.String())
	_, ok = parseReplaces("id;to-tag=t")
	require.False(t, ok)
}

// TestGlareWaits are the times of RFC 3261 §14.1, for the standard's T1.
func TestGlareWaits(t *testing.T) {
	t.Parallel()
	a := &Agent{config: Config{}.filled(), table: transaction.NewTable(transaction.Timers{}, 1)}
	for owner, bounds := range map[bool][2]time.Duration{true: {2100 * time.Millisecond, 4 * time.Second}, false: {0, 2 * time.Second}} {
		d := &Dialog{agent: a, uac: owner}
		seen := map[time.Duration]bool{}
		for range 2000 {
			w := d.glareWait()
			require.GreaterOrEqual(t, w, bounds[0])
			require.LessOrEqual(t, w, bounds[1])
			require.Zero(t, w%(10*time.Millisecond), "in units of 10 ms")
			seen[w] = true
		}
		require.Greater(t, len(seen), 100, "drawn by chance")
	}
}
