package sdp_test

import (
	"crypto/rand"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/sdp"
)

func endpoint() sdp.Endpoint {
	return sdp.Endpoint{
		Address: netip.MustParseAddr("192.0.2.10"), Port: 20000,
		Codecs: []sdp.Codec{sdp.PCMA(), sdp.PCMU()}, EventPayload: 101,
	}
}

func session(t testing.TB, change func(*sdp.Endpoint)) *sdp.Session {
	t.Helper()
	e := endpoint()
	if change != nil {
		change(&e)
	}
	s, err := sdp.NewSession(e, rand.Reader)
	require.NoError(t, err)
	return s
}

// body writes a description of a peer at 198.51.100.7.
func body(lines ...string) []byte {
	all := append([]string{"v=0", "o=- 7 1 IN IP4 198.51.100.7", "s=-", "c=IN IP4 198.51.100.7", "t=0 0"}, lines...)
	return []byte(strings.Join(all, "\r\n") + "\r\n")
}

// version is the session version of a description.
func version(t *testing.T, description []byte) string {
	t.Helper()
	for _, line := range strings.Split(string(description), "\r\n") {
		if rest, ok := strings.CutPrefix(line, "o="); ok {
			return strings.Fields(rest)[2]
		}
	}
	require.Fail(t, "no o=")
	return ""
}

func TestOffer(t *testing.T) {
	t.Parallel()
	offer, err := session(t, func(e *sdp.Endpoint) { e.RTCPPort, e.RTCPMux = 20001, true }).Offer(sdp.SendRecv)
	require.NoError(t, err)
	text := string(offer)
	require.Contains(t, text, "c=IN IP4 192.0.2.10\r\n")
	require.Contains(t, text, "m=audio 20000 RTP/AVP 8 0 101\r\n")
	for _, line := range []string{
		"rtpmap:8 PCMA/8000", "rtpmap:0 PCMU/8000", "rtpmap:101 telephone-event/8000", "fmtp:101 0-16", "ptime:20",
		"rtcp:20001", "rtcp-mux", "sendrecv",
	} {
		require.Contains(t, text, "a="+line+"\r\n")
	}
}

func TestOurPreferenceWithinTheirs(t *testing.T) {
	t.Parallel()
	s := session(t, nil)
	answer, m, err := s.Answer(body("m=audio 4000 RTP/AVP 18 0 8 97", "a=rtpmap:97 telephone-event/8000", "a=ptime:30"), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, sdp.NamePCMA, m.Codec.Name)
	require.Equal(t, map[uint8]sdp.Codec{8: sdp.PCMA()}, m.Receive)
	require.Equal(t, netip.MustParseAddrPort("198.51.100.7:4000"), m.Remote)
	require.Equal(t, netip.MustParseAddrPort("198.51.100.7:4001"), m.RemoteRTCP)
	require.Equal(t, uint8(97), m.SendEvent)
	require.Equal(t, uint8(97), m.ReceiveEvent)
	require.Equal(t, 30, m.PTime)
	require.Contains(t, string(answer), "m=audio 20000 RTP/AVP 8 97\r\n")
	require.False(t, m.Held)
	require.Nil(t, m.SRTP)
}

func TestDynamicPayloadsOfThePeerAreKept(t *testing.T) {
	t.Parallel()
	s := session(t, func(e *sdp.Endpoint) { e.Codecs = []sdp.Codec{sdp.Opus(), sdp.PCMA()} })
	_, m, err := s.Answer(body("m=audio 4000 RTP/AVP 96 8 100", "a=rtpmap:96 opus/48000/2", "a=rtpmap:100 telephone-event/48000"), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, uint8(96), m.Codec.Payload)
	require.Equal(t, uint8(100), m.SendWideEvent)
	require.Zero(t, m.SendEvent)
	offer, err := s.Offer(sdp.SendOnly)
	require.NoError(t, err)
	require.Contains(t, string(offer), "a=rtpmap:96 opus/48000/2")
	require.Contains(t, string(offer), "a=sendonly")
}

func TestNothingInCommon(t *testing.T) {
	t.Parallel()
	for _, offer := range [][]byte{
		body("m=audio 4000 RTP/AVP 18"),
		body("m=video 4000 RTP/AVP 31"),
		body("m=audio 0 RTP/AVP 8"),
		body("m=audio 4000 UDP/TLS/RTP/SAVPF 8"),
		body("m=audio 4000 RTP/SAVP 8"),
		body(),
	} {
		_, _, err := session(t, nil).Answer(offer, sdp.SendRecv)
		require.ErrorIs(t, err, sdp.ErrNotAcceptable)
	}
	for _, offer := range []string{"", "nonsense", "v=0\r\no=x\r\n"} {
		_, _, err := session(t, nil).Answer([]byte(offer), sdp.SendRecv)
		require.ErrorIs(t, err, sdp.ErrMalformed)
	}
}

