package telephony

import (
	"context"
	"fmt"

	"ekc/telephony/media"
)

// tape is the recording of a call: one, from the notice to the end.
type tape struct {
	recording *media.Recording
	// pending: it is not stored yet.
	pending bool
}

func (t *tape) stop() {
	if t.recording != nil {
		t.recording.Stop()
		t.recording = nil
	}
}

// taped is a recording that is stored, or lost.
type taped struct {
	report RecordingReport
	err    error
}

func (taped) apply(*turn) {}

func (c *call) record(stage recordStage) {
	switch {
	case stage == recordOff:
		c.tape.stop()
	case c.tape.recording == nil:
		if stage == recordOn {
			c.startTape()
		}
	case stage == recordPaused:
		c.tape.recording.Pause()
	default:
		c.tape.recording.Resume()
	}
}

func (c *call) startTape() {
	l := c.citizenLine()
	if l == nil {
		return
	}
	r := TapeRequest{
		ID: fmt.Sprintf("%s-r", c.id), CallID: c.id, InteractionID: c.errands.interactionID, At: c.sb.o.Clock(),
	}
	result := make(chan taped, 1)
	sink, err := c.sb.o.Tapes.Open(r, func(report RecordingReport, err error) { result <- taped{report, err} })
	if err != nil {
		c.sb.counters.tapesLost.Add(1)
		c.log.Error("a recording could not be begun", "error", err)
		return
	}
	c.tape.pending = true
	c.background(func(ctx context.Context) event {
		select {
		case t := <-result:
			return t
		case <-ctx.Done():
			return nil
		}
	})
	rec, err := l.leg.Media().Record(sink, media.RecordOptions{})
	if err != nil {
		sink.Finish(media.Recorded{})
		c.log.Error("a recording could not be begun", "error", err)
		return
	}
	c.tape.recording = rec
}

// keepTape tells the centre of a finished recording.
func (c *call) keepTape(t taped) []event {
	c.tape.pending = false
	if t.err != nil {
		c.sb.counters.tapesLost.Add(1)
		c.log.Error("a recording is lost", "error", t.err)
		return nil
	}
	t.report.CallID = c.id
	c.tell(reportTape{t.report})
	return nil
}
