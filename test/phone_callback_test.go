package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// withCallback is a menu whose queue offers a callback, and asks for a rating after the talk.
const withCallback = `{"name": "Перезвонить", "start": "record", "fallback": "queue", "nodes": {
	"record": {"type": "say", "prompt": "Запись.", "starts_recording": true, "goto": "queue"},
	"queue": {"type": "queue", "queue": "QUEUE", "announce": ["{position}."], "announce_every_s": 600, "max_wait_s": 600,
		"offer": "Нажмите один.", "offer_after_s": 600, "offer_digit": "1", "callback": "callback",
		"overflow": "bye", "closed": "bye", "after": "rating"},
	"callback": {"type": "callback", "confirm": "На {phone}?", "number": "Наберите номер.", "booked": "Перезвоним.", "goto": "bye", "declined": "queue"},
	"rating": {"type": "rating", "prompt": "Оцените.", "thanks": "Спасибо.", "goto": "bye"},
	"bye": {"type": "hangup"}}}`

// promisedCall is a callback as the tests look at it.
type promisedCall struct {
	ID, State, Reason string
	Attempts          int
	Interaction       struct{ ID string }
}

// callbackOf waits for the callback to a number, in a state.
func (d *desk) callbackOf(number, state string) promisedCall {
	d.t.Helper()
	var found promisedCall
	require.Eventually(d.t, func() bool {
		got := ask[struct {
			Callbacks struct{ Edges []struct{ Node promisedCall } }
		}](d.supervisor, "{ callbacks(last: 100) { edges { node { id state reason attempts interaction { id } } } } }", nil)
		id := d.callbackID(number)
		for _, e := range got.Callbacks.Edges {
			if e.Node.ID == id {
				found = e.Node
			}
		}
		return id != "" && found.State == state
	}, callPatience, 100*time.Millisecond, "a callback in state %s: %+v", state, &found)
	return found
}

// Who does not want to wait presses a key in the music: the place is kept, the operator is called first and then the citizen,
// once.
func callbackInsteadOfWaiting(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2, menu: withCallback})
	citizen := d.caller().calls()
	d.state(citizen.id, "QUEUED")
	later := d.anotherCaller().calls()
	d.state(later.id, "QUEUED")
	citizen.hearsMusic()
	citizen.pressesUntil("1", "CALL_CLOSED") // the key for a callback, then yes: to this number
	promise := d.callbackOf(citizen.number, "WAITING")
	require.Equal(t, "REQUESTED", promise.Reason)
	require.Equal(t, citizen.id, promise.Interaction.ID, "nothing is told twice")
	require.Equal(t, 1, *d.state(citizen.id, "QUEUED").Position, "the place is kept")
	require.Zero(t, c.outside.logged("INVITE "+national(citizen.number)), "nobody is called before an operator is there")

	operator := d.people[0].ready()
	operator.phone.picksUp()
	require.Equal(t, operator.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	operator.phone.hears(hzOutside)
	require.Equal(t, 1, c.outside.logged("INVITE "+national(citizen.number)+" from 88006000000"))
	operator.phone.hangUp()
	c.happens(t, "BYE "+national(citizen.number))
	d.state(citizen.id, "WRAP_UP")
	d.callbackOf(citizen.number, "DONE")
	require.Equal(t, 1, c.outside.logged("INVITE "+national(citizen.number)), "dialled once")

	d.people[1].ready().phone.picksUp()
	later.hears(hzColleague)
	later.leaves()
}

// Who gives up waiting is called back by an operator of the same line.
func lostCaller(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen := d.caller().calls()
	d.state(citizen.id, "QUEUED")
	c.sql(t, "UPDATE interactions SET queued_at = queued_at - interval '1 minute' WHERE id = $1", citizen.id)
	citizen.leaves()
	d.state(citizen.id, "ABANDONED")
	promise := d.callbackOf(citizen.number, "WAITING")
	require.Equal(t, "LOST", promise.Reason)
	require.NotEqual(t, citizen.id, promise.Interaction.ID)
	operator := d.people[0].ready()
	operator.phone.picksUp()
	operator.phone.hears(hzOutside)
	d.state(promise.Interaction.ID, "ACTIVE")
	operator.do("callHangUp", "InteractionInput", onInteraction(promise.Interaction.ID))
	operator.phone.await("CALL_CLOSED")
	d.state(promise.Interaction.ID, "WRAP_UP")
	d.callbackOf(citizen.number, "DONE")
}

// Who is busy is called three times, not more, and each time an operator is there first.
func threeAttempts(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen := d.callerOf("+74957001486").calls()
	d.state(citizen.id, "QUEUED")
	c.sql(t, "UPDATE interactions SET queued_at = queued_at - interval '1 minute' WHERE id = $1", citizen.id)
	citizen.leaves()
	promise := d.callbackOf(citizen.number, "WAITING")
	operator := d.people[0].ready()
	for attempt := 1; attempt <= 3; attempt++ {
		operator.phone.picksUp()
		operator.phone.await("CALL_CLOSED")
		require.Eventually(t, func() bool { return c.outside.logged("INVITE 84957001486") == attempt }, callPatience, 100*time.Millisecond)
		if attempt == 3 {
			break
		}
		d.state(promise.Interaction.ID, "DEFERRED")
		require.Equal(t, attempt, d.callbackOf(citizen.number, "WAITING").Attempts)
		c.sql(t, "UPDATE callbacks SET next_attempt_at = now() WHERE id = $1", promise.ID)
	}
	require.Equal(t, 3, d.callbackOf(citizen.number, "EXHAUSTED").Attempts)
	require.Equal(t, "NOT_REACHED", d.state(promise.Interaction.ID, "CLOSED").CloseReason)
	require.Equal(t, "AVAILABLE", operator.presence())
}
