package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The operator's phone puts the citizen on hold, and so does the console: there is music meanwhile.
func holdByTheOperator(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen, operator := d.talking()
	operator.do("interactionHold", "InteractionInput", onInteraction(citizen.id))
	citizen.hearsMusic()
	operator.phone.hearsNothing()
	operator.do("interactionResume", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator)
	operator.phone.hears(hzCitizen)
	operator.do("callMute", "CallMuteInput", onInteraction(citizen.id, "muted", true))
	citizen.hearsNothing()
	operator.do("callMute", "CallMuteInput", onInteraction(citizen.id, "muted", false))
	citizen.hears(hzOperator)

	operator.phone.tell("hold", "") // after which baresip keeps no more of what it hears
	d.state(citizen.id, "HELD")
	citizen.hearsMusic()
	operator.phone.tell("resume", "")
	d.state(citizen.id, "ACTIVE")
	citizen.hears(hzOperator)
	citizen.leaves()
}

// The carrier puts us on hold: by sendonly, as a citizen's phone does, and by inactive, as networks do. The talk stays one.
func holdByTheCarrier(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	citizen, operator := d.talking()
	citizen.tell("hold", "")
	operator.phone.hearsNothing()
	require.Equal(t, "ACTIVE", d.supervisor.now(citizen.id).State)
	citizen.tell("resume", "")
	operator.phone.hears(hzCitizen)
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")
	operator.close(citizen.id)

	network := runSIPp(t, sippOptions{
		scenario: "inactive.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: "+74955550002", tone: hzCitizen, more: []string{"-trace_logs"},
	})
	operator.phone.picksUp()
	require.Eventually(t, func() bool { return network.logged("resumed") == 1 }, callPatience, 100*time.Millisecond)
	operator.phone.hears(hzCitizen)
	id := d.live("+74955550002")
	require.Equal(t, "ACTIVE", d.supervisor.now(id).State)
	operator.phone.hangUp()
	network.ends()
	d.state(id, "WRAP_UP")
}

// close records the enquiry.
func (k *clerk) close(id string) {
	k.t.Helper()
	k.do("interactionClose", "InteractionCloseInput", onInteraction(id, "dispositionId", k.disposition("MATERNITY_CAPITAL"), "outcome", "RESOLVED"))
}

// Keys that come by SIP INFO while there is music book the callback, as those by RFC 4733 do.
func keysByInfo(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{menu: withCallback})
	number := "+74955550003"
	runSIPp(t, sippOptions{scenario: "info.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: number, tone: hzCitizen})
	promise := d.callbackOf(number, "WAITING")
	require.Equal(t, "REQUESTED", promise.Reason)
	require.Eventually(t, func() bool { return d.live(number) == "" }, callPatience, 100*time.Millisecond, "goodbye is said")
	d.supervisor.do("callbackCancel", "CallbackInput", map[string]any{"callbackId": promise.ID})
	require.Equal(t, "CALLBACK_CANCELLED", d.state(promise.Interaction.ID, "ABANDONED").CloseReason)
}

// Nothing is heard of the citizen: the call lives, its figures say so, and in the end it is given up.
func oneWay(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0].ready()
	carrier := runSIPp(t, sippOptions{scenario: "mute.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: "+380445550004"})
	operator.phone.picksUp()
	id := d.live("+380445550004")
	d.state(id, "ACTIVE")
	operator.phone.hearsNothing()
	carrier.ends() // by the other side's BYE
	operator.phone.await("CALL_CLOSED")
	d.state(id, "WRAP_UP")
	var citizen legSeen
	require.Eventually(t, func() bool {
		for _, l := range d.legs(id) {
			if l.Role == "CITIZEN" {
				citizen = l
			}
		}
		return citizen.EndCause != ""
	}, callPatience, 100*time.Millisecond)
	require.Zero(t, citizen.PacketsReceived)
	require.Greater(t, citizen.PacketsSent, 100)
	require.Equal(t, "PCMA", citizen.Codec)
}

// legSeen is a leg of a call as the timeline shows it.
type legSeen struct {
	Role, Kind, EndCause, Codec  string
	PacketsSent, PacketsReceived int
}

func (d *desk) legs(id string) []legSeen {
	d.t.Helper()
	got := ask[struct {
		Interaction struct{ Calls []struct{ Legs []legSeen } }
	}](d.supervisor, "query($id: ID!) { interaction(id: $id) { calls { legs { role kind endCause codec packetsSent packetsReceived } } } }", map[string]any{"id": id})
	var all []legSeen
	for _, call := range got.Interaction.Calls {
		all = append(all, call.Legs...)
	}
	return all
}
