package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// Wideband goes through when the carrier and the phone have it; the phone is offered it then, and only then.
func TestWidebandThrough(t *testing.T) {
	t.Parallel()
	wide := []sdp.Codec{sdp.G722(), sdp.PCMA()}
	for name, c := range map[string]struct {
		trunk, carrier, phone []sdp.Codec
		want                  [2]string // of the citizen and of the operator
	}{
		"both":    {wide, wide, []sdp.Codec{sdp.G722(), sdp.PCMU()}, [2]string{"G722", "G722"}},
		"carrier": {wide, wide, []sdp.Codec{sdp.PCMU()}, [2]string{"G722", "PCMU"}},
		"phone":   {wide, []sdp.Codec{sdp.PCMA()}, wide, [2]string{"PCMA", "PCMA"}},
		"not set": {nil, wide, wide, [2]string{"PCMA", "PCMA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.trunk.Codecs = c.trunk
			require.NoError(t, w.agent.SetTrunks([]signaling.Trunk{w.trunk}))
			w.carrier.codecs = c.carrier
			phone := w.phone("op1")
			phone.codecs = c.phone
			citizen := w.queued()
			w.centre.offer("O1", "op1")
			operator := phone.ringing()
			operator.pickUp(operatorTone)
			operator.hears(citizenTone)
			citizen.hears(operatorTone)
			require.Equal(t, c.want, [2]string{citizen.codec(), operator.codec()})
		})
	}
}

// A browser is told of the leg that it will be connected with, and so of its codec.
func TestBrowserMeetsWideband(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 0)
	w.trunk.Codecs = []sdp.Codec{sdp.G722()}
	require.NoError(t, w.agent.SetTrunks([]signaling.Trunk{w.trunk}))
	w.carrier.codecs = w.trunk.Codecs
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	require.Equal(t, media.G722, operator.call.Near.Codec())
	citizen.hears(operatorTone)
	operator.far.hears(citizenTone)
	eventually(t, func() bool {
		w.centre.mu.Lock()
		defer w.centre.mu.Unlock()
		for _, l := range w.centre.legs {
			if l.Kind == "browser" && l.Codec == "PCMA" { // what this browser has
				return true
			}
		}
		return false
	}, "the browser's codec is not reported")
}
