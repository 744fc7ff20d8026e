package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// opusCarrier is where the carrier is that has Opus.
const opusCarrier = "127.0.0.12"

// A carrier and an operator's phone that have Opus, both with libopus: they talk in it, what the centre plays comes in between in G.711,
// which the citizen's telephone follows, and the recording has each on their own channel.
func soundInOpus(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{})
	const codecs = "opus/48000/2,PCMA/8000/1"
	operator := d.hireWith("opus."+d.code, 1, deviceOptions{tone: hzOperator, codecs: codecs, modules: []string{"opus"}}).ready()
	d.admin.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": map[string]any{
		"name": "Широкая полоса", "proxy": opusCarrier + ":5060", "sources": []string{opusCarrier}, "codecs": []string{"opus", "PCMA"},
		"keepAliveSeconds": 0, "preference": 500,
	}})
	number := "+380447770071"
	citizen := &caller{desk: d, number: number, device: newDevice(t, deviceOptions{
		user: number, address: opusCarrier, tone: hzCitizen, codecs: codecs, modules: []string{"opus"},
	})}
	for over := time.Now().Add(callPatience); ; { // the trunk is known a moment after it was made
		citizen.dials(d.number, c.app.PhoneAddr(), "")
		if citizen.await("CALL_CLOSED", "CALL_ESTABLISHED").Type == "CALL_ESTABLISHED" {
			break
		}
		require.True(t, time.Now().Before(over), "%s", citizen.told())
	}
	citizen.seen()
	operator.phone.picksUp()
	d.state(citizen.id, "ACTIVE")
	operator.phone.hears(hzCitizen)
	citizen.changes("opus", 2) // once for the description, and after the first words of the menu
	for n := range 2 {
		operator.do("interactionHold", "InteractionInput", onInteraction(citizen.id))
		citizen.changes("PCMA", n+2)
		operator.phone.hearsNothing()
		operator.do("interactionResume", "InteractionInput", onInteraction(citizen.id))
		citizen.changes("opus", n+3)
		operator.phone.hears(hzCitizen)
	}
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")
	d.state(citizen.id, "WRAP_UP")
	require.Eventually(t, func() bool {
		codecs := map[string]string{}
		for _, l := range d.legs(citizen.id) {
			codecs[l.Role] = l.Codec
		}
		return codecs["CITIZEN"] == "opus" && codecs["OPERATOR"] == "opus"
	}, callPatience, 100*time.Millisecond)
	said, heard := d.supervisor.recording(citizen.id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0)
	require.Less(t, loudness(said, hzOperator), 300.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0)
	require.Less(t, loudness(heard, hzCitizen), 300.0)
	operator.close(citizen.id)
}
