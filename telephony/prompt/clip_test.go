package prompt_test

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/prompt"
)

func wav16(samples []float32, rate int) []byte {
	pcm := make([]int16, len(samples))
	for i, s := range samples {
		pcm[i] = int16(s * 32767)
	}
	return prompt.EncodeWAV(pcm, rate)
}

func peak(pcm []int16) float64 {
	top := 0.0
	for _, s := range pcm {
		top = max(top, math.Abs(float64(s))/32768)
	}
	return top
}

func TestImportBringsToOneLoudness(t *testing.T) {
	t.Parallel()
	pause := make([]float32, 22050)
	cases := map[string][]float32{
		"loud":  tone(22050, 400, 0.99, 2),
		"usual": tone(22050, 400, 0.3, 2),
		"quiet": tone(22050, 400, 0.02, 2),
		// Pauses do not make speech louder.
		"with pauses": append(append(append([]float32{}, pause...), tone(22050, 400, 0.2, 1)...), pause...),
	}
	for name, samples := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clip, err := prompt.Import(bytes.NewReader(wav16(samples, 22050)))
			require.NoError(t, err)
			middle := clip.PCM[len(clip.PCM)/2-1000 : len(clip.PCM)/2+1000]
			require.InDelta(t, -20, decibels(rms(floats(middle))), 0.7)
		})
	}
}

func TestImportNeverClips(t *testing.T) {
	t.Parallel()
	// Short loud peaks over quiet speech: the gain that the speech needs would drive them far over the top.
	samples := tone(8000, 300, 0.02, 3)
	for i := 8000; i < len(samples); i += 8000 {
		copy(samples[i:], tone(8000, 700, 0.9, 0.01))
	}
	clip, err := prompt.Import(bytes.NewReader(wav16(samples, 8000)))
	require.NoError(t, err)
	require.LessOrEqual(t, peak(clip.PCM), 0.9)
	require.Greater(t, peak(clip.PCM), 0.3)
}

func TestImportLeavesSilenceAlone(t *testing.T) {
	t.Parallel()
	clip, err := prompt.Import(bytes.NewReader(wav16(make([]float32, 8000), 8000)))
	require.NoError(t, err)
	require.Equal(t, time.Second, clip.Duration())
	require.Zero(t, peak(clip.PCM))
}

func TestImportRefusesLengths(t *testing.T) {
	t.Parallel()
	for _, seconds := range []float64{0.05, 601} {
		_, err := prompt.Import(bytes.NewReader(wav16(make([]float32, int(seconds*8000)), 8000)))
		require.ErrorIs(t, err, prompt.ErrNotWAV)
	}
}

func TestClipCarriesBothEncodings(t *testing.T) {
	t.Parallel()
	clip := prompt.NewClip([]int16{0, 1000, -20000})
	for i, s := range clip.PCM {
		require.Equal(t, g711.EncodeALaw(s), clip.PCMA[i])
		require.Equal(t, g711.EncodeMuLaw(s), clip.PCMU[i])
	}
	require.Equal(t, []byte{0xD5, 0xD5}, prompt.Silence(250*time.Microsecond).PCMA)
}

func TestMusicIsCalmSeamlessAndTheSame(t *testing.T) {
	t.Parallel()
	music := prompt.Music()
	require.Equal(t, 40*time.Second, music.Duration())
	require.True(t, slices.Equal(music.PCM, prompt.Music().PCM))
	require.InDelta(t, -24, decibels(rms(floats(music.PCM))), 0.1)
	require.Less(t, peak(music.PCM), 0.5)
	// The step from the last sample to the first is no larger than steps inside.
	largest := 0
	for i := 1; i < len(music.PCM); i++ {
		largest = max(largest, abs(int(music.PCM[i])-int(music.PCM[i-1])))
	}
	require.LessOrEqual(t, abs(int(music.PCM[0])-int(music.PCM[len(music.PCM)-1])), largest)
	// No second is silent, none stands out.
	for s := range 40 {
		require.InDelta(t, -24, decibels(rms(floats(music.PCM[s*8000:(s+1)*8000]))), 7, "second %d", s)
	}
}

func abs(v int) int { return max(v, -v) }
