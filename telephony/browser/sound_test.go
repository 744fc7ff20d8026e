package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/media"
)

const connectedKind = browser.Connected

func TestSoundBothWays(t *testing.T) {
	t.Parallel()
	for name, codecs := range map[string][]string{
		"PCMA": {webrtc.MimeTypePCMA, webrtc.MimeTypePCMU},
		"PCMU": {webrtc.MimeTypePCMU},
		"Opus": {webrtc.MimeTypePCMA, webrtc.MimeTypeOpus},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			p := newPeer(t, persona{codecs: codecs})
			d := w.call(p)
			phone := w.phone(d.Media())
			require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
			p.line.say(440)
			phone.line.say(1000)
			requireTone(t, phone.ears, 440)
			requireTone(t, p.ears, 1000)
			d.heard(media.FirstPacket)

			var s browser.Stats
			require.Eventually(t, func() bool {
				s = d.Stats()
				return s.RoundTrip > 0 && s.Received > 20 && s.Sent > 20
			}, patience, 20*time.Millisecond, "reports go both ways")
			require.Less(t, s.Lost, int64(10), "a busy machine may drop some")
			require.Zero(t, s.Refused)
			require.Less(t, s.RoundTrip, time.Second)
			require.Equal(t, p.cables[0].address(), s.Remote)
			require.Equal(t, s.Remote, s.Address)
			require.Equal(t, "udp", s.Network)
			require.Equal(t, "host", s.LocalType)
		})
	}
}

// G.722 is agreed on when the other end has it, and passes as it is; otherwise not.
func TestWideband(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phoneWith(nil, media.G722)
	w.near = phone.leg
	p := newPeer(t, persona{codecs: []string{webrtc.MimeTypeG722, webrtc.MimeTypePCMA}})
	d := w.call(p)
	require.Contains(t, d.answer, "SAVPF 9 8 126\r\n")
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	p.line.say(440)
	phone.line.say(1000)
	requireTone(t, phone.ears, 440)
	requireTone(t, p.ears, 1000)
	require.Equal(t, uint8(9), (<-phone.ears).PayloadType)
	require.Equal(t, uint8(9), (<-p.ears).PayloadType)
	d.restart(p)
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 5*time.Millisecond)

	for codec, formats := range map[media.Codec]string{media.PCMA: "SAVPF 8 126", media.PCMU: "SAVPF 8 126", media.CodecNone: "SAVPF 8 126"} {
		w.near = nil
		if codec != media.CodecNone {
			w.near = w.phoneWith(nil, codec).leg
		}
		d := w.answer(newPeer(t, persona{codecs: []string{webrtc.MimeTypeG722, webrtc.MimeTypePCMA}}).offer(false))
		require.Contains(t, d.answer, formats+"\r\n")
	}
	w.near = w.phoneWith(nil, media.PCMU).leg
	d = w.answer(newPeer(t, persona{}).offer(false))
	require.Contains(t, d.answer, "SAVPF 0 8 126\r\n", "the law of the other end comes first")
}

