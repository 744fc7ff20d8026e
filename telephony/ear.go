package telephony

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

const (
	// earWindow is the length of the pieces in which a caller's voice is listened to.
	earWindow = 240 * time.Millisecond
	// recognizeTime bounds the recognition of one utterance.
	recognizeTime = 8 * time.Second
)

// ear is speech recognition of the citizen, while the menu listens.
type ear struct {
	tap    *media.Recording
	chunks earSink
}

func (e *ear) stop() {
	if e.tap != nil {
		_ = e.tap.Stop() // a leg that is closed has ended its taps
		e.tap = nil
	}
}

// earSink hands the voice to the goroutine that cuts it.
type earSink chan *media.Chunk

func (s earSink) WriteChunk(c *media.Chunk) bool {
	select {
	case s <- c:
		return true
	default:
		return false
	}
}

// Finish is called once, after the last chunk.
func (s earSink) Finish(media.Recorded) { close(s) }

// listen turns recognition on or off. Without a recognizer the menu works by keys.
func (c *call) listen(e listen) {
	c.ear.stop()
	l := c.citizenLine()
	if !e.on || l == nil || c.sb.o.Recognizer == nil {
		return
	}
	sink := make(earSink, 64)
	tap, err := l.leg.Media().Record(sink, media.RecordOptions{
		Format: media.FormatPCM16, Window: earWindow, SaidOnly: true,
	})
	if err != nil {
		c.log.Warn("the caller's speech cannot be heard", "error", err)
		return
	}
	c.ear = ear{tap: tap, chunks: sink}
	c.background(func(ctx context.Context) event {
		c.hear(ctx, sink, e.hints)
		return nil
	})
}

// hear cuts the voice into utterances and has them recognised, one at a time and in order, until the tap ends.
func (c *call) hear(ctx context.Context, voice <-chan *media.Chunk, hints []string) {
	cutter := prompt.NewCutter(prompt.VoiceOptions{})
	pcm := []int16(nil)
	for chunk := range voice {
		pcm = pcm[:0]
		for i := 0; i+1 < len(chunk.Said); i += 2 {
			pcm = append(pcm, int16(binary.LittleEndian.Uint16(chunk.Said[i:])))
		}
		chunk.Release()
		started, ended := cutter.Write(pcm)
		if started {
			c.post(speaking{})
		}
		for _, u := range ended {
			u.Hints = hints
			c.recognize(ctx, u)
		}
	}
}

func (c *call) recognize(ctx context.Context, u prompt.Utterance) {
	ctx, cancel := context.WithTimeout(ctx, recognizeTime)
	defer cancel()
	text, err := c.sb.o.Recognizer.Recognize(ctx, u)
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		c.log.Warn("speech was not recognised", "error", err)
		c.post(heard{})
	default:
		c.post(heard{text.Text})
	}
}

func (c *call) citizenLine() *line {
	if m := c.state.with(roleCitizen, false); m != nil {
		return c.lines[m.id]
	}
	return nil
}
