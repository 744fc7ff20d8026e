package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func onInteraction(id string, more ...any) map[string]any {
	input := map[string]any{"interactionId": id}
	for i := 0; i+1 < len(more); i += 2 {
		input[more[i].(string)] = more[i+1]
	}
	return input
}

func transferToQueue(t *testing.T, c *phoneCentre) {
	d, other := c.desk(t, deskOptions{people: 1}), c.desk(t, deskOptions{people: 1})
	citizen, first := d.talking()
	second := other.people[0].ready()
	first.do("interactionTransfer", "InteractionTransferInput", onInteraction(citizen.id, "queueId", other.queueID, "note", "Просит другого."))
	first.phone.await("CALL_CLOSED")
	second.phone.await("CALL_INCOMING")
	citizen.hearsMusic()
	second.phone.tell("accept", "")
	second.phone.await("CALL_ESTABLISHED")
	now := d.state(citizen.id, "ACTIVE")
	require.Equal(t, second.id, now.Operator.ID)
	second.phone.hears(hzCitizen)
	citizen.hears(hzOperator)
	citizen.leaves()
	second.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
}

func transferToOperator(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2})
	citizen, first := d.talking()
	second := d.people[1].ready()
	first.do("interactionTransferToOperator", "InteractionTransferToOperatorInput", onInteraction(citizen.id, "accountId", second.id))
	first.phone.await("CALL_CLOSED")
	second.phone.picksUp()
	require.Equal(t, second.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	second.phone.hears(hzCitizen)
	citizen.hears(hzColleague)
	second.phone.hangUp()
	citizen.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
}

func consultAndComplete(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2})
	citizen, first := d.talking()
	second := d.people[1]
	first.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "accountId", second.id))
	second.phone.picksUp()
	citizen.hearsMusic()
	first.phone.hears(hzColleague)
	second.phone.hears(hzOperator)
	first.do("callConsultCancel", "InteractionInput", onInteraction(citizen.id))
	second.phone.await("CALL_CLOSED")
	citizen.hears(hzOperator)
	first.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "accountId", second.id))
	second.phone.picksUp()
	second.phone.hears(hzOperator)
	first.do("callConsultComplete", "InteractionInput", onInteraction(citizen.id))
	first.phone.await("CALL_CLOSED")
	require.Equal(t, second.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	citizen.hears(hzColleague)
	second.phone.hears(hzCitizen)
	second.do("callHangUp", "InteractionInput", onInteraction(citizen.id))
	citizen.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
}

func conference(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	line2 := c.desk(t, deskOptions{line: 2})
	citizen, first := d.talking()
	second := line2.hire("conference.line2", 2, hzColleague)
	first.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "accountId", second.id))
	second.phone.picksUp()
	first.phone.hears(hzColleague)
	first.do("callConference", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator, hzColleague)
	first.phone.hears(hzCitizen, hzColleague)
	second.phone.hears(hzCitizen, hzOperator)
	citizen.leaves()
	first.phone.await("CALL_CLOSED")
	second.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
	said, heard := d.supervisor.recording(citizen.id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Less(t, loudness(said, hzOperator), 300.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	require.Greater(t, loudness(heard, hzColleague), 3000.0)
	require.Less(t, loudness(heard, hzCitizen), 300.0)
}

// To line 2.
func transferToLineTwo(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	line2 := c.desk(t, deskOptions{people: 1, line: 2})
	citizen, first := d.talking()
	second := line2.people[0].ready()
	first.do("interactionTransfer", "InteractionTransferInput", onInteraction(citizen.id, "queueId", line2.queueID))
	second.phone.picksUp()
	first.phone.await("CALL_CLOSED")
	now := d.state(citizen.id, "ACTIVE")
	require.Equal(t, second.id, now.Operator.ID)
	require.Equal(t, 2, now.Line)
	second.phone.hears(hzCitizen)
	citizen.hears(hzOperator)
	citizen.leaves()
	second.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
}

// With the keys of the phone, which hangs up as soon as it hears that the transfer is accepted (RFC 5589).
func transferByKeys(t *testing.T, c *phoneCentre) {
	d, other := c.desk(t, deskOptions{people: 1}), c.desk(t, deskOptions{people: 1})
	citizen, first := d.talking()
	second := other.people[0].ready()
	first.phone.tell("transfer", other.code)
	second.phone.picksUp()
	first.phone.await("CALL_CLOSED")
	require.Equal(t, second.id, d.state(citizen.id, "ACTIVE").Operator.ID)
	second.phone.hears(hzCitizen)
	citizen.hears(hzOperator)
	citizen.leaves()
	second.phone.await("CALL_CLOSED")
}

// To a number outside, without asking there first; the operator records the enquiry meanwhile.
func passOn(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen, operator := d.talking()
	operator.refuses("FORBIDDEN", "callPassOn", "CallPassOnInput", onInteraction(citizen.id, "number", "88095000000"))
	operator.refuses("FORBIDDEN", "callPassOn", "CallPassOnInput", onInteraction(citizen.id, "number", "+442071234567"))
	number := "8499" + d.number[len(d.number)-7:]
	operator.do("callPassOn", "CallPassOnInput", onInteraction(citizen.id, "number", number))
	operator.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
	citizen.hears(hzOutside)
	require.Equal(t, 1, c.outside.logged("INVITE "+number+" from 88006000000"))
	citizen.leaves()
	c.happens(t, "BYE "+number)
}

// A number outside is asked first, then the citizen is left there; one that is busy gives the operator back to the citizen.
func consultOutside(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen, operator := d.talking()
	busy, there := "84990000486", "8498"+d.number[len(d.number)-7:]
	operator.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "number", busy))
	c.happens(t, "INVITE "+busy)
	citizen.hears(hzOperator)
	operator.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "number", there))
	operator.phone.hears(hzOutside)
	citizen.hearsMusic()
	operator.do("callConference", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator, hzOutside)
	operator.phone.hears(hzCitizen, hzOutside)
	operator.do("callConsultComplete", "InteractionInput", onInteraction(citizen.id))
	operator.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
	citizen.hears(hzOutside)
	citizen.leaves()
	c.happens(t, "BYE "+there)
}
