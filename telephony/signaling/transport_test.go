package signaling_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
)

// sipgoAgent is an independent implementation as the other side.
func sipgoAgent(t *testing.T, more ...sipgo.UserAgentOption) (*sipgo.UserAgent, *sipgo.Client) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(append(more, sipgo.WithUserAgent("peer"), sipgo.WithUserAgentHostname("127.0.0.1"),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet)))...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ua.Close() })
	client, err := sipgo.NewClient(ua, sipgo.WithClientHostname("127.0.0.1"), sipgo.WithClientLogger(quiet))
	require.NoError(t, err)
	return ua, client
}

func TestSipgoCallsOverTCP(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	c.trunk(t, "127.0.0.1:5060", nil)
	ua, client := sipgoAgent(t)
	dialogs := sipgo.NewDialogClientCache(client, sip.ContactHeader{Address: sip.Uri{User: "peer", Host: "127.0.0.1", Port: 5099}})
	_ = ua
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var target sip.Uri
	require.NoError(t, sip.ParseUri("sip:88006000000@"+c.address()+";transport=tcp", &target))
	session, err := dialogs.Invite(ctx, target, []byte(offerSDP), sip.NewHeader("Content-Type", "application/sdp"))
	require.NoError(t, err)
	l := c.incoming(t)
	require.Equal(t, signaling.TCP, l.call.Transport)
	require.NoError(t, l.Progress(180, nil, false))
	require.NoError(t, l.Answer([]byte(answerSDP)))
	require.NoError(t, session.WaitAnswer(ctx, sipgo.AnswerOptions{}))
	require.Equal(t, answerSDP, string(session.InviteResponse.Body()))
	require.NoError(t, session.Ack(ctx))
	next[signaling.Confirmed](t, l)
	require.NoError(t, session.Bye(ctx))
	require.True(t, next[signaling.Ended](t, l).ByPeer)
}

func TestTCPKeepAliveAndLargeMessages(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	conn, err := net.Dial("tcp", c.Addr(signaling.TCP).String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = conn.Write([]byte("\r\n\r\n"))
	require.NoError(t, err)
	pong := make([]byte, 2)
	_, err = io.ReadFull(conn, pong)
	require.NoError(t, err)
	require.Equal(t, "\r\n", string(pong))
	message := "OPTIONS sip:ekc SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKbig\r\nFrom: <sip:a@b>;tag=1\r\n" +
		"To: <sip:c@d>\r\nCall-ID: big\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nX-Long: " + strings.Repeat("y", 20000) +
		"\r\nContent-Length: 0\r\n\r\n"
	for _, part := range []string{message[:10], message[10:9000], message[9000:]} { // in pieces
		_, err = conn.Write([]byte(part))
		require.NoError(t, err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "SIP/2.0 200 OK\r\n", line)
}

func TestStreamWithoutLengthIsRefusedAndClosed(t *testing.T) {
	t.Parallel()
	c := newCentre(t, nil)
	conn, err := net.Dial("tcp", c.Addr(signaling.TCP).String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = conn.Write([]byte("garbage without any sense\r\n\r\n"))
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	require.NoError(t, err, "closed")
}

func TestLargeMessageOverUDP(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	k := p.newCall()
	k.begin(offerSDP, "X-Long: "+strings.Repeat("z", 9000))
	l := c.incoming(t)
	require.Len(t, l.call.Header("x-long"), 9000)
	require.NoError(t, l.Reject(486, "", signaling.Header{Name: "X-Long", Value: strings.Repeat("a", 9000)}))
	require.Len(t, p.response("INVITE", 486).Get("X-Long"), 9000)
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestTwoAgentsOverTLS(t *testing.T) {
	t.Parallel()
	cert := certificate(t)
	parsed, err := x509.ParseCertificate(cert.Certificate[0])
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	secure := func(config *signaling.Config) {
		config.ListenTLS = "127.0.0.1:0"
		config.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	carrier, c := newCentre(t, secure), newCentre(t, secure)
	c.trunk(t, carrier.Addr(signaling.TLS).String(), func(tr *signaling.Trunk) { tr.Transport = signaling.TLS })
	carrier.trunk(t, c.Addr(signaling.TLS).String(), nil)
	l := c.dial(t, nil)
	far := carrier.incoming(t)
	require.Equal(t, signaling.TLS, far.call.Transport)
	require.NoError(t, far.Progress(183, []byte(answerSDP), true))
	next[signaling.Progress](t, l)
	next[signaling.Acknowledged](t, far)
	require.NoError(t, far.Answer([]byte(answerSDP)))
	next[signaling.Answered](t, l)
	next[signaling.Confirmed](t, far)
	require.NoError(t, far.Reoffer([]byte(holdSDP)))
	require.True(t, next[signaling.Offered](t, l).Hold)
	require.NoError(t, l.AnswerOffer([]byte(answerSDP)))
	require.Equal(t, 200, next[signaling.Reanswered](t, far).Code)
	require.NoError(t, l.SendDigit('7', 100*time.Millisecond))
	require.Equal(t, '7', next[signaling.Digit](t, far).Key)
	require.NoError(t, far.Hangup(signaling.Cause{Q850: 16, Text: "bye"}))
	require.Equal(t, "bye", next[signaling.Ended](t, l).Reason)
	eventually(t, func() bool { return c.Dialogs() == 0 && carrier.Dialogs() == 0 }, "both forget the call")
}
