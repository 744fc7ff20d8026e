package telephony_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
)

// shown waits until the centre is told that the call looks so, after what was waited for before.
func (m *memoryCentre) shown(t *testing.T, held bool, tape, consulting string) telephony.CallReport {
	t.Helper()
	var last telephony.CallReport
	eventually(t, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		for n, r := range m.looks {
			if r.Held == held && r.Tape == tape && r.Consulting == consulting {
				last, m.looks = r, m.looks[n+1:]
				return true
			}
		}
		return false
	}, "the call does not look "+tape+" "+consulting)
	return last
}

// hasInvited waits for what became of the last invitation of an account.
func (m *memoryCentre) hasInvited(t *testing.T, account, state string) {
	t.Helper()
	eventually(t, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		n := len(m.invited)
		return n > 0 && m.invited[n-1].AccountID == account && m.invited[n-1].State == state
	}, account+" is not "+state)
}

func TestHoldMuteAndConsultationAreReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	_, operator := w.talking()
	ctx := context.Background()
	w.centre.shown(t, false, "on", "none")
	require.NoError(t, operator.Reoffer(operator.holds(true)))
	w.centre.shown(t, true, "on", "none")
	require.NoError(t, operator.Reoffer(operator.holds(false)))
	w.centre.shown(t, false, "on", "none")

	require.NoError(t, w.sb.Mute(ctx, w.id(), "op1", true))
	eventually(t, func() bool {
		w.centre.mu.Lock()
		defer w.centre.mu.Unlock()
		for _, l := range w.centre.legs {
			if l.AccountID == "op1" && l.Muted && l.EndedAt == nil {
				return true
			}
		}
		return false
	}, "the mute is not reported")

	second := w.phone("op2")
	require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{AccountID: "op2"}))
	w.centre.shown(t, true, "on", "calling")
	w.centre.hasInvited(t, "op2", "pending")
	second.ringing().pickUp(consultedTone)
	w.centre.shown(t, true, "on", "talking")
	w.centre.hasInvited(t, "op2", "joined")
	require.NoError(t, w.sb.Conference(ctx, w.id(), "op1"))
	w.centre.shown(t, false, "on", "conference")
	require.NoError(t, w.sb.CancelConsult(ctx, w.id(), "op1"))
	w.centre.shown(t, false, "on", "none")
}

func TestWhoHasNoPhoneIsInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, _ := w.talking()
	ctx := context.Background()
	consult := func() {
		require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{AccountID: "op2"}))
		w.centre.hasInvited(t, "op2", "pending")
	}
	consult()
	citizen.hears(musicTone)
	require.NoError(t, w.sb.CancelConsult(ctx, w.id(), "op1"))
	w.centre.hasInvited(t, "op2", "withdrawn")
	require.Equal(t, fail.Conflict, fail.CodeOf(w.sb.Decline(ctx, w.id(), "op2")), "nobody waits")
	consult()
	require.Equal(t, fail.Conflict, fail.CodeOf(w.sb.Decline(ctx, w.id(), "op3")), "another is invited")
	require.NoError(t, w.sb.Decline(ctx, w.id(), "op2"))
	w.centre.hasInvited(t, "op2", "declined")
	citizen.hears(operatorTone)
	consult()
	citizen.hangUp()
	w.ended(telephony.EndByCaller)
	w.centre.hasInvited(t, "op2", "withdrawn")
	ids := map[string]bool{}
	w.centre.mu.Lock()
	defer w.centre.mu.Unlock()
	for _, i := range w.centre.invited {
		ids[i.ID] = true
		require.Equal(t, "op1", i.InviterID)
	}
	require.Len(t, ids, 3)
}

func TestRecordingGoesOnByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.Settings.PauseLimit = 300 * time.Millisecond })
	_, _ = w.talking()
	ctx := context.Background()
	require.NoError(t, w.sb.PauseRecording(ctx, w.id(), "op1", 0))
	w.centre.shown(t, false, "paused", "none")
	require.True(t, w.centre.shown(t, false, "on", "none").TapeMoved)
	require.Equal(t, fail.Invalid, fail.CodeOf(w.sb.PauseRecording(ctx, w.id(), "op1", time.Hour)))
	require.Equal(t, fail.Invalid, fail.CodeOf(w.sb.PauseRecording(ctx, w.id(), "op1", time.Second)))
	require.NoError(t, w.sb.PauseRecording(ctx, w.id(), "op1", 10*time.Minute))
	w.centre.shown(t, false, "paused", "none")
	require.NoError(t, w.sb.ResumeRecording(ctx, w.id(), "op1"))
	w.centre.shown(t, false, "on", "none")
}

const flowWithSecret = `{
  "name": "test", "start": "notice", "fallback": "bye",
  "nodes": {
    "notice": {"type": "say", "prompt": "Разговор записывается.", "starts_recording": true, "goto": "number"},
    "number": {"type": "collect", "prompt": "Наберите СНИЛС.", "save": "snils", "min": 3, "max": 3, "timeout_s": 30,
      "pause_recording_s": 60, "barge_in": true, "goto": "menu", "fallback": "bye"},
    "menu": {"type": "menu", "prompt": "Нажмите один.", "timeout_s": 30, "choices": [{"digit": "1", "goto": "bye"}], "fallback": "bye"},
    "bye": {"type": "hangup", "prompt": "До свидания."}
  }
}`

func TestMenuPausesTheRecordingForPersonalData(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.centre.answers(func(m *memoryCentre) { m.flow = flowWithSecret })
	citizen := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	w.centre.shown(t, false, "paused", "none")
	citizen.press("123")
	require.True(t, w.centre.shown(t, false, "on", "none").TapeMoved)
	eventually(t, func() bool { return w.prompts.heard("Нажмите один.") }, "the menu does not go on")
	citizen.hangUp()
	w.ended(telephony.EndByCaller)
	require.True(t, w.tapes.first().paused)
	seen := false
	for _, c := range w.centre.only().collected {
		for _, step := range c.Steps {
			require.NotContains(t, step.Input, "123", "personal data stands in the timeline")
			seen = seen || step.Node == "number" && step.Input != ""
		}
	}
	require.True(t, seen)
}
