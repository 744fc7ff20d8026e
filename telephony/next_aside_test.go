package telephony

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const asideLeg = firstBrowser + 9

// twoCalls is a phone that talks with a colleague in its second call, which is leg 4.
func twoCalls(t *testing.T) state {
	t.Helper()
	s, _ := walk(t, fresh(), append(reached(t, phaseTalk), legHeld{2, true}, beside{leg: asideLeg, account: "op", target: Target{AccountID: "op2"}},
		found{"op2", roleConsulted, phones[:1]})...)
	require.Equal(t, consultCalling, s.consult)
	s, out := next(s, legUp{4}, noon)
	require.Contains(t, out, answer{asideLeg}, "the phone is answered when the colleague is there")
	s, _ = next(s, legUp{asideLeg}, noon)
	return s
}

func TestAPhoneDecidesWhomItListensTo(t *testing.T) {
	t.Parallel()
	s := twoCalls(t)
	require.Equal(t, sound{music: []legID{1}, mix: []member{{asideLeg, []legID{4}}, {4, []legID{asideLeg}}}}, sounds(&s))
	swapped, out := walk(t, s, legHeld{asideLeg, true}, legHeld{2, false})
	require.Contains(t, out, tell{hold{"op", false}})
	require.Equal(t, sound{music: []legID{4}, mix: []member{{1, []legID{2}}, {2, []legID{1}}}}, sounds(&swapped))
	both, _ := next(s, legHeld{2, false}, noon) // the phone mixes by itself
	require.Equal(t, []member{{1, []legID{2}}, {2, []legID{1}}, {asideLeg, []legID{4}}, {4, []legID{asideLeg}}}, sounds(&both).mix)
	require.False(t, sounds(&both).pair())
	watched, _ := walk(t, both, superviseCommand{1, "boss", Whisper}, found{"boss", roleSupervisor, phones[:1]}, legUp{5})
	require.Contains(t, sounds(&watched).mix, member{asideLeg, []legID{4, 5}}, "the operator hears the whisper in both calls")
	require.Contains(t, sounds(&watched).mix, member{5, []legID{1, 2, asideLeg, 4}})
	back, out := next(s, legDown{leg: asideLeg, code: 200, byPeer: true, answered: true}, noon)
	require.Equal(t, consultNone, back.consult)
	require.Contains(t, out, hangup{leg: 4}, "the colleague is sent away")
	require.True(t, back.held, "until the phone takes the citizen back")
}

func TestTheReportComesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	s, out := next(twoCalls(t), referred{leg: 2, attended: true, replaced: asideLeg}, noon)
	require.Equal(t, []effect{refer{leg: 2, code: 202}, tell{handOver{2, "op", "op2"}}}, out)
	done, out := next(s, change("ACTIVE", "op2", "", ""), noon) // the event log is faster than the answer
	require.Equal(t, refer{leg: 2, code: 200, report: true}, out[0])
	require.Contains(t, out, hangup{leg: 2})
	require.Contains(t, out, hangup{leg: asideLeg})
	require.Equal(t, sound{mix: []member{{1, []legID{4}}, {4, []legID{1}}}}, sounds(&done))
	_, out = next(done, passedOn{leg: 2}, noon)
	require.Empty(t, out, "reported once")
}

// TestAPhoneThatHangsUpAfterItsTransfer is one that does so before the centre has said anything.
func TestAPhoneThatHangsUpAfterItsTransfer(t *testing.T) {
	t.Parallel()
	bye := func(leg legID) legDown { return legDown{leg: leg, code: 200, byPeer: true, answered: true} }
	talk, _ := walk(t, fresh(), append(reached(t, phaseTalk), change("ACTIVE", "op", "", ""))...)

	gone, out := walk(t, talk, referred{leg: 2, target: "pfr"}, bye(2))
	require.Equal(t, phaseQueue, gone.phase)
	require.NotContains(t, out, tell{operatorHungUp{"op"}})
	waits, _ := walk(t, gone, passedOn{leg: 2}, change("QUEUED", "", "", ""))
	require.Equal(t, phaseQueue, waits.phase)
	require.Empty(t, waits.moving)
	_, out = next(gone, passedOn{leg: 2, err: conflict}, noon)
	require.Equal(t, []effect{tell{operatorLost{"op"}}}, out, "the centre says no")
	offered, _ := walk(t, gone, change("OFFERED", "", "P", "op2"))
	require.Equal(t, phaseOffer, offered.phase)
	outside, out := next(gone, passCommand{7, "op", Target{Number: "+7495"}}, noon)
	require.Equal(t, phasePassed, outside.phase, "a transfer to a number outside")
	require.Contains(t, out, tell{operatorHungUp{"op"}})

	both, out := walk(t, twoCalls(t), referred{leg: 2, attended: true, replaced: asideLeg}, bye(2), bye(asideLeg))
	require.Equal(t, phaseTalk, both.phase)
	require.Empty(t, out, "the colleague stays")
	joined, _ := walk(t, both, passedOn{leg: 2}, change("ACTIVE", "op2", "", ""))
	require.Equal(t, sound{mix: []member{{1, []legID{4}}, {4, []legID{1}}}}, sounds(&joined))
	refused, out := next(both, passedOn{leg: 2, err: conflict}, noon)
	require.Equal(t, phaseQueue, refused.phase)
	require.Contains(t, out, tell{operatorLost{"op"}})
	require.Contains(t, out, hangup{leg: 4})

	_, out = walk(t, talk, referred{leg: 2, target: "pfr"}, passedOn{leg: 2, err: conflict}, bye(2))
	require.Contains(t, out, tell{operatorHungUp{"op"}}, "after a no, hanging up is hanging up")
}
