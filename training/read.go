package training

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/trainingattempt"
	"ekc/internal/fail"
)

// Attempts are those of an assignment that the viewer has read, the oldest first.
func (s *Service) Attempts(ctx context.Context, of *ent.TrainingAssignment) ([]*ent.TrainingAttempt, error) {
	rows, err := s.o.Client.TrainingAttempt.Query().Where(trainingattempt.AssignmentID(of.ID)).Order(ent.Asc(trainingattempt.FieldID)).All(ctx)
	return rows, wrap("read attempts", err)
}

// Attempt is one of the viewer's own, or of somebody whose training they may read. NOT_FOUND.
func (s *Service) Attempt(ctx context.Context, id string) (*Attempt, error) {
	a, err := s.o.Client.TrainingAttempt.Query().Where(trainingattempt.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fail.Field("attemptId", fail.NotFound, "no such attempt")
	}
	if err != nil {
		return nil, fmt.Errorf("read attempt: %w", err)
	}
	return s.WithVersion(ctx, a)
}

// WithVersion adds its version to an attempt that the viewer has read; the right answers are for whoever shows it to keep back until it
// is over.
func (s *Service) WithVersion(ctx context.Context, a *ent.TrainingAttempt) (*Attempt, error) {
	v, err := s.o.Client.CourseVersion.Get(viewer.AsSystem(ctx), a.CourseVersionID)
	if err != nil {
		return nil, fmt.Errorf("read version: %w", err)
	}
	return &Attempt{a, v}, nil
}
