package signaling

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"io"
	"log/slog"
	"time"

	"ekc/telephony/signaling/guard"
	"ekc/telephony/signaling/transaction"
)

// Config is what an Agent is made of. The zero value of an optional field means the default in its comment.
type Config struct {
	// Listen is the host:port of UDP and TCP (EKC_SIP_ADDR). Port 0 takes a free one.
	Listen string
	// ListenTLS is the host:port of TLS; empty for none. TLS must then hold a certificate.
	ListenTLS string
	// TLS is used for incoming and outgoing TLS connections; nil: outgoing ones trust the system's roots.
	TLS *tls.Config
	// Certificates take the place of TLS: they are read again when their files change.
	Certificates *Certificates
	// External is the host, or host:port, that Via and Contact show when it differs from where we listen.
	External string
	// Realm is the digest realm and the domain of operators' phones. Default "ekc".
	Realm string
	// MD5Only challenges with MD5 alone. By default SHA-256 comes before it, and phones that know it use it (RFC 8760 §2.4);
	// but many phones read the first challenge only, or refuse a response in which one is unknown to them, as baresip 1 does.
	MD5Only bool
	// Product is what User-Agent and Server say. Default "EKC".
	Product string
	// OnCall gets every admitted call. It runs on the agent's goroutine: hand the call over and return.
	OnCall func(*IncomingCall)
	// OnTrunk is told when a trunk with keep-alive goes down or up. It must not block.
	OnTrunk func(TrunkStatus)
	// OnRegistration is told when a phone's device comes, is refreshed or goes. It must not block.
	OnRegistration func(Registration)
	// ServiceNumber says whether an unknown caller may reach the number (digits as in the request); nil: no unknown
	// caller reaches anything.
	ServiceNumber func(number string) bool
	// Accounts are the phones; nil: nobody registers.
	Accounts Accounts
	// NameServers (host:port) are asked for the addresses of carriers; empty: those of resolv.conf.
	NameServers []string
	// Bindings keep registrations; nil: in memory.
	Bindings Bindings
	// Timers are the SIP timers; zero values mean those of RFC 3261.
	Timers transaction.Timers
	// Dialogs bounds the calls at once, those still ringing included. Default 4000. Further ones get 503.
	Dialogs int
	// Guard bounds what one address may do.
	Guard guard.Limits
	// RingTimeout ends an unanswered incoming call with 480. Default 180 s, what RFC 3261 §13.3.1.1 lets proxies assume.
	RingTimeout time.Duration
	// AnswerTimeout is how long the owner may take to answer an offer inside a call before it is refused. Default 5 s.
	AnswerTimeout time.Duration
	// Ping is the interval at which the flows of registered phones are kept open; every third time the phone is asked with
	// OPTIONS, and one that does not answer twice is forgotten. Default 20 s.
	Ping time.Duration
	// MinExpires and MaxExpires bound registrations. Default 60 s and 1 h.
	MinExpires, MaxExpires time.Duration
	// MinSession is the shortest session interval taken (RFC 4028 §4). Default 90 s, the least that the standard allows.
	MinSession time.Duration
	// Now and Random are the clock and the randomness; nil: time.Now and crypto/rand.
	Now    func() time.Time
	Random io.Reader
	// Log gets warnings and errors, without numbers of citizens. Default: discard.
	Log *slog.Logger
}

// Accounts know the phones' passwords.
type Accounts interface {
	// Secret returns the digest secret of a user name, or ErrNoAccount. It may block up to ctx's deadline.
	Secret(ctx context.Context, user string) (Secret, error)
}

// Secret is what digest needs of a password (RFC 8760). Either the password itself or the hashes of "user:realm:password".
type Secret struct {
	Password string
	// HA1MD5 and HA1SHA256 are lower-case hex.
	HA1MD5, HA1SHA256 string
}

// filled gives optional fields their defaults.
func (c Config) filled() Config {
	span := func(value *time.Duration, otherwise time.Duration) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	span(&c.RingTimeout, 180*time.Second)
	span(&c.AnswerTimeout, 5*time.Second)
	span(&c.Ping, 20*time.Second)
	span(&c.MinExpires, time.Minute)
	span(&c.MinSession, 90*time.Second)
	span(&c.MaxExpires, time.Hour)
	c.Timers = c.Timers.Filled()
	if c.Dialogs <= 0 {
		c.Dialogs = 4000
	}
	if c.Realm == "" {
		c.Realm = "ekc"
	}
	if c.Product == "" {
		c.Product = "EKC"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Bindings == nil {
		c.Bindings = NewMemoryBindings()
	}
	return c
}
