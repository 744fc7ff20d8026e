package telephony_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/opus/opustest"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// The tones that are there in Opus: the citizen's, and one for the other side.
const (
	lowOpus  = citizenTone
	highOpus = 1000.0
)

// newOpusWorld has a trunk and a carrier with Opus, and an operator's phone with these codecs.
func newOpusWorld(t *testing.T, phone ...sdp.Codec) (*world, *peer) {
	t.Helper()
	w := newWorld(t, nil)
	w.opusTrunk(sdp.Opus(), sdp.PCMA())
	p := w.phone("op1")
	p.codecs = phone
	return w, p
}

// opusTrunk lets the trunk, and the carrier at its other end, have these codecs.
func (w *world) opusTrunk(codecs ...sdp.Codec) {
	w.t.Helper()
	w.trunk.Codecs = codecs
	require.NoError(w.t, w.agent.SetTrunks([]signaling.Trunk{w.trunk}))
	w.carrier.codecs = codecs
	w.carrier.wide = 110
}

// talkingOpus is a talk in which both sing.
func talkingOpus(t *testing.T) (w *world, citizen, operator *peerCall) {
	t.Helper()
	w, phone := newOpusWorld(t, sdp.Opus(), sdp.PCMA())
	phone.wide = 110
	citizen = w.queued()
	citizen.sing(opustest.Low())
	w.centre.offer("O1", "op1")
	operator = phone.ringing()
	operator.pickUp(operatorTone)
	operator.sing(opustest.High())
	citizen.hears(highOpus)
	operator.hears(lowOpus)
	return w, citizen, operator
}

// Opus goes through when the carrier and the phone have it; the phone is offered it then, and only then. Who has it talks with who has not.
func TestOpusThrough(t *testing.T) {
	t.Parallel()
	wide := []sdp.Codec{sdp.Opus(), sdp.PCMA()}
	for name, c := range map[string]struct {
		trunk, carrier, phone []sdp.Codec
		want                  [2]string // of the citizen and of the operator
	}{
		"both":       {wide, wide, wide, [2]string{"opus", "opus"}},
		"carrier":    {wide, wide, []sdp.Codec{sdp.PCMU()}, [2]string{"opus", "PCMU"}},
		"phone":      {wide, []sdp.Codec{sdp.PCMA()}, wide, [2]string{"PCMA", "PCMA"}},
		"not set":    {nil, wide, wide, [2]string{"PCMA", "PCMA"}},
		"named only": {[]sdp.Codec{sdp.Opus()}, wide, wide, [2]string{"opus", "opus"}},
		"G.722 too":  {append([]sdp.Codec{sdp.G722()}, wide...), append([]sdp.Codec{sdp.G722()}, wide...), wide, [2]string{"G722", "PCMA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, phone := newOpusWorld(t, c.phone...)
			w.opusTrunk(c.trunk...)
			w.carrier.codecs = c.carrier
			citizen := w.queued()
			w.centre.offer("O1", "op1")
			operator := phone.ringing()
			operator.pickUp(operatorTone)
			operator.hears(citizenTone)
			citizen.hears(operatorTone)
			require.Equal(t, c.want, [2]string{citizen.codec(), operator.codec()})
			if c.want[0] == "opus" {
				citizen.sing(opustest.Low())
				operator.hears(lowOpus)
			}
			if c.want[1] == "opus" {
				operator.sing(opustest.High())
				citizen.hears(highOpus)
			}
		})
	}
}

// An offer of Opus without G.711, which music and prompts need, is refused.
func TestOpusAloneIsRefused(t *testing.T) {
	t.Parallel()
	w, _ := newOpusWorld(t)
	c := w.carrier.newCall()
	offer, err := c.session.Offer(sdp.SendRecv)
	require.NoError(t, err)
	c.Dialog, err = w.carrier.agent.Call(signaling.CallRequest{
		TrunkID: "ekc", Number: serviceNumber, From: "+74955550001", Offer: withoutG711(offer), Sink: c.sink,
	})
	require.NoError(t, err)
	require.Equal(t, 488, await[signaling.Ended](c).Code)
}

// withoutG711 takes PCMA out of a description.
func withoutG711(body []byte) []byte {
	text := strings.Replace(string(body), "a=rtpmap:8 PCMA/8000\r\n", "", 1)
	return []byte(regexp.MustCompile(`(?m)^(m=audio .*) 8\b`).ReplaceAllString(text, "$1"))
}

