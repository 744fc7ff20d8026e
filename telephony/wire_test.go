package telephony_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/prompt"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

func TestDelayedOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.carrier.newCall()
	var err error
	c.Dialog, err = w.carrier.agent.Call(signaling.CallRequest{TrunkID: "ekc", Number: serviceNumber, From: citizenNumber, Sink: c.sink})
	require.NoError(t, err)
	answered := await[signaling.Answered](c)
	require.True(t, answered.Offer)
	body, m, err := c.session.Answer(answered.Body, sdp.SendRecv)
	require.NoError(t, err)
	c.configure(m)
	require.NoError(t, c.Confirm(body))
	c.speak(citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("1")
	c.hears(musicTone)
}

func TestNothingInCommon(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, body := range map[string]string{
		"no codec": "v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n" +
			"m=audio 20000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n",
		"no description": "hello",
		"no audio":       "v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=video 20000 RTP/AVP 96\r\n",
	} {
		c := w.carrier.newCall()
		var err error
		c.Dialog, err = w.carrier.agent.Call(signaling.CallRequest{
			TrunkID: "ekc", Number: serviceNumber, From: citizenNumber, Offer: []byte(body), Sink: c.sink,
		})
		require.NoError(t, err)
		require.Equal(t, 488, await[signaling.Ended](c).Code, name)
	}
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 }, "goroutines are left")
	require.Zero(t, w.centre.count(), "no enquiry was made of it")
}

func TestCodecsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.carrier.codecs = []sdp.Codec{sdp.PCMU()}
	phone := w.phone("op1")
	phone.codecs = []sdp.Codec{sdp.PCMA()}
	citizen := w.queued()
	w.centre.offer("O1", "op1")
	operator := phone.ringing()
	operator.pickUp(operatorTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	require.NotEqual(t, citizen.codec(), operator.codec())
}

func TestKeysByINFO(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	require.NoError(t, c.SendDigit('1', 100*time.Millisecond))
	w.state("QUEUED")
	c.hears(musicTone)
}

func TestReinviteWithoutOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	citizen, operator := w.talking()
	body, err := operator.session.Offer(sdp.SendRecv)
	require.NoError(t, err)
	require.NoError(t, operator.Reoffer(body))
	again := await[signaling.Reanswered](operator)
	require.Equal(t, 200, again.Code)
	citizen.hears(operatorTone)
}

func TestMenuTransfersOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("2")
	outside := w.carrier.ringing()
	c.hears(musicTone)
	outside.pickUp(consultedTone)
	c.hears(consultedTone)
	outside.hears(citizenTone)
	outside.hangUp()
	await[signaling.Ended](c)
	w.ended(telephony.EndByOperator)
}

func TestMenuTransferFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("2")
	require.NoError(t, w.carrier.ringing().Reject(486, ""))
	eventually(t, func() bool { return w.prompts.heard("До свидания.") }, "no goodbye")
	await[signaling.Ended](c)
	w.ended(telephony.EndByMenu)
}

func TestCallbackInsteadOfWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.queued()
	c.press("1")
	eventually(t, func() bool { return w.prompts.said1("Перезвонить") }, "nobody asks")
	c.press("1")
	eventually(t, func() bool { return w.prompts.heard("Мы перезвоним.") }, "no promise")
	await[signaling.Ended](c)
	eventually(t, func() bool { return len(w.sb.Calls()) == 0 }, "the call goes on")
	require.Equal(t, citizenNumber, w.centre.only().callback)
	require.Nil(t, w.centre.only().ended, "the enquiry goes on")
}

func TestClosedQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.centre.answers(func(m *memoryCentre) { m.closed = true })
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	eventually(t, func() bool { return w.prompts.heard("Для ПФР нажмите один.") }, "no menu")
	c.press("1")
	await[signaling.Ended](c)
	require.True(t, w.prompts.heard("До свидания."))
	w.ended(telephony.EndByMenu)
}

func TestOperatorDialsWithThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	require.NoError(t, w.agent.Close(context.Background()))
	w.restartAgent(true)
	w.centre.answers(func(m *memoryCentre) {
		m.dialled = telephony.CallRequest{InteractionID: "I7", AccountID: "op1", From: serviceNumber, RingTimeout: 20 * time.Second}
	})
	phone := newPeer(t, "127.0.0.1")
	w.peers = append(w.peers, phone)
	require.NoError(t, phone.agent.SetTrunks([]signaling.Trunk{{
		ID: "ekc", Name: "EKC", Proxy: w.agent.Addr(signaling.UDP).String(), User: "op1", Password: "secret", Domain: "ekc",
	}}))
	operator := phone.invite("89161234567", "op1")
	answered := await[signaling.Answered](operator)
	m, err := operator.session.Accept(answered.Body)
	require.NoError(t, err)
	operator.configure(m)
	operator.speak(operatorTone)
	citizen := w.carrier.ringing()
	operator.hears(425)
	citizen.pickUp(citizenTone)
	operator.hears(citizenTone)
	citizen.hears(operatorTone)
	citizen.hangUp()
	await[signaling.Ended](operator)
	w.ended(telephony.EndByCaller)
}

func TestAKeyDuringAnAnnouncementLeavesTheMusic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *telephony.Options) { o.Settings.PlaceEvery = 100 * time.Millisecond })
	w.centre.answers(func(m *memoryCentre) { m.place = telephony.Place{} })
	c := w.queued()
	w.prompts.mu.Lock()
	w.prompts.text = prompt.NewClip(tone(promptTone, 5*time.Second))
	w.prompts.mu.Unlock()
	w.centre.answers(func(m *memoryCentre) { m.place = telephony.Place{Position: 5} })
	c.hears(promptTone)
	c.press("9")
	c.hears(musicTone)
}
