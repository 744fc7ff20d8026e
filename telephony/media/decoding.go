package media

import (
	"runtime"
	"sync"
	"sync/atomic"

	"ekc/telephony/opus"
)

// Bounds of what waits to be decoded. What exceeds them is not decoded, which is a gap in what is kept, and holds nobody up.
const (
	decodingQueue = 1024 // packets a worker: 50 ms of its work
	decodingLeg   = 25   // packets of one leg: half a second
	decodingSpare = 1024 // jobs kept for their next use, 3 MB
)

// decoding are the goroutines that decode Opus beside the media threads, one a core, made with the first leg that has it. A leg's packets
// are all decoded by one of them, in their order.
type decoding struct {
	mu     sync.Mutex
	queues []chan *opusJob
	closed bool
	free   chan *opusJob
	done   sync.WaitGroup
}

// opusJob is a packet on its way to a worker and back to its thread.
type opusJob struct {
	thread  *thread
	leg     *Leg
	peer    *Leg // hears the leg, and does not have Opus
	heardBy *Leg // was sent the packet as it is,
	heardAt uint32
	decoder *opusDecoder
	epoch   uint32
	ts      uint32 // in samples
	seq     uint16
	marker  bool
	stale   bool
	size    int
	samples int // in sound; 0: it could not be decoded
	packet  [maxPacket]byte
	sound   [headerSize + maxOpusSamples]byte // A-law behind room for a header
}

// opusDecoder is a leg's. All but waiting belongs to the worker.
type opusDecoder struct {
	waiting atomic.Int32
	state   *opus.Decoder
}

// start makes the workers. It is called by whoever configures a leg, never by a thread.
func (d *decoding) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queues != nil || d.closed {
		return
	}
	d.free = make(chan *opusJob, decodingSpare)
	for range runtime.NumCPU() {
		queue := make(chan *opusJob, decodingQueue)
		d.queues = append(d.queues, queue)
		d.done.Go(func() {
			for j := range queue {
				j.decode()
				j.thread.results.put(j)
			}
		})
	}
}

// close ends the workers and waits for them. The threads must have ended.
func (d *decoding) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, queue := range d.queues {
		close(queue)
	}
	d.queues = nil
	d.done.Wait()
}

// take makes a job of a packet; nil when too much of the leg waits already. On a thread, after start.
func (d *decoding) take(decoder *opusDecoder, packet []byte) *opusJob {
	if decoder.waiting.Load() >= decodingLeg {
		return nil
	}
	var j *opusJob
	select {
	case j = <-d.free:
	default:
		j = &opusJob{}
	}
	j.decoder, j.size, j.samples = decoder, copy(j.packet[:], packet), 0
	return j
}

// put hands a job to the worker of its leg; one that has no room gives it back undecoded.
func (d *decoding) put(leg uint64, j *opusJob) {
	j.decoder.waiting.Add(1)
	select {
	case d.queues[leg%uint64(len(d.queues))] <- j:
	default:
		j.thread.results.put(j)
	}
}

// release keeps a job for its next use.
func (d *decoding) release(j *opusJob) {
	j.thread, j.leg, j.peer, j.heardBy, j.decoder = nil, nil, nil, nil, nil
	select {
	case d.free <- j:
	default: // enough are kept
	}
}

func (j *opusJob) decode() {
	if j.decoder.state == nil {
		j.decoder.state = opus.NewDecoder()
	}
	pcm, err := j.decoder.state.Decode(j.packet[:j.size])
	if err != nil {
		return
	}
	for i, v := range pcm {
		j.sound[headerSize+i] = encodeALaw(v)
	}
	j.samples = len(pcm)
}

// results carries decoded packets back to a thread, as [inbox] does what came by a socket.
type results struct {
	pending atomic.Bool
	mu      sync.Mutex
	queue   []*opusJob
	spare   []*opusJob // of the thread
	wake    func()
}

func (r *results) put(j *opusJob) {
	r.mu.Lock()
	r.queue = append(r.queue, j)
	first := !r.pending.Swap(true)
	r.mu.Unlock()
	if first {
		r.wake()
	}
}

func (r *results) drain(t *thread) {
	if !r.pending.Load() {
		return
	}
	r.mu.Lock()
	r.pending.Store(false)
	work := r.queue
	r.queue = r.spare[:0]
	r.mu.Unlock()
	for i, j := range work {
		work[i] = nil
		t.decoded(j)
		j.decoder.waiting.Add(-1)
		t.engine.decoding.release(j)
	}
	r.spare = work
}
