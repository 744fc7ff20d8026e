package prompt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"ekc/telephony/g711"
)

// Limits of a WAV file that is read.
const (
	maxWAVBytes    = 64 << 20
	maxWAVChannels = 8
	wavPCM         = 1
	wavFloat       = 3
	wavALaw        = 6
	wavULaw        = 7
	wavExtensible  = 0xFFFE
)

// ErrNotWAV is returned for what is no WAV file, or one of a kind that is not read.
var ErrNotWAV = errors.New("not a readable WAV file")

// ReadWAV reads a RIFF WAVE file of at most 64 MiB: linear PCM of 8, 16, 24 or 32 bits, 32-bit float, A-law or µ-law,
// 1 to 8 channels, 4 to 192 kHz, mixed down to mono. Sizes in the headers that exceed the file (as programs that write to
// a pipe leave them) are taken as "until the end". Errors wrap ErrNotWAV.
func ReadWAV(r io.Reader) (Sound, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxWAVBytes+1))
	if err != nil {
		return Sound{}, fmt.Errorf("read WAV: %w", err)
	}
	if len(data) > maxWAVBytes {
		return Sound{}, fmt.Errorf("%w: larger than %d MiB", ErrNotWAV, maxWAVBytes>>20)
	}
	return parseWAV(data)
}

type wavFormat struct {
	kind, channels, bits int
	rate                 int
}

func parseWAV(data []byte) (Sound, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return Sound{}, fmt.Errorf("%w: no RIFF WAVE header", ErrNotWAV)
	}
	var format *wavFormat
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size > int64(len(body)) {
			size = int64(len(body))
		}
		body = body[:size]
		switch id {
		case "fmt ":
			f, err := parseFormat(body)
			if err != nil {
				return Sound{}, err
			}
			format = &f
		case "data":
			if format == nil {
				return Sound{}, fmt.Errorf("%w: data before format", ErrNotWAV)
			}
			return format.decode(body), nil
		}
		rest = rest[8+size:]
		if size%2 == 1 && len(rest) > 0 {
			rest = rest[1:] // chunks are padded to even sizes
		}
	}
	return Sound{}, fmt.Errorf("%w: no data", ErrNotWAV)
}

func parseFormat(body []byte) (wavFormat, error) {
	if len(body) < 16 {
		return wavFormat{}, fmt.Errorf("%w: short format", ErrNotWAV)
	}
	f := wavFormat{
		kind:     int(binary.LittleEndian.Uint16(body)),
		channels: int(binary.LittleEndian.Uint16(body[2:])),
		rate:     int(binary.LittleEndian.Uint32(body[4:])),
		bits:     int(binary.LittleEndian.Uint16(body[14:])),
	}
	if f.kind == wavExtensible && len(body) >= 26 {
		f.kind = int(binary.LittleEndian.Uint16(body[24:])) // the first half of the sub-format's GUID
	}
	if f.channels < 1 || f.channels > maxWAVChannels {
		return f, fmt.Errorf("%w: %d channels", ErrNotWAV, f.channels)
	}
	if f.rate < minRate || f.rate > maxRate {
		return f, fmt.Errorf("%w: %d Hz", ErrNotWAV, f.rate)
	}
	if f.sample() == nil {
		return f, fmt.Errorf("%w: format %d with %d bits", ErrNotWAV, f.kind, f.bits)
	}
	return f, nil
}

// sample returns the function that reads one sample; nil when the format is not read.
func (f wavFormat) sample() func([]byte) float32 {
	switch [2]int{f.kind, f.bits} {
	case [2]int{wavPCM, 8}:
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case [2]int{wavPCM, 16}:
		return func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) / (1 << 15) }
	case [2]int{wavPCM, 24}:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case [2]int{wavPCM, 32}:
		return func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case [2]int{wavFloat, 32}:
		return func(b []byte) float32 { return finite(math.Float32frombits(binary.LittleEndian.Uint32(b))) }
	case [2]int{wavALaw, 8}:
		return func(b []byte) float32 { return float32(g711.DecodeALaw(b[0])) / (1 << 15) }
	case [2]int{wavULaw, 8}:
		return func(b []byte) float32 { return float32(g711.DecodeMuLaw(b[0])) / (1 << 15) }
	}
	return nil
}

// finite makes silence of what is no number and keeps the rest within the range.
func finite(v float32) float32 {
	if v != v {
		return 0
	}
	return max(-1, min(1, v))
}

func (f wavFormat) decode(body []byte) Sound {
	width, read := f.bits/8, f.sample()
	frame := width * f.channels
	samples := make([]float32, len(body)/frame)
	for i := range samples {
		var sum float32
		for c := range f.channels {
			sum += read(body[i*frame+c*width:])
		}
		samples[i] = sum / float32(f.channels)
	}
	return Sound{Rate: f.rate, Samples: samples}
}

// EncodeWAV makes a WAV file of linear 16-bit mono samples.
func EncodeWAV(pcm []int16, rate int) []byte {
	size := len(pcm) * 2
	out := make([]byte, 44, 44+size)
	copy(out, "RIFF")
	binary.LittleEndian.PutUint32(out[4:], uint32(36+size))
	copy(out[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(out[16:], 16)
	binary.LittleEndian.PutUint16(out[20:], wavPCM)
	binary.LittleEndian.PutUint16(out[22:], 1)
	binary.LittleEndian.PutUint32(out[24:], uint32(rate))
	binary.LittleEndian.PutUint32(out[28:], uint32(rate*2))
	binary.LittleEndian.PutUint16(out[32:], 2)
	binary.LittleEndian.PutUint16(out[34:], 16)
	copy(out[36:], "data")
	binary.LittleEndian.PutUint32(out[40:], uint32(size))
	for _, s := range pcm {
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	return out
}
