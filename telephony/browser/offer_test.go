package browser_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
)

// chromeOffer is what Chrome 143 says with a microphone, a camera and a data channel, shortened by codecs and extensions.
const chromeOffer = `v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=extmap-allow-mixed
a=msid-semantic: WMS 5f2a
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:WxYz
a=ice-pwd:0123456789abcdefghijklmn
a=ice-options:trickle
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:5f2a 7c1b
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1234567890 cname:abc
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:WxYz
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:1
a=sendrecv
a=rtcp-mux
a=rtpmap:96 VP8/90000
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:2
a=sctp-port:5000
`

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestAnswerToChrome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.answer(crlf(chromeOffer))
	var answer sdp.SessionDescription
	require.NoError(t, answer.UnmarshalString(d.answer))
	require.Len(t, answer.MediaDescriptions, 3)
	group, _ := answer.Attribute("group")
	require.Equal(t, "BUNDLE 0", group)
	audio := answer.MediaDescriptions[0]
	require.Equal(t, []string{"8", "0", "126"}, audio.MediaName.Formats, "PCMA first, so that the browser speaks it")
	setup, _ := audio.Attribute("setup")
	require.Equal(t, "active", setup)
	for i, mid := range []string{"1", "2"} {
		section := answer.MediaDescriptions[i+1]
		require.Zero(t, section.MediaName.Port.Value, "rejected")
		got, _ := section.Attribute("mid")
		require.Equal(t, mid, got)
	}
}

func TestOffersRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	audio := crlf(chromeOffer[:strings.Index(chromeOffer, "m=video")])
	replace := func(old, fresh string) string {
		require.Contains(t, audio, old)
		return strings.ReplaceAll(audio, old, fresh)
	}
	for name, c := range map[string]struct{ offer, why string }{
		"nothing":             {"", ""},
		"noise":               {"v=0\r\nhello", ""},
		"huge":                {audio + strings.Repeat("a=x\r\n", 8<<10), "bytes"},
		"many sections":       {audio + strings.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", 20), "sections"},
		"no audio":            {replace("m=audio", "m=video"), "no audio"},
		"no G.711":            {replace("111 63 9 0 8 13 110 126", "111 63"), "PCMA"},
		"no fingerprint":      {replace("a=fingerprint:sha-256", "a=x:"), "fingerprint"},
		"a weak fingerprint":  {replace("sha-256 00:11:22", "sha-1 00:11:22"), "SHA-256"},
		"a short fingerprint": {replace("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF", "00:11"), "malformed"},
		"no ufrag":            {replace("a=ice-ufrag:WxYz", "a=x"), "ICE"},
		"an odd password":     {replace("0123456789abcdefghijklmn", "0123456789abcdefghi jk\"mn"), "ICE"},
		"no mid":              {replace("a=mid:0", "a=x"), "mid"},
		"an odd mid":          {replace("a=mid:0", "a=mid:a b"), "mid"},
		"no rtcp-mux":         {replace("a=rtcp-mux", "a=x"), "RTCP"},
		"plain RTP":           {replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "RTP/AVP"},
		"deaf":                {replace("a=sendrecv", "a=sendonly"), "hear"},
		"inactive":            {replace("a=sendrecv", "a=inactive"), "hear"},
		"holdconn":            {replace("a=setup:actpass", "a=setup:holdconn"), "setup"},
		"a broken candidate":  {audio + "a=candidate:1 1 udp x\r\n", "candidate"},
		"many candidates":     {audio + strings.Repeat("a=candidate:1 1 udp 1 127.0.0.1 4444 typ host\r\n", 40), "candidates"},
	} {
		_, err := w.try(c.offer)
		require.ErrorIs(t, err, browser.ErrOffer, name)
		require.ErrorContains(t, err, c.why, name)
	}
	require.Zero(t, w.gateway.Snapshot().Sessions)
	_, err := w.try(audio)
	require.NoError(t, err)
}

func TestOnlyThePathIsRenegotiated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.answer(crlf(chromeOffer))
	fresh := strings.NewReplacer("WxYz", "AbCd", "abcdefghijklmn", "nmlkjihgfedcba").Replace(crlf(chromeOffer))
	restart := func(offer string) error {
		_, err := d.Restart(context.Background(), offer)
		return err
	}
	require.ErrorIs(t, restart(crlf(chromeOffer)), browser.ErrRenegotiation, "nothing new")
	require.ErrorIs(t, restart(strings.Replace(fresh, "a=sendrecv", "a=recvonly", 1)), browser.ErrRenegotiation)
	require.ErrorIs(t, restart(strings.Replace(fresh, "a=mid:0", "a=mid:7", 1)), browser.ErrRenegotiation)
	require.ErrorIs(t, restart(strings.ReplaceAll(fresh, "EE:FF", "EE:00")), browser.ErrRenegotiation)
	require.ErrorIs(t, restart("v=0"), browser.ErrOffer)
	require.NoError(t, restart(fresh))
	require.NoError(t, restart(crlf(chromeOffer)), "and back")
}

// Video and data are rejected, and the call is none the worse for it.
func TestMoreThanSoundOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{extra: func(pc *webrtc.PeerConnection) {
		_, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo,
			webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		require.NoError(t, err)
		_, err = pc.CreateDataChannel("files", nil)
		require.NoError(t, err)
	}})
	d := w.call(p)
	phone := w.phone(d.Media())
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	p.line.say(440)
	phone.line.say(1000)
	requireTone(t, phone.ears, 440)
	requireTone(t, p.ears, 1000)
}
