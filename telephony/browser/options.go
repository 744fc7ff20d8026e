package browser

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"ekc/telephony/media"
)

// Limits of one session.
const (
	// MaxOffer is the greatest length of an offer, in bytes; browsers send 3 to 8 KB.
	MaxOffer = 32 << 10
	// MaxCandidates is the greatest number of a browser's ICE candidates between two restarts; those beyond it are refused.
	MaxCandidates = 32
	// MaxCandidate is the greatest length of one candidate's JSON, in bytes.
	MaxCandidate = 1 << 10
)

var (
	// ErrOffer is wrapped by every complaint about an offer; its text says which.
	ErrOffer = errors.New("browser: offer not acceptable")
	// ErrRenegotiation refuses a further offer that changes more than the network path.
	ErrRenegotiation = errors.New("browser: only the network path can be renegotiated")
	// ErrCandidate is wrapped by every complaint about a candidate.
	ErrCandidate = errors.New("browser: candidate not acceptable")
	// ErrFull refuses a session beyond Options.MaxSessions.
	ErrFull = errors.New("browser: too many sessions")
	// ErrClosed is returned by a gateway or session that has ended.
	ErrClosed = errors.New("browser: closed")
)

// Options are the settings of a [Gateway]. The zero value of a field means its default.
type Options struct {
	// Engine has the legs. Required.
	Engine *media.Engine
	// LocalIP is the address to listen on; the unspecified address means all interfaces. Default 127.0.0.1.
	LocalIP netip.Addr
	// Port is the one UDP port of all sessions. Default: any free one.
	Port uint16
	// PortMin and PortMax, both inclusive, give each session a UDP port of its own instead.
	PortMin, PortMax uint16
	// TCPPort also takes ICE over TCP (RFC 6544), for networks that block UDP. Default: no TCP.
	TCPPort uint16
	// PublicIPs are put into candidates instead of the interfaces' addresses, behind a 1:1 NAT.
	PublicIPs []netip.Addr
	// ConnectTimeout is how long a browser may take from its offer to the first sound. Default 20 s.
	ConnectTimeout time.Duration
	// InterruptAfter is the silence on the network, not of the voice, after which a browser counts as interrupted. At least 100 ms;
	// default 3 s. Its third is the interval of the consent checks, which RFC 7675 §5.1 wants below 30 s.
	InterruptAfter time.Duration
	// ReconnectTimeout is how long an interrupted browser is waited for. Default 10 s.
	ReconnectTimeout time.Duration
	// KeepProcs leaves GOMAXPROCS alone; see [media.Options].
	KeepProcs bool
	// MaxSessions bounds the sessions at once. Default 4,000.
	MaxSessions int
	// Logger gets what no caller can be told; pion's own remarks only at debug level, since they contain addresses. Default
	// slog.Default().
	Logger *slog.Logger
	// Clock gives the time of events and the age of the certificate. Default time.Now.
	Clock func() time.Time
}

func (o Options) withDefaults() (Options, error) {
	if !o.LocalIP.IsValid() {
		o.LocalIP = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	o.ConnectTimeout = orDefault(o.ConnectTimeout, 20*time.Second)
	o.InterruptAfter = orDefault(o.InterruptAfter, 3*time.Second)
	o.ReconnectTimeout = orDefault(o.ReconnectTimeout, 10*time.Second)
	if o.MaxSessions == 0 {
		o.MaxSessions = 4000
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	switch {
	case o.Engine == nil:
		return o, errors.New("browser: a gateway needs a media engine")
	case (o.PortMin == 0) != (o.PortMax == 0) || o.PortMax < o.PortMin:
		return o, fmt.Errorf("browser: ports %d-%d", o.PortMin, o.PortMax)
	case o.PortMin != 0 && o.Port != 0:
		return o, errors.New("browser: either one port or a range")
	case o.ConnectTimeout < 0 || o.ReconnectTimeout < 0 || o.InterruptAfter < 100*time.Millisecond:
		return o, fmt.Errorf("browser: timeouts %v, %v, %v", o.ConnectTimeout, o.InterruptAfter, o.ReconnectTimeout)
	case o.MaxSessions < 0:
		return o, fmt.Errorf("browser: %d sessions", o.MaxSessions)
	}
	return o, nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// keepalive is the interval of consent checks.
func (o *Options) keepalive() time.Duration { return min(o.InterruptAfter/3, 2*time.Second) }

// SessionOptions are one browser.
type SessionOptions struct {
	// Name goes into logs and into the RTCP CNAME; no personal data.
	Name string
	// Offer is the browser's session description.
	Offer string
	// Near and Notify are the leg's; see [media.LegOptions].
	Near   *media.Leg
	Notify func(media.Event)
	// MediaTimeout is the leg's; see [media.LegConfig]. A muted browser goes on sending.
	MediaTimeout time.Duration
	// Events takes what happens to the session, in order. It must not block and must not call the session. May be nil.
	Events func(Event)
	// Candidate takes each of our ICE candidates that is not in the answer already, as the JSON of RTCIceCandidateInit, and an empty
	// string when there are no more. It must not block and must not call the session. May be nil.
	Candidate func(candidate string)
}