// Opus is agreed on, beside G.711, when the other end has it, and passes as it is; otherwise not.
func TestOpus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phoneWith(nil, media.Opus)
	w.near = phone.leg
	p := newPeer(t, persona{codecs: []string{webrtc.MimeTypeOpus, webrtc.MimeTypePCMA, webrtc.MimeTypePCMU}})
	d := w.call(p)
	require.Contains(t, d.answer, "SAVPF 111 8 0 126\r\n")
	require.Contains(t, d.answer, "a=rtpmap:111 opus/48000/2\r\n")
	require.Contains(t, d.answer, "a=fmtp:111 minptime=10;useinbandfec=1\r\n")
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	p.line.say(440)
	phone.line.say(1000)
	requireTone(t, phone.ears, 440)
	requireTone(t, p.ears, 1000)
	require.Equal(t, uint8(111), (<-phone.ears).PayloadType)
	require.Equal(t, uint8(111), (<-p.ears).PayloadType)
	d.restart(p)
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 5*time.Millisecond)
	require.Equal(t, media.Opus, d.Media().Codec())

	offer := newPeer(t, persona{codecs: []string{webrtc.MimeTypeOpus, webrtc.MimeTypePCMA}}).offer(false)
	wide := strings.NewReplacer(" 126\r\n", " 126 110\r\n", "a=rtpmap:126 ", "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 ").Replace(offer)
	require.Contains(t, w.answer(wide).answer, "SAVPF 111 8 126 110\r\n")
	for _, broken := range []string{"opus/48000", "opus/8000/2", "opus"} {
		require.Contains(t, w.answer(strings.Replace(offer, "opus/48000/2", broken, 1)).answer, "SAVPF 8 126\r\n", broken)
	}
	_, err := w.try(newPeer(t, persona{codecs: []string{webrtc.MimeTypeOpus}}).offer(false))
	require.ErrorIs(t, err, browser.ErrOffer, "without G.711 there would be no prompts")
	for codec, formats := range map[media.Codec]string{media.PCMA: "SAVPF 8 126", media.G722: "SAVPF 8 126", media.CodecNone: "SAVPF 8 126"} {
		w.near = nil
		if codec != media.CodecNone {
			w.near = w.phoneWith(nil, codec).leg
		}
		require.Contains(t, w.answer(wide).answer, formats+"\r\n", "events of 48 kHz go with Opus")
	}
}

// The browser hears one stream with the leg's SSRC, whose numbers have no gaps.
func TestOneStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.call(p)
	_, err := d.Media().Play(media.PlayRequest{Clips: []*media.Clip{media.NewClip(make([]int16, 8000))}})
	require.NoError(t, err)
	var last *rtp.Packet
	for range 20 {
		select {
		case packet := <-p.ears:
			require.Equal(t, d.Media().SSRC(), packet.SSRC)
			require.Equal(t, uint8(8), packet.PayloadType)
			if last != nil {
				require.Equal(t, last.SequenceNumber+1, packet.SequenceNumber)
			}
			last = packet
		case <-time.After(patience):
			require.FailNow(t, "the clip was not heard")
		}
	}
}

func TestListener(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{deaf: true})
	d := w.call(p)
	require.Contains(t, d.answer, "a=sendonly")
	phone := w.phone(d.Media())
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	phone.line.say(700)
	requireTone(t, p.ears, 700)
}

func TestDigits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := newPeer(t, persona{})
	d := w.call(p)
	p.line.once(440)
	press(p, 5)
	key := d.heard(media.DTMF)
	require.Equal(t, byte('5'), key.Digit)
	require.False(t, key.Injected)

	require.NoError(t, d.Media().SendDTMF("9", 0, 0))
	deadline := time.After(patience)
	for {
		select {
		case packet := <-p.ears:
			if packet.PayloadType == eventsType {
				require.Equal(t, byte(9), packet.Payload[0])
				return
			}
		case <-deadline:
			require.FailNow(t, "the browser was sent no digit")
		}
	}
}

// press sends a key as RFC 4733 has it, through the track's stream: pion's track would give it the type of sound.
func press(p *peer, key byte) {
	sender := p.pc.GetSenders()[0]
	require.NoError(p.t, sender.ReplaceTrack(nil))
	keys, err := webrtc.NewTrackLocalStaticRTP(
		webrtc.RTPCodecCapability{MimeType: "audio/telephone-event", ClockRate: 8000}, "microphone", "browser")
	require.NoError(p.t, err)
	require.NoError(p.t, sender.ReplaceTrack(keys))
	for i := range 6 {
		end := byte(10)
		if i >= 3 {
			end |= 0x80
		}
		samples := byte(min(i+1, 4))
		require.NoError(p.t, keys.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: i == 0, SequenceNumber: uint16(101 + i), Timestamp: 6000},
			Payload: []byte{key, end, samples >> 1, samples << 7},
		}))
	}
}
