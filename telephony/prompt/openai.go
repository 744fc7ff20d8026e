package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Limits of the OpenAI-compatible server.
const (
	defaultSpeechTime = 8 * time.Second
	defaultHearTime   = 10 * time.Second
	defaultVoice      = "alloy"
)

// OpenAI names an OpenAI-compatible server and what is used there.
type OpenAI struct {
	// BaseURL ends before /audio/speech, such as http://host/v1.
	BaseURL string
	APIKey  string
	// Model is EKC_TTS_MODEL or EKC_ASR_MODEL.
	Model string
	// Voice is one of the server's voices, for speech only; empty: alloy.
	Voice string
	// Timeout of one request; 0: 8 s for speech, 10 s for recognition.
	Timeout time.Duration
}

func (o OpenAI) client() (*openai.Client, error) {
	if o.BaseURL == "" || o.Model == "" {
		return nil, errors.New("an OpenAI-compatible server needs a base URL and a model")
	}
	config := openai.DefaultConfig(o.APIKey)
	config.BaseURL = strings.TrimRight(o.BaseURL, "/")
	config.HTTPClient = &http.Client{Timeout: o.Timeout}
	return openai.NewClientWithConfig(config), nil
}

// OpenAISpeaker speaks with a model on an OpenAI-compatible server.
type OpenAISpeaker struct {
	client *openai.Client
	o      OpenAI
}

// NewOpenAISpeaker makes a speaker; it does not connect yet.
func NewOpenAISpeaker(o OpenAI) (*OpenAISpeaker, error) {
	if o.Voice == "" {
		o.Voice = defaultVoice
	}
	if o.Timeout == 0 {
		o.Timeout = defaultSpeechTime
	}
	client, err := o.client()
	if err != nil {
		return nil, err
	}
	return &OpenAISpeaker{client: client, o: o}, nil
}

// Name tells the model and the voice.
func (s *OpenAISpeaker) Name() string { return "openai/" + s.o.Model + "/" + s.o.Voice }

// Speak asks for a WAV file (POST /audio/speech).
func (s *OpenAISpeaker) Speak(ctx context.Context, text string) (Sound, error) {
	text, err := plain(text)
	if err != nil {
		return Sound{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	response, err := s.client.CreateSpeech(ctx, openai.CreateSpeechRequest{
		Model: openai.SpeechModel(s.o.Model), Voice: openai.SpeechVoice(s.o.Voice), Input: text,
		ResponseFormat: openai.SpeechResponseFormatWav,
	})
	if err != nil {
		return Sound{}, fmt.Errorf("speech model: %w", err)
	}
	defer response.Close()
	wav, err := io.ReadAll(io.LimitReader(response, maxWAVBytes))
	if err != nil {
		return Sound{}, fmt.Errorf("speech model: %w", err)
	}
	return spoken(wav, s.Name())
}

// OpenAIRecognizer understands speech with a model on an OpenAI-compatible server.
type OpenAIRecognizer struct {
	client *openai.Client
	o      OpenAI
}

// NewOpenAIRecognizer makes a recogniser; it does not connect yet.
func NewOpenAIRecognizer(o OpenAI) (*OpenAIRecognizer, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultHearTime
	}
	client, err := o.client()
	if err != nil {
		return nil, err
	}
	return &OpenAIRecognizer{client: client, o: o}, nil
}

// Recognize sends the utterance as a WAV file (POST /audio/transcriptions).
func (r *OpenAIRecognizer) Recognize(ctx context.Context, u Utterance) (Transcript, error) {
	ctx, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	response, err := r.client.CreateTranscription(ctx, openai.AudioRequest{
		Model: r.o.Model, FilePath: "utterance.wav", Reader: bytes.NewReader(EncodeWAV(u.PCM, Rate)),
		Language: "ru", Prompt: strings.Join(u.Hints, ", "), Format: openai.AudioResponseFormatJSON,
	})
	if err != nil {
		return Transcript{}, fmt.Errorf("recognition model: %w", err)
	}
	return Transcript{Text: strings.TrimSpace(response.Text)}, nil
}
