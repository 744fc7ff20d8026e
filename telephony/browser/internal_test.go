package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/pion/sdp/v3"
	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

func TestStateMachine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from phase
		in   input
		want step
	}{
		{connecting, inUp, step{connected, Connected, stopTimer}},
		{connecting, inPath, step{connecting, 0, keepTimer}},
		{connecting, inSilent, step{connecting, 0, keepTimer}},
		{connecting, inPathEnd, step{ended, Lost, stopTimer}},
		{connecting, inBroken, step{ended, Lost, stopTimer}},
		{connecting, inTimeout, step{ended, Lost, stopTimer}},
		{connecting, inLeft, step{ended, Left, stopTimer}},
		{connecting, inClose, step{ended, Closed, stopTimer}},
		{connected, inUp, step{connected, 0, stopTimer}},
		{connected, inPath, step{moving, 0, startTimer}},
		{connected, inSilent, step{interrupted, Interrupted, startTimer}},
		{connected, inPathEnd, step{interrupted, Interrupted, startTimer}},
		{connected, inBroken, step{ended, Lost, stopTimer}},
		{connected, inLeft, step{ended, Left, stopTimer}},
		{connected, inClose, step{ended, Closed, stopTimer}},
		{moving, inUp, step{connected, 0, stopTimer}},
		{moving, inPath, step{moving, 0, keepTimer}},
		{moving, inSilent, step{interrupted, Interrupted, keepTimer}},
		{moving, inPathEnd, step{interrupted, Interrupted, keepTimer}},
		{moving, inTimeout, step{ended, Lost, stopTimer}},
		{interrupted, inUp, step{connected, Connected, stopTimer}},
		{interrupted, inPath, step{interrupted, 0, keepTimer}},
		{interrupted, inSilent, step{interrupted, 0, keepTimer}},
		{interrupted, inPathEnd, step{interrupted, 0, keepTimer}},
		{interrupted, inTimeout, step{ended, Lost, stopTimer}},
		{interrupted, inClose, step{ended, Closed, stopTimer}},
	} {
		require.Equal(t, c.want, next(c.from, c.in), "%d in %d", c.in, c.from)
	}
	for in := inPath; in <= inClose; in++ {
		require.Equal(t, step{phase: ended}, next(ended, in), "the end is the end")
	}
}

// FuzzOffer looks for offers that break the reading, or whose answer is not one to them.
func FuzzOffer(f *testing.F) {
	f.Add("v=0\r\n")
	f.Add("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 8 0 101\r\na=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\n" +
		"a=ice-pwd:0123456789012345678901\r\na=rtpmap:101 telephone-event/8000\r\n" +
		"a=candidate:1 1 udp 1 127.0.0.1 4444 typ host\r\na=fingerprint:sha-256 " + strings.Repeat("00:", 31) + "00\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOffer(text)
		if err != nil {
			require.ErrorIs(t, err, ErrOffer)
			return
		}
		o.prefer(media.G722)
		written := o.answer(&answerer{ufrag: "abcd", pwd: strings.Repeat("p", 22), fingerprint: "sha-256 00", name: "ekc"})
		var answer sdp.SessionDescription
		require.NoError(t, answer.UnmarshalString(written), "%s", written)
		require.Len(t, answer.MediaDescriptions, len(o.sections))
		c := o.terms.config()
		require.NotEmpty(t, c.Receive)
		if c.SendEvents != 0 { // 0: there are none
			require.NotEqual(t, c.Send.PayloadType, c.SendEvents)
		}
	})
}

// The gathering gets shorter with more packets and longer with fewer, and stays within its bounds.
func TestNextGather(t *testing.T) {
	t.Parallel()
	settle := func(rate float64) (wait time.Duration) {
		wait = mostGather
		for range 200 {
			wait = nextGather(wait, int(rate*wait.Seconds()))
		}
		return wait
	}
	require.Equal(t, mostGather, nextGather(mostGather, 0))
	require.Equal(t, mostGather, settle(500))
	require.InDelta(t, 2e6, settle(16000), 2e5, "32 packets in 2 ms")
	require.Equal(t, leastGather, settle(100000))
	for n := range 2 * inSize {
		for wait := leastGather; wait <= mostGather; wait += 100 * time.Microsecond {
			require.GreaterOrEqual(t, nextGather(wait, n), leastGather)
			require.LessOrEqual(t, nextGather(wait, n), mostGather)
		}
	}
}
