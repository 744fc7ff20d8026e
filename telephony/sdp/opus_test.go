package sdp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/sdp"
)

func withOpus(e *sdp.Endpoint) {
	e.Codecs, e.WideEventPayload = []sdp.Codec{sdp.Opus(), sdp.PCMA(), sdp.PCMU()}, 110
}

// Opus is taken together with G.711, and both clocks of events; the answer names all of them with the offer's payload types.
func TestOpusIsAnsweredWithG711(t *testing.T) {
	t.Parallel()
	s := session(t, withOpus)
	answer, m, err := s.Answer(body("m=audio 4000 RTP/AVP 107 0 8 97 98", "a=rtpmap:107 OPUS/48000/2", "a=fmtp:107 stereo=1",
		"a=rtpmap:97 telephone-event/8000", "a=rtpmap:98 telephone-event/48000"), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, uint8(107), m.Codec.Payload)
	require.Equal(t, sdp.PCMA(), m.Fallback)
	require.Len(t, m.Receive, 2)
	require.True(t, m.Receive[107].Is(sdp.Opus()))
	require.Equal(t, sdp.PCMA(), m.Receive[8])
	require.Equal(t, [4]uint8{97, 97, 98, 98}, [4]uint8{m.SendEvent, m.ReceiveEvent, m.SendWideEvent, m.ReceiveWideEvent})
	for _, line := range []string{
		"m=audio 20000 RTP/AVP 107 8 97 98", "a=rtpmap:107 opus/48000/2", "a=fmtp:107 minptime=10;useinbandfec=1", "a=rtpmap:8 PCMA/8000",
		"a=rtpmap:97 telephone-event/8000", "a=rtpmap:98 telephone-event/48000",
	} {
		require.Contains(t, string(answer), line+"\r\n")
	}
	offer, err := s.Offer(sdp.SendOnly)
	require.NoError(t, err)
	require.Contains(t, string(offer), "m=audio 20000 RTP/AVP 107 8 0 97 98\r\n", "later offers keep the payload types")
}

// An offer of Opus that we could not speak to otherwise, or that is no Opus, is answered without.
func TestOpusIsNotTakenAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines []string
		want  string // none: refused
	}{
		"alone":                     {[]string{"m=audio 4000 RTP/AVP 111", "a=rtpmap:111 opus/48000/2"}, ""},
		"beside G.722":              {[]string{"m=audio 4000 RTP/AVP 111 9", "a=rtpmap:111 opus/48000/2"}, ""},
		"one channel":               {[]string{"m=audio 4000 RTP/AVP 111 8", "a=rtpmap:111 opus/48000"}, "PCMA"},
		"another clock":             {[]string{"m=audio 4000 RTP/AVP 111 0", "a=rtpmap:111 opus/16000/2"}, "PCMU"},
		"no map":                    {[]string{"m=audio 4000 RTP/AVP 111 8"}, "PCMA"},
		"a map without a format":    {[]string{"m=audio 4000 RTP/AVP 8", "a=rtpmap:111 opus/48000/2"}, "PCMA"},
		"a payload type of PCMA":    {[]string{"m=audio 4000 RTP/AVP 8", "a=rtpmap:8 opus/48000/2"}, ""},
		"a payload type out of all": {[]string{"m=audio 4000 RTP/AVP 300 8", "a=rtpmap:300 opus/48000/2"}, "PCMA"},
		"in place of PCMA":          {[]string{"m=audio 4000 RTP/AVP 8 0", "a=rtpmap:8 opus/48000/2"}, "opus"},
		"mapped twice":              {[]string{"m=audio 4000 RTP/AVP 96 8", "a=rtpmap:96 opus/48000/2", "a=rtpmap:96 telephone-event/48000"}, "PCMA"},
		"many times":                {[]string{"m=audio 4000 RTP/AVP 96 97 96 8", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 opus/48000/2"}, "opus"},
	} {
		s := session(t, withOpus)
		answer, m, err := s.Answer(body(c.lines...), sdp.SendRecv)
		if c.want == "" {
			require.ErrorIs(t, err, sdp.ErrNotAcceptable, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, m.Codec.Name, name)
		require.Equal(t, c.want == "opus", m.Fallback.Name != "", name)
		require.Len(t, m.Receive, map[bool]int{true: 2, false: 1}[c.want == "opus"], name)
		if c.want != "opus" {
			require.NotContains(t, string(answer), "opus", name)
			require.Zero(t, m.SendWideEvent, name)
		}
	}
}

// Events of 48 kHz go with Opus, and with nothing else.
func TestWideEventsGoWithOpus(t *testing.T) {
	t.Parallel()
	_, m, err := session(t, nil).Answer(body("m=audio 4000 RTP/AVP 8 110 101", "a=rtpmap:110 telephone-event/48000",
		"a=rtpmap:101 telephone-event/8000"), sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, uint8(101), m.SendEvent)
	require.Zero(t, m.SendWideEvent)
	offer, err := session(t, func(e *sdp.Endpoint) { e.WideEventPayload = 110 }).Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.NotContains(t, string(offer), "telephone-event/48000")
	s := session(t, withOpus)
	offer, err = s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Contains(t, string(offer), "m=audio 20000 RTP/AVP 111 8 0 101 110\r\n")
	m, err = s.Accept(body("m=audio 4000 RTP/AVP 120 0 99 98", "a=rtpmap:120 opus/48000/2", "a=rtpmap:99 telephone-event/48000", "a=rtpmap:98 telephone-event/8000"))
	require.NoError(t, err)
	require.Equal(t, [4]uint8{98, 101, 99, 110}, [4]uint8{m.SendEvent, m.ReceiveEvent, m.SendWideEvent, m.ReceiveWideEvent})
	require.Equal(t, uint8(120), m.Codec.Payload)
	require.Equal(t, sdp.PCMU(), m.Fallback)
	require.Contains(t, m.Receive, uint8(111))
	require.Contains(t, m.Receive, uint8(0))
}

// A peer that answers with Opus alone is known by the missing fallback; the next offer is without Opus.
func TestOpusIsDropped(t *testing.T) {
	t.Parallel()
	s := session(t, withOpus)
	_, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	m, err := s.Accept(body("m=audio 4000 RTP/AVP 111 101", "a=rtpmap:111 opus/48000/2", "a=rtpmap:101 telephone-event/8000"))
	require.NoError(t, err)
	require.Empty(t, m.Fallback.Name)
	s.Drop(sdp.Opus())
	offer, err := s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Contains(t, string(offer), "m=audio 20000 RTP/AVP 8 0 101\r\n")
	m, err = s.Accept(body("m=audio 4000 RTP/AVP 8"))
	require.NoError(t, err)
	require.Equal(t, "PCMA", m.Codec.Name)
	s.Drop(sdp.PCMA())
	s.Drop(sdp.PCMU())
	offer, err = s.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.Contains(t, string(offer), " 0 101\r\n", "the last codec stays")
}
