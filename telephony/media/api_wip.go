package media

import (
	"math/rand/v2"
	"net/netip"
	"time"
)

// Engine owns the media threads and the ports.
type Engine struct{}

// New starts the threads.
func New(o Options) (*Engine, error) {
	_, err := o.withDefaults()
	return &Engine{}, err
}

// Close ends all legs and threads and waits for them. Idempotent.
func (e *Engine) Close() error { return nil }

// Snapshot gives the engine's numbers. It waits for each thread's next round.
func (e *Engine) Snapshot() Snapshot { return Snapshot{} }

// NewLeg makes a leg with two UDP ports. Errors: ErrNoPorts, ErrClosed, or what the kernel says.
func (e *Engine) NewLeg(o LegOptions) (*Leg, error) { return nil, ErrClosed }

// NewPipe makes a leg without sockets: send gets every outgoing packet (RTP, and RTCP on the same way; valid only during the
// call; it must not block), and Leg.Deliver takes incoming ones. For legs whose transport lives elsewhere, such as WebRTC.
func (e *Engine) NewPipe(o LegOptions, send func(packet []byte)) (*Leg, error) { return nil, ErrClosed }

// NewConference makes an empty conference.
func (e *Engine) NewConference() (*Conference, error) { return nil, ErrClosed }

// Bridge lets a and b hear each other, and takes both out of what they were in. It waits when one has to change its thread.
func (e *Engine) Bridge(a, b *Leg) error { return ErrClosed }

// Leg is one RTP session with one party.
type Leg struct{}

// LocalRTP is the address for SDP's c= and m= lines. Zero for a pipe.
func (l *Leg) LocalRTP() netip.AddrPort { return netip.AddrPort{} }

// LocalRTCP is the address for a=rtcp.
func (l *Leg) LocalRTCP() netip.AddrPort { return netip.AddrPort{} }

// SSRC is that of the stream to the party, for a=ssrc.
func (l *Leg) SSRC() uint32 { return 0 }

// Configure applies what offer and answer have agreed on; again after every re-INVITE.
func (l *Leg) Configure(c LegConfig) error { return ErrClosed }

// Unbridge ends the leg's bridge or takes it out of its conference.
func (l *Leg) Unbridge() error { return ErrClosed }

// Play plays clips to the party instead of what it would hear.
func (l *Leg) Play(r PlayRequest) (PlayID, error) { return 0, ErrClosed }

// Stop ends all playing; each request gets its PlayFinished.
func (l *Leg) Stop() error { return ErrClosed }

// Mute drops what the party says (not its digits).
func (l *Leg) Mute(on bool) error { return ErrClosed }

// SendDTMF sends digits (0-9 * # A-D) as RFC 4733 events. hold is each digit's length, 40 ms to 5 s, gap the pause after it,
// at least 40 ms; 0: 120 ms and 80 ms. ErrInvalid also when no SendEvents type is configured.
func (l *Leg) SendDTMF(digits string, hold, gap time.Duration) error { return ErrClosed }

// InjectDTMF treats a digit that came by SIP INFO as if the party had sent it by RTP: barge-in, event, forwarding.
func (l *Leg) InjectDTMF(digit byte, hold time.Duration) error { return ErrClosed }

// Record starts a tap of the leg; see Sink.
func (l *Leg) Record(s Sink, o RecordOptions) (*Recording, error) { return nil, ErrClosed }

// Deliver hands an incoming RTP or RTCP packet to a pipe. The bytes are copied. from may be zero.
func (l *Leg) Deliver(packet []byte) error { return ErrClosed }

// Stats gives the leg's numbers; of a closed leg the last ones. It waits for the thread's next round.
func (l *Leg) Stats() LegStats { return LegStats{} }

// Close says RTCP BYE, ends playing and recordings, gives the ports back and returns the last numbers. Idempotent. It waits.
func (l *Leg) Close() LegStats { return LegStats{} }

// Recording is a running tap of a leg.
type Recording struct{}

// Pause writes silence from now on.
func (r *Recording) Pause() {}

// Resume ends a pause.
func (r *Recording) Resume() {}

// Stop ends the recording; the sink gets the rest and Finish.
func (r *Recording) Stop() {}

// Conference mixes up to MaxMembers legs.
type Conference struct{}

// Member is a leg in a conference, and whom it hears.
type Member struct {
	Leg *Leg
	// Hears lists the members whose voice this one gets.
	Hears []*Leg
}

// Arrange makes members, and nobody else, the conference, at one instant. Legs come from wherever they were.
func (c *Conference) Arrange(members ...Member) error { return ErrClosed }

// Close lets everybody go.
func (c *Conference) Close() error { return nil }

// Everyone arranges legs so that all hear each other.
func Everyone(legs ...*Leg) []Member { return nil }

// WithListener adds a supervisor who hears everybody and is heard by nobody.
func WithListener(members []Member, supervisor *Leg) []Member { return nil }

// WithWhisper adds a supervisor who hears everybody and is heard by operator alone.
func WithWhisper(members []Member, supervisor, operator *Leg) []Member { return nil }

// WithBarge adds a supervisor who hears everybody and is heard by everybody.
func WithBarge(members []Member, supervisor *Leg) []Member { return nil }

// chunkPool keeps released chunks.
type chunkPool struct{ free chan *Chunk }

func (p *chunkPool) put(c *Chunk) {
	select {
	case p.free <- c:
	default:
	}
}

func randomUint64() uint64 { return rand.Uint64() } //nolint:gosec // SSRCs must be unlikely to collide, not secret (RFC 3550 §8.1)
