package media

import (
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// replayWindow is the number of packets behind the newest that are still taken (RFC 3711 §3.3.2).
const replayWindow = 128

// cryptor protects one leg's packets (RFC 3711) with the keys of SDES.
type cryptor struct {
	in, out *srtp.Context
	header  rtp.Header // scratch
	control rtcp.Header
}

// newCryptor derives the session keys; nil for nil.
func newCryptor(s *SRTP) (*cryptor, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // no keys, no cryptor
	}
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	if s.Profile == AES128SHA32 {
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	in, err := srtp.CreateContext(s.Inbound[:16], s.Inbound[16:], profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return nil, err
	}
	out, err := srtp.CreateContext(s.Outbound[:16], s.Outbound[16:], profile)
	if err != nil {
		return nil, err
	}
	return &cryptor{in: in, out: out}, nil
}

// open checks and decrypts an RTP packet into buf; nil when it is forged, replayed or broken.
func (c *cryptor) open(buf, packet []byte) []byte {
	plain, err := c.in.DecryptRTP(buf, packet, &c.header)
	if err != nil {
		return nil
	}
	return plain
}

// seal encrypts an RTP packet into buf.
func (c *cryptor) seal(buf, packet []byte) []byte {
	sealed, err := c.out.EncryptRTP(buf, packet, &c.header)
	if err != nil {
		return nil
	}
	return sealed
}

// openControl and sealControl do the same for RTCP.
func (c *cryptor) openControl(buf, packet []byte) []byte {
	plain, err := c.in.DecryptRTCP(buf, packet, &c.control)
	if err != nil {
		return nil
	}
	return plain
}

func (c *cryptor) sealControl(buf, packet []byte) []byte {
	sealed, err := c.out.EncryptRTCP(buf, packet, &c.control)
	if err != nil {
		return nil
	}
	return sealed
}
