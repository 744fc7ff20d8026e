package test

import (
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
	// more arguments.
	more []string
}

// sipp is SIPp at one call, or waiting for calls.
type sipp struct {
	t       *testing.T
	dir     string
	said    *output
	ended   chan error
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
	return s
}

func (s *sipp) arguments(o sippOptions) []string {
	s.t.Helper()
	if o.address == "" {
		o.address = carrierAddress
	}
	arguments := []string{"-sf", "scenario.xml", "-i", o.address, "-nostdin", "-trace_err", "-cp", fmt.Sprint(unusedPort(s.t, "127.0.0.1").Port)}
	if o.switchboard == nil {
		s.address = unusedPort(s.t, o.address)
		return append(append(arguments, "-p", fmt.Sprint(s.address.Port)), o.more...)
	}
	arguments = append(arguments, o.switchboard.String(), "-s", o.number, "-key", "caller", o.caller, "-m", "1", "-timeout", "120s")
	return append(arguments, o.more...)
}

// unusedPort is a UDP port that nobody has at this moment.
func unusedPort(t *testing.T, address string) *net.UDPAddr {
	t.Helper()
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(address)})
	require.NoError(t, err)
	defer func() { _ = socket.Close() }()
	return socket.LocalAddr().(*net.UDPAddr)
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

// logged counts the lines of the scenario's log that begin so.
func (s *sipp) logged(begin string) int {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "*logs.log"))
	require.NoError(s.t, err)
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(s.t, err)
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, begin) {
				n++
			}
		}
	}
	return n
}
