package recording

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"ekc/telephony/g711"
	"ekc/telephony/prompt"
)

// Rate is the sampling rate of every recording in Hz.
const Rate = prompt.Rate

// Format is how samples are coded, both in blocks and in the file. The values are WAVE format tags.
type Format uint16

// The formats.
const (
	PCM16 Format = 1
	ALaw  Format = 6
	MuLaw Format = 7
)

const (
	channels   = 2
	headerSize = 58 // RIFF, an extended fmt, fact and the head of data
	// maxData keeps the sizes of RIFF within 32 bits: 37 hours of PCM16.
	maxData = 0xFFFFFFFF - headerSize
)

// sampleBytes is the size of one sample of one channel.
func (f Format) sampleBytes() int {
	if f == PCM16 {
		return 2
	}
	return 1
}

func (f Format) valid() bool { return f == PCM16 || f == ALaw || f == MuLaw }

// silence is the byte that an empty stretch is made of (for PCM16 twice).
func (f Format) silence() byte {
	switch f {
	case ALaw:
		return 0xD5
	case MuLaw:
		return 0xFF
	}
	return 0
}

// header makes the WAV header for a file with size bytes of data. G.711 needs the long fmt and a fact chunk (Microsoft,
// "Multiple channel audio data and WAVE files").
func header(f Format, size int64) []byte {
	h := make([]byte, 0, headerSize)
	u16 := func(v int) { h = binary.LittleEndian.AppendUint16(h, uint16(v)) }
	u32 := func(v int64) { h = binary.LittleEndian.AppendUint32(h, uint32(v)) }
	frame := channels * f.sampleBytes()
	h = append(h, "RIFF"...)
	u32(headerSize - 8 + size)
	h = append(h, "WAVEfmt "...)
	u32(18)
	u16(int(f))
	u16(channels)
	u32(Rate)
	u32(int64(Rate * frame))
	u16(frame)
	u16(8 * f.sampleBytes())
	u16(0)
	h = append(h, "fact"...)
	u32(4)
	u32(size / int64(frame))
	h = append(h, "data"...)
	u32(size)
	return h
}

// ErrNotRecording is returned for a file that this package has not written.
var ErrNotRecording = errors.New("not a recording of ours")

// readHeader reads what header has written; the sizes in it are not believed.
func readHeader(r io.Reader) (Format, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNotRecording, err)
	}
	f := Format(binary.LittleEndian.Uint16(h[20:]))
	if !f.valid() || string(h[:4]) != "RIFF" || string(h[8:16]) != "WAVEfmt " || string(h[50:54]) != "data" {
		return 0, ErrNotRecording
	}
	return f, nil
}

// convert codes the samples of one channel in another format.
func convert(data []byte, from, to Format) []byte {
	if from == to {
		return data
	}
	size := from.sampleBytes()
	out := make([]byte, 0, len(data)/size*to.sampleBytes())
	for i := 0; i+size <= len(data); i += size {
		switch s := linear(data[i:], from); to {
		case ALaw:
			out = append(out, g711.EncodeALaw(s))
		case MuLaw:
			out = append(out, g711.EncodeMuLaw(s))
		default:
			out = binary.LittleEndian.AppendUint16(out, uint16(s))
		}
	}
	return out
}

func linear(data []byte, f Format) int16 {
	switch f {
	case ALaw:
		return g711.DecodeALaw(data[0])
	case MuLaw:
		return g711.DecodeMuLaw(data[0])
	}
	return int16(binary.LittleEndian.Uint16(data))
}
