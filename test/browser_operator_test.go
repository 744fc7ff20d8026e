package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The whole day of operators with browsers and nothing else: every step goes over GraphQL and WebRTC.
func TestBrowserOperators(t *testing.T) {
	t.Parallel()
	p := newStore(t).launch(t, freeAddress(t), "EKC_ALLOWED_ORIGINS=*")
	p.as("admin").answeredBy(serviceNumber, straight)
	c := startConsole(t)
	one := c.seat("operator1", p)
	one.run("await presence('AVAILABLE')")
	citizen := p.calls(citizenNumber, hzCitizen)
	id := one.offered()
	one.run("await accept()")
	one.join(id, 0)
	talk := &talkInBrowser{t: t, p: p, citizen: citizen, one: one, id: id}
	talk.both()
	require.NotEqual(t, "0", one.run("return trickled.sent"), "the browser's candidates go one by one")

	talk.reloads()
	talk.controls()
	supervisor := c.seat("supervisor", p)
	talk.supervised(supervisor)
	two := c.seat("operator2", p)
	two.run("await presence('AVAILABLE')")
	talk.consults(two)
	talk.losesTab(two)
	talk.transfersBlindly(c)
	talk.ends()
}

// talkInBrowser is a citizen on the phone and operators with browsers.
type talkInBrowser struct {
	t       *testing.T
	p       *process
	citizen *citizenPhone
	one     *seat // whoever is the operator
	id      string
}

// both waits until citizen and operator hear each other.
func (b *talkInBrowser) both() {
	b.t.Helper()
	b.one.hears(hzCitizen)
	soon(b.t, "the citizen hears the operator", func() bool { return b.citizen.hears(hzOperator) })
}

// deaf waits until the citizen hears the operator no more, and reports what there is instead.
func (b *talkInBrowser) music() {
	b.t.Helper()
	soon(b.t, "the citizen hears music", func() bool {
		return b.citizen.music(hzOperator, hzColleague, hzSupervisor)
	})
}

// reloads loads the page again in mid-talk: what it needs to go on is in the API.
func (b *talkInBrowser) reloads() {
	b.t.Helper()
	b.one.run("location.reload()")
	b.one.until("window.pc === undefined && kept.cursor && socket?.readyState === 1")
	b.one.until("(await ask('{ desk { interactions { id state channel } } }')).desk.interactions.some((i) => i.id === " + quote(b.id) + " && i.state === 'ACTIVE')")
	b.one.join(b.id, 0)
	b.both()
}

// controls presses every button of a talk.
func (b *talkInBrowser) controls() {
	b.t.Helper()
	mute := func(on bool) {
		b.one.do("callMute", "CallMuteInput", map[string]any{"interactionId": b.id, "muted": on}, "muted")
	}
	mute(true)
	b.sees("call.legs.some((l) => l.role === 'OPERATOR' && l.muted && !l.endedAt)")
	soon(b.t, "the citizen does not hear a muted operator", func() bool { return b.citizen.level(hzOperator) < faint })
	b.one.hears(hzCitizen)
	mute(false)
	b.both()

	b.one.on(b.id, "interactionHold")
	b.music()
	b.sees("call.held")
	b.one.deaf(hzCitizen)
	b.one.on(b.id, "interactionResume")
	b.both()

	b.one.do("callKeysPress", "CallKeysInput", map[string]any{"interactionId": b.id, "keys": "5#"}, "interaction { id }")
	soon(b.t, "the citizen's side has the keys", func() bool { return b.citizen.keys() == "5#" })

	b.one.do("callRecordingPause", "CallRecordingPauseInput", map[string]any{"interactionId": b.id, "seconds": 60}, "interaction { id }")
	b.sees("call.tape === 'PAUSED'")
	b.one.run("await new Promise((done) => setTimeout(done, 1500))") // so much must be silent in the recording
	b.one.on(b.id, "callRecordingResume")
	b.sees("call.tape === 'ON'")
	b.both()
}

// sees waits until the last that the operator's desk was told of the call is so.
func (b *talkInBrowser) sees(so string) {
	b.t.Helper()
	b.one.until("(({call}) => call && (" + so + "))(events.findLast((e) => e.call && e.interactionId === " + quote(b.id) + ") ?? {})")
}

// supervised lets a supervisor listen, then whisper, then speak to both.
func (b *talkInBrowser) supervised(supervisor *seat) {
	b.t.Helper()
	mode := func(m string) {
		supervisor.do("callSupervise", "CallSuperviseInput", map[string]any{"interactionId": b.id, "mode": m}, "interaction { id }")
	}
	mode("LISTEN")
	supervisor.join(b.id, hzSupervisor)
	supervisor.hears(hzCitizen)
	supervisor.hears(hzOperator)
	b.both()
	b.one.deaf(hzSupervisor)
	mode("WHISPER")
	b.one.hears(hzSupervisor)
	b.both()
	require.Less(b.t, b.citizen.level(hzSupervisor), faint, "the citizen does not hear what is whispered")
	mode("BARGE")
	soon(b.t, "the citizen hears the supervisor", func() bool { return b.citizen.hears(hzSupervisor) })
	supervisor.on(b.id, "callSuperviseStop")
	soon(b.t, "the supervisor has left", func() bool { return b.citizen.level(hzSupervisor) < faint })
	b.both()
}

