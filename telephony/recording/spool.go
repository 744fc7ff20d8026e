package recording

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// create makes both files and locks the sound, so that another process that recovers leaves it alone. The lock goes with
// the process.
func (s spool) create(m Meta) (*os.File, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(s.wav(), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err = lock(file); err == nil {
		err = os.WriteFile(s.meta(), data, 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), s.remove())
	}
	return file, nil
}

func lock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func (s spool) remove() error {
	err := os.Remove(s.meta()) // first: a sound without it is rubbish, it without sound would be a loss
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(s.wav()))
}

// store puts a complete file into the storage, reports it, and removes it from the spool.
func (r *Recorder) store(w wavFile, m Meta, s spool, dropped int64, recovered bool) {
	if w.frames == 0 {
		r.o.Logger.Warn("recording without sound", "recording", m.ID)
		r.discard(s)
		return
	}
	f := Finished{
		Meta: m, Key: key(m), Bytes: headerSize + w.frames*w.frameBytes(), Dropped: dropped, Recovered: recovered,
		Length: time.Duration(w.frames) * time.Second / Rate,
	}
	stored := r.insist(m.ID, "store", func(ctx context.Context) (err error) {
		if f.SHA256, err = hashOf(w.file); err != nil {
			return err
		}
		if a, ok := r.o.Storage.(Adopter); ok {
			if err = a.Adopt(ctx, f.Key, s.wav(), f.SHA256); !errors.Is(err, errors.ErrUnsupported) {
				return err
			}
		}
		return r.o.Storage.Put(ctx, f.Key, io.NewSectionReader(w.file, 0, f.Bytes), f.Bytes, f.SHA256)
	})
	unknown := false
	reported := stored && r.insist(m.ID, "report", func(ctx context.Context) error {
		err := r.o.Report(ctx, f)
		if unknown = errors.Is(err, ErrUnknownCall); unknown {
			return nil
		}
		return err
	})
	if reported && unknown {
		r.destroy(f, s)
		return
	}
	if reported {
		r.counters.stored.Add(1)
		r.counters.storedBytes.Add(uint64(f.Bytes)) //nolint:gosec // a size is not negative
		if recovered {
			r.counters.recovered.Add(1)
		}
		r.discard(s)
	}
}

// destroy removes the sound of a call that nobody knows of: nobody may listen to it, and nobody would destroy it later.
func (r *Recorder) destroy(f Finished, s spool) {
	r.o.Logger.Warn("recording of a call that never began is destroyed", "recording", f.ID, "call", f.CallID, "length", f.Length)
	if r.insist(f.ID, "store", func(ctx context.Context) error { return r.o.Storage.Remove(ctx, f.Key) }) {
		r.discard(s)
	}
}

func (r *Recorder) discard(s spool) {
	if err := s.remove(); err != nil {
		r.o.Logger.Warn("recording stays in the spool", "recording", s.id, "error", err)
	}
}

// key sorts recordings by day.
func key(m Meta) string { return m.BeganAt.UTC().Format("2006/01/02/") + m.ID + ".wav" }

func hashOf(file *os.File) (string, error) {
	sum := sha256.New()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, info.Size())); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Recover mends, stores and reports what processes that died have left in the spool folder. Recordings that are being
// written, by this process or another on the same machine, are left alone. Returns how many it found; the work goes on in
// the background until Close.
func (r *Recorder) Recover() (int, error) {
	names, err := filepath.Glob(filepath.Join(r.o.Dir, "*.wav"))
	if err != nil {
		return 0, err
	}
	found := 0
	for _, name := range names {
		s := spool{dir: r.o.Dir, id: strings.TrimSuffix(filepath.Base(name), ".wav")}
		file, err := os.OpenFile(name, os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrPermission) && os.Chmod(name, 0o600) == nil { // adopted by the storage, and not yet reported
			file, err = os.OpenFile(name, os.O_RDWR, 0o600)
		}
		if err != nil || lock(file) != nil {
			if file != nil {
				err = file.Close()
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return found, fmt.Errorf("recover recordings: %w", err)
			}
			continue
		}
		r.mu.Lock()
		closed := r.closed
		if !closed {
			r.group.Add(1)
		}
		r.mu.Unlock()
		if closed {
			return found, errors.Join(ErrClosed, file.Close())
		}
		found++
		go r.recoverOne(s, file)
	}
	return found, nil
}

func (r *Recorder) recoverOne(s spool, file *os.File) {
	defer r.group.Done()
	defer file.Close()
	r.counters.waiting.Add(1)
	defer r.counters.waiting.Add(-1)
	var m Meta
	data, err := os.ReadFile(s.meta())
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil || m.ID != s.id {
		// Nobody knows whose it is: it is kept for a person to look at.
		r.o.Logger.Error("recording in the spool without its description", "recording", s.id, "error", err)
		return
	}
	var w *wavFile
	usable := r.insist(m.ID, "write", func(context.Context) error {
		return r.using(func() (err error) {
			if w, err = mend(file); errors.Is(err, ErrNotRecording) {
				w, err = &wavFile{file: file}, nil // killed before the first block
			}
			return err
		})
	})
	if usable {
		r.store(*w, m, s, 0, true)
	}
}
