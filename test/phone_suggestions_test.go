package test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

// scripted is a server of speech recognition that understands what the test wants; after gone() it fails.
type scripted struct {
	words       atomic.Value
	away        atomic.Bool
	asked       atomic.Int64
	url         string
	pathIsWrong atomic.Bool
}

func recognises(t *testing.T, words string) *scripted {
	t.Helper()
	s := &scripted{}
	s.words.Store(words)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if _, _, err := r.FormFile("file"); err != nil || r.URL.Path != "/v1/audio/transcriptions" {
			s.pathIsWrong.Store(true)
		}
		if s.away.Load() {
			http.Error(w, "overloaded", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"text": s.words.Load().(string)})
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/v1"
	return s
}

// suggested are the questions of the records in an event, best first.
func (e event) suggested() (questions []string) {
	for _, s := range e.Suggestions {
		questions = append(questions, s.Record.Question)
	}
	return questions
}

// What the citizen says to the operator is searched for while they speak. It stops with the recording, is kept nowhere, and the talk does
// without it.
func TestSuggestionsFromSpeech(t *testing.T) {
	t.Parallel()
	const disability, documents = "Скажите, как оформить инвалидность?", "А какие документы нужны для медико-социальной экспертизы?"
	model := recognises(t, disability)
	c := startPhoneCentre(t, func(c *config.Config) {
		c.OpenAIBaseURL, c.ASRModel, c.DraftSuggestions = model.url, "whisper", true
	})
	d := c.desk(t, deskOptions{})
	operator := d.hire("speech.clerk", 1, hzOperator).ready()
	citizen := &caller{desk: d, number: "+74957770077", device: newDevice(t, deviceOptions{
		user: "+74957770077", address: carrierAddress, speech: phrase(t, manyWords),
	})}
	desk := operator.dial().subscribe(`subscription { desk { __typename cursor
		... on SuggestionsChanged { interactionId state fromDraft suggestions { record { question } } } } }`, nil)
	citizen.calls()
	operator.phone.picksUp()
	d.state(citizen.id, "ACTIVE")
	about := func(words string) func(event) bool {
		return func(e event) bool {
			return e.Kind == "SuggestionsChanged" && e.InteractionID == citizen.id && e.FromDraft && len(e.Suggestions) > 0 &&
				strings.Contains(e.suggested()[0], words)
		}
	}
	desk.until("suggestions to what is said", about("направление на медико-социальную экспертизу"))
	model.words.Store(documents)
	desk.until("suggestions to what is said later", about("Какие документы нужны"))
	require.False(t, model.pathIsWrong.Load())

	operator.do("callRecordingPause", "CallRecordingPauseInput", map[string]any{"interactionId": citizen.id, "seconds": 600})
	before, windows := model.asked.Load(), 0
	for windows < 10 { // of 400 ms; the citizen says something in every eight
		citizen.hears(hzOperator)
		if windows++; model.asked.Load() > before {
			before, windows = model.asked.Load(), 0
		}
	}
	model.away.Store(true)
	operator.do("callRecordingResume", "InteractionInput", onInteraction(citizen.id))
	soon(t, "the model is asked again", func() bool { return model.asked.Load() > before })
	citizen.hears(hzOperator)
	require.Equal(t, "ACTIVE", d.supervisor.now(citizen.id).State)
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")
	for _, table := range []string{"messages", "events", "assistant_turns", "interactions", "calls", "audit_entries"} {
		require.Empty(t, c.find(t, "SELECT 1 FROM "+table+" x WHERE x::text LIKE '%' || $1 || '%' LIMIT 1", disability), table)
	}
}
