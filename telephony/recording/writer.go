package recording

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// Block is a stretch of both channels.
type Block struct {
	// First is the position of the first sample since the start of the recording, Samples the number in each channel.
	First   int64
	Samples int
	Format  Format
	// Left is what the citizen says, Right what the citizen hears: Samples samples each.
	Left, Right []byte
	// Release, when not nil, is called exactly once when the block is not needed any more, if Write took it.
	Release func()
}

func (b Block) release() {
	if b.Release != nil {
		b.Release()
	}
}

// Writer writes one recording.
type Writer struct {
	recorder *Recorder
	meta     Meta
	spool    spool
	blocks   chan Block
	finished atomic.Bool
	gone     atomic.Bool  // the goroutine has given up: the recorder was closed
	samples  atomic.Int64 // set by Finish: the length that the recording should have
	dropped  atomic.Int64
	wav      wavFile // the goroutine's
}

// Write hands a block over. It never blocks; false when there is no room or the recording is finished: then the caller
// keeps the block, and its place will be silent.
func (w *Writer) Write(b Block) bool {
	if !b.Format.valid() || b.Samples < 0 || b.First < 0 || w.finished.Load() || w.gone.Load() {
		return false
	}
	select {
	case w.blocks <- b:
		return true
	default:
		w.dropped.Add(1)
		w.recorder.counters.dropped.Add(1)
		return false
	}
}

// Finish ends the recording at its length in samples; the file is padded to it with silence. It never blocks. Call it once,
// after the last Write and from the same goroutine.
func (w *Writer) Finish(samples int64) {
	if w.finished.Swap(true) {
		return
	}
	w.samples.Store(samples)
	close(w.blocks)
}

// run is the recording's goroutine.
func (w *Writer) run() {
	defer w.recorder.group.Done()
	defer w.recorder.counters.open.Add(-1)
	defer func() {
		if err := w.wav.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			w.recorder.o.Logger.Warn("recording not closed", "recording", w.meta.ID, "error", err)
		}
	}()
	timer := time.NewTimer(w.recorder.phase(w.meta.ID))
	defer timer.Stop()
	for {
		select {
		case b, more := <-w.blocks:
			if !more {
				w.end()
				return
			}
			ok := w.try("write", func() error { return w.wav.write(b) })
			b.release()
			if !ok {
				w.drain()
				return
			}
		case <-timer.C:
			w.try("write", w.wav.flush)
			timer.Reset(w.recorder.o.FlushEvery)
		case <-w.recorder.ctx.Done():
			w.drain()
			if err := w.recorder.using(w.wav.flush); err != nil { // Recover mends it
				w.recorder.o.Logger.Warn("recording not flushed", "recording", w.meta.ID, "error", err)
			}
			return
		}
	}
}

// drain gives back what waits when the recorder is closed before the recording is finished.
func (w *Writer) drain() {
	w.gone.Store(true)
	for {
		select {
		case b, more := <-w.blocks:
			if !more {
				return
			}
			b.release()
		default:
			return
		}
	}
}

// end pads, completes, stores and reports.
func (w *Writer) end() {
	n := &w.recorder.counters
	n.waiting.Add(1)
	n.open.Add(-1)
	defer n.open.Add(1) // which run takes back
	defer n.waiting.Add(-1)
	complete := w.try("write", func() error {
		if w.wav.format == 0 {
			return nil
		}
		if err := w.wav.fill(min(w.samples.Load(), maxData/w.wav.frameBytes())); err != nil {
			return err
		}
		return w.wav.flush()
	})
	if complete {
		w.recorder.store(w.wav, w.meta, w.spool, w.dropped.Load(), false)
	}
}

// try does something until it succeeds; false when the recorder is closed meanwhile or the recording is too long. A failure
// is told once.
func (w *Writer) try(op string, work func() error) bool {
	return w.recorder.insist(w.meta.ID, op, func(context.Context) error { return w.recorder.using(work) })
}

// insist repeats work until it succeeds, the recorder is closed, or it can never succeed.
func (r *Recorder) insist(id, op string, work func(context.Context) error) bool {
	failing := false
	for {
		err := work(r.ctx)
		if err == nil {
			if failing {
				r.o.Logger.Info("recording goes on", "recording", id, "op", op)
			}
			return true
		}
		if errors.Is(err, errTooLong) {
			r.o.Logger.Warn("recording is cut", "recording", id, "error", err)
			return true
		}
		if !failing {
			failing = true
			r.counters.failed(op)
			r.counters.failing.Add(1)
			defer r.counters.failing.Add(-1)
			r.o.Logger.Error("recording fails, will be tried again", "recording", id, "op", op, "error", err)
			r.o.Alarm(Trouble{RecordingID: id, Op: op, Err: err})
		}
		select {
		case <-time.After(r.o.RetryEvery):
		case <-r.ctx.Done():
			return false
		}
	}
}
