package prompt_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

// wav builds a file: kind, channels, rate, bits, the bytes of its data.
func wav(kind, channels, rate, bits int, data []byte) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WAVEfmt ")
	out = binary.LittleEndian.AppendUint32(out, 16)
	out = binary.LittleEndian.AppendUint16(out, uint16(kind))
	out = binary.LittleEndian.AppendUint16(out, uint16(channels))
	out = binary.LittleEndian.AppendUint32(out, uint32(rate))
	out = binary.LittleEndian.AppendUint32(out, uint32(rate*channels*bits/8))
	out = binary.LittleEndian.AppendUint16(out, uint16(channels*bits/8))
	out = binary.LittleEndian.AppendUint16(out, uint16(bits))
	out = append(out, "LIST\x03\x00\x00\x00abc\x00data"...) // an odd chunk with its padding before the data
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return append(out, data...)
}

func TestReadWAVFormats(t *testing.T) {
	t.Parallel()
	half := math.Float32bits(0.5)
	cases := map[string]struct {
		kind, channels, bits int
		data                 []byte
		want                 []float32
	}{
		"8 bits":  {1, 1, 8, []byte{128, 192, 0}, []float32{0, 0.5, -1}},
		"16 bits": {1, 1, 16, []byte{0, 0, 0, 0x40, 0, 0x80}, []float32{0, 0.5, -1}},
		"24 bits": {1, 1, 24, []byte{0, 0, 0x40, 0, 0, 0x80}, []float32{0.5, -1}},
		"32 bits": {1, 1, 32, []byte{0, 0, 0, 0x40}, []float32{0.5}},
		"float":   {3, 1, 32, binary.LittleEndian.AppendUint32(nil, half), []float32{0.5}},
		"NaN":     {3, 1, 32, []byte{0xFF, 0xFF, 0xFF, 0x7F}, []float32{0}},
		"A-law":   {6, 1, 8, []byte{0xD5}, []float32{8.0 / 32768}},
		"µ-law":   {7, 1, 8, []byte{0xFF, 0x80}, []float32{0, 32124.0 / 32768}},
		"stereo":  {1, 2, 16, []byte{0, 0x40, 0, 0, 0, 0x20}, []float32{0.25}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sound, err := prompt.ReadWAV(bytes.NewReader(wav(c.kind, c.channels, 16000, c.bits, c.data)))
			require.NoError(t, err)
			require.Equal(t, 16000, sound.Rate)
			require.InDeltaSlice(t, c.want, sound.Samples, 1e-6)
		})
	}
}

func TestReadWAVRefuses(t *testing.T) {
	t.Parallel()
	good := wav(1, 1, 8000, 16, make([]byte, 100))
	cases := map[string][]byte{
		"nothing":       nil,
		"text":          []byte("not a sound at all, just words"),
		"no data":       good[:36],
		"no channels":   wav(1, 0, 8000, 16, nil),
		"nine channels": wav(1, 9, 8000, 16, nil),
		"rate 0":        wav(1, 1, 0, 16, nil),
		"rate 1 GHz":    wav(1, 1, 1e9, 16, nil),
		"12 bits":       wav(1, 1, 8000, 12, nil),
		"MP3 inside":    wav(0x55, 1, 8000, 16, nil),
		"data first":    append(append([]byte{}, good[:12]...), "data\x02\x00\x00\x00ab"...),
		"short format":  append(append([]byte{}, good[:12]...), "fmt \x02\x00\x00\x00ab"...),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := prompt.ReadWAV(bytes.NewReader(data))
			require.ErrorIs(t, err, prompt.ErrNotWAV)
		})
	}
}

func TestReadWAVTakesWhatIsThere(t *testing.T) {
	t.Parallel()
	whole := wav(1, 1, 8000, 16, make([]byte, 200))
	binary.LittleEndian.PutUint32(whole[len(whole)-204:], 0xFFFFFFFF) // a size from a pipe
	sound, err := prompt.ReadWAV(bytes.NewReader(whole))
	require.NoError(t, err)
	require.Len(t, sound.Samples, 100)
	cut, err := prompt.ReadWAV(bytes.NewReader(whole[:len(whole)-101]))
	require.NoError(t, err)
	require.Len(t, cut.Samples, 49)
}

func TestEncodeWAVComesBack(t *testing.T) {
	t.Parallel()
	sound, err := prompt.ReadWAV(bytes.NewReader(prompt.EncodeWAV([]int16{0, 100, -32768, 32767}, 8000)))
	require.NoError(t, err)
	require.Equal(t, []float32{0, 100.0 / 32768, -1, 32767.0 / 32768}, sound.Samples)
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(1, 1, 8000, 16, make([]byte, 64)))
	f.Add(wav(3, 2, 48000, 32, bytes.Repeat([]byte{0xFF, 0xFF, 0x7F, 0x7F}, 8)))
	f.Add(wav(0xFFFE, 1, 8000, 16, nil))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sound, err := prompt.ReadWAV(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, s := range sound.Samples {
			if s != s || s < -1 || s > 1 {
				t.Fatalf("sample %v is out of range", s)
			}
		}
		if clip, err := prompt.Import(bytes.NewReader(data)); err == nil && len(clip.PCM) != len(clip.PCMA) {
			t.Fatal("encodings differ in length")
		}
	})
}
