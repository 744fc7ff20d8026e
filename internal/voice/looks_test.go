package voice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/call"
	"ekc/ent/callinvitation"
	"ekc/ent/event"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/telephony"
)

func TestLooksOfACallAreKeptAndTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.waiting(number)
	a := w.operator("anna", w.line1)
	w.talk(id)
	at := w.clock.Now()
	report := func(held bool, tape, consulting string, moved bool) {
		for range 2 { // told twice it happens once
			require.NoError(t, w.voice.Looks(w.Context(), telephony.CallReport{
				CallID: w.call(id).ID, InteractionID: id, Held: held, Tape: tape, Consulting: consulting, TapeMoved: moved, At: at,
			}))
		}
	}
	report(true, "on", "calling", false)
	c := w.call(id)
	require.True(t, c.Held)
	require.Equal(t, call.TapeOn, c.Tape)
	require.Equal(t, call.ConsultingCalling, c.Consulting)
	told := w.client.Event.Query().Where(event.Kind(voice.KindCall), event.AccountID(a.ID), event.InteractionID(id)).FirstX(w.system)
	require.Equal(t, c.ID, told.Data[voice.DataCall])

	report(false, "paused", "none", true)
	report(false, "on", "none", true)
	texts := w.texts(id)
	require.Equal(t, "Запись разговора приостановлена: гражданин называет личные данные.", texts[len(texts)-2])
	require.Equal(t, "Запись разговора продолжена.", texts[len(texts)-1])

	w.ended(id, telephony.EndByCaller, 0)
	report(true, "on", "calling", false)
	require.Equal(t, call.TapeOff, w.call(id).Tape, "what is over looks like nothing")
	require.Equal(t, fail.Invalid, fail.CodeOf(w.voice.Looks(w.Context(), telephony.CallReport{CallID: c.ID, Tape: "loud"})))
	require.Equal(t, fail.NotFound, fail.CodeOf(w.voice.Looks(w.Context(), telephony.CallReport{CallID: "nobody", Tape: "on", Consulting: "none"})))
}

func TestInvitationsIntoACall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.waiting(number)
	a := w.operator("anna", w.line1)
	w.talk(id)
	b := w.operator("boris", w.line2)
	at := w.clock.Now()
	invite := func(name, state string) {
		for range 2 {
			require.NoError(t, w.voice.Invited(w.Context(), telephony.Invitation{
				ID: name, CallID: w.call(id).ID, InteractionID: id, AccountID: b.ID, InviterID: a.ID, State: state, At: at,
				ExpiresAt: at.Add(45 * time.Second),
			}))
		}
	}
	state := func(name string) callinvitation.State { return w.client.CallInvitation.GetX(w.system, name).State }
	told := func() int {
		return w.client.Event.Query().Where(event.Kind(voice.KindInvited), event.AccountID(b.ID)).CountX(w.system)
	}
	invite("first", "pending")
	require.Equal(t, callinvitation.StatePending, state("first"))
	require.Equal(t, 1, told())
	invite("first", "joined")
	invite("first", "withdrawn")
	require.Equal(t, callinvitation.StateJoined, state("first"), "the first end is the end")
	require.Equal(t, 2, told())

	invite("second", "pending")
	_, err := w.voice.DeclineInvitation(acting(a), "second")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "it is another's")
	_, err = w.voice.DeclineInvitation(acting(b), "first")
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	w.board.up(id)
	declined, err := w.voice.DeclineInvitation(acting(b), "second")
	require.NoError(t, err)
	require.Equal(t, callinvitation.StateDeclined, declined.State)
	require.Equal(t, []string{b.ID}, w.board.declined)

	invite("third", "pending")
	w.ended(id, telephony.EndByCaller, 0)
	require.Equal(t, callinvitation.StateWithdrawn, state("third"))
}

func TestOfferedCallbackIsJoinedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.promised()
	a := w.operator("anna", w.line1)
	b := w.operator("boris", w.line2)
	_, err := w.voice.Join(acting(a), id, "offer")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "it is not offered yet")
	w.offered(id) // and no node has looked at it
	_, err = w.voice.Join(acting(b), id, "offer")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	require.Zero(t, w.board.count())
	joined, err := w.voice.Join(acting(a), id, "offer")
	require.NoError(t, err)
	require.Equal(t, "leg of "+a.ID, joined.LegID)
	require.Equal(t, 1, w.board.count())
	w.schedule()
	require.Equal(t, 1, w.board.count(), "dialled once")
}
