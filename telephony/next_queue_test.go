package telephony

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/ivr"
	"ekc/telephony/signaling"
)

// alone is a caller who waits after a transfer: the switchboard itself keeps company.
func alone(t *testing.T, caller string) state {
	t.Helper()
	s, _ := walk(t, fresh(), append(reached(t, phaseTalk), change("QUEUED", "", "", ""))...)
	require.Equal(t, phaseQueue, s.phase)
	s.call.Caller = caller
	return s
}

func press(t *testing.T, s state, keys string) (state, []effect) {
	t.Helper()
	var out []effect
	for _, k := range keys {
		s, out = next(s, digit{1, byte(k)}, noon)
	}
	return s, out
}

func TestCallbackOfACallerWhoseNumberIsKnown(t *testing.T) {
	t.Parallel()
	s, out := press(t, alone(t, "+79161112233"), "1")
	require.Contains(t, out, tell{callback{"+79161112233"}})
	s, out = next(s, promised{}, noon)
	require.Equal(t, phaseParting, s.phase)
	require.Contains(t, out, release{})
	require.Contains(t, out, say{leg: 1, tag: s.tag, items: []Speech{{Text: textCallbackPromised}}})
	for _, told := range []string{"QUEUED", "OFFERED", "CLOSED"} { // the enquiry is another call's now
		s, out = next(s, change(told, "", "P", "op2"), noon)
		require.Empty(t, out)
	}
	s, out = next(s, said{leg: 1, tag: s.tag}, noon)
	require.Equal(t, phaseOver, s.phase)
	for _, e := range out {
		_, told := e.(tell)
		require.False(t, told, "nothing has ended")
	}
	require.Contains(t, out, hangup{1, signaling.Cause{}})
}

func TestCallbackOfACallerWhoHidesTheNumber(t *testing.T) {
	t.Parallel()
	s, out := press(t, alone(t, ""), "1")
	require.Contains(t, out, wake{timerGather, gatherTime})
	s, _ = press(t, s, "12#") // too short: asked again
	require.True(t, s.waiting.gathering)
	s, out = press(t, s, "9161112233#")
	require.Contains(t, out, tell{callback{"+79161112233"}})
	s, out = next(s, promised{conflict}, noon)
	require.Equal(t, phaseQueue, s.phase)
	require.False(t, s.waiting.promising)
	require.Empty(t, out)

	silent, _ := press(t, alone(t, ""), "1")
	silent, out = next(silent, tick{timerGather}, noon)
	require.False(t, silent.waiting.gathering)
	require.Contains(t, out, say{leg: 1, tag: silent.tag, over: true, items: []Speech{{Text: textStayOnLine}}})
}

func TestCallbackIsOfferedThreeTimes(t *testing.T) {
	t.Parallel()
	s := alone(t, "+7916")
	offers := 0
	for range 10 {
		var out []effect
		s, out = next(s, tick{timerCallback}, noon)
		for _, e := range out {
			if said, ok := e.(say); ok && said.items[0].Text == textCallbackOffer {
				offers++
			}
		}
	}
	require.Equal(t, 3, offers)
}

func TestTheWaitEndsWithAPromise(t *testing.T) {
	t.Parallel()
	_, out := next(alone(t, "+79161112233"), tick{timerMaxWait}, noon)
	require.Contains(t, out, tell{callback{"+79161112233"}})
	s, _ := next(alone(t, ""), tick{timerMaxWait}, noon)
	require.True(t, s.waiting.gathering)
	offered, _ := next(alone(t, "+79161112233"), change("OFFERED", "", "P", "op2"), noon)
	_, out = next(offered, tick{timerMaxWait}, noon)
	require.Equal(t, []effect{wake{timerMaxWait, minute}}, out, "an operator is being rung")
}

func TestHomeNumber(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"9161112233": "+79161112233", "89161112233": "+79161112233", "79161112233": "+79161112233", "": "", "123": "",
		"19161112233": "",
	} {
		got, ok := homeNumber(digits)
		require.Equal(t, want, got, digits)
		require.Equal(t, want != "", ok, digits)
	}
}

func TestTheMenusSettingsOfTheQueueAreHonoured(t *testing.T) {
	t.Parallel()
	menu, out := walk(t, fresh(), reached(t, phaseQueue)[:5]...)
	require.Contains(t, out, wake{timerPlace, 8 * time.Second}, "looked up before it is announced")
	require.Equal(t, phaseQueue, menu.phase)
	_, out = walk(t, fresh(), append(reached(t, phaseTalk), change("QUEUED", "", "", ""))...)
	require.Contains(t, out, wake{timerPlace, 10 * time.Second})
	require.Contains(t, out, wake{timerCallback, 45 * time.Second})
	require.Contains(t, out, wake{timerMaxWait, 10 * time.Minute})

	s := fresh()
	s.settings.waitAs(ivr.Enqueue{MaxWait: time.Hour})
	require.Equal(t, time.Hour, s.settings.MaxWait)
	require.Equal(t, 30*time.Second, s.settings.PlaceEvery)
	require.False(t, s.settings.offers(), "the node offers none")
	s.settings.waitAs(ivr.Enqueue{CallbackAfter: time.Minute})
	require.True(t, s.settings.offers())
}
