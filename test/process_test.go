package test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// built says that a test has asked for the program.
var built atomic.Bool

// program is the built ekc, with knowledge beside it; all tests share them. The first one that needs them builds them.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ekc-e2e-")
	if err != nil {
		return "", err
	}
	said, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", "ekc/cmd/ekc", "ekc/cmd/knowledge").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, said)
	}
	return filepath.Join(dir, "ekc"), nil
})

// TestMain removes the program at the end.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.Load() {
		if path, err := program(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}
	os.Exit(code)
}

// process is a server in a process of its own, which can be killed.
type process struct {
	*node
	command *exec.Cmd
	output  *output
	ended   chan error
}

// freeAddress is an address that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// launch runs `ekc serve` on the store and waits until it is ready.
func (s store) launch(t *testing.T, address string, environment ...string) *process {
	t.Helper()
	p := s.spawn(t, address, environment...)
	p.ready()
	return p
}

// ready waits until the process serves.
func (p *process) ready() {
	p.t.Helper()
	soon(p.t, "the server is ready", func() bool {
		select {
		case err := <-p.ended:
			require.Failf(p.t, "the server has ended", "%v: %s", err, p.output)
		default:
		}
		ctx, cancel := context.WithTimeout(p.t.Context(), time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/readyz", http.NoBody)
		require.NoError(p.t, err)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

func (s store) spawn(t *testing.T, address string, environment ...string) *process {
	t.Helper()
	built.Store(true)
	path, err := program()
	require.NoError(t, err)
	return run(t, address, exec.Command(path, "serve"), append([]string{ //nolint:noctx // it is killed at the end
		"EKC_DATA_DIR=" + s.dataDir, "EKC_DATABASE_URL=" + s.core, "EKC_KNOWLEDGE_DATABASE_URL=" + s.knowledge,
		"EKC_HTTP_ADDR=" + address, "EKC_SIP_ADDR=127.0.0.1:0", "EKC_RTP_PORTS=" + mediaPorts().String(),
		"EKC_DEMO_PASSWORD=" + demoPassword, "EKC_DB_MAX_CONNS=16", "EKC_LOG_LEVEL=warn",
	}, environment...))
}

// run starts a server that listens on the address; the environment comes on top of that of the tests.
func run(t *testing.T, address string, command *exec.Cmd, environment []string) *process {
	t.Helper()
	p := &process{node: &node{t: t, URL: "http://" + address}, command: command, output: &output{}, ended: make(chan error, 1)}
	p.command.Env = append(os.Environ(), environment...)
	p.command.Stdout, p.command.Stderr = p.output, p.output
	require.NoError(t, p.command.Start())
	go func() {
		p.ended <- p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the server at %s has said:\n%s", address, p.output)
		}
	})
	return p
}

// output keeps what a process prints; it can be read while the process runs.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// kill ends the process at once, as kill -9 does.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// interrupt asks the process to stop, as Ctrl-C does, and returns how it ended.
func (p *process) interrupt() error {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Signal(syscall.SIGINT))
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patience):
		require.Failf(p.t, "the server does not stop", "%s", p.output)
		return nil
	}
}
