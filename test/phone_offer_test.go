package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An operator's phone that declines passes the call on to the next operator.
func offerDeclined(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2})
	first, second := d.people[0].ready(), d.people[1]
	citizen := d.caller().calls()
	first.phone.await("CALL_INCOMING")
	second.ready()
	first.phone.hangUp() // 486
	first.phone.await("CALL_CLOSED")
	second.phone.picksUp()
	require.Equal(t, second.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	citizen.hears(hzColleague)
	second.phone.hears(hzCitizen)
	require.Equal(t, "AVAILABLE", first.presence(), "free for others")
	require.Contains(t, d.offerStates(citizen.id), "DECLINED")
	citizen.leaves()
	second.phone.await("CALL_CLOSED")
}

// A phone that nobody picks up stops ringing; the citizen is back in the old place, before one who came later. Who misses three
// calls in a row is paused.
func offerMissed(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2, settings: map[string]any{"offerSeconds": 3}})
	asleep, awake := d.people[0].ready(), d.people[1]
	early := d.caller().calls()
	asleep.phone.await("CALL_INCOMING")
	late := d.anotherCaller().calls()
	for range 3 {
		asleep.phone.await("CALL_CLOSED")
	}
	require.Eventually(t, func() bool { return asleep.presence() == "PAUSED" }, callPatience, 100*time.Millisecond)
	require.Equal(t, 3, asleep.phone.times("CALL_INCOMING"))
	require.Equal(t, 1, *d.state(early.id, "QUEUED").Position)
	require.Equal(t, 2, *d.state(late.id, "QUEUED").Position)
	early.hearsMusic()
	awake.ready().phone.picksUp()
	require.Equal(t, awake.id, d.state(early.id, "ACTIVE").Operator.ID, "whoever came first")
	early.hears(hzColleague)
	late.leaves()
	early.leaves()
	awake.phone.await("CALL_CLOSED")
}

// A phone that vanishes in mid-talk leaves the citizen with music, and at the head of the queue: before one who waits already.
func operatorVanishes(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2})
	citizen, lost := d.talking()
	waiting := d.anotherCaller().calls()
	d.state(waiting.id, "QUEUED")
	lost.phone.vanish()
	require.Equal(t, 1, *d.state(citizen.id, "QUEUED").Position)
	require.Equal(t, 2, *d.state(waiting.id, "QUEUED").Position)
	citizen.hearsMusic()
	second := d.people[1].ready()
	second.phone.picksUp()
	require.Equal(t, second.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	citizen.hears(hzColleague)
	second.phone.hears(hzCitizen)
	waiting.leaves()
	citizen.leaves()
	second.phone.await("CALL_CLOSED")
	said, heard := d.supervisor.recording(citizen.id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	require.Greater(t, loudness(heard, hzColleague), 3000.0)
}

func (d *desk) offerStates(id string) []string {
	d.t.Helper()
	got := ask[struct {
		Interaction struct{ Offers []struct{ State string } }
	}](d.supervisor, "query($id: ID!) { interaction(id: $id) { offers { state } } }", map[string]any{"id": id})
	states := make([]string, 0, len(got.Interaction.Offers))
	for _, o := range got.Interaction.Offers {
		states = append(states, o.State)
	}
	return states
}
