package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// AudioSource gives uploaded recordings by their id. Open returns a WAV file; an error that wraps fs.ErrNotExist when
// there is none.
type AudioSource interface {
	Open(ctx context.Context, id string) (io.ReadCloser, error)
}

// Options of a Library.
type Options struct {
	Speaker Speaker
	// Audio may be nil: then no uploaded recordings can be played.
	Audio AudioSource
	// Dir is the folder of the cache; it is made.
	Dir string
	// DiskBytes bounds the folder, MemoryBytes the decoded clips; 0 means 512 MiB and 64 MiB.
	DiskBytes, MemoryBytes int64
	Clock                  func() time.Time
	Logger                 *slog.Logger
}

// Library gives clips for texts, uploaded recordings and music. It is safe for concurrent use.
type Library struct {
	o      Options
	disk   *diskCache
	memory *lru[*Clip]
	flight singleflight.Group
	music  func() *Clip

	life   context.Context // ends with Close
	end    context.CancelFunc
	closed sync.RWMutex // held for reading while something is produced

	counters counters
}

// speakTime bounds the work for one text, whoever waits for it.
const speakTime = 30 * time.Second

// maxUploaded is the longest uploaded recording.
const maxUploaded = 10 * time.Minute

// ErrClosed is returned once the library was closed.
var ErrClosed = errors.New("the prompt library is closed")

// NewLibrary opens the cache. Close the library before its folder is given to another.
func NewLibrary(o Options) (*Library, error) {
	if o.Speaker == nil || o.Dir == "" || o.Clock == nil || o.Logger == nil {
		return nil, errors.New("a prompt library needs a speaker, a folder, a clock and a logger")
	}
	if o.DiskBytes <= 0 {
		o.DiskBytes = 512 << 20
	}
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = 64 << 20
	}
	disk, err := openDiskCache(o.Dir, o.DiskBytes, o.Clock())
	if err != nil {
		return nil, err
	}
	l := &Library{o: o, disk: disk, memory: newLRU[*Clip](o.MemoryBytes, nil), music: sync.OnceValue(Music)}
	l.life, l.end = context.WithCancel(context.Background())
	return l, nil
}

// Close stops what is being spoken and waits for it: nothing is written into the folder afterwards. What is asked for later is
// refused with ErrClosed, but for what memory holds.
func (l *Library) Close() error {
	l.end()
	l.closed.Lock()
	defer l.closed.Unlock()
	return nil
}

// Music is the loop played to who waits; its end runs into its beginning. The first call makes it, in a fraction of a
// second: ask for it at the start.
func (l *Library) Music() *Clip { return l.music() }

// Text returns the speech of a text. Many who ask for one text at the same time cause it to be spoken once; a caller who
// goes away does not stop the work for the others.
func (l *Library) Text(ctx context.Context, text string) (*Clip, error) {
	text, err := plain(text)
	if err != nil {
		return nil, err
	}
	key := cacheKey(l.o.Speaker.Name(), text)
	return l.once(ctx, "text "+key, func(ctx context.Context) (*Clip, bool, error) { return l.speak(ctx, key, text) })
}

// Audio returns an uploaded recording.
func (l *Library) Audio(ctx context.Context, id string) (*Clip, error) {
	if l.o.Audio == nil {
		return nil, fmt.Errorf("audio %q: no uploaded audio here", id)
	}
	return l.once(ctx, "audio "+id, func(ctx context.Context) (*Clip, bool, error) {
		file, err := l.o.Audio.Open(ctx, id)
		if err != nil {
			return nil, false, fmt.Errorf("audio %q: %w", id, err)
		}
		defer file.Close()
		clip, err := Import(file)
		return clip, err == nil, err
	})
}

// Forget drops a recording that was replaced.
func (l *Library) Forget(audioID string) { l.memory.forget("audio " + audioID) }

// once looks into memory and produces what is not there; produce also says whether the clip may be kept.
func (l *Library) once(ctx context.Context, key string, produce func(context.Context) (*Clip, bool, error)) (*Clip, error) {
	if clip, ok := l.memory.get(key); ok {
		l.counters.fromMemory.Add(1)
		return clip, nil
	}
	done := l.flight.DoChan(key, func() (any, error) {
		l.closed.RLock()
		defer l.closed.RUnlock()
		if l.life.Err() != nil {
			return nil, ErrClosed
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), speakTime)
		defer cancel()
		defer context.AfterFunc(l.life, cancel)()
		clip, keep, err := produce(ctx)
		if err != nil {
			l.counters.failed.Add(1)
		}
		if err == nil && keep {
			l.memory.put(key, clip, clip.bytes())
		}
		return clip, err
	})
	select {
	case result := <-done:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*Clip), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Library) speak(ctx context.Context, key, text string) (*Clip, bool, error) {
	if clip := l.disk.get(key, l.o.Clock()); clip != nil {
		l.counters.fromDisk.Add(1)
		return clip, true, nil
	}
	sound, err := l.o.Speaker.Speak(ctx, text)
	if err != nil {
		return nil, false, fmt.Errorf("speak: %w", err)
	}
	clip, err := render(sound)
	if err != nil {
		return nil, false, fmt.Errorf("speak: %w", err)
	}
	l.counters.spoken.Add(1)
	if sound.Voice != l.o.Speaker.Name() {
		l.counters.stoodIn.Add(1)
		return clip, false, nil // another engine stood in: the text is spoken anew when the right one works
	}
	if err := l.disk.put(key, clip); err != nil { // a full disk must not silence the menu
		l.o.Logger.WarnContext(ctx, "speech is not cached", "error", err)
	}
	return clip, true, nil
}

// Import reads an uploaded WAV file (see ReadWAV) of 0.1 seconds to 10 minutes and brings it to the form and the loudness
// of all clips. Use it to check an upload before it is stored.
func Import(r io.Reader) (*Clip, error) {
	sound, err := ReadWAV(r)
	if err != nil {
		return nil, err
	}
	if d := sound.Duration(); d < 100*time.Millisecond || d > maxUploaded {
		return nil, fmt.Errorf("%w: lasts %s, want 0.1 s to %s", ErrNotWAV, d.Round(time.Millisecond), maxUploaded)
	}
	return render(sound)
}
