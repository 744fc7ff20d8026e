package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"

	"ekc/internal/config"
)

// certificatesEvery is how often at most the files of the API's certificates are looked at.
const certificatesEvery = time.Second

// apiCertificates are what the API's TLS rests on, read again when a file changes: a handshake looks, once a second at most. Connections that
// are up keep what they began with. When the new files cannot be used, as while they are being replaced one by one, the ones before stay in
// use, which is logged once for each state of the files.
type apiCertificates struct {
	files config.TLS
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	stamps  map[string]fileStamp
	current *tls.Config
}

// fileStamp tells one state of a file from another; zero for one that is not there.
type fileStamp struct {
	changed time.Time
	size    int64
}

// newAPICertificates reads the files.
func newAPICertificates(files config.TLS, now func() time.Time, log *slog.Logger) (*apiCertificates, error) {
	c := &apiCertificates{files: files, now: now, log: log, looked: now()}
	c.stamps = c.look()
	var err error
	c.current, err = c.read()
	return c, err
}

// read makes the settings of a handshake from the files as they are.
func (c *apiCertificates) read() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(c.files.Cert, c.files.Key)
	if err != nil {
		return nil, fmt.Errorf("EKC_TLS_CERT, EKC_TLS_KEY: %w", err)
	}
	settings := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if c.files.ClientCA != "" {
		if settings.ClientCAs, err = authorities(c.files.ClientCA); err != nil {
			return nil, fmt.Errorf("EKC_TLS_CLIENT_CA: %w", err)
		}
		settings.ClientAuth = tls.VerifyClientCertIfGiven
		settings.SessionTicketsDisabled = true // a resumed session would not ask the authorities of today
	}
	return settings, nil
}

func (c *apiCertificates) look() map[string]fileStamp {
	stamps := map[string]fileStamp{}
	for _, file := range []string{c.files.Cert, c.files.Key, c.files.ClientCA} {
		if info, err := os.Stat(file); file != "" && err == nil {
			stamps[file] = fileStamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// forClient gives a handshake the settings of now.
func (c *apiCertificates) forClient(*tls.ClientHelloInfo) (*tls.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= certificatesEvery {
		c.looked = now
		c.refresh()
	}
	return c.current, nil
}

func (c *apiCertificates) refresh() {
	stamps := c.look()
	if maps.Equal(stamps, c.stamps) {
		return
	}
	c.stamps = stamps
	settings, err := c.read()
	if err != nil {
		c.log.Error("the files of the API's certificates cannot be used; the ones before stay in use", "error", err)
		return
	}
	c.current = settings
	c.log.Info("the certificates of the API are new")
}
