package test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/demo"
)

// run runs the command on the store and returns what it printed and its exit status.
func (s store) run(t *testing.T, input string, args ...string) (string, int) {
	t.Helper()
	built.Store(true)
	path, err := program()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), path, args...)
	command.Env = append(os.Environ(), "EKC_DATABASE_URL="+s.core, "EKC_KNOWLEDGE_DATABASE_URL="+s.knowledge, "EKC_DATA_DIR="+s.dataDir)
	command.Stdin = strings.NewReader(input)
	said, err := command.CombinedOutput()
	if exited := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &exited)
	}
	return string(said), command.ProcessState.ExitCode()
}

func TestUserCommands(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	n := s.start(t)
	said, status := s.run(t, "seven green kites\n", "user", "add", "--login=new.chief", "--name=Новый супервизор", "--role=SUPERVISOR", "--agency=FSS")
	require.Zero(t, status, said)
	require.NotContains(t, said, "kites")
	n.nobody().signIn("new.chief", "seven green kites")
	said, status = s.run(t, "", "user", "password", "--login=new.chief")
	require.Zero(t, status, said)
	drawn := strings.TrimSpace(said[strings.LastIndex(said, ": ")+2:])
	n.nobody().signIn("new.chief", drawn)
	require.NotEmpty(t, n.nobody().try("signIn", "SignInInput", map[string]any{"login": "new.chief", "password": "seven green kites"}))
	for name, args := range map[string][]string{
		"agency":  {"--login=new.two", "--name=N", "--role=OPERATOR", "--agency=CIA"},
		"region":  {"--login=new.two", "--name=N", "--role=OPERATOR", "--region=99"},
		"line":    {"--login=new.two", "--name=N", "--role=OPERATOR", "--line=3"},
		"role":    {"--login=new.two", "--name=N", "--role=KING"},
		"login":   {"--login=New Two", "--name=N", "--role=OPERATOR"},
		"taken":   {"--login=new.chief", "--name=N", "--role=OPERATOR"},
		"missing": {"--login=new.two"},
	} {
		said, status = s.run(t, "seven green kites\n", append([]string{"user", "add"}, args...)...)
		require.NotZero(t, status, "%s: %s", name, said)
		require.NotContains(t, said, "pq:", name)
	}
	said, status = s.run(t, "password\n", "user", "add", "--login=new.two", "--name=N", "--role=OPERATOR")
	require.NotZero(t, status, "a common password: %s", said)
}

func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	said, status := s.run(t, "", "migrate")
	require.Zero(t, status, said)
}

func TestEvalCommand(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	records, err := io.ReadAll(demo.Records())
	require.NoError(t, err)
	base := file("base.jsonl", string(records))
	queries := file("queries.tsv", "query\trelevant\ttag\nво сколько лет женщины выходят на пенсию\tpens-001\tpension\nпенсионный возраст мужчин\tpens-002\tpension\n")
	oos := file("oos.tsv", "query\ttag\nкак приготовить борщ\tcooking\n")
	args := []string{"knowledge", "eval", "--base=" + base, "--queries=" + queries, "--oos=" + oos}
	said, status := s.run(t, "", append(args, "--json")...)
	require.Zero(t, status, said)
	var result map[string]any
	require.NoError(t, json.Unmarshal([]byte(said), &result), said)
	for _, key := range []string{
		"queries", "r_at_1", "mrr_at_10", "hit_at_10", "answered", "precision", "coverage_at_p95", "coverage_at_p90", "latency_ms_p50", "latency_ms_p99",
	} {
		require.Contains(t, result, key)
	}
	require.InDelta(t, 3, result["queries"], 0)
	require.Positive(t, result["hit_at_10"])
	said, status = s.run(t, "", args...)
	require.Zero(t, status, said)
	require.Contains(t, said, "R@1")
	said, status = s.run(t, "", "knowledge", "eval", "--base="+base, "--queries="+filepath.Join(dir, "none.tsv"))
	require.NotZero(t, status, said)
	require.Equal(t, 402, countRecords(t, s), "the real base is untouched")
}

func countRecords(t *testing.T, s store) int {
	t.Helper()
	return ask[struct {
		Records struct{ TotalCount int }
	}](s.start(t).as("operator1"), "{ records { totalCount } }", nil).Records.TotalCount
}
