package browser

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// certificateAge is when a new certificate is made; pion's are valid for a month.
const certificateAge = 14 * 24 * time.Hour

// certificates keeps the DTLS certificate of the process: one for all sessions, because making it is dear, but not for ever.
type certificates struct {
	clock func() time.Time

	mu      sync.Mutex
	current *webrtc.Certificate
	made    time.Time
}

func (c *certificates) get() (webrtc.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock()
	if c.current == nil || now.Sub(c.made) > certificateAge {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return webrtc.Certificate{}, fmt.Errorf("browser: key: %w", err)
		}
		fresh, err := webrtc.GenerateCertificate(key)
		if err != nil {
			return webrtc.Certificate{}, fmt.Errorf("browser: certificate: %w", err)
		}
		c.current, c.made = fresh, now
	}
	return *c.current, nil
}