// A phone that answers with Opus alone is offered G.711 at once, and then hears everything.
func TestOpusAloneInAnAnswer(t *testing.T) {
	t.Parallel()
	w, phone := newOpusWorld(t, sdp.Opus(), sdp.PCMA())
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	operator := phone.ringing()
	body, m, err := operator.session.Answer(operator.in.Offer, sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, "opus", m.Codec.Name)
	operator.configure(m)
	require.NoError(t, operator.Answer(withoutG711(body)))
	offered := await[signaling.Offered](operator)
	require.NotContains(t, string(offered.Body), "opus")
	body, m, err = operator.session.Answer(offered.Body, sdp.SendRecv)
	require.NoError(t, err)
	require.Equal(t, "PCMA", m.Codec.Name)
	operator.configure(m)
	require.NoError(t, operator.AnswerOffer(body))
	operator.speak(operatorTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	citizen.sing(opustest.Low())
	operator.hears(lowOpus)
}

// Both channels of the recording have the sound of their party, also while there is music; and keys go through.
func TestOpusTalk(t *testing.T) {
	t.Parallel()
	w, citizen, operator := talkingOpus(t)
	tape := w.tapes.first()
	eventually(t, func() bool {
		said, _ := tape.shares(lowOpus)
		_, heard := tape.shares(highOpus)
		return said > 0.6 && heard > 0.6
	}, "the recording has not both tones")
	for range 2 {
		w.centre.set(func(r *row) { r.state = "HELD" })
		citizen.hears(musicTone)
		operator.silent()
		w.centre.set(func(r *row) { r.state = "ACTIVE" })
		citizen.hears(highOpus)
		operator.hears(lowOpus)
	}
	require.NoError(t, citizen.Reoffer(citizen.holds(true)))
	citizen.silent()
	require.NoError(t, citizen.Reoffer(citizen.holds(false)))
	citizen.hears(highOpus)
	operator.hears(lowOpus)

	ctx := context.Background()
	require.NoError(t, w.sb.SendDTMF(ctx, w.id(), "op1", "42#"))
	eventually(t, func() bool { return citizen.keys() == "42#" }, "no keys")
	operator.press("7")
	eventually(t, func() bool { return citizen.keys() == "42#7" }, "no key of the other party")
	require.NoError(t, w.sb.Mute(ctx, w.id(), "op1", true))
	citizen.silent()
	require.NoError(t, w.sb.Mute(ctx, w.id(), "op1", false))
	citizen.hears(highOpus)
	require.Equal(t, "opus", citizen.codec())
}

// A supervisor without Opus hears both, whispers and joins; then it is a talk of two again.
func TestOpusSupervisor(t *testing.T) {
	t.Parallel()
	w, citizen, operator := talkingOpus(t)
	phone := w.phone("boss")
	ctx := context.Background()
	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Listen))
	boss := phone.ringing()
	boss.pickUp(supervisorTone)
	boss.hears(lowOpus, highOpus)
	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Whisper))
	operator.hears(lowOpus, supervisorTone)
	citizen.hears(highOpus)
	require.NoError(t, w.sb.Supervise(ctx, w.id(), "boss", telephony.Barge))
	citizen.hears(highOpus, supervisorTone)
	require.NoError(t, w.sb.StopSupervising(ctx, w.id(), "boss"))
	await[signaling.Ended](boss)
	citizen.hears(highOpus)
	operator.hears(lowOpus)
}

// A colleague is consulted in Opus, and is one of a conference.
func TestOpusConsultation(t *testing.T) {
	t.Parallel()
	w, citizen, operator := talkingOpus(t)
	phone := w.phone("op2")
	phone.codecs = []sdp.Codec{sdp.PCMU(), sdp.Opus(), sdp.PCMA()}
	ctx := context.Background()
	require.NoError(t, w.sb.Consult(ctx, w.id(), "op1", telephony.Target{AccountID: "op2"}))
	second := phone.ringing()
	require.Contains(t, string(second.in.Offer), " 111 8 0 101 110\r\n", "Opus comes first")
	second.pickUp(consultedTone)
	second.hears(highOpus)
	operator.hears(consultedTone)
	citizen.hears(musicTone)
	require.NoError(t, w.sb.Conference(ctx, w.id(), "op1"))
	citizen.hears(highOpus, consultedTone)
	second.hears(lowOpus, highOpus)
}

// A browser is told of the leg that it will be connected with, and so of its codec.
func TestBrowserMeetsOpus(t *testing.T) {
	t.Parallel()
	w, p := newBrowserWorld(t, 0)
	w.opusTrunk(sdp.Opus(), sdp.PCMA())
	citizen := w.queued()
	w.centre.set(func(r *row) { r.state, r.operator = "ACTIVE", "op1" })
	operator := w.joins(p, "op1", operatorTone)
	require.Equal(t, media.Opus, operator.call.Near.Codec())
	citizen.hears(operatorTone)
	citizen.sing(opustest.Low())
	operator.far.hears(lowOpus)
}