func TestOtherStreamsAreRefused(t *testing.T) {
	t.Parallel()
	s := session(t, nil)
	answer, _, err := s.Answer(body(
		"a=group:BUNDLE a v", "m=video 5000 RTP/AVP 31", "m=audio 4000 RTP/AVP 8", "m=audio 4002 RTP/AVP 8",
		"m=image 5004 udptl t38",
	), sdp.SendRecv)
	require.NoError(t, err)
	var lines []string
	for _, line := range strings.Split(string(answer), "\r\n") {
		if strings.HasPrefix(line, "m=") {
			lines = append(lines, line)
		}
	}
	want := []string{"m=video 0 RTP/AVP 31", "m=audio 20000 RTP/AVP 8", "m=audio 0 RTP/AVP 8", "m=image 0 udptl t38"}
	require.Equal(t, want, lines)
	require.NotContains(t, string(answer), "BUNDLE")
	offer, err := s.Offer(sdp.Inactive) // a later offer keeps all lines (RFC 3264 §8)
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(string(offer), "m="))
	_, err = s.Accept(body("m=video 0 RTP/AVP 31", "m=audio 4000 RTP/AVP 8", "a=inactive"))
	require.ErrorIs(t, err, sdp.ErrMalformed)
	_, _, err = s.Answer(body("m=audio 4000 RTP/AVP 8"), sdp.SendRecv)
	require.ErrorIs(t, err, sdp.ErrMalformed, "a later offer drops streams")
}

func TestHold(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		lines []string
		held  bool
		ours  sdp.Direction
	}{
		"talk":         {[]string{"m=audio 4000 RTP/AVP 8"}, false, sdp.SendRecv},
		"sendonly":     {[]string{"m=audio 4000 RTP/AVP 8", "a=sendonly"}, true, sdp.RecvOnly},
		"inactive":     {[]string{"a=inactive", "m=audio 4000 RTP/AVP 8"}, true, sdp.Inactive},
		"recvonly":     {[]string{"m=audio 4000 RTP/AVP 8", "a=recvonly"}, false, sdp.SendOnly},
		"null address": {[]string{"m=audio 4000 RTP/AVP 8", "c=IN IP4 0.0.0.0"}, true, sdp.RecvOnly},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, m, err := session(t, nil).Answer(body(c.lines...), sdp.SendRecv)
			require.NoError(t, err)
			require.Equal(t, c.held, m.Held)
			require.Equal(t, c.ours, m.Direction)
			require.Contains(t, string(answer), "a="+c.ours.String()+"\r\n")
			require.Equal(t, c.held, sdp.Holds(body(c.lines...)))
		})
	}
	require.False(t, sdp.Holds([]byte("?")))
}

func TestVersionCountsChangesOnly(t *testing.T) {
	t.Parallel()
	s := session(t, nil)
	first, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	m, err := s.Accept(body("m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"))
	require.NoError(t, err)
	require.Equal(t, sdp.SendRecv, m.Direction)
	same, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, first, same)
	hold, err := s.Offer(sdp.SendOnly)
	require.NoError(t, err)
	require.Equal(t, "1", version(t, first))
	require.Equal(t, "2", version(t, hold))
	m, err = s.Accept(body("m=audio 4000 RTP/AVP 8", "a=sendrecv")) // more than we asked for
	require.NoError(t, err)
	require.Equal(t, sdp.SendOnly, m.Direction)
	s.Move(sdp.Endpoint{Address: netip.MustParseAddr("2001:db8::1"), Port: 30000})
	moved, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Contains(t, string(moved), "c=IN IP6 2001:db8::1\r\n")
	require.Equal(t, "3", version(t, moved))
}

func TestAnswerWithOtherPayload(t *testing.T) {
	t.Parallel()
	s := session(t, func(e *sdp.Endpoint) { e.Codecs = []sdp.Codec{sdp.Opus()} })
	_, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	m, err := s.Accept(body("m=audio 4000 RTP/AVP 120", "a=rtpmap:120 opus/48000/2"))
	require.NoError(t, err)
	require.Equal(t, uint8(120), m.Codec.Payload, "what we send")
	require.Contains(t, m.Receive, uint8(111), "what we said that we receive")
	_, err = s.Accept(body("m=audio 0 RTP/AVP 111"))
	require.ErrorIs(t, err, sdp.ErrNotAcceptable)
	kept, ok := s.Media()
	require.True(t, ok)
	require.Equal(t, m, kept, "a refused change leaves what was agreed")
}

func TestRTCP(t *testing.T) {
	t.Parallel()
	_, m, err := session(t, nil).Answer(body("m=audio 4000 RTP/AVP 8", "a=rtcp:5000 IN IP4 198.51.100.9", "a=rtcp-mux"), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, netip.MustParseAddrPort("198.51.100.9:5000"), m.RemoteRTCP)
	require.False(t, m.RTCPMux, "we do not want it")
	answer, m, err := session(t, func(e *sdp.Endpoint) { e.RTCPMux = true }).Answer(body("m=audio 4000 RTP/AVP 8", "a=rtcp-mux"), sdp.SendRecv)
	require.NoError(t, err)
	require.True(t, m.RTCPMux)
	require.Equal(t, m.Remote, m.RemoteRTCP)
	require.Contains(t, string(answer), "a=rtcp-mux")
}

