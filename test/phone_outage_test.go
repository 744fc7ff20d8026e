package test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// outage is how long Postgres is away: a few seconds, or what EKC_TEST_OUTAGE says (the issue wants 30s to be survived).
func outage(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("EKC_TEST_OUTAGE")
	if text == "" {
		return 6 * time.Second
	}
	d, err := time.ParseDuration(text)
	require.NoError(t, err, "EKC_TEST_OUTAGE")
	return d
}

// Postgres is away in mid-call: the talk and its recording go on, a new caller is not turned away, and what happened meanwhile is
// stored afterwards.
func TestTalkGoesOnWithoutPostgres(t *testing.T) {
	t.Parallel()
	s, line := newStore(t).throughCable(t)
	p := s.launch(t, freeAddress(t), "EKC_ALLOWED_ORIGINS=*")
	p.as("admin").answeredBy(serviceNumber, straight)
	operator := startConsole(t).seat("operator1", p)
	operator.run("await presence('AVAILABLE')")
	citizen := p.calls(citizenNumber, hzCitizen)
	id := operator.offered()
	operator.run("await accept()")
	operator.join(id, 0)
	operator.hears(hzCitizen)
	soon(t, "the citizen hears the operator", func() bool { return citizen.hears(hzOperator) })
	operator.until("trickled.done") // the page asks nothing while the line is cut

	line.cut()
	away := time.NewTimer(outage(t))
	newcomer := p.calls(neighbour, hzColleague)
	soon(t, "a new caller hears something", func() bool { return newcomer.power() > 100 })
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for over := false; !over; {
		select {
		case <-away.C:
			over = true
		case <-ticker.C:
			operator.hears(hzCitizen)
			soon(t, "the citizen hears the operator all the time", func() bool { return citizen.hears(hzOperator) })
		}
	}
	require.True(t, newcomer.music(), "the newcomer is still there")
	citizen.hangUp()
	line.mend()

	supervisor := p.as("supervisor")
	require.Equal(t, "WRAP_UP", supervisor.becomes(id, "WRAP_UP").State)
	var all []kept
	soon(t, "the recording is stored", func() bool {
		all = supervisor.recordings(id)
		return len(all) == 1
	})
	require.Greater(t, time.Duration(all[0].LengthMs)*time.Millisecond, outage(t), "with what was said meanwhile")
	require.False(t, all[0].Recovered)
	soon(t, "the end of the call is stored", func() bool {
		calls := supervisor.callsOf(id)
		return len(calls) == 1 && calls[0].EndCause == "caller" && calls[0].EndedAt != nil
	})
	operator.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": id, "dispositionId": supervisor.disposition("OTHER"), "outcome": "RESOLVED",
	}, "interaction { id }")
	operator.until("offered() && offered().interaction.id !== " + quote(id))
	next := operator.offered()
	operator.join(next, 0)
	operator.hears(hzColleague)
	operator.on(next, "callHangUp")
	newcomer.hungUp()
}
