package telephony_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/signaling"
)

func TestTheFirstPhoneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	one, two := w.phone("op1"), w.phone("op1")
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	a, b := one.ringing(), two.ringing()
	b.pickUp(operatorTone)
	require.Equal(t, 487, await[signaling.Ended](a).Code)
	citizen.hears(operatorTone)
	b.hears(citizenTone)
	w.state("ACTIVE")
}

func TestDeclined(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	one, two := w.phone("op1"), w.phone("op1")
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	a, b := one.ringing(), two.ringing()
	require.NoError(t, a.Reject(603, ""))
	await[signaling.Ended](b)
	w.state("QUEUED")
	citizen.hears(musicTone)
	w.centre.offer("O2", "op1") // offered again, everything works as at first
	one.ringing()
	two.ringing().pickUp(operatorTone)
	citizen.hears(operatorTone)
}

func TestOfferWithdrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	w.queued()
	w.centre.offer("O1", "op1")
	ringing := phone.ringing()
	w.centre.set(func(r *row) { r.state, r.offer, r.offeredTo = "QUEUED", "", "" })
	require.Equal(t, 487, await[signaling.Ended](ringing).Code)
}

func TestPickedUpTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	ringing := phone.ringing()
	w.centre.mu.Lock()
	w.centre.rows[w.centre.order[0]].offer = "O2" // the offer is over, and nobody has said so yet
	w.centre.mu.Unlock()
	ringing.pickUp(operatorTone)
	await[signaling.Ended](ringing)
	citizen.hears(musicTone)
}

func TestAcceptedBeforeTheDeviceIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	phone.ringing().pickUp(operatorTone)
	citizen.hears(operatorTone)
}

func TestAcceptedAndNoDeviceComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.Settings.ReachTimeout = 300 * time.Millisecond })
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	w.state("QUEUED")
	citizen.hears(musicTone)
}

func TestTransferToTheQueueAndOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	second := w.phone("op2")
	w.centre.set(func(r *row) { r.state, r.operator = "QUEUED", "" })
	await[signaling.Ended](operator)
	citizen.hears(musicTone)
	w.centre.offer("O2", "op2")
	next := second.ringing()
	next.pickUp(consultedTone)
	citizen.hears(consultedTone)
	next.hears(citizenTone)
}

func TestOperatorsDeviceVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.Settings.OperatorSilence = time.Second })
	citizen, operator := w.talking()
	operator.media.Close() // the network is gone: no sound, and no BYE
	w.state("QUEUED")
	citizen.hears(musicTone)
	w.centre.inOrder(t, "operator lost")
	require.Empty(t, w.centre.only().operator)
}

func TestCallerVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.Settings.Silence = time.Second })
	citizen, operator := w.talking()
	citizen.media.Close()
	await[signaling.Ended](operator)
	w.ended(telephony.EndByFailure)
}