func TestEncryptionBetweenTwoOfUs(t *testing.T) {
	t.Parallel()
	policies := []sdp.Policy{sdp.Plain, sdp.Optional, sdp.Required}
	for _, offers := range policies {
		for _, answers := range policies {
			a := session(t, func(e *sdp.Endpoint) { e.SRTP = offers })
			b := session(t, func(e *sdp.Endpoint) { e.SRTP = answers })
			offer, err := a.Offer(sdp.SendRecv)
			require.NoError(t, err)
			answer, theirs, err := b.Answer(offer, sdp.SendRecv)
			if (offers == sdp.Plain && answers == sdp.Required) || (offers == sdp.Required && answers == sdp.Plain) {
				require.ErrorIs(t, err, sdp.ErrNotAcceptable)
				continue
			}
			require.NoError(t, err)
			ours, err := a.Accept(answer)
			require.NoError(t, err)
			if offers == sdp.Plain || answers == sdp.Plain {
				require.Nil(t, ours.SRTP)
				require.Nil(t, theirs.SRTP)
				continue
			}
			require.Equal(t, sdp.AES128SHA180, ours.SRTP.Suite)
			require.Equal(t, ours.SRTP.Send, theirs.SRTP.Receive)
			require.Equal(t, ours.SRTP.Receive, theirs.SRTP.Send)
			require.NotEqual(t, ours.SRTP.Send, ours.SRTP.Receive)
			require.Len(t, ours.SRTP.Send, 30)
			again, err := a.Offer(sdp.SendOnly) // a hold keeps the keys
			require.NoError(t, err)
			_, held, err := b.Answer(again, sdp.SendRecv)
			require.NoError(t, err)
			require.Equal(t, theirs.SRTP, held.SRTP)
		}
	}
}

func TestCryptoLines(t *testing.T) {
	t.Parallel()
	const key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
	cases := map[string]bool{
		"1 AES_CM_128_HMAC_SHA1_80 " + key:                        true,
		"1 AES_CM_128_HMAC_SHA1_32 " + key + "|2^20":              true,
		"1 AES_CM_128_HMAC_SHA1_80 " + key + "|2^20|1:4":          false, // master key index
		"1 AES_CM_128_HMAC_SHA1_80 " + key + ";" + key:            false,
		"1 AES_CM_128_HMAC_SHA1_80 " + key + " UNENCRYPTED_SRTCP": false,
		"1 AES_CM_128_HMAC_SHA1_80 " + key + " WSH=128":           true,
		"1 AES_CM_128_HMAC_SHA1_80 inline:short":                  false,
		"1 F8_128_HMAC_SHA1_80 " + key:                            false,
		"x AES_CM_128_HMAC_SHA1_80 " + key:                        false,
	}
	for line, good := range cases {
		_, m, err := session(t, func(e *sdp.Endpoint) { e.SRTP = sdp.Required }).
			Answer(body("m=audio 4000 RTP/SAVP 8", "a=crypto:"+line), sdp.SendRecv)
		if good {
			require.NoError(t, err, line)
			require.NotNil(t, m.SRTP)
		} else {
			require.ErrorIs(t, err, sdp.ErrNotAcceptable, line)
		}
	}
}

// What the owner of the media cannot do is neither offered nor taken.
func TestSuites(t *testing.T) {
	t.Parallel()
	limited := func(e *sdp.Endpoint) {
		e.SRTP, e.Suites = sdp.Required, []sdp.Suite{sdp.AES128SHA180, sdp.AES128SHA132}
	}
	offer, err := session(t, limited).Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(offer), "a=crypto:"))
	require.NotContains(t, string(offer), "GCM")
	full, err := session(t, func(e *sdp.Endpoint) { e.SRTP = sdp.Required }).Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(string(full), "a=crypto:"))

	const gcm = "a=crypto:1 AEAD_AES_128_GCM inline:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYg=="
	const sha = "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
	_, m, err := session(t, limited).Answer(body("m=audio 4000 RTP/SAVP 8", gcm, sha), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, sdp.AES128SHA132, m.SRTP.Suite)
	_, _, err = session(t, limited).Answer(body("m=audio 4000 RTP/SAVP 8", gcm), sdp.SendRecv)
	require.ErrorIs(t, err, sdp.ErrNotAcceptable)
	_, m, err = session(t, func(e *sdp.Endpoint) { e.SRTP = sdp.Required }).
		Answer(body("m=audio 4000 RTP/SAVP 8", gcm), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, sdp.AES128GCM, m.SRTP.Suite)
}

func TestHostNameMeansLearning(t *testing.T) {
	t.Parallel()
	_, m, err := session(t, nil).Answer(body("m=audio 4000 RTP/AVP 8", "c=IN IP4 media.example.com"), sdp.SendRecv)
	require.NoError(t, err)
	require.False(t, m.Remote.IsValid())
}

func TestEndpointIsChecked(t *testing.T) {
	t.Parallel()
	_, err := sdp.NewSession(sdp.Endpoint{}, rand.Reader)
	require.Error(t, err)
}
