// Package tap fits a recording.Writer to the sink of telephony/media: it hands the chunks of a media thread to the
// recording and gives them back when they are on the disk. It owns nothing else.
package tap

import (
	"ekc/telephony/media"
	"ekc/telephony/recording"
)

// Sink is a media.Sink that writes a recording.
type Sink struct{ writer *recording.Writer }

var _ media.Sink = Sink{}

// New makes a sink for one recording.
func New(w *recording.Writer) Sink { return Sink{writer: w} }

var formats = map[media.SampleFormat]recording.Format{
	media.FormatALaw: recording.ALaw, media.FormatMuLaw: recording.MuLaw, media.FormatPCM16: recording.PCM16,
}

// WriteChunk takes over a chunk, or refuses it when the disk is behind. It does not block.
func (s Sink) WriteChunk(c *media.Chunk) bool {
	return s.writer.Write(recording.Block{
		First: c.First, Samples: c.Samples, Format: formats[c.Format], Left: c.Said, Right: c.Heard, Release: c.Release,
	})
}

// Finish ends the recording. It does not block.
func (s Sink) Finish(r media.Recorded) { s.writer.Finish(r.Samples) }
