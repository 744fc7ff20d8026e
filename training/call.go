package training

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/recording"
	"ekc/ent/segment"
	"ekc/ent/transcript"
	"ekc/internal/fail"
	"ekc/internal/voice/spoken"
	"ekc/training/lesson"
)

// citizensWords is the channel of what the citizen said; the other one is what they heard.
const citizensWords = "said"

// call makes turns of the transcripts of a call. Reading each of them is audited, as it is where they are shown.
func (s *Service) call(ctx context.Context, i *ent.Interaction, citizen string) ([]lesson.Turn, error) {
	if err := access.CheckObject(ctx, access.PlayRecording, access.InteractionObject(ctx, i, true)); err != nil {
		return nil, err
	}
	system := viewer.AsSystem(ctx)
	recordings, err := s.o.Client.Recording.Query().Where(recording.InteractionID(i.ID), recording.DestroyedAtIsNil()).
		Order(ent.Asc(recording.FieldBeganAt, recording.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	var said []utterance
	var read []string
	for _, r := range recordings {
		t, err := s.o.Client.Transcript.Query().Where(transcript.RecordingID(r.ID), transcript.StateEQ(transcript.StateDone)).Only(system)
		if ent.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read transcript: %w", err)
		}
		said, read = append(said, voiced(t.Lines)...), append(read, r.ID)
	}
	if len(said) == 0 {
		return nil, fail.Field("interactionId", fail.Invalid, "the call has no transcript")
	}
	if err := s.noteReading(ctx, i.ID, read); err != nil {
		return nil, err
	}
	staff, err := s.talkers(system, i.ID)
	if err != nil {
		return nil, err
	}
	return turnsOf(said, hidden{names: append(staff, citizen), spoken: true})
}

// voiced are the lines of a recording in the order in which they were said.
func voiced(lines []spoken.Line) []utterance {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b spoken.Line) int { return cmp.Compare(a.At, b.At) })
	all := make([]utterance, len(lines))
	for n, l := range lines {
		all[n] = utterance{citizen: l.Channel == citizensWords, text: l.Text}
	}
	return all
}

func (s *Service) noteReading(ctx context.Context, interactionID string, recordings []string) error {
	return s.inTx(ctx, func(_ context.Context, tx *ent.Tx) error {
		for _, id := range recordings {
			if err := access.Audit(ctx, tx, "recording.read", id, map[string]string{"interaction": interactionID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// talkers are the names of those who had the call.
func (s *Service) talkers(system context.Context, interactionID string) ([]string, error) {
	var ids []string
	err := s.o.Client.Segment.Query().Where(segment.InteractionID(interactionID), segment.AccountIDNotNil()).
		Select(segment.FieldAccountID).Scan(system, &ids)
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", err)
	}
	return s.staff(system, ids)
}
