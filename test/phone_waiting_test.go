package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// withMaxWait lets nobody wait longer than half a minute, which is the shortest that a menu may say: then a callback is offered.
const withMaxWait = `{"name": "Не дольше", "start": "queue", "fallback": "bye", "nodes": {
	"queue": {"type": "queue", "queue": "QUEUE", "announce": ["{position}."], "announce_every_s": 600, "max_wait_s": 30,
		"overflow": "callback", "closed": "bye", "after": "bye"},
	"callback": {"type": "callback", "confirm": "На {phone}?", "number": "Наберите номер.", "booked": "Перезвоним.", "goto": "bye", "declined": "queue"},
	"bye": {"type": "hangup"}}}`

// Who has waited for the longest that the menu allows is offered a callback, and takes it.
func maximumWait(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{menu: withMaxWait})
	citizen := d.caller().calls()
	d.state(citizen.id, "QUEUED")
	citizen.pressesUntil("1", "CALL_CLOSED") // heard by nobody but the question for the callback
	promise := d.callbackOf(citizen.number, "WAITING")
	require.Equal(t, "REQUESTED", promise.Reason)
	require.Equal(t, citizen.id, promise.Interaction.ID)
	require.Equal(t, 1, *d.state(citizen.id, "QUEUED").Position, "the place is kept")
	d.supervisor.do("callbackCancel", "CallbackInput", map[string]any{"callbackId": promise.ID})
}

// A queue whose callers have waited too long passes them on to another one.
func overflow(t *testing.T, c *phoneCentre) {
	other := c.desk(t, deskOptions{people: 1})
	d := c.desk(t, deskOptions{settings: map[string]any{"overflowSeconds": 1, "overflowQueueId": other.queueID}})
	citizen := d.caller().calls()
	require.Eventually(t, func() bool {
		return c.find(t, "SELECT coalesce(queue_id, '') FROM interactions WHERE id = $1", citizen.id) == other.queueID
	}, callPatience, callPatience/400, "the other queue has the citizen")
	citizen.hearsMusic()
	operator := other.people[0].ready()
	operator.phone.picksUp()
	require.Equal(t, operator.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	citizen.hears(hzOperator)
	operator.phone.hears(hzCitizen)
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")
}
