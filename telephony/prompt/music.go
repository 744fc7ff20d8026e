package prompt

import "math"

// The music is sixteen bars of four chords in 6/8 at a walking pace: soft pads below, a plucked line above. It is
// computed, always the same, belongs to nobody and needs no file.
const (
	musicBars    = 16
	musicBar     = Rate * 5 / 2 // 2.5 s
	musicSteps   = 6            // plucked notes a bar
	musicLength  = musicBars * musicBar
	musicLevel   = 0.063 // −24 dBFS: below speech
	semitone     = 1.0594630943592953
	middleC      = 261.6255653005986
	padAttack    = 0.6 // seconds
	padRelease   = 1.2
	pluckDecay   = 0.55
	highestPitch = 1400.0 // partials above are left out: the line would only hiss
)

// musicChords are semitones above middle C: C major 7, A minor 7, F major 7, G with a fourth; then a darker turn.
var musicChords = [musicBars / 2][4]int{
	{0, 4, 7, 11},
	{-3, 0, 4, 7},
	{-7, -3, 0, 4},
	{-5, 0, 2, 7},
	{0, 4, 7, 14},
	{-8, -1, 4, 7},
	{-7, 0, 4, 9},
	{-5, -1, 2, 9},
}

// musicLine picks the notes of a chord for the plucked line; −1 is a rest.
var musicLine = [2][musicSteps]int{{0, 2, 3, -1, 2, 1}, {1, 3, -1, 2, -1, 3}}

// Music makes the loop: 40 seconds. Tones that sound beyond its end are mixed into its beginning, so that it repeats
// without a seam.
func Music() *Clip {
	mix := make([]float64, musicLength)
	for bar := range musicBars {
		chord := musicChords[bar/2]
		start := bar * musicBar
		if bar%2 == 0 {
			for voice, note := range chord {
				pad(mix, start, 2*musicBar, pitch(note), 0.5/float64(voice+1))
			}
			pad(mix, start, 2*musicBar, pitch(chord[0]-12), 0.5)
		}
		for step, pick := range musicLine[bar%2] {
			if pick >= 0 {
				pluck(mix, start+step*musicBar/musicSteps, pitch(chord[pick]+12), 0.35)
			}
		}
	}
	return NewClip(levelled(mix))
}

func pitch(note int) float64 { return middleC * math.Pow(semitone, float64(note)) }

// pad adds a held tone of three partials, two of them slightly apart so that it breathes.
func pad(mix []float64, start, length int, frequency, gain float64) {
	release := int(padRelease * Rate)
	for i := range length + release {
		t := float64(i) / Rate
		envelope := min(1, t/padAttack)
		if i > length {
			envelope *= float64(length+release-i) / float64(release)
		}
		v := math.Sin(2*math.Pi*frequency*t) + 0.6*math.Sin(2*math.Pi*frequency*1.0015*t) +
			0.25*math.Sin(2*math.Pi*frequency*2*t)
		mix[(start+i)%len(mix)] += gain * envelope * envelope * v
	}
}

// pluck adds a tone that dies away, its higher partials first.
func pluck(mix []float64, start int, frequency, gain float64) {
	for partial := 1.0; partial <= 4 && frequency*partial < highestPitch; partial++ {
		decay := pluckDecay / partial
		for i := range int(decay * 7 * Rate) {
			t := float64(i) / Rate
			attack := min(1, t/0.004)
			mix[(start+i)%len(mix)] += gain / partial * attack * math.Exp(-t/decay) * math.Sin(2*math.Pi*frequency*partial*t)
		}
	}
}

func levelled(mix []float64) []int16 {
	sum := 0.0
	for _, v := range mix {
		sum += v * v
	}
	gain := musicLevel / math.Sqrt(sum/float64(len(mix)))
	samples := make([]float32, len(mix))
	for i, v := range mix {
		samples[i] = float32(v * gain)
	}
	return quantise(samples)
}
