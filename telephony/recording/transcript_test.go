package recording_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
)

// listener says how long each utterance was, instead of what was said.
type listener struct{ err error }

func (l listener) Recognize(_ context.Context, u prompt.Utterance) (prompt.Transcript, error) {
	if time.Duration(len(u.PCM))*time.Second/8000 < time.Second {
		return prompt.Transcript{}, l.err
	}
	return prompt.Transcript{Text: fmt.Sprintf("%d samples", len(u.PCM))}, l.err
}

// speech is a real phrase in A-law.
func speech(t *testing.T, text string) []byte {
	t.Helper()
	speaker, err := prompt.NewEspeak()
	require.NoError(t, err, "install espeak-ng")
	sound, err := speaker.Speak(t.Context(), text)
	require.NoError(t, err)
	samples, err := prompt.Resample(sound.Samples, sound.Rate, recording.Rate)
	require.NoError(t, err)
	out := make([]byte, len(samples))
	for i, s := range samples {
		out[i] = g711.EncodeALaw(int16(s * 32767))
	}
	return out
}

func TestTranscribeTellsTheChannelsApart(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	citizen, operator := speech(t, "Здравствуйте, когда мне придёт пенсия?"), speech(t, "Добрый день, сейчас я посмотрю.")
	const second = 8000
	silence := func(n int) []byte { return bytes.Repeat([]byte{0xD5}, n) }
	place := func(first int64, left, right []byte) {
		n := max(len(left), len(right))
		write(t, w, recording.Block{
			First: first, Samples: n, Format: recording.ALaw,
			Left: append(append([]byte{}, left...), silence(n-len(left))...), Right: append(append([]byte{}, right...), silence(n-len(right))...),
		})
	}
	place(second, citizen, nil)
	place(6*second, nil, operator)
	place(12*second, citizen, operator) // both at once
	w.Finish(18 * second)
	f := s.finished(t)
	open := func() io.Reader { return bytes.NewReader(s.object(t, f.Key)) }

	lines, err := recording.Transcribe(t.Context(), open(), listener{})
	require.NoError(t, err)
	require.Len(t, lines, 4)
	require.Equal(t, recording.Said, lines[0].Channel)
	require.Equal(t, recording.Heard, lines[1].Channel)
	require.ElementsMatch(t, []recording.Channel{recording.Said, recording.Heard}, []recording.Channel{lines[2].Channel, lines[3].Channel})
	for i, want := range []float64{1, 6, 12, 12} {
		require.InDelta(t, want, lines[i].At.Seconds(), 0.5)
	}

	_, err = recording.Transcribe(t.Context(), open(), listener{errors.New("model away")})
	require.ErrorContains(t, err, "model away")
	_, err = recording.Transcribe(t.Context(), open(), prompt.NoRecognizer{})
	require.ErrorIs(t, err, prompt.ErrNoRecognizer)
	_, err = recording.Transcribe(t.Context(), strings.NewReader("no sound"), listener{})
	require.ErrorIs(t, err, recording.ErrNotRecording)
}
