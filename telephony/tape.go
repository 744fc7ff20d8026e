package telephony

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/media"
	"ekc/telephony/recording"
	"ekc/telephony/recording/tap"
)

// tape is the recording of a call: one, from the notice to the end.
type tape struct{ recording *media.Recording }

func (t *tape) stop() {
	if t.recording != nil {
		_ = t.recording.Stop() // a leg that is closed has ended its recordings
		t.recording = nil
	}
}

func (c *call) record(stage recordStage) {
	switch {
	case stage == recordOff:
		c.tape.stop()
	case c.tape.recording == nil:
		if stage == recordOn {
			c.startTape()
		}
	case stage == recordPaused:
		_ = c.tape.recording.Pause()
	default:
		_ = c.tape.recording.Resume()
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
	sink, err := c.sb.o.Tapes.Open(r)
	if err != nil {
		c.sb.counters.tapesLost.Add(1)
		c.log.Error("a recording could not be begun", "error", err)
		return
	}
	c.tape.recording, err = l.leg.Media().Record(sink, media.RecordOptions{})
	if err != nil {
		c.tape.recording = nil
		c.sb.counters.tapesLost.Add(1)
		sink.Finish(media.Recorded{})
		c.log.Error("a recording could not be begun", "error", err)
	}
}

// recorded makes a sink of every recording.
type recorded struct{ recorder *recording.Recorder }

// NewTapes keeps recordings with a recorder, whose Report is [ReportTo].
func NewTapes(r *recording.Recorder) Tapes { return recorded{r} }

func (r recorded) Open(t TapeRequest) (media.Sink, error) {
	w, err := r.recorder.Start(recording.Meta{
		ID: t.ID, CallID: t.CallID, InteractionID: t.InteractionID, BeganAt: t.At,
	})
	if err != nil {
		return nil, fmt.Errorf("telephony: recording: %w", err)
	}
	return tap.New(w), nil
}

// unknownAfter is how long after its end a call may begin for the centre, which may have been away all the time: much longer than
// what it must be told is kept (Options.KeepErrands).
const unknownAfter = 2 * time.Hour

// ReportTo tells the centre of every recording that is stored, until it has understood. Of a call that never began there, it does not
// try for ever. clock may be nil.
func ReportTo(c Centre, clock func() time.Time) func(context.Context, recording.Finished) error {
	if clock == nil {
		clock = time.Now
	}
	return func(ctx context.Context, f recording.Finished) error {
		err := c.Recorded(ctx, RecordingReport{
			ID: f.ID, CallID: f.CallID, InteractionID: f.InteractionID, Object: f.Key, SHA256: f.SHA256, Bytes: f.Bytes,
			BeganAt: f.BeganAt, Length: f.Length, Recovered: f.Recovered,
		})
		if fail.CodeOf(err) == fail.NotFound && clock().Sub(f.BeganAt.Add(f.Length)) > unknownAfter {
			return errors.Join(recording.ErrUnknownCall, err)
		}
		return err
	}
}
