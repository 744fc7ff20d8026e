package telephony_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// newSymmetricWorld has a carrier whose gateway is known to be symmetric, so its calls are on shared ports.
func newSymmetricWorld(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(o *telephony.Options) {
		trunk := o.Trunk
		o.Trunk = func(id string) (signaling.Trunk, bool) {
			found, ok := trunk(id)
			found.SymmetricMedia = true
			return found, ok
		}
	})
}

// sendsTo is where a peer was told to send.
func (c *peerCall) sendsTo() netip.AddrPort {
	m, agreed := c.session.Media()
	require.True(c.p.t, agreed)
	return m.Remote
}

// menu calls in and waits for the menu.
func (w *world) menu(from string, hertz float64) *peerCall {
	w.t.Helper()
	c := w.carrier.call(serviceNumber, from, hertz)
	eventually(w.t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	return c
}

// elsewhere gives the call another socket for its sound, as a gateway does that hands a call to another of its boards.
func (c *peerCall) elsewhere(hertz float64) []byte {
	c.p.t.Helper()
	c.media.Close()
	var err error
	c.media, err = c.p.engine.NewLeg(media.LegOptions{Notify: c.notify})
	require.NoError(c.p.t, err)
	c.session.Move(sdp.Endpoint{
		Address: c.media.LocalRTP().Addr(), Port: c.media.LocalRTP().Port(), RTCPPort: c.media.LocalRTCP().Port(),
	})
	body, err := c.session.Offer(sdp.SendRecv)
	require.NoError(c.p.t, err)
	m, _ := c.session.Media()
	c.configure(m)
	c.speak(hertz)
	return body
}

// pretend lets the call's descriptions name another call's address.
func (c *peerCall) pretend(other *peerCall) {
	at := other.media.LocalRTP()
	c.session.Move(sdp.Endpoint{Address: at.Addr(), Port: at.Port(), RTCPPort: other.media.LocalRTCP().Port()})
}

// answered configures what the answer to an offer of ours says.
func (c *peerCall) answered() {
	c.p.t.Helper()
	again := await[signaling.Reanswered](c)
	require.Equal(c.p.t, 200, again.Code)
	m, err := c.session.Accept(again.Body)
	require.NoError(c.p.t, err)
	c.configure(m)
}

func TestSymmetricTrunkSharesPorts(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	citizen, operator := w.talking()
	other := w.carrier.call(serviceNumber, "+73432001133", consultedTone)
	require.Equal(t, citizen.sendsTo(), other.sendsTo(), "one port for both")
	require.NotEqual(t, citizen.sendsTo(), operator.sendsTo(), "a phone may sit behind a NAT")
	other.press("1")
	eventually(t, func() bool { return w.centre.in("QUEUED") == 1 }, "its keys are its own")
	other.hears(musicTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)

	other.hangUp()
	await[signaling.Ended](other)
	eventually(t, func() bool { return len(w.sb.Calls()) == 1 }, "the other call goes on")
	citizen.press("5")
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
}

func TestOtherTrunksDoNotShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, b := w.menu(citizenNumber, citizenTone), w.carrier.call(serviceNumber, "+73432001133", consultedTone)
	require.NotEqual(t, a.sendsTo(), b.sendsTo())
}

func TestSecondCallFromOneAddress(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	first := w.menu(citizenNumber, citizenTone)
	second := w.carrier.newCall()
	second.pretend(first)
	offer, err := second.session.Offer(sdp.SendRecv)
	require.NoError(t, err)
	second.Dialog, err = w.carrier.agent.Call(signaling.CallRequest{
		TrunkID: "ekc", Number: serviceNumber, From: "+73432001133", Offer: offer, Sink: second.sink,
	})
	require.NoError(t, err)
	m, err := second.session.Accept(await[signaling.Answered](second).Body)
	require.NoError(t, err)
	require.NotEqual(t, first.sendsTo(), m.Remote, "told apart by our port")
	first.press("1")
	eventually(t, func() bool { return w.centre.in("QUEUED") == 1 }, "the first call is what it was")
}

