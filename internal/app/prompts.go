package app

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"ekc/internal/config"
	"ekc/telephony/prompt"
)

// speakerRest is how long a speech server that failed is left alone.
const speakerRest = time.Minute

// newPrompts makes what speaks: the configured model, else RHVoice where it is installed, else espeak-ng, which also stands in
// for the model while that fails.
func newPrompts(c config.Config, sounds prompt.AudioSource, log *slog.Logger) (*prompt.Library, error) {
	speaker, err := localSpeaker(log)
	if err != nil {
		return nil, err
	}
	if c.TTSModel != "" {
		first, err := prompt.NewOpenAISpeaker(prompt.OpenAI{BaseURL: c.OpenAIBaseURL, APIKey: c.OpenAIAPIKey.Reveal(), Model: c.TTSModel})
		if err != nil {
			return nil, fmt.Errorf("EKC_TTS_MODEL: %w", err)
		}
		speaker = prompt.NewFallback(first, speaker, speakerRest, time.Now, log)
	}
	return prompt.NewLibrary(prompt.Options{
		Speaker: speaker, Audio: sounds, Dir: filepath.Join(c.DataDir, promptsFolder), Clock: time.Now, Logger: log,
	})
}

func localSpeaker(log *slog.Logger) (prompt.Speaker, error) {
	better, rhvoice := prompt.NewRHVoice("")
	espeak, err := prompt.NewEspeak()
	switch {
	case rhvoice == nil && err == nil: // its voices are packages of their own and may be missing
		return prompt.NewFallback(better, espeak, speakerRest, time.Now, log), nil
	case rhvoice == nil:
		return better, nil
	case err != nil:
		return nil, fmt.Errorf("%w: the phone cannot speak without it; install espeak-ng (scripts/setup.sh does), or set EKC_SIP_ADDR=off to go without the phone", err)
	}
	return espeak, nil
}

// newRecognizer makes what understands callers; nil without a model: they press keys.
func newRecognizer(m config.Models) (prompt.Recognizer, error) {
	if m.ASRModel == "" {
		return nil, nil //nolint:nilnil // none is a setting
	}
	recognizer, err := prompt.NewOpenAIRecognizer(prompt.OpenAI{BaseURL: m.OpenAIBaseURL, APIKey: m.OpenAIAPIKey.Reveal(), Model: m.ASRModel})
	if err != nil {
		return nil, fmt.Errorf("EKC_ASR_MODEL: %w", err)
	}
	return recognizer, nil
}
