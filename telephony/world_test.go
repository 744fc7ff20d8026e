package telephony_test

import (
	"context"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
	"ekc/telephony/signaling"
)

// patience bounds every wait of a test.
const patience = 60 * time.Second

// The tones of the parties, in hertz; they are no harmonics of each other.
const (
	citizenTone    = 440.0
	operatorTone   = 1010.0
	consultedTone  = 1370.0
	supervisorTone = 1730.0
	musicTone      = 2310.0
	promptTone     = 2890.0
)

var nextPorts atomic.Uint32

func newEngine(t *testing.T) *media.Engine {
	t.Helper()
	const first, span, spans = 40000, 60, 400
	low := uint16(first + span*(nextPorts.Add(1)%spans))
	e, err := media.New(media.Options{PortMin: low, PortMax: low + span - 1, Threads: 1, KeepProcs: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

// world is a switchboard with its centre, a carrier and phones, over real SIP and RTP on the loopback.
type world struct {
	t       *testing.T
	centre  *memoryCentre
	sb      *telephony.Switchboard
	agent   *signaling.Agent
	carrier *peer
	trunk   signaling.Trunk
	peers   []*peer
	tapes   *memoryTapes
	prompts *tonePrompts
	mu      sync.Mutex
	phones  map[string][]signaling.Binding
}

func newWorld(t *testing.T, change func(*telephony.Options)) *world {
	t.Helper()
	w := &world{
		t: t, centre: newMemoryCentre(), prompts: newTonePrompts(), phones: map[string][]signaling.Binding{},
	}
	w.tapes = &memoryTapes{centre: w.centre}
	w.carrier = newPeer(t, "127.0.0.2")
	w.peers = append(w.peers, w.carrier)
	trunk := signaling.Trunk{
		ID: "carrier", Name: "Carrier", Proxy: w.carrier.address(), Trusted: true,
		Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
	}
	o := telephony.Options{
		Centre: w.centre, Engine: newEngine(t), Prompts: w.prompts, Tapes: w.tapes, Node: "test",
		Phones: func(_ context.Context, account string) ([]signaling.Binding, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.phones[account], nil
		},
		Trunk:  func(id string) (signaling.Trunk, bool) { return w.trunk, id == "" || id == w.trunk.ID },
		Logger: testLogger(t),
	}
	if change != nil {
		change(&o)
	}
	sb, err := telephony.New(o)
	require.NoError(t, err)
	w.sb = sb
	w.trunk = trunk
	w.restartAgent(false)
	w.centre.follow = sb.Follow
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, sb.Close(ctx))
		for _, p := range w.peers {
			p.close()
		}
		_ = w.agent.Close(ctx)
	})
	return w
}

// restartAgent makes the switchboard's user agent, with accounts or without.
func (w *world) restartAgent(phones bool) {
	w.t.Helper()
	c := signaling.Config{Listen: "127.0.0.1:0", OnCall: w.sb.Incoming, ServiceNumber: func(string) bool { return true }}
	if phones {
		c.Accounts = accounts{}
		c.ServiceNumber = func(number string) bool { return number == serviceNumber }
	}
	var err error
	w.agent, err = signaling.New(c)
	require.NoError(w.t, err)
	require.NoError(w.t, w.agent.SetTrunks([]signaling.Trunk{w.trunk}))
	w.sb.Start(w.agent)
	w.carrier.trunkTo(w.agent.Addr(signaling.UDP).String())
}

// accounts know one password.
type accounts struct{}

func (accounts) Secret(context.Context, string) (signaling.Secret, error) {
	return signaling.Secret{Password: "secret"}, nil
}

func testLogger(t *testing.T) *slog.Logger {
	t.Helper()
	if os.Getenv("TELEPHONY_TEST_LOG") == "" {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// phone adds a device of an account.
func (w *world) phone(account string) *peer {
	w.t.Helper()
	p := newPeer(w.t, "127.0.0.1")
	w.peers = append(w.peers, p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phones[account] = append(w.phones[account], signaling.Binding{
		Account: account, Contact: "sip:" + account + "@" + p.address(), Transport: signaling.UDP, Source: p.address(),
		Expires: time.Now().Add(time.Hour),
	})
	return p
}

// eventually polls a condition with a deadline.
func eventually(t *testing.T, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, patience, 5*time.Millisecond, what)
}

// tonePrompts speaks in tones: every text is a quarter of a second of promptTone, music is musicTone.
type tonePrompts struct {
	music, text *prompt.Clip
	mu          sync.Mutex
	said        []string
}

func newTonePrompts() *tonePrompts {
	return &tonePrompts{music: prompt.NewClip(tone(musicTone, time.Second)), text: prompt.NewClip(tone(promptTone, time.Second/4))}
}

func (p *tonePrompts) Music() *prompt.Clip { return p.music }

func (p *tonePrompts) Text(_ context.Context, text string) (*prompt.Clip, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, text)
	return p.text, nil
}

func (p *tonePrompts) Audio(ctx context.Context, id string) (*prompt.Clip, error) {
	return p.Text(ctx, id)
}

func (p *tonePrompts) heard(text string) bool { return p.times(text) > 0 }

// said1 reports whether something with these words was said.
func (p *tonePrompts) said1(words string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.said, func(s string) bool { return strings.Contains(s, words) })
}

func (p *tonePrompts) times(text string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.said {
		if s == text {
			n++
		}
	}
	return n
}

func tone(hertz float64, length time.Duration) []int16 {
	pcm := make([]int16, int(length.Seconds()*media.SampleRate))
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/media.SampleRate))
	}
	return pcm
}

// rings gives the share of the 20 ms pieces with sound in which a frequency prevails, 0 to 1. Unlike the power of the whole, it
// does not mind the gaps and leaps that a busy machine makes.
func rings(pcm []int16, hertz float64) float64 {
	const piece = media.SampleRate / 50
	var loud, right float64
	for ; len(pcm) >= piece; pcm = pcm[piece:] {
		if !slices.ContainsFunc(pcm[:piece], func(x int16) bool { return x > 500 }) {
			continue
		}
		loud++
		if goertzel(pcm[:piece], hertz) > 0.8 {
			right++
		}
	}
	return right / max(1, loud)
}

// goertzel gives the share of a signal's power that is at a frequency, 0 to 1.
func goertzel(pcm []int16, hertz float64) float64 {
	var power, s1, s2 float64
	k := 2 * math.Cos(2*math.Pi*hertz/media.SampleRate)
	for _, x := range pcm {
		v := float64(x)
		power += v * v
		s1, s2 = v+k*s1-s2, s1
	}
	if power < 1e6 {
		return 0
	}
	return 2 * (s1*s1 + s2*s2 - k*s1*s2) / power / float64(len(pcm))
}
