package signaling_test

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/guard"
)

// FuzzAgent sends whatever there is to a whole agent, inside a call that is up: the process lives, and still answers.
func FuzzAgent(f *testing.F) {
	for _, file := range []string{"rfc4475.txt", "rfc5118.txt"} {
		for _, m := range readTorture(f, file) {
			f.Add(m.data)
		}
	}
	agent, err := signaling.New(signaling.Config{
		Listen: "127.0.0.1:0", ServiceNumber: func(string) bool { return true }, Accounts: accounts{"u": "p"},
		Guard:  guard.Limits{Rate: 1e9, Burst: 1e9, TotalRate: 1e9, TotalBurst: 1e9, Strikes: 1e9},
		Timers: fast, RingTimeout: 50 * time.Millisecond,
		OnCall: func(call *signaling.IncomingCall) {
			call.Dialog.Attach(func(signaling.Event) bool { return true })
			if len(call.From.Display)%2 == 0 {
				_ = call.Dialog.Answer([]byte(answerSDP))
			}
		},
	})
	require.NoError(f, err)
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = agent.Close(ctx)
	})
	conn, err := net.Dial("udp", agent.Addr(signaling.UDP).String())
	require.NoError(f, err)
	alive := []byte("OPTIONS sip:ekc SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKalive;rport\r\nFrom: <sip:a@b>;tag=1\r\n" +
		"To: <sip:c@d>\r\nCall-ID: alive\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\r\n")
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 60000 || len(data) == 0 {
			return
		}
		_, err := conn.Write(data)
		require.NoError(t, err)
		buffer := make([]byte, 65536)
		for range 20 {
			_, err = conn.Write(alive)
			require.NoError(t, err)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Second)))
			for {
				n, err := conn.Read(buffer)
				if err != nil {
					break
				}
				if bytes.Contains(buffer[:n], []byte("Call-ID: alive")) {
					return
				}
			}
		}
		require.Fail(t, "the agent does not answer any more")
	})
}
