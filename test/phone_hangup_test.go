package test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/call"
	"ekc/ent/interaction"
)

// withMenu asks for a key before the queue, and for a rating after the talk.
const withMenu = `{"name": "Меню", "start": "record", "fallback": "queue", "nodes": {
	"record": {"type": "say", "prompt": "Запись.", "starts_recording": true, "goto": "menu"},
	"menu": {"type": "menu", "prompt": "Для продолжения нажмите один.", "barge_in": true, "timeout_s": 30,
		"choices": [{"digit": "1", "goto": "queue"}], "fallback": "bye"},
	"queue": {"type": "queue", "queue": "QUEUE", "announce": ["{position}."], "announce_every_s": 600, "max_wait_s": 600,
		"overflow": "bye", "closed": "bye", "after": "rating"},
	"rating": {"type": "rating", "prompt": "Оцените.", "thanks": "Спасибо.", "timeout_s": 30, "goto": "bye"},
	"bye": {"type": "hangup"}}}`

// A citizen who hangs up, at every moment of a call: the enquiry ends as it should, phones stop ringing, the operator is free, the
// recording is stored.
func hangUpEverywhere(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1, menu: withMenu})
	operator := d.people[0]
	call := func() *caller { // from abroad, so that nobody is called back
		citizen := d.callerOf(fmt.Sprintf("+3804412%05d", c.desks.Add(1)))
		return citizen.calls()
	}
	queued := func() *caller {
		citizen := call()
		citizen.pressesUntilState("1", "QUEUED")
		return citizen
	}
	talking := func() *caller {
		operator.ready()
		citizen := call()
		citizen.pressesUntilState("1", "OFFERED")
		operator.phone.picksUp()
		d.state(citizen.id, "ACTIVE")
		citizen.hears(hzOperator)
		return citizen
	}
	stored := func(citizen *caller) {
		_, heard := d.supervisor.recording(citizen.id)
		require.Greater(t, loudness(heard, hzOperator), 3000.0)
		operator.close(citizen.id)
		require.Eventually(t, func() bool { return operator.presence() == "AVAILABLE" }, callPatience, 100*time.Millisecond)
	}

	inMenu := call()
	inMenu.leaves()
	d.state(inMenu.id, "CLOSED")

	inQueue := queued()
	inQueue.leaves()
	d.state(inQueue.id, "ABANDONED")

	operator.ready()
	offered := call()
	offered.pressesUntilState("1", "OFFERED")
	operator.phone.await("CALL_INCOMING")
	offered.leaves()
	operator.phone.await("CALL_CLOSED")
	d.state(offered.id, "ABANDONED")
	require.Equal(t, "AVAILABLE", operator.presence())

	active := talking()
	active.leaves()
	operator.phone.await("CALL_CLOSED")
	d.state(active.id, "WRAP_UP")
	stored(active)

	held := talking()
	operator.do("interactionHold", "InteractionInput", onInteraction(held.id))
	held.hearsMusic()
	held.leaves()
	operator.phone.await("CALL_CLOSED")
	d.state(held.id, "WRAP_UP")
	stored(held)

	rating := talking()
	operator.phone.hangUp()
	d.state(rating.id, "WRAP_UP")
	rating.hearsMusic() // the question for a rating
	rating.leaves()
	require.Zero(t, d.supervisor.now(rating.id).Rating)
	stored(rating)
}

// A call that is taken back at once leaves nothing behind.
func cancelledCalls(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	d.people[0].ready()
	carrier := runSIPp(t, sippOptions{
		scenario: "cancelled.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: "+380445550001", more: []string{"-m", "5", "-r", "5"},
	})
	carrier.ends()
	// An enquiry may begin a moment after the caller has gone, and ends then.
	require.Eventually(t, func() bool {
		return d.live("+380445550001") == "" && c.numbers.call(t, "+380445550001",
			call.HasInteractionWith(interaction.StateNotIn(interaction.StateClosed, interaction.StateAbandoned))) == nil
	}, callPatience, 100*time.Millisecond)
	require.Equal(t, "AVAILABLE", d.people[0].presence())
}

// An operator calls a citizen with the agency's number, from the console and with the keys of the phone; one who does not answer is
// no longer called when the operator hangs up.
func outbound(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0].ready()
	operator.refuses("FORBIDDEN", "callDial", "CallDialInput", map[string]any{"number": "88095000000"})
	there := "8496" + d.number[len(d.number)-7:]
	dialled := mutate[struct {
		Interaction *struct{ ID string }
		UserErrors  []userError
	}](operator.client, "callDial", "CallDialInput", "interaction { id }", map[string]any{"number": there})
	require.Empty(t, dialled.UserErrors)
	operator.phone.picksUp()
	operator.phone.hears(hzOutside)
	require.Equal(t, 1, c.outside.logged("INVITE "+there+" from 88006000000"))
	id := dialled.Interaction.ID
	d.state(id, "ACTIVE")
	operator.phone.hangUp()
	c.happens(t, "BYE "+there)
	d.state(id, "WRAP_UP")
	said, heard := d.supervisor.recording(id)
	require.Greater(t, loudness(said, hzOutside), 3000.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	operator.close(id)

	byKeys := "8497" + d.number[len(d.number)-7:]
	operator.phone.dials(byKeys, c.app.PhoneAddr(), "")
	operator.phone.await("CALL_ESTABLISHED")
	operator.phone.hears(hzOutside)
	operator.phone.hangUp()
	c.happens(t, "BYE "+byKeys)
	dialledByKeys := c.numbers.call(t, "+7"+byKeys[1:], call.DirectionEQ(call.DirectionOutbound))
	require.NotNil(t, dialledByKeys)
	second := dialledByKeys.InteractionID
	d.state(second, "WRAP_UP")
	operator.close(second)

	operator.phone.dials("84997000480", c.app.PhoneAddr(), "")
	c.happens(t, "INVITE 84997000480")
	operator.phone.hangUp()
	c.happens(t, "CANCEL 84997000480")
}

// pressesUntilState presses a key every two seconds until the enquiry is in one of these states, or past them.
func (c *caller) pressesUntilState(key string, states ...string) {
	c.t.Helper()
	pressed := time.Time{}
	require.Eventually(c.t, func() bool {
		now := c.desk.supervisor.now(c.id).State
		if now == "WITH_ASSISTANT" && time.Since(pressed) > 2*time.Second {
			c.press(key)
			pressed = time.Now()
		}
		return slices.Contains(states, now)
	}, callPatience, 100*time.Millisecond, "state %v", states)
}
