package prompt_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

func TestResampleKeepsWhatFitsAndDropsTheRest(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{11025, 16000, 22050, 24000, 44100, 48000, 44101} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			t.Parallel()
			for _, hz := range []float64{200, 1000, 3000, 3300} {
				out, err := prompt.Resample(tone(rate, hz, 0.5, 0.5), rate, prompt.Rate)
				require.NoError(t, err)
				require.InDelta(t, prompt.Rate/2, len(out), 1)
				require.InDelta(t, 0, decibels(power(out[800:3200], prompt.Rate, hz)/0.5), 0.1, "%.0f Hz passes", hz)
			}
			for _, hz := range []float64{4300, 5000, 5400} {
				if hz*2 >= float64(rate) {
					continue
				}
				out, err := prompt.Resample(tone(rate, hz, 0.5, 0.5), rate, prompt.Rate)
				require.NoError(t, err)
				require.Less(t, decibels(rms(out[800:3200])/0.354), -55.0, "%.0f Hz would fold back", hz)
			}
		})
	}
}

func TestResampleUpwardsMakesNoImages(t *testing.T) {
	t.Parallel()
	out, err := prompt.Resample(tone(4000, 1000, 0.5, 0.5), 4000, prompt.Rate)
	require.NoError(t, err)
	require.InDelta(t, 0.5, power(out[800:3200], prompt.Rate, 1000), 0.005)
	require.Less(t, power(out[800:3200], prompt.Rate, 3000), 0.0005)
}

func TestResampleRefusesOddRates(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{0, -8000, 3999, 192001} {
		_, err := prompt.Resample(nil, rate, prompt.Rate)
		require.Error(t, err)
	}
	same, err := prompt.Resample([]float32{1, 2}, 8000, 8000)
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2}, same)
}
