package media

import "time"

// ChunkBytes is the size of a full chunk: both channels together.
const ChunkBytes = 32 * 1024

// SampleFormat is how a recording's samples are coded.
type SampleFormat uint8

// The sample formats.
const (
	// FormatAuto takes the codec that the leg sends when recording starts, which costs the media thread least.
	FormatAuto SampleFormat = iota
	// FormatALaw is 8-bit A-law (WAVE_FORMAT_ALAW, 6).
	FormatALaw
	// FormatMuLaw is 8-bit µ-law (WAVE_FORMAT_MULAW, 7).
	FormatMuLaw
	// FormatPCM16 is 16-bit linear, little-endian.
	FormatPCM16
)

// BytesPerSample gives 1 or 2.
func (f SampleFormat) BytesPerSample() int {
	if f == FormatPCM16 {
		return 2
	}
	return 1
}

// Sink takes the chunks of one recording. Both methods are called on a media thread and must not block.
type Sink interface {
	// WriteChunk takes over c and returns true, or returns false when it has no room; then the chunk is dropped and counted.
	WriteChunk(c *Chunk) bool
	// Finish is called exactly once, after the last chunk.
	Finish(Recorded)
}

// Recorded sums up a recording.
type Recorded struct {
	// Samples is its length per channel, in samples of [SampleRate].
	Samples int64
	// Chunks were accepted by the sink, Dropped refused.
	Chunks, Dropped int64
	// Late counts samples that came after their chunk had gone.
	Late int64
}

// Chunk is a stretch of a recording.
type Chunk struct {
	// First is the position of the first sample since the start of the recording, in samples.
	First int64
	// Samples is the number of samples per channel.
	Samples int
	// Format of the samples; never FormatAuto.
	Format SampleFormat
	// At is the time of the first sample.
	At time.Time
	// Said and Heard are the two channels, Samples × BytesPerSample long: what the party says and what it hears.
	Said, Heard []byte
	// Paused tells that recording was paused for at least a part of this chunk.
	Paused bool

	buf  []byte
	pool *chunkPool
}

// Release gives the chunk back. Call it exactly once.
func (c *Chunk) Release() { c.pool.put(c) }

// RecordOptions shape a recording.
type RecordOptions struct {
	// Format of the samples.
	Format SampleFormat
	// Window is the length of a chunk, [MinWindow] to the default: what fits [ChunkBytes] (2.048 s of G.711, 1.024 s of
	// PCM16). Chunks come [Settle] after their end, or half a window when that is less, because packets may be late. The first
	// chunk of a recording with the default window is shorter, so that recordings do not all reach the disk at once.
	Window time.Duration
	// SaidOnly leaves Heard silent; for speech recognition.
	SaidOnly bool
	// Paused starts the recording paused.
	Paused bool
}

// Settle is how long a chunk waits for late packets after its end.
const Settle = 120 * time.Millisecond

// MinWindow is the shortest chunk.
const MinWindow = 100 * time.Millisecond
