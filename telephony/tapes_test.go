package telephony_test

import (
	"context"
	"sync"

	"ekc/telephony"
	"ekc/telephony/g711"
	"ekc/telephony/media"
)

// memoryTapes keeps recordings as samples.
type memoryTapes struct {
	centre *memoryCentre
	mu     sync.Mutex
	tapes  []*memoryTape
}

type memoryTape struct {
	centre      *memoryCentre
	request     telephony.TapeRequest
	mu          sync.Mutex
	said, heard []int16
	paused      bool
	finished    bool
}

func (m *memoryTapes) Open(r telephony.TapeRequest) (media.Sink, error) {
	tape := &memoryTape{request: r, centre: m.centre}
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
	decode := g711.DecodeALaw
	if c.Format == media.FormatMuLaw {
		decode = g711.DecodeMuLaw
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
	r := telephony.RecordingReport{ID: t.request.ID, CallID: t.request.CallID, Object: "memory", Bytes: int64(len(t.said))}
	go func() { _ = t.centre.Recorded(context.Background(), r) }()
}

func (t *memoryTape) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.finished
}

// shares give in how much of the sound of a channel's last 300 ms a frequency rings.
func (t *memoryTape) shares(hertz float64) (said, heard float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := func(pcm []int16) []int16 { return pcm[max(0, len(pcm)-2400):] }
	return rings(last(t.said), hertz), rings(last(t.heard), hertz)
}
