package opus

import (
	"errors"
	"fmt"

	"github.com/pion/opus"
)

const (
	// SampleRate is that of what is decoded, in Hz.
	SampleRate = 8000
	// MaxSamples is the length of the longest packet, 120 ms (RFC 6716 §3.2.5).
	MaxSamples = 960
)

// ErrPacket is wrapped by every error: the bytes are no packet of Opus, or one that cannot be decoded.
var ErrPacket = errors.New("opus: not a packet that can be decoded")

// Decoder decodes one stream, used by one goroutine at a time. A packet that it refuses, or that is missing, does it no harm.
type Decoder struct {
	state  opus.Decoder
	usable bool // state is one
	pcm    [MaxSamples]int16
}

// NewDecoder gives one at rest.
func NewDecoder() *Decoder { return &Decoder{} }

// Decode gives the samples of a packet, 20 to [MaxSamples] of them, until the next call. It never panics. Errors wrap [ErrPacket].
func (d *Decoder) Decode(packet []byte) (pcm []int16, err error) {
	n, err := Samples(packet)
	if err != nil {
		return nil, err
	}
	if len(packet) <= 2 && packet[0]&3 == 0 { // the sender has nothing to say (DTX)
		clear(d.pcm[:n])
		return d.pcm[:n], nil
	}
	defer func() {
		if r := recover(); r != nil {
			d.usable = false
			pcm, err = nil, fmt.Errorf("%w: %v", ErrPacket, r)
		}
	}()
	if !d.usable {
		if d.state, err = opus.NewDecoderWithOutput(SampleRate, 1); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPacket, err)
		}
		d.usable = true
	}
	got, err := d.state.DecodeToInt16(packet, d.pcm[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPacket, err)
	}
	if got != n {
		return nil, fmt.Errorf("%w: %d samples of %d", ErrPacket, got, n)
	}
	return d.pcm[:n], nil
}

// frames are the lengths of a frame by the configuration in its packet's first byte, in samples (RFC 6716 §3.1, table 2).
var frames = [32]uint16{
	80, 160, 320, 480, 80, 160, 320, 480, 80, 160, 320, 480, // SILK: 10, 20, 40, 60 ms
	80, 160, 80, 160, // hybrid: 10, 20 ms
	20, 40, 80, 160, 20, 40, 80, 160, 20, 40, 80, 160, 20, 40, 80, 160, // CELT: 2.5, 5, 10, 20 ms
}

// Samples gives the length of a packet, as its head says it (RFC 6716 §3.1 and §3.2).
func Samples(packet []byte) (int, error) {
	if len(packet) == 0 {
		return 0, fmt.Errorf("%w: it is empty", ErrPacket)
	}
	count := 0
	switch packet[0] & 3 {
	case 0:
		count = 1
	case 1, 2:
		count = 2
	default:
		if len(packet) > 1 {
			count = int(packet[1] & 0x3F)
		}
	}
	n := count * int(frames[packet[0]>>3])
	if n == 0 || n > MaxSamples {
		return 0, fmt.Errorf("%w: %d samples", ErrPacket, n)
	}
	return n, nil
}