func TestSymmetricTrunkHoldsAndMoves(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	citizen, operator := w.talking()
	require.NoError(t, citizen.Reoffer(citizen.holds(true)))
	citizen.answered()
	citizen.silent()
	require.NoError(t, citizen.Reoffer(citizen.holds(false)))
	citizen.answered()
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
	at := citizen.sendsTo()

	require.NoError(t, citizen.Reoffer(citizen.elsewhere(consultedTone)))
	citizen.answered()
	require.Equal(t, at, citizen.sendsTo(), "a free address needs no other port")
	citizen.hears(operatorTone)
	operator.hears(consultedTone)
}

func TestReinviteWithAnotherCallsAddress(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	citizen, operator := w.talking()
	other := w.carrier.call(serviceNumber, "+73432001133", consultedTone)
	at := citizen.sendsTo()
	require.Equal(t, at, other.sendsTo())
	citizen.pretend(other)
	body, err := citizen.session.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.NoError(t, citizen.Reoffer(body))
	citizen.answered()
	require.NotEqual(t, at, citizen.sendsTo(), "the answer names a port of the call's own")

	require.NoError(t, citizen.Reoffer(citizen.elsewhere(citizenTone)))
	citizen.answered()
	require.NotEqual(t, at, citizen.sendsTo())
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
	w.state("ACTIVE")
}

func TestDialledThroughSymmetricTrunk(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	caller := w.menu(citizenNumber, citizenTone)
	caller.press("2") // to an outside number, through the same trunk
	outside := w.carrier.ringing()
	outside.pickUp(consultedTone)
	require.Equal(t, caller.sendsTo(), outside.sendsTo(), "one port for both")
	caller.hears(consultedTone)
	outside.hears(citizenTone)
}

// TestDialledToATakenAddress lets the carrier answer with an address that another call has: we offer other ports when the call is up.
func TestDialledToATakenAddress(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"early media": true, "answer": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSymmetricWorld(t)
			caller := w.menu(citizenNumber, citizenTone)
			caller.press("2")
			outside := w.carrier.ringing()
			outside.pretend(caller)
			body, _, err := outside.session.Answer(outside.in.Offer, sdp.SendRecv)
			require.NoError(t, err)
			taken := outside.sendsTo()
			require.Equal(t, caller.sendsTo(), taken)
			if early {
				require.NoError(t, outside.Progress(183, body, true))
				await[signaling.Acknowledged](outside)
			}
			require.NoError(t, outside.Answer(body))

			offered := await[signaling.Offered](outside)
			outside.session.Move(sdp.Endpoint{
				Address: outside.media.LocalRTP().Addr(), Port: outside.media.LocalRTP().Port(), RTCPPort: outside.media.LocalRTCP().Port(),
			})
			body, m, err := outside.session.Answer(offered.Body, sdp.SendRecv)
			require.NoError(t, err)
			require.NotEqual(t, taken, m.Remote)
			outside.configure(m)
			require.NoError(t, outside.AnswerOffer(body))
			outside.speak(consultedTone)
			caller.hears(consultedTone)
			outside.hears(citizenTone)
		})
	}
}

func TestNewPortsRefused(t *testing.T) {
	t.Parallel()
	w := newSymmetricWorld(t)
	caller := w.menu(citizenNumber, citizenTone)
	caller.press("2")
	outside := w.carrier.ringing()
	outside.pretend(caller)
	body, _, err := outside.session.Answer(outside.in.Offer, sdp.SendRecv)
	require.NoError(t, err)
	require.NoError(t, outside.Answer(body))
	await[signaling.Offered](outside)
	require.NoError(t, outside.RefuseOffer(488))
	await[signaling.Ended](outside) // better than a call that hears nothing
}
