package quality

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/knowledge/improve"
	"ekc/knowledge/personal"
)

// NoteDeferred counts the question of a deferred enquiry, which no record answers, among the gaps; a repeat changes nothing.
func (s *Service) NoteDeferred(ctx context.Context, d *ent.Deferral) error {
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Query().Where(interaction.ID(d.InteractionID)).Only(system)
	if err != nil {
		return fmt.Errorf("read interaction: %w", err)
	}
	segment, err := s.codes(ctx, d.AgencyID, d.RegionID)
	if err != nil {
		return err
	}
	text := d.Question
	if letters := []rune(text); len(letters) > maxQuestion {
		text = string(letters[:maxQuestion])
	}
	_, err = s.o.Base.NoteQuestions(ctx, []improve.Question{{
		ID: d.ID, Text: personal.Mask(text), Citizen: i.CitizenID, Topic: i.Topic, Cause: improve.Unanswered, AskedAt: d.CreatedAt,
		Agency: segment.Agency, Region: segment.Region,
	}})
	return err
}

// HasRecord makes sure that the base has a record. NOT_FOUND.
func (s *Service) HasRecord(ctx context.Context, recordID string) error {
	_, err := s.o.Records.Record(ctx, recordID)
	return err
}

// Answers reports whether the question base answers now.
func (s *Service) Answers(ctx context.Context) bool { return s.o.Records.Ready(ctx) == nil }
