package test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Several carriers side by side, each known by its address: one over TCP, one whose sound is encrypted (SDES), one that proves who it
// is by digest.
func trunks(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0]
	carrier := func(address string, settings map[string]any) {
		all := map[string]any{"name": address, "proxy": address + ":5070", "sources": []string{address}, "preference": 500}
		for name, value := range settings {
			all[name] = value
		}
		d.admin.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": all})
	}
	carrier("127.0.0.3", map[string]any{"transport": "TCP"})
	carrier("127.0.0.4", map[string]any{"srtp": "REQUIRED"})
	carrier("127.0.0.5", map[string]any{"inboundUsername": "carrier", "inboundPassword": "correct-horse-carrier"})
	through := func(o deviceOptions, number string) {
		o.user, o.tone = number, hzCitizen
		citizen := &caller{desk: d, number: number, device: newDevice(t, o)}
		operator.ready()
		citizen.calls()
		operator.phone.picksUp()
		citizen.hears(hzOperator)
		operator.phone.hears(hzCitizen)
		c.overTrunk(t, number)
		citizen.leaves()
		operator.phone.await("CALL_CLOSED")
		d.state(citizen.id, "WRAP_UP")
		operator.close(citizen.id)
	}
	d.refused(deviceOptions{address: "127.0.0.5", account: ";auth_user=carrier;auth_pass=a-guess"}, "403")
	d.refused(deviceOptions{address: "127.0.0.4"}, "488") // without encryption
	through(deviceOptions{address: "127.0.0.4", account: ";mediaenc=srtp-mand", modules: []string{"srtp"}}, "+380447770004")
	through(deviceOptions{address: "127.0.0.5", account: ";auth_user=carrier;auth_pass=correct-horse-carrier"}, "+380447770005")

	operator.ready()
	overTCP := runSIPp(t, sippOptions{
		scenario: "carrier.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: "+380447770003", tone: hzCitizen,
		address: "127.0.0.3", more: []string{"-t", "t1"},
	})
	operator.phone.picksUp()
	operator.phone.hears(hzCitizen)
	c.overTrunk(t, "+380447770003")
	overTCP.ends()
	operator.phone.await("CALL_CLOSED")
}

// refused calls until the call is refused, with the code: a new trunk is known a moment after it was made.
func (d *desk) refused(o deviceOptions, code string) {
	d.t.Helper()
	o.user, o.tone = "+380447770009", hzCitizen
	citizen := newDevice(d.t, o)
	for over := time.Now().Add(callPatience); ; {
		citizen.dials(d.number, d.c.app.PhoneAddr(), "")
		if e := citizen.await("CALL_CLOSED", "CALL_ESTABLISHED"); e.Type == "CALL_CLOSED" {
			require.True(d.t, strings.HasPrefix(e.Param, code), "%s", citizen.told())
			return
		}
		require.True(d.t, time.Now().Before(over), "the call is taken")
		citizen.hangUp()
		citizen.await("CALL_CLOSED")
	}
}
