package prompt_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

// needEspeak fails rather than skips: scripts/setup.sh installs it.
func needEspeak(t *testing.T) *prompt.Espeak {
	t.Helper()
	speaker, err := prompt.NewEspeak()
	require.NoError(t, err, "install espeak-ng")
	return speaker
}

func TestEspeakSpeaksRussian(t *testing.T) {
	t.Parallel()
	speaker := needEspeak(t)
	short, err := speaker.Speak(t.Context(), "Здравствуйте!")
	require.NoError(t, err)
	require.Equal(t, speaker.Name(), short.Voice)
	require.Greater(t, rms(short.Samples), 0.01)
	long, err := speaker.Speak(t.Context(), "Здравствуйте! Вы позвонили в единый контактный центр.")
	require.NoError(t, err)
	require.Greater(t, long.Duration(), short.Duration()+time.Second)
}

func TestEspeakTakesNoCommandsFromTheText(t *testing.T) {
	t.Parallel()
	speaker := needEspeak(t)
	words, err := speaker.Speak(t.Context(), "пауза пять секунд")
	require.NoError(t, err)
	for _, text := range []string{"[[пауза]] пять секунд", "<пауза> пять\x00 секунд\n", "пауза\u0301 пять секунд"} {
		tricky, err := speaker.Speak(t.Context(), text)
		require.NoError(t, err)
		require.True(t, slices.Equal(words.Samples, tricky.Samples), "%q", text)
	}
	// A text that looks like an option is a text.
	option, err := speaker.Speak(t.Context(), "--version")
	require.NoError(t, err)
	require.NotEmpty(t, option.Samples)
}

func TestEspeakRefusesWhatIsNoText(t *testing.T) {
	t.Parallel()
	speaker := needEspeak(t)
	for _, text := range []string{"", " \n", "…!?", "\xff\xfe", strings.Repeat("а", prompt.MaxText+1)} {
		_, err := speaker.Speak(t.Context(), text)
		require.ErrorIs(t, err, prompt.ErrText)
	}
}

func TestEspeakObeysItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := needEspeak(t).Speak(ctx, "Здравствуйте")
	require.ErrorIs(t, err, context.Canceled)
}

// fakeRHVoice puts a program of that name on the path: RHVoice is not in every distribution. It checks the arguments that
// the real one documents and lets espeak-ng speak.
func fakeRHVoice(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	//nolint:gosec // a program must be executable
	require.NoError(t, os.WriteFile(filepath.Join(dir, "RHVoice-test"), []byte(script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestRHVoice(t *testing.T) {
	fakeRHVoice(t, "#!/bin/sh\n[ \"$1 $2 $3\" = '-p anna -o' ] || exit 3\nexec espeak-ng -v ru --stdin -w \"$4\"\n")
	speaker, err := prompt.NewRHVoice("anna")
	require.NoError(t, err)
	sound, err := speaker.Speak(t.Context(), "Здравствуйте")
	require.NoError(t, err)
	require.Equal(t, "rhvoice/anna", sound.Voice)
	require.Greater(t, sound.Duration(), 300*time.Millisecond)
}

// TestRealRHVoice runs the program itself, where the distribution has it; scripts/setup.sh --with-tests installs it there.
func TestRealRHVoice(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("RHVoice-test"); err != nil {
		t.Skip("SKIPPED: RHVoice is not installed here, so nobody has heard whether it speaks")
	}
	for _, voice := range []string{"aleksandr-hq", "anna"} {
		speaker, err := prompt.NewRHVoice(voice)
		require.NoError(t, err)
		short, err := speaker.Speak(t.Context(), "Здравствуйте!")
		require.NoError(t, err, voice)
		require.Equal(t, 24000, short.Rate)
		require.Greater(t, rms(short.Samples), 0.01)
		long, err := speaker.Speak(t.Context(), "Здравствуйте! Вы позвонили в единый контактный центр.")
		require.NoError(t, err, voice)
		require.Greater(t, long.Duration(), short.Duration()+time.Second)
	}
}

func TestRHVoiceFails(t *testing.T) {
	fakeRHVoice(t, "#!/bin/sh\necho 'no voice' >&2\nexit 1\n")
	speaker, err := prompt.NewRHVoice("")
	require.NoError(t, err)
	_, err = speaker.Speak(t.Context(), "Здравствуйте")
	require.ErrorContains(t, err, "no voice")
	_, err = prompt.NewRHVoice("artemiy")
	require.ErrorContains(t, err, "none of", "its licence does not allow it")
}
