package numbering

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// lookEvery is how often a file is looked at for having been replaced.
const lookEvery = 30 * time.Second

// File is a register that Write has written, and that may be replaced while it is used. Without the file the built-in table answers.
type File struct {
	path  string
	clock func() time.Time
	log   *slog.Logger

	mu       sync.Mutex
	looked   time.Time
	modified time.Time
	register *Register
}

// NewFile uses the file at the path, which need not be there.
func NewFile(path string, clock func() time.Time, log *slog.Logger) *File {
	return &File{path: path, clock: clock, log: log}
}

// ByNumber tells the region of a caller by the register as it is now.
func (f *File) ByNumber(text string) (Region, bool) {
	if r := f.now(); r != nil {
		return r.ByNumber(text)
	}
	return ByNumber(text)
}

// now gives the register, nil when there is none. A file that cannot be read leaves the last one in force.
func (f *File) now() *Register {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.clock()
	if !f.looked.IsZero() && at.Sub(f.looked) < lookEvery {
		return f.register
	}
	f.looked = at
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.register, f.modified = nil, time.Time{}
	case err == nil && info.ModTime().Equal(f.modified):
	default:
		var r *Register
		if err == nil {
			r, err = readKept(f.path)
		}
		if err != nil {
			f.log.Error("the numbering plan is as it was", "error", err)
			return f.register
		}
		f.register, f.modified = r, info.ModTime()
	}
	return f.register
}

// readKept reads what Write has written.
func readKept(path string) (*Register, error) {
	file, err := os.Open(path) //nolint:gosec // the administrator's own
	if err != nil {
		return nil, fmt.Errorf("read the numbering plan: %w", err)
	}
	defer file.Close()
	r := &Register{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), ";")
		if len(fields) != 3 || len(fields[0]) != 10 || len(fields[1]) != 10 || !isDigits(fields[0]) || !isDigits(fields[1]) || names[fields[2]] == "" {
			return nil, fmt.Errorf("read the numbering plan: line %d is not one", n)
		}
		s := span{number(fields[0]), number(fields[1]), fields[2]}
		if s.to < s.from || len(r.spans) > 0 && s.from <= r.spans[len(r.spans)-1].to {
			return nil, fmt.Errorf("read the numbering plan: line %d is not in order", n)
		}
		r.spans = append(r.spans, s)
	}
	return r, lines.Err()
}
