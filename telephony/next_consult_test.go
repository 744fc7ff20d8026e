package telephony

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// consulted are the events until a colleague with one phone is called.
func consulted(t *testing.T, devices int) []event {
	t.Helper()
	return append(reached(t, phaseTalk),
		consultCommand{1, "op", Target{AccountID: "op2"}}, found{"op2", roleConsulted, phones[:devices]})
}

// A colleague whose phone does not take the call is waited for only where a console is open.
func TestAConsultationEndsWhenNobodyCanAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		down legDown
		note consultNote
	}{
		{"busy", legDown{code: 486, byPeer: true}, noteDeclined},
		{"declined", legDown{code: 603, byPeer: true}, noteDeclined},
		{"not answered", legDown{code: 487}, noteNoAnswer},
		{"gone", legDown{code: 480, byPeer: true}, noteUnreachable},
		{"silent", legDown{}, noteUnreachable},
	} {
		s, _ := walk(t, fresh(), consulted(t, 1)...)
		c.down.leg = s.with(roleConsulted, false).id
		s, effects := walk(t, s, c.down)
		require.Contains(t, effects, effect(look{"op2", 1}), c.name)
		require.Equal(t, consultCalling, s.consult, c.name)

		ended, _ := walk(t, s, watched{"op2", 1, false})
		require.Equal(t, consultNone, ended.consult, c.name)
		require.Equal(t, c.note, ended.looks().note, c.name)
		require.Equal(t, c.note == noteDeclined, ended.declined, c.name)
		require.Empty(t, ended.joining, c.name)
		require.False(t, ended.looks().held, c.name)

		waits, _ := walk(t, s, watched{"op2", 1, true})
		require.Equal(t, consultCalling, waits.consult, c.name)
		require.Equal(t, noteConsole, waits.looks().note, c.name)
		late, _ := walk(t, waits, tick{timerConsult})
		require.Equal(t, consultNone, late.consult, c.name)
		require.Equal(t, map[bool]consultNote{true: noteDeclined, false: noteNoAnswer}[c.note == noteDeclined], late.looks().note, c.name)
	}
}

func TestAConsultationWithoutPhones(t *testing.T) {
	t.Parallel()
	s, effects := walk(t, fresh(), consulted(t, 0)...)
	require.Contains(t, effects, effect(look{"op2", 1}))
	s, _ = walk(t, s, watched{"op2", 1, false})
	require.Equal(t, consultNone, s.consult)
	require.Equal(t, noteUnreachable, s.looks().note)

	s, _ = walk(t, s, consultCommand{2, "op", Target{AccountID: "op2"}}, watched{"op2", 1, false})
	require.Equal(t, consultCalling, s.consult, "an answer about the one before")
	require.Equal(t, noteNone, s.looks().note)
}

// Other devices ring on when one has declined, and one that answers is the answer.
func TestAConsultationWithTwoPhones(t *testing.T) {
	t.Parallel()
	s, _ := walk(t, fresh(), consulted(t, 2)...)
	first := s.with(roleConsulted, false).id
	s, effects := walk(t, s, legDown{leg: first, code: 486, byPeer: true})
	require.Empty(t, effects)
	second := s.with(roleConsulted, false).id
	s, _ = walk(t, s, watched{"op2", 1, false})
	require.Equal(t, consultCalling, s.consult)
	talks, _ := walk(t, s, legUp{second})
	require.Equal(t, consultTalking, talks.consult)
	require.Equal(t, noteNone, talks.looks().note)
	s, _ = walk(t, s, legDown{leg: second, code: 487}, watched{"op2", 1, false})
	require.Equal(t, noteDeclined, s.looks().note, "who declines has spoken for all devices")
}

func TestAConsultedNumberSaysWhy(t *testing.T) {
	t.Parallel()
	for code, note := range map[int]consultNote{486: noteDeclined, 404: noteUnreachable, 408: noteNoAnswer} {
		s, _ := walk(t, fresh(), append(reached(t, phaseTalk), consultCommand{1, "op", Target{Number: "+7495"}})...)
		s, _ = walk(t, s, legDown{leg: s.with(roleConsulted, false).id, code: code, byPeer: true})
		require.Equal(t, consultNone, s.consult)
		require.Equal(t, note, s.looks().note)
	}
}
