package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The carrier vanishes in mid-call: the operator is not left with silence, nobody is kept on a dead line, and it is seen that the
// carrier does not answer.
func TestCarrierGone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p := s.launch(t, freeAddress(t), "EKC_ALLOWED_ORIGINS=*")
	admin, supervisor := p.as("admin"), p.as("supervisor")
	admin.answeredBy(serviceNumber, straight)
	admin.carrier("Пропавший оператор связи", unusedPort(t, "127.0.0.1"), 5)
	operator := startConsole(t).seat("operator1", p)
	operator.run("await presence('AVAILABLE')")
	citizen := p.calls(citizenNumber, hzCitizen)
	id := operator.offered()
	operator.run("await accept()")
	operator.join(id, 0)
	operator.hears(hzCitizen)
	waiting := p.calls(neighbour, hzColleague)
	soon(t, "another citizen waits", func() bool { return waiting.music() })
	citizen.vanishes()
	for begin := time.Now(); supervisor.now(id).State != "WRAP_UP"; { // the silence that ends a call lasts half a minute
		require.Less(t, time.Since(begin), 3*patience)
		require.True(t, waiting.music(), "who waits on another line waits on")
	}
	lost := supervisor.callsOf(id)[0]
	require.Equal(t, "failure", lost.EndCause)
	require.NotNil(t, lost.EndedAt)
	soon(t, "everybody sees that the carrier does not answer", func() bool { return !admin.reachable("Пропавший оператор связи") })
}

// reachable says whether every node that knows of a line finds its carrier there.
func (c *client) reachable(name string) bool {
	c.t.Helper()
	type line struct {
		Name   string
		Status []struct{ Reachable bool }
	}
	for _, l := range ask[struct{ Trunks []line }](c, "{ trunks { name status { reachable } } }", nil).Trunks {
		if l.Name == name {
			for _, s := range l.Status {
				if !s.Reachable {
					return false
				}
			}
		}
	}
	return true
}
