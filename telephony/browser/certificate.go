package browser

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// How long a certificate is valid, and when a new one is made.
const (
	certificateLife = 30 * 24 * time.Hour
	certificateAge  = certificateLife / 2
)

// certificates keeps the DTLS certificate of the process: one for all sessions, because making it is dear, but not for ever. It is
// signed by itself, as those of browsers are: the fingerprint in the answer vouches for it (RFC 8827 §6.5).
type certificates struct {
	clock func() time.Time

	mu      sync.Mutex
	current tls.Certificate
	made    time.Time
}

func (c *certificates) get() (tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock()
	if c.current.PrivateKey != nil && now.Sub(c.made) < certificateAge {
		return c.current, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("browser: key: %w", err)
	}
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("browser: serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: number, Subject: pkix.Name{CommonName: "WebRTC"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(certificateLife),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("browser: certificate: %w", err)
	}
	c.current, c.made = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, now
	return c.current, nil
}
