package telephony_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// failing are the ways in which a model on another server fails.
func failing() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "overloaded", http.StatusInternalServerError)
		},
		"hang":    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\x00\x01<html>")) },
		"slow stream": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("RIFF"))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(50 * time.Millisecond):
				}
			}
		},
	}
}

// model is a server with a model that fails; it counts who asks.
func model(t *testing.T, behave http.HandlerFunc) (o prompt.OpenAI, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
		asked.Add(1)
		behave(w, r)
	}))
	t.Cleanup(server.Close)
	return prompt.OpenAI{BaseURL: server.URL + "/v1", Model: "m", Timeout: 300 * time.Millisecond}, asked
}

func TestCallGoesOnByKeysWithoutRecognition(t *testing.T) {
	t.Parallel()
	for name, behave := range failing() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, asked := model(t, behave)
			recognizer, err := prompt.NewOpenAIRecognizer(o)
			require.NoError(t, err)
			w := newWorld(t, func(o *telephony.Options) { o.Recognizer = recognizer })
			w.centre.answers(func(m *memoryCentre) { m.flow, m.place = speechFlow, telephony.Place{} })
			c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
			require.NoError(t, c.media.Stop())
			eventually(t, func() bool { return w.prompts.heard("Скажите, о чём ваш вопрос.") }, "no menu")
			_, err = c.media.Play(media.PlayRequest{Clips: []*media.Clip{
				media.NewClip(tone(citizenTone, time.Second)), media.NewClip(make([]int16, 2*media.SampleRate)),
			}, Loop: true})
			require.NoError(t, err)
			eventually(t, func() bool { return asked.Load() > 0 }, "the model is not asked")
			eventually(t, func() bool { return w.prompts.times("Скажите, о чём ваш вопрос.") > 1 }, "the caller is not asked again")
			require.NoError(t, c.media.Stop())
			c.press("1")
			w.state("QUEUED")
			c.hears(musicTone)
		})
	}
}

func TestCallGoesOnByKeysWithoutSpeech(t *testing.T) {
	t.Parallel()
	for name, behave := range failing() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, asked := model(t, behave)
			speaker, err := prompt.NewOpenAISpeaker(o)
			require.NoError(t, err)
			library, err := prompt.NewLibrary(prompt.Options{
				Speaker: speaker, Dir: t.TempDir(), Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, library.Close()) })
			w := newWorld(t, func(o *telephony.Options) { o.Prompts = library })
			c := w.carrier.call(serviceNumber, citizenNumber, citizenTone)
			eventually(t, func() bool { return asked.Load() > 1 }, "the menu is not spoken")
			c.press("1")
			w.state("QUEUED")
			c.hangUp()
			w.ended(telephony.EndByCaller)
		})
	}
}
