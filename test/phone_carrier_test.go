package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The carrier vanishes in mid-call: the operator is not left with silence, and nobody is kept on a dead line.
func TestCarrierGone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p := s.launch(t, freeAddress(t), "EKC_ALLOWED_ORIGINS=*")
	supervisor := p.as("supervisor")
	p.as("admin").answeredBy(serviceNumber, straight)
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
}
