package browser

import (
	"fmt"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// replayWindow is how many packets back one may come late (RFC 3711 §3.3.2).
const replayWindow = 128

// profiles are the ciphers of SRTP, best first: GCM costs least where the processor knows AES (RFC 7714).
var profiles = []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}

// cipher protects the sound of one session. open may be called from any goroutine, seal from one at a time.
type cipher struct {
	mu            sync.Mutex // guards in and header
	in            *srtp.Context
	header        rtp.Header
	controlHeader rtcp.Header

	out        *srtp.Context
	sealHeader rtp.Header
	sealTop    rtcp.Header
}

// newCipher takes the keys from a finished handshake (RFC 5764 §4.2).
func newCipher(c *dtls.Conn, client bool) (*cipher, error) {
	chosen, ok := c.SelectedSRTPProtectionProfile()
	if !ok {
		return nil, fmt.Errorf("no common SRTP cipher")
	}
	state, ok := c.ConnectionState()
	if !ok {
		return nil, fmt.Errorf("no keys after the handshake")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(chosen)}
	if err := config.ExtractSessionKeysFromDTLS(&state, client); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	k := &config.Keys
	in, err := srtp.CreateContext(k.RemoteMasterKey, k.RemoteMasterSalt, config.Profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return nil, fmt.Errorf("keys of the browser: %w", err)
	}
	out, err := srtp.CreateContext(k.LocalMasterKey, k.LocalMasterSalt, config.Profile)
	if err != nil {
		return nil, fmt.Errorf("our keys: %w", err)
	}
	return &cipher{in: in, out: out}, nil
}

// open decrypts a packet where it stands.
func (c *cipher) open(b []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if isControl(b) {
		return c.in.DecryptRTCP(b, b, &c.controlHeader)
	}
	return c.in.DecryptRTP(b, b, &c.header)
}

// seal encrypts a packet into room.
func (c *cipher) seal(room, packet []byte) ([]byte, error) {
	if isControl(packet) {
		return c.out.EncryptRTCP(room, packet, &c.sealTop)
	}
	return c.out.EncryptRTP(room, packet, &c.sealHeader)
}

// isControl tells RTCP from RTP (RFC 5761 §4).
func isControl(b []byte) bool { return len(b) >= 8 && b[1] >= 192 && b[1] <= 223 }
