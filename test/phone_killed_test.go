package test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A node is killed in mid-call. The operator's page goes on at another node from where it was; the citizen is called back before
// those who wait; the call is marked; and when a node comes up on the same machine, the recording is mended and kept.
func TestKilledNodeCallsItsCitizensBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.moveToNoon(t)
	address := freeAddress(t)
	one, two := s.launch(t, address, "EKC_ALLOWED_ORIGINS=*"), s.launch(t, freeAddress(t), "EKC_ALLOWED_ORIGINS=*")
	one.as("admin").answeredBy(serviceNumber, straight)
	again, carrier := citizenAnswers(t, hzSupervisor)
	one.as("admin").carrier("Оператор связи", carrier, 0)
	supervisor := two.as("supervisor")

	operator := startConsole(t).seat("operator1", one, two)
	operator.run("await presence('AVAILABLE')")
	citizen := one.calls(citizenNumber, hzCitizen)
	id := operator.offered()
	operator.run("await accept()")
	operator.join(id, 0)
	operator.hears(hzCitizen)
	soon(t, "the citizen hears the operator", func() bool { return citizen.hears(hzOperator) })
	waiting := two.calls(neighbour, hzColleague)
	soon(t, "another citizen waits", func() bool { return waiting.music() })
	s.recordsAtLeast(t, 5*time.Second)
	one.kill()

	require.Equal(t, id, operator.offered(), "who waited longer comes after")
	operator.run("await accept()")
	operator.join(id, 0)
	operator.hears(hzSupervisor)
	soon(t, "the citizen hears the operator again", func() bool { return again.hears(hzOperator) })
	operator.on(id, "callHangUp")
	soon(t, "the citizen's phone is hung up", again.silent)

	calls := supervisor.callsOf(id)
	require.Len(t, calls, 2)
	require.Equal(t, "node_lost", calls[0].EndCause)
	require.NotNil(t, calls[0].EndedAt)
	for _, l := range calls[0].Legs {
		require.NotNil(t, l.EndedAt)
	}
	require.Equal(t, "OUTBOUND", calls[1].Direction)
	require.Equal(t, []promised{{Reason: "FAILED_NODE", State: "DONE"}}, supervisor.promised(id))

	three := s.launch(t, address)
	kept := three.as("supervisor").recovered(id)
	require.Greater(t, kept.LengthMs, 3000)
	said, heard := three.as("supervisor").plays(kept.URL)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Greater(t, loudness(heard, hzOperator), 1500.0)
}

// recordsAtLeast waits until the spool has a recording of so much on the disk.
func (s store) recordsAtLeast(t *testing.T, length time.Duration) {
	t.Helper()
	soon(t, "the recording grows", func() bool {
		names, err := filepath.Glob(filepath.Join(s.dataDir, "recordings.spool", "*.wav"))
		require.NoError(t, err)
		for _, name := range names {
			// Two channels of G.711, a byte a sample.
			if info, err := os.Stat(name); err == nil && time.Duration(info.Size())*time.Second/16000 > length {
				return true
			}
		}
		return false
	})
}

// kept is a recording.
type kept struct {
	URL       string
	LengthMs  int
	Recovered bool
}

func (c *client) recordings(id string) []kept {
	c.t.Helper()
	return ask[struct{ Interaction struct{ Recordings []kept } }](c,
		"query($id: ID!) { interaction(id: $id) { recordings { url(purpose: QUALITY_CONTROL) lengthMs recovered } } }", map[string]any{"id": id}).Interaction.Recordings
}

// recovered waits for the recording that a dead node has left.
func (c *client) recovered(id string) kept {
	c.t.Helper()
	var found kept
	soon(c.t, "the recording is recovered", func() bool {
		for _, r := range c.recordings(id) {
			if r.Recovered {
				found = r
			}
		}
		return found.Recovered
	})
	return found
}

// promised is a callback.
type promised struct{ Reason, State string }

func (c *client) promised(id string) []promised {
	c.t.Helper()
	return ask[struct {
		Interaction struct{ Callbacks []promised }
	}](c,
		"query($id: ID!) { interaction(id: $id) { callbacks { reason state } } }", map[string]any{"id": id}).Interaction.Callbacks
}

// plays fetches a recording and returns its channels in A-law.
func (c *client) plays(link string) (left, right []byte) {
	c.t.Helper()
	status, file := fetch(c.t, c.url+link)
	require.Equal(c.t, http.StatusOK, status)
	begin := bytes.Index(file, []byte("data"))
	require.Positive(c.t, begin)
	for i := begin + 8; i+1 < len(file); i += 2 {
		left, right = append(left, file[i]), append(right, file[i+1])
	}
	return left, right
}
