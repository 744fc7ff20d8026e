package test

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
)

// The tones of the parties, in hertz: above the music, whose partials end at 1,400, and no harmonics of each other.
const (
	hzCitizen    = 1510.0
	hzOperator   = 1730.0
	hzColleague  = 1930.0
	hzSupervisor = 2150.0
	hzOutside    = 2370.0
)

var allTones = []float64{hzCitizen, hzOperator, hzColleague, hzSupervisor, hzOutside}

// window is how much of what was heard last is looked at: 400 ms.
const window = media.SampleRate * 4 / 10

// fresh returns the last window of what the device hears, when it is later than a position; nil when it is not yet.
func (d *device) fresh(after int) []int16 {
	sound := d.heard()
	if len(sound) < after {
		after = 0 // another call, another file
	}
	if len(sound) < after+2*window {
		return nil
	}
	return samples(sound[(len(sound)-2*window)&^1:])[:window]
}

// listens waits until what the device hears from now on is as wanted.
func (d *device) listens(what string, wanted func([]int16) bool) {
	d.t.Helper()
	begin := len(d.heard())
	var last []int16
	defer func() {
		if d.t.Failed() {
			for _, hz := range allTones {
				d.t.Logf("%.0f Hz: %.2f of what was heard, loudness %.0f", hz, share(last, hz), level(last))
			}
		}
	}()
	require.Eventually(d.t, func() bool {
		if now := d.fresh(begin); now != nil {
			last = now
			return wanted(now)
		}
		return false
	}, callPatience, 50*time.Millisecond, what)
}

// hears waits until the device hears these tones, and little else.
func (d *device) hears(tones ...float64) {
	d.t.Helper()
	d.listens("the tones are not heard", func(sound []int16) bool {
		sum := 0.0
		for _, hz := range tones {
			s := share(sound, hz)
			if s < 0.4/float64(len(tones)) {
				return false
			}
			sum += s
		}
		return sum > 0.7
	})
}

// hearsMusic waits until the device hears something that is none of the parties.
func (d *device) hearsMusic() {
	d.t.Helper()
	d.listens("there is no music", func(sound []int16) bool {
		for _, hz := range allTones {
			if share(sound, hz) > 0.05 {
				return false
			}
		}
		return level(sound) > 100
	})
}

// hearsNothing waits until the device has heard no party and no music for a while: silence, or no packets.
func (d *device) hearsNothing() {
	d.t.Helper()
	seen, loud := len(d.heard()), time.Now()
	require.Eventually(d.t, func() bool {
		sound := d.heard()
		if len(sound) < seen {
			seen = 0
		}
		if level(samples(sound[seen:])) > 50 {
			loud = time.Now()
		}
		seen = len(sound)
		return time.Since(loud) > time.Second
	}, callPatience, 100*time.Millisecond, "there is sound")
}

// samples are those of 16-bit sound.
func samples(sound []byte) []int16 {
	out := make([]int16, len(sound)/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(sound[2*i:]))
	}
	return out
}

// share is how much of a signal's power is at a frequency, 0 to 1.
func share(sound []int16, hz float64) float64 {
	var re, im, power float64
	for i, s := range sound {
		v, angle := float64(s), 2*math.Pi*hz*float64(i)/media.SampleRate
		re, im, power = re+v*math.Cos(angle), im+v*math.Sin(angle), power+v*v
	}
	if power == 0 {
		return 0
	}
	return 2 * (re*re + im*im) / power / float64(len(sound))
}

// level is the root of the mean square.
func level(sound []int16) float64 {
	power := 0.0
	for _, s := range sound {
		power += float64(s) * float64(s)
	}
	if power == 0 {
		return 0
	}
	return math.Sqrt(power / float64(len(sound)))
}

// decoded is A-law as samples.
func decoded(coded []byte) []int16 {
	out := make([]int16, len(coded))
	for i, b := range coded {
		out[i] = g711.DecodeALaw(b)
	}
	return out
}

// loudness is the amplitude of a frequency in the loudest piece of 400 ms of A-law samples.
func loudness(coded []byte, hz float64) float64 {
	most := 0.0
	for begin := 0; begin+window <= len(coded); begin += window / 4 {
		piece := decoded(coded[begin : begin+window])
		most = max(most, math.Sqrt(2*share(piece, hz))*level(piece))
	}
	return most
}

func sine(hz float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(9000 * math.Sin(2*math.Pi*hz*float64(i)/media.SampleRate))
	}
	return out
}

// wave is a WAV file of 16-bit samples, mono.
func wave(samples []int16) []byte {
	data := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		data = binary.LittleEndian.AppendUint16(data, uint16(s))
	}
	head := []byte("RIFF....WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	binary.LittleEndian.PutUint32(head[4:], uint32(36+len(data)))
	head = binary.LittleEndian.AppendUint32(head, media.SampleRate)
	head = binary.LittleEndian.AppendUint32(head, 2*media.SampleRate)
	head = append(head, 2, 0, 16, 0)
	head = append(head, "data"...)
	return append(binary.LittleEndian.AppendUint32(head, uint32(len(data))), data...)
}
