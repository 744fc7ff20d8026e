package prompt_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

// speech is a phrase of the real synthesiser at the usual loudness.
func speech(t *testing.T, text string) []int16 {
	t.Helper()
	sound, err := needEspeak(t).Speak(t.Context(), text)
	require.NoError(t, err)
	clip, err := prompt.Import(bytes.NewReader(wav16(sound.Samples, sound.Rate)))
	require.NoError(t, err)
	return clip.PCM
}

func join(parts ...[]int16) []int16 {
	var out []int16
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// over adds noise to everything.
func over(pcm []int16, level float64) []int16 {
	hiss := noise(7, level, float64(len(pcm))/8000+1)
	out := make([]int16, len(pcm))
	for i := range pcm {
		out[i] = pcm[i] + hiss[i]
	}
	return out
}

func cut(pcm []int16, o prompt.VoiceOptions) []prompt.Utterance {
	cutter := prompt.NewCutter(o)
	var all []prompt.Utterance
	for len(pcm) > 0 { // in pieces that are no whole frames
		n := min(333, len(pcm))
		_, ended := cutter.Write(pcm[:n])
		all = append(all, ended...)
		pcm = pcm[n:]
	}
	if last := cutter.Close(); last != nil {
		all = append(all, *last)
	}
	return all
}

func TestCutterFindsPhrases(t *testing.T) {
	t.Parallel()
	first, second := speech(t, "Когда придёт пенсия?"), speech(t, "Соедините с оператором.")
	pause := make([]int16, 2*8000)
	line := join(pause, first, pause, second, pause)
	at2 := time.Duration(len(pause)+len(first)+len(pause)) * time.Second / 8000
	for name, level := range map[string]float64{"digital silence": 0, "a quiet line": 0.002, "a noisy line": 0.01} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := cut(over(line, level), prompt.VoiceOptions{})
			require.Equal(t, 2, len(got)) //nolint:testifylint // the samples would fill the report
			require.InDelta(t, 2, got[0].At.Seconds(), 0.4)
			require.InDelta(t, at2.Seconds(), got[1].At.Seconds(), 0.4)
			require.GreaterOrEqual(t, len(got[0].PCM), len(first)*9/10, "the phrase is whole")
			require.LessOrEqual(t, got[0].At, 2*time.Second+50*time.Millisecond, "its beginning is there")
		})
	}
}

func TestCutterIgnoresWhatIsNoSpeech(t *testing.T) {
	t.Parallel()
	click := make([]int16, 4*8000)
	copy(click[16000:], speech(t, "да")[800:1100]) // 40 ms
	cases := map[string][]int16{
		"silence":      make([]int16, 5*8000),
		"white noise":  noise(1, 0.02, 5),
		"a click":      click,
		"a quiet hiss": noise(2, 0.001, 5),
	}
	for name, pcm := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Zero(t, len(cut(pcm, prompt.VoiceOptions{}))) //nolint:testifylint // the samples would fill the report
		})
	}
}

func TestCutterGetsUsedToSteadyNoise(t *testing.T) {
	t.Parallel()
	hum := make([]int16, 60*8000)
	for i, s := range tone(8000, 120, 0.02, 60) {
		hum[i] = int16(s * 32767)
	}
	got := cut(join(hum, over(speech(t, "Когда придёт пенсия?"), 0), hum[:16000]), prompt.VoiceOptions{})
	require.Positive(t, len(got)) //nolint:testifylint // the samples would fill the report
	for _, u := range got {
		require.LessOrEqual(t, len(u.PCM), 16*8000, "cut at the longest")
	}
	require.Less(t, len(got), 5, "in the end the hum is silence")
}

func TestCutterOptions(t *testing.T) {
	t.Parallel()
	word := speech(t, "пенсия")
	line := join(make([]int16, 8000), word, make([]int16, 8000*5/10), word, make([]int16, 8000))
	require.Equal(t, 2, len(cut(line, prompt.VoiceOptions{End: 300 * time.Millisecond})))  //nolint:testifylint // the samples would fill the report
	require.Equal(t, 1, len(cut(line, prompt.VoiceOptions{End: 1200 * time.Millisecond}))) //nolint:testifylint // the samples would fill the report
	got := cut(line, prompt.VoiceOptions{Longest: 200 * time.Millisecond, Start: 60 * time.Millisecond})
	require.Greater(t, len(got), 3)
}

func TestBargeInComesEarly(t *testing.T) {
	t.Parallel()
	cutter := prompt.NewCutter(prompt.VoiceOptions{})
	line := join(make([]int16, 8000), speech(t, "Оператор"))
	for at := 0; at < len(line); at += 160 {
		started, _ := cutter.Write(line[at:min(at+160, len(line))])
		if started {
			require.True(t, cutter.Speaking())
			require.Less(t, at-8000, 8000*3/10, "within 300 ms of the first sound")
			return
		}
	}
	t.Fatal("nothing heard")
}
