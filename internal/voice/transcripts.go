package voice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recording"
	"ekc/ent/transcript"
	"ekc/internal/eventlog"
	"ekc/internal/seal"
	"ekc/internal/voice/spoken"
	"ekc/knowledge/personal"
	tape "ekc/telephony/recording"
)

// Transcriber understands a recording; an error means that it may be tried again.
type Transcriber func(ctx context.Context, wav io.Reader) ([]spoken.Line, error)

const (
	// transcribersAtOnce bounds the recordings that a node has understood at a time; transcriptLease is how long it may take for one, after which
	// another node tries.
	transcribersAtOnce = 2
	transcriptLease    = 30 * time.Minute
	// transcriptTries over a day, then a recording is given up.
	transcriptTries = 30
	transcriptRest  = time.Minute
	transcriptLong  = time.Hour
)

// Transcript is what was said in a recording, as far as the viewer may play it; nil when there is none, or the viewer may not. Each reading of words
// is audited.
func (s *Service) Transcript(ctx context.Context, r *ent.Recording) (*ent.Transcript, error) {
	may, _, err := s.mayPlay(ctx, r)
	if err != nil || !may {
		return nil, err
	}
	t, err := s.o.Client.Transcript.Query().Where(transcript.RecordingID(r.ID)).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err == nil && t.State == transcript.StateDone {
		err = s.audit(ctx, "recording.read", r.ID, map[string]string{"interaction": r.InteractionID})
	}
	if err != nil {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	return t, nil
}

// wantTranscript notes that a recording is to be understood.
func (s *Service) wantTranscript(ctx context.Context, tx *ent.Tx, recordingID string) error {
	if s.o.Transcribe == nil || s.o.Recordings == nil {
		return nil
	}
	if err := tx.Transcript.Create().SetRecordingID(recordingID).SetNextAttemptAt(s.now()).Exec(ctx); err != nil {
		return fmt.Errorf("want transcript: %w", err)
	}
	return nil
}

// transcribeAll has recordings understood until ctx ends.
func (s *Service) transcribeAll(ctx context.Context) {
	if s.o.Transcribe == nil || s.o.Recordings == nil {
		return
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	for range transcribersAtOnce {
		workers.Go(func() {
			ticker := time.NewTicker(s.o.Tick)
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
				}
				for more := true; more && ctx.Err() == nil; {
					var err error
					if more, err = s.TranscribeOne(ctx); err != nil && ctx.Err() == nil {
						s.log.WarnContext(ctx, "a recording has no transcript yet", "error", err)
					}
				}
			}
		})
	}
}

// TranscribeOne has the recording understood that waits longest; false when none waits. Run does it.
func (s *Service) TranscribeOne(ctx context.Context) (bool, error) {
	ctx = viewer.AsSystem(ctx)
	var id, recordingID string
	var attempts int
	err := s.o.DB.QueryRowContext(ctx, `UPDATE transcripts SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = (
			SELECT id FROM transcripts WHERE state = 'WAITING' AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, recording_id, attempts`, s.now(), s.now().Add(transcriptLease)).Scan(&id, &recordingID, &attempts)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for recordings without transcript: %w", err)
	}
	lines, err := s.understood(ctx, recordingID)
	if err != nil {
		return true, errors.Join(fmt.Errorf("recording %s: %w", recordingID, err), s.putOff(ctx, id, attempts))
	}
	return true, s.writeTranscript(ctx, id, recordingID, lines)
}

func (s *Service) understood(ctx context.Context, recordingID string) ([]spoken.Line, error) {
	ctx, cancel := context.WithTimeout(ctx, transcriptLease-time.Minute)
	defer cancel()
	r, err := s.o.Client.Recording.Get(ctx, recordingID)
	if err != nil {
		return nil, err
	}
	sound, err := s.o.Recordings.Open(ctx, r.Object)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sound.Close() }() // it was read
	return s.o.Transcribe(ctx, sound)
}

// putOff tries again later, ever more seldom, or gives up.
func (s *Service) putOff(ctx context.Context, id string, attempts int) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askFor)
	defer cancel()
	update := s.o.Client.Transcript.UpdateOneID(id)
	if attempts >= transcriptTries {
		update.SetState(transcript.StateFailed)
	} else {
		update.SetNextAttemptAt(s.now().Add(min(transcriptLong, transcriptRest<<min(attempts-1, 10))))
	}
	if err := update.Exec(ctx); err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("put a transcript off: %w", err)
	}
	return nil
}

