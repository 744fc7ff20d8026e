package recording

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// Meta says what is recorded. It is kept beside the file, so that nothing else is needed after a crash.
type Meta struct {
	// ID names the recording: letters, digits, _ and -, at most 80.
	ID            string    `json:"id"`
	CallID        string    `json:"call_id"`
	InteractionID string    `json:"interaction_id"`
	BeganAt       time.Time `json:"began_at"`
}

// Finished is a recording that is in the storage.
type Finished struct {
	Meta
	// Key names the object, SHA256 is its hash in hex, Bytes its size.
	Key, SHA256 string
	Bytes       int64
	Length      time.Duration
	// Dropped counts blocks that were refused because the disk was too slow or full; there is silence instead.
	Dropped int64
	// Recovered: its process had died.
	Recovered bool
}

// Trouble is a disk or storage that fails; the recorder goes on trying.
type Trouble struct {
	RecordingID string
	// Op is "write", "store" or "report".
	Op  string
	Err error
}

// Options of a Recorder.
type Options struct {
	// Dir is the spool folder, on a local disk.
	Dir     string
	Storage Storage
	// Report is told of every recording that is stored, at least once; after an error it is told again, unless it is ErrUnknownCall: the
	// sound is destroyed then.
	Report func(ctx context.Context, f Finished) error
	// Alarm is told when something begins to fail; it must not block. May be nil.
	Alarm func(Trouble)
	// FlushEvery is how much of a recording a power cut may cost; default 10 s. A killed process alone costs nothing that was written.
	FlushEvery time.Duration
	// RetryEvery is how long a failure is waited out; default 2 s.
	RetryEvery time.Duration
	// Queue is how many blocks of one recording may wait for the disk; default 16 (512 KiB, half a minute of G.711).
	Queue int
	// DiskWriters bounds how many recordings use the disk at the same time; default 8.
	DiskWriters int
	Logger      *slog.Logger
}

// Recorder writes recordings. It is safe for concurrent use.
type Recorder struct {
	o      Options
	disk   chan struct{} // room for DiskWriters
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	mu     sync.Mutex
	closed bool

	counters counters
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// ErrUnknownCall is the answer to the report of a recording whose call nobody knows of or ever will.
var ErrUnknownCall = errors.New("nobody knows the call of this recording")

// ErrClosed is returned when a recording is begun after Close.
var ErrClosed = errors.New("the recorder is closed")

// NewRecorder makes the spool folder. Call Recover afterwards.
func NewRecorder(o Options) (*Recorder, error) {
	if o.Dir == "" || o.Storage == nil || o.Report == nil || o.Logger == nil {
		return nil, errors.New("a recorder needs a folder, a storage, someone to report to and a logger")
	}
	if o.FlushEvery <= 0 {
		o.FlushEvery = 10 * time.Second
	}
	if o.RetryEvery <= 0 {
		o.RetryEvery = 2 * time.Second
	}
	if o.Queue <= 0 {
		o.Queue = 16
	}
	if o.DiskWriters <= 0 {
		o.DiskWriters = 8
	}
	if o.Alarm == nil {
		o.Alarm = func(Trouble) {}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Recorder{o: o, disk: make(chan struct{}, o.DiskWriters), ctx: ctx, cancel: cancel}, nil
}

// Start begins a recording. It writes a few bytes and does not wait for the disk to have them.
func (r *Recorder) Start(m Meta) (*Writer, error) {
	if !goodID.MatchString(m.ID) {
		return nil, fmt.Errorf("recording id %q is not of letters, digits, _ and -", m.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	s := spool{dir: r.o.Dir, id: m.ID}
	file, err := s.create(m)
	if err != nil {
		return nil, fmt.Errorf("begin recording %s: %w", m.ID, err)
	}
	w := &Writer{recorder: r, meta: m, spool: s, blocks: make(chan Block, r.o.Queue)}
	w.wav.file = file
	r.group.Add(1)
	r.counters.open.Add(1)
	go w.run()
	return w, nil
}

// Close waits until all recordings are finished and stored, or ctx ends; what is not stored then is found by Recover of the
// next process. Finish every Writer first. Idempotent.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	done := make(chan struct{})
	go func() {
		r.group.Wait()
		close(done)
	}()
	select {
	case <-done:
		r.cancel()
		return nil
	case <-ctx.Done():
		r.cancel() // whoever waits out a failure gives up
		<-done
		return ctx.Err()
	}
}

// phase spreads the flushes of recordings that began together over the interval.
func (r *Recorder) phase(id string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return time.Duration(h.Sum32()) % r.o.FlushEvery
}

// using runs something that may block on the disk, with few others beside it: each blocked write holds a system thread.
func (r *Recorder) using(work func() error) error {
	r.disk <- struct{}{}
	defer func() { <-r.disk }()
	return work()
}

// spool names the files of one recording.
type spool struct{ dir, id string }

func (s spool) wav() string  { return filepath.Join(s.dir, s.id+".wav") }
func (s spool) meta() string { return filepath.Join(s.dir, s.id+".json") }
