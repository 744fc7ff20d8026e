package telephony_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/signaling"
)

func (w *world) id() string { return w.centre.only().id }

func TestHoldByTheCentre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	w.centre.set(func(r *row) { r.state = "HELD" })
	citizen.hears(musicTone)
	operator.silent()
	w.centre.set(func(r *row) { r.state = "ACTIVE" })
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
}

func TestHoldByThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	require.NoError(t, operator.Reoffer(operator.holds(true)))
	citizen.hears(musicTone)
	w.state("HELD")
	require.NoError(t, operator.Reoffer(operator.holds(false)))
	citizen.hears(operatorTone)
	w.state("ACTIVE")
}

func TestHoldByTheCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	require.NoError(t, citizen.Reoffer(citizen.holds(true)))
	citizen.silent()
	require.NoError(t, citizen.Reoffer(citizen.holds(false)))
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
	w.state("ACTIVE")
}

func TestRatingAfterTheTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	operator.hangUp()
	eventually(t, func() bool { return w.prompts.heard("Оцените.") }, "nobody asks")
	w.state("WRAP_UP")
	citizen.press("5")
	await[signaling.Ended](citizen)
	w.ended(telephony.EndByOperator)
	require.Equal(t, 5, w.centre.only().rating)
	require.True(t, w.prompts.heard("Спасибо."))
}

func TestRatingAfterATransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	w.centre.set(func(r *row) { r.state, r.operator = "QUEUED", "" }) // a transfer
	await[signaling.Ended](operator)
	second := w.phone("op2")
	w.centre.offer("O2", "op2")
	second.ringing().pickUp(consultedTone)
	citizen.hears(consultedTone)
	w.centre.set(func(r *row) { r.state = "WRAP_UP" })
	eventually(t, func() bool { return w.prompts.heard("Оцените.") }, "the menu goes on after the last talk")
	citizen.press("3")
	await[signaling.Ended](citizen)
	w.ended(telephony.EndByOperator)
	require.Equal(t, 3, w.centre.only().rating)
}

func TestMuteKeysAndPause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	ctx := context.Background()
	require.NoError(t, w.sb.Mute(ctx, w.id(), "op1", true))
	citizen.silent()
	operator.hears(citizenTone)
	require.NoError(t, w.sb.Mute(ctx, w.id(), "op1", false))
	citizen.hears(operatorTone)

	require.NoError(t, w.sb.SendDTMF(ctx, w.id(), "op1", "42#"))
	eventually(t, func() bool { return citizen.keys() == "42#" }, "no keys")
	require.Equal(t, fail.Invalid, fail.CodeOf(w.sb.SendDTMF(ctx, w.id(), "op1", "x")))

	require.NoError(t, w.sb.PauseRecording(ctx, w.id(), "op1", 0))
	v, err := w.sb.Find(w.id())
	require.NoError(t, err)
	require.Equal(t, "paused", v.Recording)
	require.NoError(t, w.sb.ResumeRecording(ctx, w.id(), "op1"))
	require.Equal(t, fail.Conflict, fail.CodeOf(w.sb.PauseRecording(ctx, w.id(), "op2", 0)))
	require.Equal(t, fail.NotFound, fail.CodeOf(w.sb.PauseRecording(ctx, "nobody", "op1", 0)))
	citizen.hangUp()
	w.ended(telephony.EndByCaller)
	require.True(t, w.tapes.first().paused)
}

func TestSupervisor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	phone := w.phone("boss")
	ctx := context.Background()
	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Listen))
	boss := phone.ringing()
	boss.pickUp(supervisorTone)
	boss.hears(citizenTone, operatorTone)
	citizen.hears(operatorTone)
	operator.hears(citizenTone)

	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Whisper))
	operator.hears(citizenTone, supervisorTone)
	citizen.hears(operatorTone)

	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Barge))
	citizen.hears(operatorTone, supervisorTone)
	operator.hears(citizenTone, supervisorTone)
	boss.hears(citizenTone, operatorTone)

	require.NoError(t, w.sb.TakeOver(ctx, w.id(), "boss"))
	w.centre.set(func(r *row) { r.operator = "boss" })
	await[signaling.Ended](operator)
	citizen.hears(supervisorTone)
	boss.hears(citizenTone)
	require.Equal(t, fail.Conflict, fail.CodeOf(w.sb.TakeOver(ctx, w.id(), "boss")))
}

func TestSupervisorLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	phone := w.phone("boss")
	ctx := context.Background()
	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Barge))
	boss := phone.ringing()
	boss.pickUp(supervisorTone)
	citizen.hears(operatorTone, supervisorTone)
	require.NoError(t, w.sb.StopSupervising(ctx, w.id(), "boss"))
	await[signaling.Ended](boss)
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
}

func TestConsultAColleague(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	phone := w.phone("op2")
	ctx := context.Background()
	require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{AccountID: "op2"}))
	citizen.hears(musicTone)
	second := phone.ringing()
	require.Equal(t, fail.Conflict, fail.CodeOf(w.sb.CompleteConsult(ctx, w.id(), "op1")), "nobody has answered")
	second.pickUp(consultedTone)
	second.hears(operatorTone)
	operator.hears(consultedTone)
	citizen.hears(musicTone)

	require.NoError(t, w.sb.Conference(ctx, w.id(), "op1"))
	citizen.hears(operatorTone, consultedTone)
	operator.hears(citizenTone, consultedTone)
	second.hears(citizenTone, operatorTone)

	require.NoError(t, w.sb.CompleteConsult(ctx, w.id(), "op1"))
	w.centre.set(func(r *row) { r.operator = "op2" })
	await[signaling.Ended](operator)
	citizen.hears(consultedTone)
	second.hears(citizenTone)
}

func TestConsultCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	phone := w.phone("op2")
	ctx := context.Background()
	require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{AccountID: "op2"}))
	ringing := phone.ringing()
	require.NoError(t, w.sb.CancelConsult(ctx, w.id(), "op1"))
	await[signaling.Ended](ringing)
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
}

func TestConsultAnOutsideNumberAndPassOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	ctx := context.Background()
	require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{Number: "+74957654321", From: serviceNumber}))
	outside := w.carrier.ringing()
	require.Equal(t, "+74957654321", outside.in.To.Number)
	require.Equal(t, serviceNumber, outside.in.From.Number)
	outside.pickUp(consultedTone)
	operator.hears(consultedTone)
	require.NoError(t, w.sb.CompleteConsult(ctx, w.id(), "op1"))
	await[signaling.Ended](operator)
	w.state("WRAP_UP")
	citizen.hears(consultedTone)
	outside.hears(citizenTone)
	outside.hangUp()
	await[signaling.Ended](citizen)
	w.ended(telephony.EndByOperator)
}

func TestPassOnBlindly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	require.NoError(t, w.sb.PassOn(context.Background(), w.id(), "op1", telephony.Target{Number: "+74957654321"}))
	await[signaling.Ended](operator)
	citizen.hears(musicTone)
	outside := w.carrier.ringing()
	outside.pickUp(consultedTone)
	citizen.hears(consultedTone)
	outside.hears(citizenTone)
	citizen.hangUp()
	await[signaling.Ended](outside)
	w.ended(telephony.EndByCaller)
}
