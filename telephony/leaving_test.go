package telephony_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/signaling"
)

func TestCallerHangsUpInMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.hangUp()
	w.ended(telephony.EndByCaller)
	require.Equal(t, "CLOSED", w.centre.only().state)
	require.NotEmpty(t, w.centre.only().collected, "what the caller did is kept")
}

func TestCallerHangsUpInQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.queued().hangUp()
	w.ended(telephony.EndByCaller)
	require.Equal(t, "ABANDONED", w.centre.only().state)
	require.Equal(t, uint64(1), w.sb.Metrics().Lost)
}

func TestCallerHangsUpWhilePhonesRing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := w.phone("op1")
	c := w.queued()
	w.centre.offer("O1", "op1")
	ringing := phone.ringing()
	c.hangUp()
	require.Equal(t, 487, await[signaling.Ended](ringing).Code)
	w.ended(telephony.EndByCaller)
}

func TestCallerCancelsBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	hold := make(chan struct{})
	w.centre.answers(func(m *memoryCentre) { m.slow = hold })
	c := w.carrier.invite(serviceNumber, citizenNumber)
	require.Equal(t, 180, await[signaling.Progress](c).Code)
	c.hangUp()
	require.Equal(t, 487, await[signaling.Ended](c).Code)
	eventually(t, func() bool { // the switchboard hears of it a moment later
		calls := w.sb.Calls()
		return len(calls) == 0 || calls[0].Phase == "over"
	}, "the call has not ended")
	close(hold)
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 }, "the call goes on")
	require.Zero(t, w.centre.count(), "an enquiry begins with the answer")
}

func TestNoMenuForTheNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.centre.answers(func(m *memoryCentre) { m.flow = "" })
	c := w.carrier.invite(serviceNumber, citizenNumber)
	require.Equal(t, 404, await[signaling.Ended](c).Code)
}

func TestTalkGoesOnWhileTheCentreIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	w.centre.gone(true)
	require.NoError(t, operator.Reoffer(operator.holds(true)))
	citizen.hears(musicTone)
	require.NoError(t, operator.Reoffer(operator.holds(false)))
	citizen.hears(operatorTone)
	operator.hangUp()
	eventually(t, func() bool { return w.prompts.heard("Оцените.") }, "no rating")
	citizen.press("4")
	await[signaling.Ended](citizen)
	require.Positive(t, w.sb.Metrics().Errands)
	w.centre.gone(false)
	w.ended(telephony.EndByOperator)
	row := w.centre.only()
	require.Equal(t, 4, row.rating)
	require.Equal(t, "WRAP_UP", row.state)
	w.centre.inOrder(t, "held true", "held false", "operator hung up", "rate", "ended")
	require.Zero(t, w.sb.Metrics().ErrandsLost)
}

func TestNewCallsAreAnsweredWhileTheCentreIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.times("Для ПФР нажмите один.") == 1 }, "no menu")
	first.hangUp()
	w.ended(telephony.EndByCaller)
	w.centre.gone(true)
	c := w.carrier.call(serviceNumber, "+74951112233", citizenTone)
	eventually(t, func() bool { return w.prompts.times("Для ПФР нажмите один.") == 2 }, "no menu")
	c.press("1")
	w.centre.gone(false)
	eventually(t, func() bool { return w.centre.count() == 2 && w.centre.state(1) == "QUEUED" }, "not queued")
	c.hears(musicTone)
	c.hangUp()
}

func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, _ := w.talking()
	drained := make(chan error, 1)
	go func() { drained <- w.sb.Drain(context.Background()) }()
	eventually(t, func() bool {
		c := w.carrier.invite(serviceNumber, "+79001112233")
		e := await[signaling.Ended](c)
		return e.Code == 503 && e.RetryAfter == 10*time.Second
	}, "new calls are taken")
	select {
	case <-drained:
		require.Fail(t, "drained with a call up")
	default:
	}
	citizen.hangUp()
	select {
	case err := <-drained:
		require.NoError(t, err)
	case <-time.After(patience):
		require.Fail(t, "not drained")
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.MaxCalls = 1 })
	w.queued()
	require.Equal(t, 486, await[signaling.Ended](w.carrier.invite(serviceNumber, "+79001112233")).Code)
	require.Equal(t, uint64(1), w.sb.Metrics().Refused)
}

func TestCloseEndsCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(t, w.sb.Close(ctx))
	await[signaling.Ended](citizen)
	await[signaling.Ended](operator)
	require.Equal(t, telephony.EndByDrain, w.centre.only().ended.Cause)
	require.NoError(t, w.sb.Close(ctx), "a second time")
}
