package test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/pgtest"
	"ekc/internal/seed"
	"ekc/knowledge"
	"ekc/knowledge/demo"
	coremigrations "ekc/migrations/core"
	knowledgemigrations "ekc/migrations/knowledge"
)

// demoPassword is that of all demo accounts in the tests; without a space, which baresip does not read.
const demoPassword = "correct-horse-demo"

// cheap makes sign-ins fast: the cost of guessing is no matter here.
var cheap = access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}

// patience is how long something may take that must happen; the machine may be busy.
const patience = 60 * time.Second

// soon asks five times a second, which is as often as a citizen may, until the condition holds. The condition runs in the
// test's own goroutine, so it may end the test.
func soon(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for begin := time.Now(); !condition(); <-ticker.C {
		if time.Since(begin) > patience {
			require.Fail(t, "too long: "+what)
		}
	}
}

// store is a pair of databases with the demo centre in them. Several nodes may use one.
type store struct{ core, knowledge, dataDir string }

// newStore clones the demo centre.
func newStore(t *testing.T) store {
	t.Helper()
	return store{
		core:      pgtest.Database(t, "demo:"+demoPassword+":"+pgtest.Hash(coremigrations.Files())+pgtest.Hash(os.DirFS("../internal/seed")), fillCore),
		knowledge: pgtest.Database(t, "base:"+pgtest.Hash(knowledgemigrations.Files())+pgtest.Hash(os.DirFS("../knowledge/demo")), fillBase),
		dataDir:   t.TempDir(),
	}
}

// fillCore is what the first start of a node does to an empty database, but for the costly passwords.
func fillCore(ctx context.Context, url string) error {
	if err := coremigrations.ApplyTo(ctx, url); err != nil {
		return err
	}
	core, err := database.Open(ctx, url, 4)
	if err != nil {
		return err
	}
	defer func() { _ = core.Close() }()
	service, err := access.New(core.Client, nil, access.Options{Hash: cheap})
	if err != nil {
		return err
	}
	_, err = seed.Run(ctx, seed.Options{DB: core.DB, Client: core.Client, Hash: service.HashPassword, Demo: true, Password: demoPassword})
	return err
}

func fillBase(ctx context.Context, url string) error {
	if err := knowledgemigrations.ApplyTo(ctx, url); err != nil {
		return err
	}
	return importDemo(ctx, url)
}

func importDemo(ctx context.Context, url string) error {
	base, err := app.OpenBase(ctx, app.BaseOptions{URL: url, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { _ = base.Close() }()
	_, err = base.Import(ctx, demo.Records(), knowledge.ImportOptions{Format: "jsonl", Name: "demo.jsonl"})
	return err
}

// mediaPorts is another range for every node: phones of a node that is no more may speak on for a moment, and no call of the
// next one shall hear them.
func mediaPorts() config.PortRange {
	const first, nodes, each = 20000, 40, 250
	from := first + uint16(nodesBegun.Add(1)%nodes)*each
	return config.PortRange{First: from, Last: from + each - 1}
}

var nodesBegun atomic.Uint32

// settings are those of a node on the store, on a port of the system's choice.
func (s store) settings() config.Config {
	return config.Config{
		Storage: config.Storage{
			DataDir: s.dataDir, DatabaseURL: config.ConnString(s.core), KnowledgeDatabaseURL: config.ConnString(s.knowledge), DBMaxConns: 16,
		},
		HTTP:         config.HTTP{HTTPAddr: "127.0.0.1:0", Introspection: true, ShutdownTimeout: 10 * time.Second},
		Telephony:    config.Telephony{SIPAddr: "127.0.0.1:0", SIPDigest: "MD5", RTPPorts: mediaPorts()},
		Knowledge:    config.Knowledge{KnowledgeAddr: "127.0.0.1:8090"},
		SignIn:       config.SignIn{AccessMaxTerm: 365 * 24 * time.Hour},
		Logging:      config.Logging{LogLevel: slog.LevelError, LogFormat: "text"},
		Demo:         true,
		DemoPassword: demoPassword,
	}
}

// node is a running server.
type node struct {
	t *testing.T
	// URL is its address, without a final slash.
	URL string
	app *app.App
}

// startNode starts a node in this process, on a store of its own.
func startNode(t *testing.T) *node {
	t.Helper()
	return newStore(t).start(t)
}

// start starts a node on the store; it is stopped when the test ends.
func (s store) start(t *testing.T, change ...func(*config.Config)) *node {
	t.Helper()
	n, err := s.open(t, change...)
	require.NoError(t, err)
	return n
}

// open is start for other goroutines than the test's: it fails nothing.
func (s store) open(t *testing.T, change ...func(*config.Config)) (*node, error) {
	c := s.settings()
	for _, do := range change {
		do(&c)
	}
	a, err := app.Start(context.Background(), c, app.Options{
		Log:       c.Logger(testLog{t}),
		Overrides: app.Overrides{Hash: cheap, RoutingTick: 200 * time.Millisecond, RoutingRest: time.Second},
	})
	if err != nil {
		return nil, err
	}
	n := &node{t: t, URL: a.URL(), app: a}
	t.Cleanup(n.stop)
	return n, nil
}

// stop stops the node, as Ctrl-C would.
func (n *node) stop() {
	n.t.Helper()
	require.NoError(n.t, n.app.Close(context.Background()))
}

// testLog writes what a node logs into the log of its test. Only errors come here.
type testLog struct{ t *testing.T }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}
