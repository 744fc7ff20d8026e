package telephony_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// request is a callback that is offered to op1.
func (w *world) request(offer string) telephony.CallRequest {
	w.centre.mu.Lock()
	defer w.centre.mu.Unlock()
	r := &row{id: "I1", state: "OFFERED", offer: offer, offeredTo: "op1"}
	if offer == "" {
		r.state, r.operator, r.offeredTo = "ACTIVE", "op1", ""
	}
	w.centre.rows["I1"] = r
	if len(w.centre.order) == 0 {
		w.centre.order = append(w.centre.order, "I1")
	}
	return telephony.CallRequest{
		InteractionID: "I1", Number: citizenNumber, From: serviceNumber, AccountID: "op1", OfferID: offer, RingTimeout: 20 * time.Second,
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	r := w.request("O1")
	_, err := w.sb.Call(r)
	require.NoError(t, err)
	_, err = w.sb.Call(r)
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "never dialled twice")
	operator := phone.ringing()
	require.Equal(t, citizenNumber, operator.in.From.Number)
	operator.pickUp(operatorTone)
	w.state("ACTIVE")
	citizen := w.carrier.ringing() // only now is the citizen called
	require.Equal(t, citizenNumber, citizen.in.To.Number)
	require.Equal(t, serviceNumber, citizen.in.From.Number)
	operator.hears(425)
	citizen.pickUp(citizenTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	operator.hangUp()
	await[signaling.Ended](citizen)
	require.True(t, w.prompts.said1("До свидания"))
	w.ended(telephony.EndByOperator)
	require.Equal(t, "WRAP_UP", w.centre.only().state)
	require.NotNil(t, w.tapes.first())
}

func TestCallbackNobodyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	_, err := w.sb.Call(w.request("O1"))
	require.NoError(t, err)
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	require.NoError(t, w.carrier.ringing().Reject(486, ""))
	await[signaling.Ended](operator)
	w.ended(telephony.EndUnanswered)
	require.Equal(t, 486, w.centre.only().ended.SIPCode)
}

func TestCallbackOfferExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	_, err := w.sb.Call(w.request("O1"))
	require.NoError(t, err)
	ringing := phone.ringing()
	w.centre.set(func(r *row) { r.state, r.offer, r.offeredTo = "QUEUED", "", "" })
	require.Equal(t, 487, await[signaling.Ended](ringing).Code)
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 }, "the call goes on")
	select {
	case <-w.carrier.calls:
		require.Fail(t, "the citizen was called")
	default:
	}
	require.Equal(t, telephony.EndByOperator, w.centre.only().ended.Cause)
	_, err = w.sb.Call(w.request("O2"))
	require.NoError(t, err, "asked for again")
	phone.ringing()
}

func TestOperatorsOwnCallWithEarlyMedia(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	_, err := w.sb.Call(w.request(""))
	require.NoError(t, err)
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	citizen := w.carrier.ringing()
	body, m, err := citizen.session.Answer(citizen.in.Offer, sdp.SendRecv)
	require.NoError(t, err)
	citizen.configure(m)
	require.NoError(t, citizen.Progress(183, body, true))
	await[signaling.Acknowledged](citizen)
	citizen.speak(consultedTone) // an announcement of the network
	operator.hears(consultedTone)
	require.NoError(t, citizen.Answer(body))
	citizen.play(citizenTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	citizen.hangUp()
	await[signaling.Ended](operator)
	w.ended(telephony.EndByCaller)
}

func TestOperatorGivesUpDialling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	_, err := w.sb.Call(w.request(""))
	require.NoError(t, err)
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	citizen := w.carrier.ringing()
	operator.hangUp()
	require.Equal(t, 487, await[signaling.Ended](citizen).Code)
	w.ended(telephony.EndByOperator)
}

func TestCallRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, r := range map[string]telephony.CallRequest{
		"no number":    {InteractionID: "I", AccountID: "a"},
		"no operator":  {InteractionID: "I", Number: "+7"},
		"no enquiry":   {AccountID: "a", Number: "+7"},
		"rings long":   {InteractionID: "I", AccountID: "a", Number: "+7", RingTimeout: time.Hour},
		"rings hardly": {InteractionID: "I", AccountID: "a", Number: "+7", RingTimeout: time.Second},
	} {
		_, err := w.sb.Call(r)
		require.Equal(t, fail.Invalid, fail.CodeOf(err), name)
	}
	_, err := w.sb.Call(telephony.CallRequest{InteractionID: "I", AccountID: "a", Number: "+7", TrunkID: "none"})
	require.Equal(t, fail.Unavailable, fail.CodeOf(err))
}