// consults asks a colleague, lets all three talk, and leaves the citizen with the colleague.
func (b *talkInBrowser) consults(two *seat) {
	b.t.Helper()
	account := two.run("return (await ask('{ viewer { account { id } } }')).viewer.account.id")
	b.one.do("callConsult", "CallConsultInput", map[string]any{"interactionId": b.id, "accountId": account[1 : len(account)-1]}, "interaction { id }")
	b.music()
	b.sees("call.consulting === 'CALLING'")
	invited := "events.findLast((e) => e.invitation)?.invitation"
	two.until(invited + "?.state === 'PENDING'")
	require.Equal(b.t, quote(b.id), two.run("return "+invited+".interactionId"), "what the colleague needs to join")
	require.Equal(b.t, "1", two.run("return (await ask('{ desk { invitations { id } } }')).desk.invitations.length"))
	two.run("await change('callInvitationDecline', 'CallInvitationInput', {invitationId: " + invited + ".id}, 'invitation { id }')")
	b.sees("call.consulting === 'NONE'")
	b.both()
	b.one.do("callConsult", "CallConsultInput", map[string]any{"interactionId": b.id, "accountId": account[1 : len(account)-1]}, "interaction { id }")
	b.music()
	two.until(invited + "?.state === 'PENDING'")
	two.join(b.id, hzColleague)
	two.until(invited + "?.state === 'JOINED'")
	two.hears(hzOperator)
	b.one.hears(hzColleague)
	two.deaf(hzCitizen)
	b.one.on(b.id, "callConference")
	two.hears(hzCitizen)
	b.one.hears(hzCitizen)
	soon(b.t, "the citizen hears both", func() bool { return b.citizen.hears(hzOperator) && b.citizen.hears(hzColleague) })
	b.one.on(b.id, "callConsultComplete")
	soon(b.t, "the colleague has the citizen", func() bool { return b.citizen.hears(hzColleague) && b.citizen.level(hzOperator) < faint })
	two.hears(hzCitizen)
	b.one.until("events.some((e) => e.interaction?.id === " + quote(b.id) + " && e.interaction.operator?.id !== undefined)")
}

// losesTab closes the colleague's tab in mid-talk: the citizen is the next one whom the first operator gets.
func (b *talkInBrowser) losesTab(two *seat) {
	b.t.Helper()
	two.shut()
	b.music()
	require.Equal(b.t, b.id, b.one.offered())
	b.one.join(b.id, 0) // which takes the offer
	b.both()
	require.Equal(b.t, "ACTIVE", b.p.as("supervisor").now(b.id).State)
}

// transfersBlindly hands the citizen to a queue, from where another operator takes it.
func (b *talkInBrowser) transfersBlindly(c *console) {
	b.t.Helper()
	three := c.seat("operator3", b.p)
	three.run("await presence('AVAILABLE')")
	b.one.do("interactionTransfer", "InteractionTransferInput", map[string]any{
		"interactionId": b.id, "queueId": b.p.as("supervisor").queue("voice-line1-mse"), "note": "О больничном",
	}, "interaction { id }")
	b.music()
	require.Equal(b.t, b.id, three.offered())
	three.join(b.id, 0)
	b.one = three
	b.both()
}

// ends the talk, and looks at what was kept.
func (b *talkInBrowser) ends() {
	b.t.Helper()
	b.one.on(b.id, "callHangUp")
	b.one.until("events.some((e) => e.interaction?.id === " + quote(b.id) + " && e.interaction.state === 'WRAP_UP')")
	b.citizen.hungUp()
	supervisor := b.p.as("supervisor")
	b.one.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": b.id, "dispositionId": supervisor.disposition("OTHER"), "outcome": "RESOLVED",
	}, "interaction { id }")
	require.Equal(b.t, "CLOSED", supervisor.now(b.id).State)

	said, heard := supervisor.recording(b.id)
	require.Greater(b.t, loudness(said, hzCitizen), 3000.0, "the citizen, on their own channel")
	for _, tone := range []float64{hzOperator, hzColleague, hzSupervisor} {
		require.Less(b.t, loudness(said, tone), 300.0, "nobody else is on it")
		require.Greater(b.t, loudness(heard, tone), 1500.0, "%v Hz is on the other", tone)
	}
	require.Less(b.t, loudness(heard, hzCitizen), 300.0, "the citizen is not")
	require.Greater(b.t, longestSilence(said), 1.0, "the pause is silent")
	calls := supervisor.callsOf(b.id)
	require.Len(b.t, calls, 1, "one call, whatever happened to it")
	browsers := 0
	for _, l := range calls[0].Legs {
		if l.Kind == "BROWSER" {
			browsers++
			require.NotNil(b.t, l.EndedAt)
			require.Positive(b.t, l.PacketsReceived)
		}
	}
	require.Equal(b.t, 6, browsers, "three operators, one of them thrice, and a supervisor")
}
