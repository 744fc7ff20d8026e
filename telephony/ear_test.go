package telephony_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// listener understands everything as one word.
type listener struct {
	mu    sync.Mutex
	hints []string
	heard []int16
}

func (l *listener) Recognize(_ context.Context, u prompt.Utterance) (prompt.Transcript, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hints, l.heard = u.Hints, u.PCM
	return prompt.Transcript{Text: "пенсия"}, nil
}

const speechFlow = `{
  "name": "speech", "start": "menu", "fallback": "bye",
  "nodes": {
    "menu": {"type": "menu", "prompt": "Скажите, о чём ваш вопрос.", "barge_in": true, "speech": true, "timeout_s": 30,
      "choices": [{"digit": "1", "phrases": ["пенсия"], "goto": "queue"}], "fallback": "bye"},
    "queue": {"type": "queue", "announce": "{position}", "announce_every_s": 10, "max_wait_s": 600,
      "overflow": "bye", "closed": "bye", "after": "bye"},
    "bye": {"type": "hangup", "prompt": "До свидания."}
  }
}`

func TestTheCallerSpeaks(t *testing.T) {
	t.Parallel()
	l := &listener{}
	w := newWorld(t, func(o *telephony.Options) { o.Recognizer = l })
	w.centre.answers(func(m *memoryCentre) { m.flow, m.place = speechFlow, telephony.Place{} })
	w.prompts.text = prompt.NewClip(tone(promptTone, 20*time.Second)) // nobody waits for its end
	c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
	require.NoError(t, c.media.Stop())
	c.hears(promptTone)
	_, err := c.media.Play(media.PlayRequest{Clips: []*media.Clip{
		media.NewClip(tone(citizenTone, time.Second)), media.NewClip(make([]int16, 2*media.SampleRate)),
	}})
	require.NoError(t, err)
	w.state("QUEUED")
	c.hears(musicTone)
	l.mu.Lock()
	defer l.mu.Unlock()
	require.True(t, slices.Contains(l.hints, "пенсия"))
	require.Greater(t, rings(l.heard[len(l.heard)/3:len(l.heard)/3+2400], citizenTone), 0.5)
}
