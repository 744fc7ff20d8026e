package signaling_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/transaction"
)

const patience = 60 * time.Second

// fast are timers for tests in which something is lost: 64·T1 is 1.3 s.
var fast = transaction.Timers{T1: 20 * time.Millisecond, T2: 160 * time.Millisecond, T4: 100 * time.Millisecond}

// leg is a dialog with the events that its owner got.
type leg struct {
	*signaling.Dialog
	call   *signaling.IncomingCall
	events chan signaling.Event
}

func newLeg() *leg { return &leg{events: make(chan signaling.Event, 256)} }

func (l *leg) sink(e signaling.Event) bool {
	select {
	case l.events <- e:
		return true
	default:
		return false
	}
}

// next waits for the next event, which must be of type T.
func next[T signaling.Event](t *testing.T, l *leg) T {
	t.Helper()
	select {
	case e := <-l.events:
		typed, ok := e.(T)
		require.Truef(t, ok, "got %T %+v, want %T", e, e, typed)
		return typed
	case <-time.After(patience):
		var none T
		require.FailNowf(t, "no event", "want %T", none)
		return none
	}
}

// quiet fails when the leg has an event waiting.
func (l *leg) quiet(t *testing.T) {
	t.Helper()
	select {
	case e := <-l.events:
		require.FailNowf(t, "unexpected event", "%T %+v", e, e)
	default:
	}
}

// centre is an agent with the calls that came in.
type centre struct {
	*signaling.Agent
	calls chan *leg
}

func newCentre(t *testing.T, change func(*signaling.Config)) *centre {
	t.Helper()
	c := &centre{calls: make(chan *leg, 64)}
	config := signaling.Config{
		Listen: "127.0.0.1:0",
		OnCall: func(call *signaling.IncomingCall) {
			l := newLeg()
			l.Dialog, l.call = call.Dialog, call
			call.Dialog.Attach(l.sink)
			c.calls <- l
		},
	}
	if change != nil {
		change(&config)
	}
	agent, err := signaling.New(config)
	require.NoError(t, err)
	c.Agent = agent
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		_ = agent.Close(ctx)
	})
	return c
}

func (c *centre) address() string { return c.Addr(signaling.UDP).String() }

// trunk makes the carrier at the proxy the only one.
func (c *centre) trunk(t *testing.T, proxy string, change func(*signaling.Trunk)) {
	t.Helper()
	trunk := signaling.Trunk{
		ID: "carrier", Name: "Carrier", Proxy: proxy, Trusted: true,
		Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Numbers: signaling.NumberPlan{
			In:  []signaling.PrefixRule{{Prefix: "8", Replacement: "+7", Length: 11}},
			Out: []signaling.PrefixRule{{Prefix: "+7", Replacement: "8"}},
		},
	}
	if change != nil {
		change(&trunk)
	}
	require.NoError(t, c.SetTrunks([]signaling.Trunk{trunk}))
}

// incoming waits for a call.
func (c *centre) incoming(t *testing.T) *leg {
	t.Helper()
	select {
	case l := <-c.calls:
		return l
	case <-time.After(patience):
		require.FailNow(t, "no call came in")
		return nil
	}
}

// dial starts a call through the trunk.
func (c *centre) dial(t *testing.T, change func(*signaling.CallRequest)) *leg {
	t.Helper()
	l := newLeg()
	request := signaling.CallRequest{
		TrunkID: "carrier", Number: "+79161234567", From: "+78006000000", Offer: []byte(offerSDP), Sink: l.sink,
	}
	if change != nil {
		change(&request)
	}
	dialog, err := c.Call(request)
	require.NoError(t, err)
	l.Dialog = dialog
	return l
}

// eventually polls a condition with a deadline.
func eventually(t *testing.T, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, patience, 5*time.Millisecond, what)
}

const offerSDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 20000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"

const answerSDP = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 20002 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"

// sippRun is a running SIPp.
type sippRun struct {
	t      *testing.T
	port   int
	cmd    *exec.Cmd
	output bytes.Buffer
	done   chan error
	once   sync.Once
	err    error
}

// freePort finds a UDP port that is free now.
func freePort(t *testing.T) int {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	addr, err := netip.ParseAddrPort(conn.LocalAddr().String())
	require.NoError(t, err)
	return int(addr.Port())
}

// startSIPp runs a scenario of testdata/sipp; target is empty for one that waits for calls.
func startSIPp(t *testing.T, scenario, target string, args ...string) *sippRun {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario))
	require.NoError(t, err)
	s := &sippRun{t: t, port: freePort(t), done: make(chan error, 1)}
	errors := filepath.Join(t.TempDir(), "errors.log")
	if !slices.Contains(args, "-m") {
		args = append(args, "-m", "1")
	}
	all := append([]string{
		"-sf", path, "-i", "127.0.0.1", "-p", strconv.Itoa(s.port), "-nostdin", "-timeout", "100s",
		"-timeout_error", "-trace_err", "-error_file", errors, "-recv_timeout", "60000",
	}, args...)
	if target != "" {
		all = append(all, target)
	}
	s.cmd = exec.Command("sipp", all...)
	s.cmd.Dir = t.TempDir()
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	require.NoError(t, s.cmd.Start(), "SIPp is needed: apt-get install sip-tester (scripts/setup.sh --with-tests does)")
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() {
		s.once.Do(func() {
			_ = s.cmd.Process.Kill()
			<-s.done
		})
		if t.Failed() {
			log, _ := os.ReadFile(errors)
			output := s.output.String()
			t.Logf("SIPp: %s\n%s", log, output[max(len(output)-2000, 0):])
		}
	})
	return s
}

func (s *sippRun) address() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// succeeds waits for the end of the scenario.
func (s *sippRun) succeeds() {
	s.t.Helper()
	s.once.Do(func() { s.err = <-s.done })
	if s.err != nil {
		output := s.output.String()
		s.t.Fatalf("SIPp: %v\n%s", s.err, output[max(len(output)-3000, 0):])
	}
}
