package recording

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// wavFile is a recording under way. It belongs to one goroutine. After an error every method may be called again: a block
// that was written in part is written anew at the same place.
type wavFile struct {
	file   *os.File
	format Format
	frames int64 // complete ones
	buffer []byte
}

const fillBytes = 32 << 10

func (w *wavFile) frameBytes() int64 { return int64(channels * w.format.sampleBytes()) }

// begin fixes the format, with the first block.
func (w *wavFile) begin(f Format) error {
	if w.format != 0 {
		return nil
	}
	if _, err := w.file.WriteAt(header(f, 0), 0); err != nil {
		return err
	}
	w.format = f
	return nil
}

// write puts a block at its place; a hole before it is filled with silence, what lies before the end already is dropped.
func (w *wavFile) write(b Block) error {
	if err := w.begin(b.Format); err != nil {
		return err
	}
	if (b.First+int64(b.Samples))*w.frameBytes() > maxData {
		return errTooLong
	}
	if err := w.fill(b.First); err != nil {
		return err
	}
	left, right := convert(b.Left, b.Format, w.format), convert(b.Right, b.Format, w.format)
	skip := int(w.frames - b.First)
	if skip >= b.Samples {
		return nil
	}
	size := w.format.sampleBytes()
	frames := w.room((b.Samples - skip) * channels * size)
	interleave(frames, left[min(skip*size, len(left)):], right[min(skip*size, len(right)):], size, w.format.silence())
	return w.append(frames)
}

// room gives n bytes of the buffer.
func (w *wavFile) room(n int) []byte {
	if cap(w.buffer) < n {
		w.buffer = make([]byte, 0, n)
	}
	return w.buffer[:n]
}

func (w *wavFile) fill(upTo int64) error {
	for w.frames < upTo {
		n := min((upTo-w.frames)*w.frameBytes(), fillBytes)
		silent := w.room(int(n))
		for i := range silent {
			silent[i] = w.format.silence()
		}
		if err := w.append(silent); err != nil {
			return err
		}
	}
	return nil
}

func (w *wavFile) append(data []byte) error {
	if _, err := w.file.WriteAt(data, headerSize+w.frames*w.frameBytes()); err != nil {
		return err
	}
	w.frames += int64(len(data)) / w.frameBytes()
	return nil
}

// flush brings the header up to date and everything to the disk.
func (w *wavFile) flush() error {
	if w.format == 0 {
		return nil
	}
	if _, err := w.file.WriteAt(header(w.format, w.frames*w.frameBytes()), 0); err != nil {
		return err
	}
	return w.file.Sync()
}

var errTooLong = errors.New("the recording is longer than a WAV file can be")

// mend makes a file whole that a killed process has left: half a frame is cut off, the header tells what is there.
// Returns the number of frames; ErrNotRecording when not even the header was written.
func mend(file *os.File) (*wavFile, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	f, err := readHeader(file)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	w := &wavFile{file: file, format: f}
	w.frames = min(info.Size()-headerSize, maxData) / w.frameBytes()
	if err := file.Truncate(headerSize + w.frames*w.frameBytes()); err != nil {
		return nil, fmt.Errorf("cut off half a frame: %w", err)
	}
	return w, w.flush()
}
