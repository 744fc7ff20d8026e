package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
)

const (
	serviceNumber = "+78006000000"
	citizenNumber = "+73432001122"
)

// queued calls in, presses 1 and waits until the enquiry is queued.
func (w *world) queued() *peerCall {
	w.t.Helper()
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(w.t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("1")
	eventually(w.t, func() bool { r := w.centre.only(); return r != nil && r.state == "QUEUED" }, "not queued")
	c.hears(musicTone)
	return c
}

// talking brings a caller to an operator's phone.
func (w *world) talking() (citizen, operator *peerCall) {
	w.t.Helper()
	phone := w.phone("op1")
	citizen = w.queued()
	w.centre.offer("O1", "op1")
	operator = phone.ringing()
	operator.pickUp(operatorTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	return citizen, operator
}

func (w *world) state(want string) {
	w.t.Helper()
	eventually(w.t, func() bool { return w.centre.only().state == want }, "want state "+want)
}

func (w *world) ended(cause telephony.EndCause) {
	w.t.Helper()
	eventually(w.t, func() bool { return w.centre.only().ended != nil }, "not ended")
	require.Equal(w.t, cause, w.centre.only().ended.Cause)
	eventually(w.t, func() bool { return len(w.sb.Calls()) == 0 }, "the call's goroutine does not end")
}

func TestCallThroughMenuAndQueueToPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	w.state("ACTIVE")

	citizen.hangUp()
	await := func() bool { return operator.over() != nil }
	eventually(t, await, "the phone is not hung up")
	w.ended(telephony.EndByCaller)
	require.Equal(t, "WRAP_UP", w.centre.only().state)

	require.Equal(t, uint64(1), w.sb.Metrics().Connected)
	require.Zero(t, w.sb.Metrics().Lost)
	row := w.centre.only()
	require.Equal(t, citizenNumber, row.call.Caller)
	require.Equal(t, serviceNumber, row.call.Called)
	require.Equal(t, "66", row.call.RegionCode, "343 is Sverdlovsk")
	require.Equal(t, "PFR", row.wish.AgencyCode)
	require.Equal(t, 1, row.wish.Line)
	tape := w.tapes.first()
	eventually(t, tape.over, "the recording is not closed")
	said, _ := tape.shares(citizenTone)
	_, heard := tape.shares(operatorTone)
	require.Greater(t, said, 0.5, "the citizen is on the first channel")
	require.Greater(t, heard, 0.5, "the operator is on the second")
	_, crossed := tape.shares(citizenTone)
	require.Less(t, crossed, 0.01)
	eventually(t, func() bool { return w.centre.recordings() == 1 }, "the recording is not reported")
}
