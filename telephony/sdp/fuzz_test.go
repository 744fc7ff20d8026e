package sdp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/sdp"
)

// FuzzAnswer: no offer panics, and what we answer is an answer that the one who offered could accept.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(""))
	f.Add(body("m=audio 4000 RTP/AVP 8 0 101", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"))
	f.Add(body("m=video 5000 RTP/AVP 31", "m=audio 4000 RTP/SAVP 8", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"))
	f.Add(body("a=inactive", "m=audio 65535 RTP/AVP 96 8", "c=IN IP6 2001:db8::1", "a=rtpmap:96 opus/48000/2", "a=rtcp:1 IN IP4 1.2.3.4", "a=rtcp-mux"))
	f.Add(body("m=audio 4000 RTP/AVP 8 0 111 110", "a=rtpmap:8 opus/48000/2", "a=rtpmap:111 opus/48000/2", "a=rtpmap:110 telephone-event/48000"))
	f.Add(body("m=audio 4000/2 RTP/AVP 8", "c=IN IP4 224.2.1.1/127/3", "b=AS:64", "k=clear:x", "a=ptime:0"))
	f.Fuzz(func(t *testing.T, offer []byte) {
		s := session(t, func(e *sdp.Endpoint) {
			e.SRTP, e.RTCPMux, e.Codecs = sdp.Optional, true, []sdp.Codec{sdp.Opus(), sdp.PCMA(), sdp.G722(), sdp.PCMU()}
			e.WideEventPayload = 110
		})
		answer, m, err := s.Answer(offer, sdp.SendRecv)
		if err != nil {
			_, agreed := s.Media()
			require.False(t, agreed)
			return
		}
		require.Contains(t, m.Receive, m.Codec.Payload)
		require.Equal(t, m.Codec.Is(sdp.Opus()), m.Fallback.Name != "", "Opus together with G.711")
		if m.Fallback.Name != "" {
			require.Equal(t, m.Fallback, m.Receive[m.Fallback.Payload])
		}
		_, _, err = session(t, nil).Answer(answer, sdp.SendRecv)
		require.NotErrorIs(t, err, sdp.ErrMalformed)
		_, err = s.Offer(sdp.SendOnly)
		require.NoError(t, err)
		sdp.Holds(offer)
	})
}

// FuzzAccept: no answer panics, and a refused one changes nothing.
func FuzzAccept(f *testing.F) {
	f.Add(body("m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"))
	f.Add(body("m=audio 4000 RTP/SAVP 8", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"))
	f.Add(body("m=audio 0 RTP/AVP 8"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		s := session(t, func(e *sdp.Endpoint) { e.SRTP = sdp.Optional })
		_, err := s.Offer(sdp.SendRecv)
		require.NoError(t, err)
		_, err = s.Accept(answer)
		_, agreed := s.Media()
		require.Equal(t, err == nil, agreed)
		_, err = s.Offer(sdp.Inactive)
		require.NoError(t, err)
	})
}
