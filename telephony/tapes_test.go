package telephony_test

import (
	"sync"

	"ekc/telephony"
	"ekc/telephony/media"
)

// memoryTapes keeps recordings as samples.
type memoryTapes struct {
	mu    sync.Mutex
	tapes []*memoryTape
}

type memoryTape struct {
	request     telephony.TapeRequest
	done        func(telephony.RecordingReport, error)
	mu          sync.Mutex
	said, heard []int16
	paused      bool
	finished    bool
}

func (m *memoryTapes) Open(r telephony.TapeRequest, done func(telephony.RecordingReport, error)) (media.Sink, error) {
	tape := &memoryTape{request: r, done: done}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tapes = append(m.tapes, tape)
	return tape, nil
}

func (m *memoryTapes) first() *memoryTape {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tapes) == 0 {
		return nil
	}
	return m.tapes[0]
}

func (t *memoryTape) WriteChunk(c *media.Chunk) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	decode := media.DecodeALaw
	if c.Format == media.FormatMuLaw {
		decode = media.DecodeMuLaw
	}
	for i := range c.Said {
		t.said = append(t.said, decode(c.Said[i]))
		t.heard = append(t.heard, decode(c.Heard[i]))
	}
	t.paused = t.paused || c.Paused
	c.Release()
	return true
}

func (t *memoryTape) Finish(media.Recorded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.finished = true
	go t.done(telephony.RecordingReport{ID: t.request.ID, Object: "memory", Bytes: int64(len(t.said))}, nil)
}

// shares give how much of a channel's last 300 ms is at a frequency.
func (t *memoryTape) shares(hertz float64) (said, heard float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := func(pcm []int16) []int16 { return pcm[max(0, len(pcm)-2400):] }
	return goertzel(last(t.said), hertz), goertzel(last(t.heard), hertz)
}
