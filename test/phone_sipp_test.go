package test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
)

// sippOptions say what SIPp does.
type sippOptions struct {
	// scenario is a file of testdata.
	scenario string
	// switchboard is whom it calls; nil: it is called.
	switchboard net.Addr
	// number is what it dials, caller who it says that it is.
	number, caller string
	// address is where it is on this machine; the carrier's when empty.
	address string
	// tone is the frequency that it sends, once the scenario says so.
	tone float64
	// driven: the scenario waits for orders.
	driven bool
	// more arguments.
	more []string
}

// sipp is SIPp at one call, or waiting for calls.
type sipp struct {
	t       *testing.T
	dir     string
	said    *output
	ended   chan error
	orders  net.Listener
	twin    net.Conn
	callID  string
	address *net.UDPAddr
}

// runSIPp starts a scenario.
func runSIPp(t *testing.T, o sippOptions) *sipp {
	t.Helper()
	s := &sipp{t: t, dir: t.TempDir(), said: &output{}, ended: make(chan error, 1)}
	scenario, err := os.ReadFile(filepath.Join("testdata", o.scenario))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "scenario.xml"), scenario, 0o600))
	tone := make([]byte, 2*media.SampleRate)
	for i, v := range sine(o.tone, len(tone)) {
		tone[i] = g711.EncodeALaw(v)
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "tone.al"), tone, 0o600))
	path, err := exec.LookPath("sipp")
	require.NoError(t, err, "scripts/setup.sh --with-tests installs it")
	process := exec.Command(path, s.arguments(o)...) //nolint:gosec,noctx // a program of the set-up; it is killed below
	process.Dir, process.Stdout, process.Stderr = s.dir, s.said, s.said
	require.NoError(t, process.Start())
	go func() {
		s.ended <- process.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		_ = process.Process.Kill()
		<-s.ended
		if t.Failed() {
			errors, _ := filepath.Glob(filepath.Join(s.dir, "*errors.log"))
			for _, f := range errors {
				text, _ := os.ReadFile(f)
				t.Logf("SIPp, %s: %s", o.scenario, text)
			}
		}
	})
	if o.driven {
		s.acceptOrders()
	}
	return s
}

func (s *sipp) arguments(o sippOptions) []string {
	s.t.Helper()
	if o.address == "" {
		o.address = carrierAddress
	}
	arguments := []string{"-sf", "scenario.xml", "-i", o.address, "-nostdin", "-trace_err", "-cp", fmt.Sprint(freeUDP(s.t, "127.0.0.1").Port)}
	if o.driven {
		var err error
		s.orders, err = net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a socket of this machine
		require.NoError(s.t, err)
		s.t.Cleanup(func() { _ = s.orders.Close() })
		arguments = append(arguments, "-3pcc", s.orders.Addr().String())
	}
	if o.switchboard == nil {
		s.address = freeUDP(s.t, o.address)
		return append(append(arguments, "-p", fmt.Sprint(s.address.Port)), o.more...)
	}
	arguments = append(arguments, o.switchboard.String(), "-s", o.number, "-key", "caller", o.caller, "-m", "1", "-timeout", "120s")
	return append(arguments, o.more...)
}

// freeUDP is a UDP port that nobody has at this moment.
func freeUDP(t *testing.T, address string) *net.UDPAddr {
	t.Helper()
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(address)})
	require.NoError(t, err)
	defer func() { _ = socket.Close() }()
	return socket.LocalAddr().(*net.UDPAddr)
}

// acceptOrders waits for the line on which SIPp takes orders: it thinks that it is half of a call by a third party (-3pcc), and
// that we are the other half.
func (s *sipp) acceptOrders() {
	s.t.Helper()
	require.NoError(s.t, s.orders.(*net.TCPListener).SetDeadline(time.Now().Add(callPatience)))
	var err error
	s.twin, err = s.orders.Accept()
	require.NoError(s.t, err, "SIPp: %s", s.said)
	s.t.Cleanup(func() { _ = s.twin.Close() })
	require.NoError(s.t, s.twin.SetReadDeadline(time.Now().Add(callPatience)))
	hello, err := bufio.NewReader(s.twin).ReadString('\x1b')
	require.NoError(s.t, err)
	for _, line := range strings.Split(hello, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Call-ID") {
			s.callID = strings.TrimSpace(value)
		}
	}
	require.NotEmpty(s.t, s.callID)
}

// order tells the scenario what to do next.
func (s *sipp) order(what string) {
	s.t.Helper()
	_, err := fmt.Fprintf(s.twin, "Call-ID: %s\r\nOrder: %s\r\n\r\n\x1b", s.callID, what)
	require.NoError(s.t, err)
}

// ends waits until the scenario has come to its end, as it should.
func (s *sipp) ends() {
	s.t.Helper()
	select {
	case err := <-s.ended:
		require.NoError(s.t, err, "SIPp: %s", s.said)
	case <-time.After(callPatience):
		require.Fail(s.t, "SIPp goes on", "%s", s.said)
	}
}
