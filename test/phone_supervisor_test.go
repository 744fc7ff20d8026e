package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func supervise(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen, first := d.talking()
	boss := d.supervisor
	phone := c.phoneOf(d.admin, boss.me(), "boss", hzSupervisor)
	boss.do("callSupervise", "CallSuperviseInput", onInteraction(citizen.id, "mode", "LISTEN"))
	phone.picksUp()
	phone.hears(hzCitizen, hzOperator)
	first.phone.hears(hzCitizen)
	citizen.hears(hzOperator)

	boss.do("callSupervise", "CallSuperviseInput", onInteraction(citizen.id, "mode", "WHISPER"))
	first.phone.hears(hzCitizen, hzSupervisor)
	citizen.hears(hzOperator)

	boss.do("callSupervise", "CallSuperviseInput", onInteraction(citizen.id, "mode", "BARGE"))
	citizen.hears(hzOperator, hzSupervisor)
	first.phone.hears(hzCitizen, hzSupervisor)

	boss.do("callTakeOver", "InteractionInput", onInteraction(citizen.id))
	first.phone.await("CALL_CLOSED")
	require.Equal(t, boss.me(), d.state(citizen.id, "ACTIVE").Operator.ID)
	citizen.hears(hzSupervisor)
	phone.hears(hzCitizen)
	citizen.leaves()
	phone.await("CALL_CLOSED")
	said, heard := boss.recording(citizen.id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Greater(t, loudness(heard, hzSupervisor), 3000.0, "heard after barging in")
}
