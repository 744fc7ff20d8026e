package recording

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"ekc/telephony/prompt"
)

// Channel tells who speaks.
type Channel string

// The channels.
const (
	Said  Channel = "said"  // left: the citizen
	Heard Channel = "heard" // right: the operator, prompts, music
)

// Line is one utterance of a transcript.
type Line struct {
	Channel Channel
	At      time.Duration
	Text    string
}

// Transcribe cuts each channel of a recording into utterances and has them recognised. Lines are in the order of time. An
// utterance that is not understood, or is no speech, gives no line; an error of the recogniser ends it.
func Transcribe(ctx context.Context, wav io.Reader, r prompt.Recognizer) ([]Line, error) {
	in := bufio.NewReaderSize(wav, fillBytes)
	f, err := readHeader(in)
	if err != nil {
		return nil, fmt.Errorf("transcribe: %w", err)
	}
	cutters := [channels]*prompt.Cutter{prompt.NewCutter(prompt.VoiceOptions{}), prompt.NewCutter(prompt.VoiceOptions{})}
	var lines []Line
	recognise := func(channel int, u prompt.Utterance) error {
		t, err := r.Recognize(ctx, u)
		if err != nil {
			return fmt.Errorf("transcribe at %s: %w", u.At, err)
		}
		if t.Text != "" {
			lines = append(lines, Line{Channel: [...]Channel{Said, Heard}[channel], At: u.At, Text: t.Text})
		}
		return nil
	}
	for {
		pcm, end := readFrames(in, f)
		for channel, cutter := range cutters {
			_, ended := cutter.Write(pcm[channel])
			if end != nil {
				if last := cutter.Close(); last != nil {
					ended = append(ended, *last)
				}
			}
			for _, u := range ended {
				if err := recognise(channel, u); err != nil {
					return nil, err
				}
			}
		}
		if end != nil && !errors.Is(end, io.EOF) {
			return nil, fmt.Errorf("transcribe: %w", end)
		}
		if end != nil {
			break
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return int(a.At - b.At) })
	return lines, nil
}

// readFrames reads about a second of both channels; the error is io.EOF at the end.
func readFrames(in io.Reader, f Format) ([channels][]int16, error) {
	size := f.sampleBytes()
	data := make([]byte, Rate*channels*size)
	n, err := io.ReadFull(in, data)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	var pcm [channels][]int16
	for i := 0; i+channels*size <= n; i += channels * size {
		for c := range pcm {
			pcm[c] = append(pcm[c], linear(data[i+c*size:], f))
		}
	}
	return pcm, err
}
