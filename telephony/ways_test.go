package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/signaling"
)

// twoCarriers is a world whose calls leave by the first carrier, and by the second one when that fails.
func twoCarriers(t *testing.T) (w *world, second *peer) {
	t.Helper()
	trunks := map[string]signaling.Trunk{}
	w = newWorld(t, func(o *telephony.Options) {
		o.Trunk = func(id string) (signaling.Trunk, bool) { trunk, ok := trunks[id]; return trunk, ok }
		o.Ways = func() []string { return []string{"gone", "carrier", "second"} }
	})
	second = newPeer(t, "127.0.0.3")
	w.peers = append(w.peers, second)
	trunks[""], trunks["carrier"] = w.trunk, w.trunk
	trunks["second"] = signaling.Trunk{ID: "second", Name: "Second", Proxy: second.address(), Trusted: true}
	require.NoError(t, w.agent.SetTrunks([]signaling.Trunk{w.trunk, trunks["second"]}))
	return w, second
}

func TestNextTrunkWhenACarrierFails(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"503": 503, "500": 500, "silence": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, second := twoCarriers(t)
			phone := w.phone("op1")
			if code == 0 {
				w.carrier.close()
			}
			_, err := w.sb.Call(w.request("O1"))
			require.NoError(t, err)
			operator := phone.ringing()
			operator.pickUp(operatorTone)
			if code != 0 {
				require.NoError(t, w.carrier.ringing().Reject(code, ""))
			}
			citizen := second.ringing()
			require.Equal(t, citizenNumber, citizen.in.To.Number)
			operator.hears(425)
			citizen.pickUp(citizenTone)
			operator.hears(citizenTone)
			citizen.hears(operatorTone)
			citizen.hangUp()
			w.ended(telephony.EndByCaller)
		})
	}
}

func TestBusyIsTheCitizensAnswerByEveryTrunk(t *testing.T) {
	t.Parallel()
	w, second := twoCarriers(t)
	phone := w.phone("op1")
	_, err := w.sb.Call(w.request("O1"))
	require.NoError(t, err)
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	require.NoError(t, w.carrier.ringing().Reject(486, ""))
	await[signaling.Ended](operator)
	w.ended(telephony.EndUnanswered)
	require.Equal(t, 486, w.centre.only().ended.SIPCode)
	require.Empty(t, second.calls)
}