// writeTranscript keeps the words, unless the recording was destroyed meanwhile.
func (s *Service) writeTranscript(ctx context.Context, id, recordingID string, lines []spoken.Line) error {
	if lines == nil {
		lines = []spoken.Line{}
	}
	text, inClear, err := s.hidden(ctx, id, lines)
	if err != nil {
		return err
	}
	return s.o.Log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE transcripts SET state = 'DONE', lines = $2, clear = $4, done_at = $3 WHERE id = $1`,
			id, text, s.now(), inClear)
		if err != nil {
			return fmt.Errorf("write transcript: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		r, err := tx.Recording.Query().Where(recording.ID(recordingID)).Only(ctx)
		if err != nil {
			return err
		}
		return s.o.Log.Append(ctx, tx, eventlog.Event{Kind: KindCall, InteractionID: r.InteractionID})
	})
}

// hidden masks what is personal in the words of a recording, which are kept as they were beside it, encrypted; nil where nothing is masked.
func (s *Service) hidden(ctx context.Context, id string, lines []spoken.Line) (masked, inClear []byte, err error) {
	shown, found := slices.Clone(lines), false
	for n, line := range lines {
		text, kinds := personal.Redact(line.Text)
		shown[n].Text, found = text, found || len(kinds) > 0
	}
	if masked, err = json.Marshal(shown); err != nil || !found {
		return masked, nil, err
	}
	if inClear, err = json.Marshal(lines); err != nil {
		return nil, nil, err
	}
	inClear, err = s.o.Ring.Seal(ctx, clearLines(id), inClear)
	return masked, inClear, err
}

// ClearTranscript is what was said in a recording, as it was understood; audited with the reason. nil without the right, and when there is
// none. INVALID for a reason that is none.
func (s *Service) ClearTranscript(ctx context.Context, r *ent.Recording, why access.Reason) ([]spoken.Line, error) {
	may, err := s.o.Interactions.MayReadFor(ctx, r.InteractionID, why)
	if err != nil || !may || r.DestroyedAt != nil {
		return nil, err
	}
	t, err := s.o.Client.Transcript.Query().Where(transcript.RecordingID(r.ID), transcript.StateEQ(transcript.StateDone)).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	lines := slices.Clone(t.Lines)
	if held := seal.Held(t.Clear); held != nil {
		text, err := s.o.Ring.Unseal(ctx, clearLines(t.ID), held)
		if err != nil {
			return nil, fmt.Errorf("read transcript: %w", err)
		}
		lines = nil
		if err := json.Unmarshal(text, &lines); err != nil {
			return nil, fmt.Errorf("read transcript: %w", err)
		}
	}
	return lines, s.audit(ctx, "recording.read_clear", r.ID, why.In(map[string]string{"interaction": r.InteractionID}))
}

// clearLines is where the words of a transcript stand encrypted.
func clearLines(transcriptID string) seal.Place {
	return seal.Place{Table: transcript.Table, Column: transcript.FieldClear, Row: transcriptID}
}

// mayPlay reports whether the viewer may hear a recording, and there is one to hear; own, whether the interaction is theirs.
func (s *Service) mayPlay(ctx context.Context, r *ent.Recording) (may, own bool, err error) {
	if s.o.Recordings == nil || r.DestroyedAt != nil {
		return false, false, nil
	}
	i, err := s.o.Client.Interaction.Get(viewer.AsSystem(ctx), r.InteractionID)
	if err != nil {
		return false, false, fmt.Errorf("read interaction: %w", err)
	}
	object := access.InteractionObject(ctx, i, true)
	return access.CheckObject(ctx, access.PlayRecording, object) == nil, object.Own, nil
}

// Words are the utterances of a recording as the database keeps them.
func Words(lines []tape.Line) []spoken.Line {
	words := make([]spoken.Line, len(lines))
	for n, l := range lines {
		words[n] = spoken.Line{Channel: string(l.Channel), At: l.At.Milliseconds(), Text: l.Text}
	}
	return words
}
