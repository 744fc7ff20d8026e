package browser

import (
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// track is what the leg says to the browser. pion's own TrackLocalStaticRTP rewrites every packet's type and SSRC; here the
// leg writes them as they were agreed on.
type track struct {
	name   string
	codec  webrtc.RTPCodecCapability
	writer atomic.Pointer[webrtc.TrackLocalWriter]
	header rtp.Header // of the gateway's sender
}

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if codec.MimeType == t.codec.MimeType {
			w := c.WriteStream()
			t.writer.Store(&w)
			return codec, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.writer.Store(nil)
	return nil
}

func (t *track) ID() string                { return "sound" }
func (t *track) RID() string               { return "" }
func (t *track) StreamID() string          { return t.name }
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// send takes one packet of the leg, on the gateway's sender. While there is no path it is dropped: it would be stale.
func (s *Session) send(packet []byte) {
	if !s.flowing.Load() {
		return
	}
	if isControl(packet) {
		if s.peer.WriteRTCP([]rtcp.Packet{(*rtcp.RawPacket)(&packet)}) != nil {
			s.unsent.Add(1)
		}
		return
	}
	w := s.track.writer.Load()
	if w == nil {
		return
	}
	n, err := s.track.header.Unmarshal(packet)
	if err == nil {
		_, err = (*w).WriteRTP(&s.track.header, packet[n:])
	}
	if err != nil {
		s.unsent.Add(1)
	}
}

// isControl tells RTCP from RTP (RFC 5761 §4).
func isControl(b []byte) bool { return len(b) >= 8 && b[1] >= 192 && b[1] <= 223 }
