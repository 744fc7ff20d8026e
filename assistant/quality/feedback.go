package quality

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
)

// Feedback is an operator's word on a record version.
type Feedback struct {
	VersionID string
	Verdict   improve.Verdict
	Comment   string
}

// Give keeps the viewer's word on a version; their last one counts.
func (s *Service) Give(ctx context.Context, f Feedback) (improve.Tally, error) {
	if err := access.Check(ctx, access.GiveFeedback, access.Anywhere); err != nil {
		return improve.Tally{}, err
	}
	switch f.Verdict {
	case improve.Useful, improve.Wrong, improve.Outdated:
	default:
		return improve.Tally{}, fail.Field("verdict", fail.Invalid, "is a citizen's")
	}
	kept, err := s.o.Base.NoteFeedback(ctx, []improve.Word{{
		VersionID: f.VersionID, Author: viewer.From(ctx).AccountID, Answer: f.VersionID, Verdict: f.Verdict, Comment: f.Comment,
		GivenAt: s.o.Clock(),
	}})
	if err == nil && kept == 0 {
		err = fail.Field("versionId", fail.NotFound, "no such version")
	}
	if err != nil {
		return improve.Tally{}, err
	}
	all, err := s.o.Base.Tallies(ctx, []string{f.VersionID})
	if err != nil {
		return improve.Tally{}, err
	}
	return all[0], nil
}

// Tally counts the words on a version.
func (s *Service) Tally(ctx context.Context, versionID string) (improve.Tally, []improve.Word, error) {
	if err := access.Check(ctx, access.ReadQuality, access.Anywhere); err != nil {
		return improve.Tally{}, nil, err
	}
	all, err := s.o.Base.Tallies(ctx, []string{versionID})
	if err != nil {
		return improve.Tally{}, nil, err
	}
	words, err := s.o.Base.Comments(ctx, versionID)
	return all[0], words, err
}

// LowRated lists published versions of the viewer's segments by how surely they are bad.
func (s *Service) LowRated(ctx context.Context, first int) ([]improve.Tally, error) {
	bounded, within, err := s.reach(ctx, access.ReadQuality)
	if err != nil {
		return nil, err
	}
	return s.o.Base.LowRated(ctx, improve.LowRatedQuery{Bounded: bounded, Within: within, PublishedOnly: true, First: first})
}
