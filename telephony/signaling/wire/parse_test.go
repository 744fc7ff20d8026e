package wire_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/wire"
)

const head = "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;rport\r\nFrom: \"A, B\" <sip:a@b;x=1>;tag=f\r\n" +
	"To: <sip:c@d>\r\nCall-ID: id\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"

func TestParse(t *testing.T) {
	t.Parallel()
	m, err := wire.Parse([]byte("OPTIONS sip:c@d SIP/2.0\r\n" + head + "k: timer, 100REL\r\nSupported: path\r\n\r\n"))
	require.NoError(t, err)
	require.Equal(t, "A, B", m.From.Display)
	require.Equal(t, "f", m.From.Tag())
	require.Equal(t, 5062, m.Via.Port)
	require.Equal(t, []string{"timer", "100REL", "path"}, m.Values("supported"))
	require.True(t, m.Lists("Supported", "100rel"))
}

func TestReply(t *testing.T) {
	t.Parallel()
	m, err := wire.Parse([]byte("OPTIONS sip:c@d SIP/2.0\r\n" + head + "Via: SIP/2.0/TCP next\r\nRecord-Route: <sip:p;lr>\r\n\r\n"))
	require.NoError(t, err)
	m.Received("203.0.113.9", "40000")
	answer := wire.Reply(m, 200, "", "t")
	require.Equal(t, []string{
		"SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;received=203.0.113.9;rport=40000", "SIP/2.0/TCP next",
	}, answer.All("Via"))
	require.Equal(t, "<sip:c@d>;tag=t", answer.Get("To"))
	require.Equal(t, "<sip:p;lr>", answer.Get("Record-Route"))
	require.Empty(t, wire.Reply(m, 404, "", "t").Get("Record-Route"))
	require.Equal(t, "<sip:c@d>", wire.Reply(m, 100, "", "t").Get("To"))
	text := string(answer.Bytes())
	require.True(t, strings.HasPrefix(text, "SIP/2.0 200 OK\r\n"))
	require.True(t, strings.HasSuffix(text, "Content-Length: 0\r\n\r\n"))
}

func TestQuoteLeavesNoWayOut(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`a" <sip:evil>`, "x\r\nVia: y", `\`, "Иванов"} {
		a, err := wire.ParseAddress(wire.Quote(name) + " <sip:a@b>")
		require.NoError(t, err)
		require.Equal(t, strings.NewReplacer("\r", "", "\n", "").Replace(name), a.Display)
		require.Equal(t, "sip:a@b", a.Raw)
	}
}

func TestStreamLimits(t *testing.T) {
	t.Parallel()
	var s wire.Stream
	s.Write([]byte("OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n"))
	data, _, err := s.Next()
	require.ErrorIs(t, err, wire.ErrFraming)
	require.Contains(t, string(data), "OPTIONS")
	s = wire.Stream{}
	s.Write([]byte(strings.Repeat("x", 40<<10)))
	_, _, err = s.Next()
	require.ErrorIs(t, err, wire.ErrTooLong)
	s = wire.Stream{}
	s.Write([]byte("A b SIP/2.0\r\nl: 99999999\r\n\r\n"))
	_, _, err = s.Next()
	require.ErrorIs(t, err, wire.ErrTooLong)
}
