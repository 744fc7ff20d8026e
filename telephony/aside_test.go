package telephony_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/signaling"
)

// asideTone is what the operator says in the second call.
const asideTone = 2050.0

func TestPhoneJoinsCitizenAndColleague(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	colleague := w.phone("op2")
	citizen, first := w.talkingRaw(phone)
	first.hold(true)
	citizen.hears(musicTone)
	w.state("HELD")

	ringing := make(chan *peerCall, 1)
	go func() { ringing <- <-colleague.calls }()
	dialled := make(chan *rawCall, 1)
	go func() {
		c, answer := phone.dials("2002")
		if answer.Status == 200 {
			dialled <- c
		}
		close(dialled)
	}()
	second := <-ringing
	require.NoError(t, second.Progress(180, nil, false))
	second.pickUp(consultedTone)
	aside, ok := <-dialled
	require.True(t, ok, "the colleague is not consulted")
	aside.speak(asideTone)
	second.hears(asideTone)
	aside.hears(consultedTone)
	citizen.hears(musicTone)

	aside.send("INVITE", aside.holds(true)) // back to the citizen for a moment
	require.Equal(t, 200, phone.reply(aside.callID, aside.cseq, "INVITE").Status)
	first.hold(false)
	citizen.hears(operatorTone)
	second.hears(musicTone)
	w.state("ACTIVE")

	require.Equal(t, 202, first.joins(aside, "2002"))
	require.Equal(t, "SIP/2.0 200 OK", first.reported())
	phone.request("BYE", first.callID)
	phone.request("BYE", aside.callID)
	citizen.hears(consultedTone)
	second.hears(citizenTone)
	w.centre.inOrder(t, "held true", "consulted op1 2002", "handed to op2")
	require.Equal(t, "op2", w.centre.only().operator)
	second.hangUp()
	w.state("WRAP_UP")
}

func TestPhoneJoinsCitizenAndOutsideNumber(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	citizen, first := w.talkingRaw(phone)
	first.hold(true)
	done := make(chan *rawCall, 1)
	go func() {
		c, _ := phone.dials("+74957654321")
		done <- c
	}()
	outside := w.carrier.ringing()
	require.Equal(t, "+74957654321", outside.in.To.Number)
	outside.pickUp(consultedTone)
	aside := <-done
	aside.speak(asideTone)
	outside.hears(asideTone)
	require.Equal(t, 202, aside.joins(first, "citizen"), "REFER may come in either call")
	require.Equal(t, "SIP/2.0 200 OK", aside.reported())
	citizen.hears(consultedTone)
	outside.hears(citizenTone)
	w.state("WRAP_UP")
	outside.hangUp()
	await[signaling.Ended](citizen)
	w.ended(telephony.EndByOperator)
}

func TestPhoneGoesBackToTheCitizen(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	citizen, first := w.talkingRaw(phone)
	first.hold(true)
	_, answer := phone.dials("77")
	require.Equal(t, 404, answer.Status, "nobody is called so")
	done := make(chan int, 1)
	go func() {
		_, answer := phone.dials("+74957654321")
		done <- answer.Status
	}()
	require.NoError(t, w.carrier.ringing().Reject(486, ""))
	require.Equal(t, 480, <-done)

	go func() {
		_, answer := phone.dials("+74957654321")
		done <- answer.Status
	}()
	outside := w.carrier.ringing()
	_, answer = phone.dials("2002")
	require.Equal(t, 486, answer.Status, "one consultation at once")
	outside.pickUp(consultedTone)
	require.Equal(t, 200, <-done)
	outside.hangUp()
	phone.request("BYE", "")
	first.hold(false)
	citizen.hears(operatorTone)
	require.Equal(t, 481, first.joins(&rawCall{callID: "unknown", remoteTag: "a", localTag: "b"}, "x"))
	citizen.hears(operatorTone)
}

func TestHandOverThatTheCentreRefuses(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	w.centre.answers(func(m *memoryCentre) { m.busy = true })
	colleague := w.phone("op2")
	_, first := w.talkingRaw(phone)
	first.hold(true)
	done := make(chan *rawCall, 1)
	go func() {
		c, _ := phone.dials("2002")
		done <- c
	}()
	second := colleague.ringing()
	second.pickUp(consultedTone)
	aside := <-done
	aside.speak(asideTone)
	require.Equal(t, 202, first.joins(aside, "2002"))
	require.Equal(t, "SIP/2.0 603 Decline", first.reported())
	second.hears(asideTone)
}

func TestAnotherDeviceTakesTheTalk(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	citizen, first := w.talkingRaw(phone)
	replaces := fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=%s", first.callID, first.remoteTag, first.localTag)
	thief := w.rawPhoneOf("op9")
	_, answer := thief.dials("op1", replaces)
	require.Equal(t, 403, answer.Status, "another account's talk")
	_, answer = phone.dials("op1", "Replaces: unknown;to-tag=1;from-tag=2")
	require.Equal(t, 481, answer.Status)
	desk := w.rawPhoneOf("op1")
	moved, answer := desk.dials("op1", replaces)
	require.Equal(t, 200, answer.Status)
	moved.speak(asideTone)
	phone.request("BYE", first.callID)
	citizen.hears(asideTone)
	moved.hears(citizenTone)
	require.Equal(t, "ACTIVE", w.centre.only().state)
	require.Equal(t, uint64(1), w.sb.Metrics().Connected)
}

func TestAnotherDevicePicksUpWhatRings(t *testing.T) {
	t.Parallel()
	w, phone := newRawWorld(t)
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	invite := phone.request("INVITE", "")
	phone.mu.Lock()
	phone.respond(invite, 180, nil)
	phone.mu.Unlock()
	eventually(t, func() bool { return len(w.sb.Calls()[0].Legs) == 2 }, "the phone does not ring")
	desk := w.rawPhoneOf("op1")
	var moved *rawCall
	eventually(t, func() bool { // until the 180 has arrived there is no dialog to replace
		c, answer := desk.dials("op1", fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=raw;early-only", invite.CallID, invite.From.Tag()))
		moved = c
		return answer.Status == 200
	}, "not picked up")
	moved.speak(asideTone)
	phone.request("CANCEL", invite.CallID)
	phone.mu.Lock()
	phone.respond(invite, 487, nil)
	phone.mu.Unlock()
	citizen.hears(asideTone)
	w.state("ACTIVE")
}
