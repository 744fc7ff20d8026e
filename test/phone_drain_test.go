package test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A node is asked to stop: it sends new calls elsewhere, goes on with the one that it has, and ends when that one has.
func TestDrainedNodeEndsWithItsLastCall(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	one, two := s.launch(t, freeAddress(t), "EKC_DRAIN_TIMEOUT=5m"), s.launch(t, freeAddress(t))
	one.as("admin").answeredBy(serviceNumber, straight)
	citizen := one.calls(citizenNumber, hzCitizen)
	soon(t, "the citizen waits", func() bool { return citizen.music() })
	require.NoError(t, one.command.Process.Signal(syscall.SIGTERM))
	soon(t, "the node says that it is not ready", func() bool { return one.status("/readyz") == http.StatusServiceUnavailable })

	soon(t, "new calls are sent elsewhere", func() bool {
		other := one.callsOnce(neighbour, hzColleague)
		if strings.Contains(other.answer(), "SIP/2.0 200 ") { // a moment too early
			other.hangUp()
			return false
		}
		require.Contains(t, other.answer(), "SIP/2.0 503 ")
		require.NotEmpty(t, header(other.answer(), "Retry-After"))
		return true
	})
	newcomer := two.calls(neighbour, hzColleague)
	soon(t, "the other node has taken one", func() bool { return newcomer.music() })
	require.True(t, citizen.music(), "the first citizen waits on")
	require.Equal(t, http.StatusOK, one.status("/healthz"), "operators still need the API")
	select {
	case err := <-one.ended:
		require.Failf(t, "the node has not waited", "%v: %s", err, one.output)
	default:
	}
	citizen.hangUp()
	select {
	case err := <-one.ended:
		require.NoError(t, err, "%s", one.output)
	case <-time.After(patience):
		require.Failf(t, "the node waits for nothing", "%s", one.output)
	}
	require.True(t, newcomer.music())
}

// An administrator lets a node stop, and a call outlasts what a stop waits for: the node ends all the same.
func TestDrainedNodeDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	n := newStore(t).launch(t, freeAddress(t), "EKC_DRAIN_TIMEOUT=1s")
	admin := n.as("admin")
	admin.answeredBy(serviceNumber, straight)
	citizen := n.calls(citizenNumber, hzCitizen)
	soon(t, "the citizen waits", func() bool { return citizen.music() })
	nodes := ask[struct{ CentreNodes []struct{ ID string } }](admin, "{ centreNodes { id } }", nil).CentreNodes
	require.Len(t, nodes, 1)
	admin.do("nodeDrain", "NodeDrainInput", map[string]any{"nodeId": nodes[0].ID})
	require.NoError(t, n.interrupt())
}
