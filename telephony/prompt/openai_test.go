package prompt_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// speechServer answers like an OpenAI-compatible server; behave may take over.
func speechServer(t *testing.T, behave http.HandlerFunc) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body) // or the server does not notice that the client has gone
		r.Body = io.NopCloser(bytes.NewReader(body))
		behave(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1", asked
}

func TestOpenAISpeaks(t *testing.T) {
	t.Parallel()
	url, _ := speechServer(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Model, Input, Voice, ResponseFormat string }
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(bytes.ReplaceAll(raw, []byte("response_format"), []byte("ResponseFormat")), &body)
		if r.URL.Path != "/v1/audio/speech" || r.Header.Get("Authorization") != "Bearer key" || body.Model != "silero" ||
			body.Voice != "baya" || body.ResponseFormat != "wav" || body.Input != "Добрый день" {
			http.Error(w, string(raw), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(wav16(tone(24000, 500, 0.5, 1), 24000))
	})
	speaker, err := prompt.NewOpenAISpeaker(prompt.OpenAI{BaseURL: url + "/", APIKey: "key", Model: "silero", Voice: "baya"})
	require.NoError(t, err)
	sound, err := speaker.Speak(t.Context(), " Добрый\nдень ")
	require.NoError(t, err)
	require.Equal(t, time.Second, sound.Duration())
	require.Equal(t, "openai/silero/baya", sound.Voice)
}

func TestOpenAISpeakerFails(t *testing.T) {
	t.Parallel()
	cases := map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "overloaded", http.StatusInternalServerError)
		},
		"no sound": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error":"no"}`)) },
		"empty":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(prompt.EncodeWAV(nil, 24000)) },
		"silent for ever": func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		},
		"hangs in the middle": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(wav16(tone(24000, 500, 0.5, 1), 24000)[:1000])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	}
	for name, behave := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _ := speechServer(t, behave)
			speaker, err := prompt.NewOpenAISpeaker(prompt.OpenAI{BaseURL: url, Model: "m", Timeout: 200 * time.Millisecond})
			require.NoError(t, err)
			_, err = speaker.Speak(t.Context(), "Добрый день")
			require.Error(t, err)
		})
	}
	_, err := prompt.NewOpenAISpeaker(prompt.OpenAI{Model: "m"})
	require.Error(t, err)
}

func TestFallbackLeavesAFailingEngineAlone(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	broken.Store(true)
	url, asked := speechServer(t, func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			http.Error(w, "overloaded", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(wav16(tone(24000, 500, 0.5, 1), 24000))
	})
	first, err := prompt.NewOpenAISpeaker(prompt.OpenAI{BaseURL: url, Model: "m"})
	require.NoError(t, err)
	second := needEspeak(t)
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	speaker := prompt.NewFallback(first, second, 30*time.Second, clock, quiet())

	say := func() string {
		sound, err := speaker.Speak(t.Context(), "Добрый день")
		require.NoError(t, err)
		return sound.Voice
	}
	require.Equal(t, second.Name(), say())
	require.Equal(t, second.Name(), say())
	require.EqualValues(t, 1, asked.Load(), "not asked again at once")
	now.Add(31)
	broken.Store(false)
	require.Equal(t, first.Name(), say())

	_, err = speaker.Speak(t.Context(), "")
	require.ErrorIs(t, err, prompt.ErrText)
	require.Equal(t, first.Name(), say(), "a bad text is no failure of the engine")
}

func TestOpenAIRecognizes(t *testing.T) {
	t.Parallel()
	url, _ := speechServer(t, func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("file")
		if err != nil || r.URL.Path != "/v1/audio/transcriptions" || r.FormValue("language") != "ru" ||
			r.FormValue("model") != "whisper" || r.FormValue("prompt") != "пенсия, пособие" {
			http.Error(w, "bad form", http.StatusBadRequest)
			return
		}
		sound, err := prompt.ReadWAV(file)
		if err != nil || sound.Rate != 8000 || len(sound.Samples) != 800 {
			http.Error(w, "bad sound", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"text":" когда будет пенсия \n"}`)
	})
	recognizer, err := prompt.NewOpenAIRecognizer(prompt.OpenAI{BaseURL: url, Model: "whisper"})
	require.NoError(t, err)
	got, err := recognizer.Recognize(t.Context(), prompt.Utterance{PCM: make([]int16, 800), Hints: []string{"пенсия", "пособие"}})
	require.NoError(t, err)
	require.Equal(t, "когда будет пенсия", got.Text)
}

func TestOpenAIRecognizerFails(t *testing.T) {
	t.Parallel()
	url, _ := speechServer(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	recognizer, err := prompt.NewOpenAIRecognizer(prompt.OpenAI{BaseURL: url, Model: "m", Timeout: 100 * time.Millisecond})
	require.NoError(t, err)
	_, err = recognizer.Recognize(t.Context(), prompt.Utterance{PCM: make([]int16, 800)})
	require.Error(t, err)
	_, err = prompt.NoRecognizer{}.Recognize(t.Context(), prompt.Utterance{})
	require.ErrorIs(t, err, prompt.ErrNoRecognizer)
}
