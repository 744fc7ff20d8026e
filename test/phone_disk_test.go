package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// limitFiles bounds the size of files that the process may write from now on: what is longer fails with EFBIG, as a full disk
// does with ENOSPC.
func (p *process) limitFiles(size string) {
	p.t.Helper()
	said, err := exec.CommandContext(p.t.Context(), "prlimit", "--pid="+strconv.Itoa(p.command.Process.Pid), "--fsize="+size+":unlimited").CombinedOutput() //nolint:gosec // of util-linux
	require.NoError(p.t, err, "%s", said)
}

// The disk takes no more: calls go on, also new ones, it is told, and what the disk takes again is recorded again.
func TestCallsGoOnWhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p := s.launch(t, freeAddress(t))
	p.as("admin").answeredBy(serviceNumber, straight)
	citizen := p.calls(citizenNumber, hzCitizen)
	soon(t, "the citizen waits", func() bool { return citizen.music() })
	p.limitFiles("1024")
	soon(t, "the failure is told", func() bool { return strings.Contains(p.output.String(), "recording fails, will be tried again") })
	require.Contains(t, p.output.String(), "file too large")
	soon(t, "and counted", func() bool {
		_, page := fetch(t, p.URL+"/metrics")
		return strings.Contains(string(page), `ekc_recordings{state="failing"} 1`)
	})
	p.limitFiles("1")
	newcomer := p.calls(neighbour, hzColleague)
	soon(t, "a new caller waits too", func() bool { return newcomer.music() })
	soon(t, "that it is not recorded is told", func() bool { return strings.Contains(p.output.String(), "a recording could not be begun") })
	require.True(t, citizen.music(), "the first one is still there")

	p.limitFiles("unlimited")
	s.recordsAtLeast(t, 0)
	supervisor := p.as("supervisor")
	id := supervisor.waitingCall(citizenNumber)
	citizen.hangUp()
	said, _ := supervisor.recording(id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	newcomer.hangUp()
	soon(t, "the spool is empty", func() bool {
		left, err := os.ReadDir(filepath.Join(s.dataDir, "recordings.spool"))
		require.NoError(t, err)
		return len(left) == 0
	})
	require.NotContains(t, p.output.String(), "panic")
}

// waitingCall is the interaction of the caller whose number has the same end.
func (c *client) waitingCall(number string) string {
	c.t.Helper()
	type live struct {
		Interaction struct{ ID string }
		Call        struct{ CitizenNumber string }
	}
	for _, l := range ask[struct{ LiveCalls []live }](c, "{ liveCalls { interaction { id } call { citizenNumber } } }", nil).LiveCalls {
		if strings.HasSuffix(l.Call.CitizenNumber, number[len(number)-2:]) {
			return l.Interaction.ID
		}
	}
	require.Fail(c.t, "no such call")
	return ""
}
