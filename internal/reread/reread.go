// Package reread keeps what is made of files, such as certificates, and makes it anew when they change. It knows nothing of what they hold.
package reread

import (
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"
)

// Options say what is made of which files. All but Now and Log are required.
type Options[T any] struct {
	// What the files hold, in the plural, for the log.
	What string
	// Paths are the files; empty ones are left out.
	Paths []string
	// Every is how often at most they are looked at.
	Every time.Duration
	// Read makes something of them.
	Read func() (T, error)
	// Now is the clock; nil: the system's. Log nil: nowhere.
	Now func() time.Time
	Log *slog.Logger
}

// Files are what the files hold. Safe for concurrent use.
type Files[T any] struct {
	o Options[T]

	mu      sync.Mutex
	looked  time.Time
	stamps  map[string]stamp // of current
	broken  map[string]stamp // the state that was logged as one that cannot be used
	current T
}

// stamp tells one state of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

// New reads the files; an error is Read's.
func New[T any](o Options[T]) (*Files[T], error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f := &Files[T]{o: o, looked: o.Now()}
	f.stamps = f.look()
	var err error
	f.current, err = o.Read()
	return f, err
}

// Current is what the files hold now. Where they cannot be used, as while they are being replaced one by one, it is what they held before;
// each such state is logged once, and tried at every look.
func (f *Files[T]) Current() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.o.Now(); now.Sub(f.looked) >= f.o.Every {
		f.looked = now
		f.refresh()
	}
	return f.current
}

func (f *Files[T]) refresh() {
	stamps := f.look()
	if maps.Equal(stamps, f.stamps) {
		return
	}
	read, err := f.o.Read()
	if err != nil {
		if f.broken == nil || !maps.Equal(stamps, f.broken) {
			f.o.Log.Error(f.o.What+" cannot be used; the ones before stay in use", "error", err)
		}
		f.broken = stamps
		return
	}
	f.current, f.stamps, f.broken = read, stamps, nil
	f.o.Log.Info(f.o.What + " are new")
}

// look is the state of the files that are there.
func (f *Files[T]) look() map[string]stamp {
	stamps := map[string]stamp{}
	for _, file := range f.o.Paths {
		if file == "" {
			continue
		}
		if info, err := os.Stat(file); err == nil {
			stamps[file] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}
