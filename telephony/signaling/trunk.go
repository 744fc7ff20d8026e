package signaling

import (
	"net/netip"
	"time"

	"ekc/telephony/sdp"
)

// Transport of a trunk or a binding.
type Transport string

// The transports.
const (
	UDP Transport = "UDP"
	TCP Transport = "TCP"
	TLS Transport = "TLS"
)

// Trunk is a line to a carrier. Trunks are values: SetTrunks replaces all of them, and calls that are up keep the one they
// began with.
type Trunk struct {
	// ID is unique and stable; Name is for people.
	ID, Name string
	// Sources are the addresses that identify the carrier's requests.
	Sources []netip.Prefix
	// Proxy is the host or host:port that our requests go to. A name is looked up: A and AAAA, and NAPTR and SRV when no port is given (RFC
	// 3263). Of several servers the next is asked when one fails.
	Proxy string
	// Domain is the host part of the numbers' URIs; empty: the host of Proxy.
	Domain string
	// Transport of our requests. Default UDP.
	Transport Transport
	// User and Password answer the carrier's digest challenges.
	User, Password string
	// InboundUser and InboundPassword, when set, make us challenge the carrier's calls too.
	InboundUser, InboundPassword string
	// Trusted says that P-Asserted-Identity of this carrier is true (RFC 3325).
	Trusted bool
	// Numbers maps between E.164 and what the carrier sends and wants.
	Numbers NumberPlan
	// Codecs in order of preference, and SRTP policy, for the owner of the media. Beside Opus there is always G.711.
	Codecs []sdp.Codec
	SRTP   sdp.Policy
	// SymmetricMedia says that the carrier's gateways send sound from where their descriptions say that they receive it
	// (RFC 4961); for the owner of the media too.
	SymmetricMedia bool
	// SessionExpires asks for a session timer (RFC 4028), 90 s to 24 h; zero: only when the carrier asks.
	SessionExpires time.Duration
	// Reliable asks for reliable provisional answers (RFC 3262) where the carrier supports them.
	Reliable bool
	// KeepAlive is the interval of OPTIONS, at least 5 s; zero: none, and the trunk counts as up.
	KeepAlive time.Duration
}

// TrunkStatus says whether a trunk answers.
type TrunkStatus struct {
	TrunkID string
	Up      bool
	// Reason is the answer's status line or the error, of the last server that said something.
	Reason string
	Since  time.Time
	// RoundTrip is that of the last OPTIONS that was answered; 0: unknown.
	RoundTrip time.Duration
	// Open are the calls of the trunk now. Incoming and Outgoing count INVITEs since the start, Failed those outgoing that ended in 5xx, 408,
	// a time-out or an error of the transport.
	Open                       int
	Incoming, Outgoing, Failed uint64
	// Servers are those that the carrier's name stands for, with what they said to OPTIONS; empty without keep-alive.
	Servers []ServerStatus
}

// ServerStatus says whether one server of a carrier answers.
type ServerStatus struct {
	Address   netip.AddrPort
	Up        bool
	Reason    string
	RoundTrip time.Duration
}

// NumberPlan maps numbers by prefix, the longest match first. Numbers inside EKC are E.164 with the plus sign.
type NumberPlan struct {
	// In maps what the carrier sends to E.164, as {"8" → "+7"}; a number already with "+" that no rule matches stays.
	In []PrefixRule
	// Out maps E.164 to what the carrier wants, as {"+7" → "8"}.
	Out []PrefixRule
}

// PrefixRule replaces a prefix. Length, when set, is the number of characters the whole number must have for it to apply.
type PrefixRule struct {
	Prefix, Replacement string
	Length              int
}
