package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func run(t *testing.T, lines ...string) (text string, good bool) {
	t.Helper()
	var out bytes.Buffer
	r := newReport(&out)
	require.NoError(t, r.read(strings.NewReader(strings.Join(lines, "\n"))))
	good = r.summary()
	return out.String(), good
}

func TestPassAndSkip(t *testing.T) {
	t.Parallel()
	text, good := run(t,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:3: no browser\n"}`,
		`{"Action":"skip","Package":"p","Test":"TestB"}`,
		`{"Action":"pass","Package":"p","Elapsed":1.5}`,
		`{"Action":"skip","Package":"empty"}`)
	require.True(t, good)
	require.NotContains(t, text, "chatter")
	require.Contains(t, text, "skipped: p TestB: b_test.go:3: no browser")
	require.True(t, strings.HasSuffix(text, "PASS: 1 tests passed, 0 failed, 1 skipped; 1 packages passed, 0 failed, 1 without tests\n"), text)
}

func TestFailureShowsItsOutput(t *testing.T) {
	t.Parallel()
	text, good := run(t,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"want 1, got 2\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestA"}`,
		`{"Action":"fail","Package":"p"}`)
	require.False(t, good)
	require.Contains(t, text, "want 1, got 2")
	require.Contains(t, text, "failed: p TestA\n")
	require.Contains(t, text, "FAIL: 0 tests passed, 1 failed")
}

func TestPanicShowsTheUnfinishedTest(t *testing.T) {
	t.Parallel()
	text, good := run(t,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: oh\n"}`,
		`{"Action":"fail","Package":"p"}`)
	require.False(t, good)
	require.Contains(t, text, "panic: oh")
	require.Contains(t, text, "TestA (did not end)")
}

func TestFailedBuildIsShownOnce(t *testing.T) {
	t.Parallel()
	text, good := run(t,
		`{"Action":"build-output","ImportPath":"p","Output":"syntax error\n"}`,
		`{"Action":"fail","Package":"p","FailedBuild":"p"}`,
		`{"Action":"fail","Package":"q","FailedBuild":"p"}`)
	require.False(t, good)
	require.Equal(t, 1, strings.Count(text, "syntax error"))
}

func TestNothingTestedIsAFailure(t *testing.T) {
	t.Parallel()
	text, good := run(t, "go: cannot find main module")
	require.False(t, good)
	require.Contains(t, text, "cannot find main module")
}
