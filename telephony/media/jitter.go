package media

// The jitter buffer's measures, in samples.
const (
	jitterRing    = 8192                 // a power of two, about a second
	jitterStart   = 2 * frameSamples     // delay at the beginning of a stream
	jitterMost    = 25 * frameSamples    // what lies further ahead is another talkspurt: begin anew
	jitterSpare   = 5 * frameSamples / 2 // more than this in reserve, always, is delay for nothing
	jitterPatient = 100                  // frames to watch before the delay is cut
	jitterMissing = 3                    // empty frames after which the stream counts as paused
)

// jitterBuffer turns packets as they come into frames as they are needed. The delay grows when a frame is missing at its
// time, because the next one is then played later, and shrinks by a frame when two seconds long more lay in reserve than
// was ever needed.
type jitterBuffer struct {
	started bool
	epoch   uint32
	play    uint32 // timestamp of the next sample to play
	end     uint32 // behind the newest sample
	spare   int32  // least reserve seen
	watched int
	missing int
	last    [frameSamples]int16
	ring    [jitterRing]int16
}

// put takes a decoded packet apart into the ring.
func (j *jitterBuffer) put(epoch, ts uint32, payload []byte, table *[256]int16) {
	ahead := int32(ts - j.play)
	if !j.started || epoch != j.epoch || ahead > jitterMost || ahead < -jitterMost {
		j.started, j.epoch = true, epoch
		j.play, j.end = ts-jitterStart, ts
		j.spare, j.watched, j.missing = jitterRing, 0, 0
		clear(j.ring[:])
		ahead = jitterStart
	}
	if ahead < 0 { // a part, or all, is too late
		skip := min(int(-ahead), len(payload))
		payload, ts = payload[skip:], ts+uint32(skip)
	}
	for p := j.end; int32(ts-p) > 0; p++ {
		j.ring[p%jitterRing] = 0
	}
	for i, b := range payload {
		j.ring[(ts+uint32(i))%jitterRing] = table[b]
	}
	if end := ts + uint32(len(payload)); int32(end-j.end) > 0 {
		j.end = end
	}
}

// get gives the next frame; false when there is nothing to hear. The first missing frame is the last one, fainter.
func (j *jitterBuffer) get(frame *[frameSamples]int16) bool {
	if !j.started {
		return false
	}
	reserve := int32(j.end - j.play)
	if reserve < frameSamples {
		j.missing++
		j.spare, j.watched = jitterRing, 0
		if j.missing > jitterMissing {
			j.started = false
			return false
		}
		for i, s := range j.last {
			frame[i] = s / int16(1<<j.missing)
		}
		return true
	}
	j.missing = 0
	for i := range frame {
		frame[i] = j.ring[(j.play+uint32(i))%jitterRing]
	}
	j.last = *frame
	j.play += frameSamples
	j.spare = min(j.spare, reserve-frameSamples)
	j.watched++
	if j.watched >= jitterPatient {
		if j.spare > jitterSpare {
			j.play += frameSamples
		}
		j.spare, j.watched = jitterRing, 0
	}
	return true
}
