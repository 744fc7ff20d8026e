package telephony_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/prompt"
	"ekc/telephony/signaling"
)

// consulting has the operator talk with an outside number.
func (w *world) consulting() (citizen, operator, outside *peerCall) {
	w.t.Helper()
	citizen, operator = w.talking()
	require.NoError(w.t, w.sb.Consult(context.Background(), w.id(), "op1", telephony.Target{Number: "+74957654321", From: serviceNumber}))
	outside = w.carrier.ringing()
	outside.pickUp(consultedTone)
	operator.hears(consultedTone)
	return citizen, operator, outside
}

func TestKeysInAConference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator, outside := w.consulting()
	require.NoError(t, w.sb.Conference(context.Background(), w.id(), "op1"))
	citizen.hears(operatorTone, consultedTone)
	citizen.press("5")
	eventually(t, func() bool { return outside.keys() == "5" }, "the outside menu does not get the citizen's key")
	operator.press("70")
	eventually(t, func() bool { return outside.keys() == "570" }, "nor the operator's")
	eventually(t, func() bool { return citizen.keys() == "70" }, "nor the citizen, who may be a menu too")
	require.NoError(t, outside.SendDigit('9', 100*time.Millisecond))
	eventually(t, func() bool { return citizen.keys() == "709" }, "a key by INFO is one too")
}

func TestKeysWhileSupervised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	operator.press("1")
	eventually(t, func() bool { return citizen.keys() == "1" }, "not passed between two")
	boss := w.phone("boss")
	require.NoError(t, w.sb.Supervise(context.Background(), w.id(), "boss", telephony.Listen))
	listening := boss.ringing()
	listening.pickUp(supervisorTone)
	listening.hears(citizenTone, operatorTone)
	operator.press("23")
	eventually(t, func() bool { return citizen.keys() == "123" }, "not passed while somebody listens")
	require.Empty(t, listening.keys())
}

func TestKeysTowardsAPartyWithoutTelephoneEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.carrier.eventless = true
	phone := w.phone("op1")
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	require.NoError(t, c.SendDigit('1', 100*time.Millisecond))
	w.state("QUEUED")
	w.centre.offer("O1", "op1")
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	c.hears(operatorTone)
	operator.press("4")
	require.Equal(t, '4', await[signaling.Digit](c).Key)
	require.NoError(t, w.sb.SendDTMF(context.Background(), w.id(), "op1", "#"))
	require.Equal(t, '#', await[signaling.Digit](c).Key)
}

func TestAKeyDuringTheNoticeIsForTheMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.prompts.mu.Lock()
	w.prompts.text = prompt.NewClip(tone(promptTone, 2*time.Second))
	w.prompts.mu.Unlock()
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	c.hears(promptTone)
	require.False(t, w.prompts.heard("Для ПФР нажмите один."), "the notice is being said")
	c.press("1")
	w.state("QUEUED")
	c.hears(musicTone)
}
