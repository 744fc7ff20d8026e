package quality

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
)

// Gaps lists gaps over the questions of the viewer's segments.
func (s *Service) Gaps(ctx context.Context, q improve.GapQuery) ([]improve.Gap, error) {
	var err error
	if q.Bounded, q.Within, err = s.reach(ctx, access.ReadQuality); err != nil {
		return nil, err
	}
	return s.o.Base.Gaps(ctx, q)
}

// GapDraft is a record to draft from a gap.
type GapDraft struct {
	GapID string
	// Question of the draft; empty: the gap's.
	Question string
	// AgencyID and RegionID of the draft; empty: for all agencies, federal.
	AgencyID, RegionID string
}

// DraftGap makes a draft of an open gap, for the agency and region named, which must be the viewer's.
func (s *Service) DraftGap(ctx context.Context, d GapDraft) (improve.Gap, error) {
	if _, err := s.gap(ctx, d.GapID); err != nil {
		return improve.Gap{}, err
	}
	if err := inside(ctx, access.DecideGap, viewer.Scope{AgencyID: d.AgencyID, RegionID: d.RegionID}); err != nil {
		return improve.Gap{}, err
	}
	segment, err := s.codes(ctx, d.AgencyID, d.RegionID)
	if err != nil {
		return improve.Gap{}, err
	}
	return s.decide(ctx, improve.GapDecision{ID: d.GapID, Question: d.Question, Agency: segment.Agency, Region: segment.Region})
}

// DismissGap says why an open gap needs no record.
func (s *Service) DismissGap(ctx context.Context, gapID, reason string) (improve.Gap, error) {
	if _, err := s.gap(ctx, gapID); err != nil {
		return improve.Gap{}, err
	}
	return s.decide(ctx, improve.GapDecision{ID: gapID, Dismiss: true, Reason: reason})
}

func (s *Service) decide(ctx context.Context, d improve.GapDecision) (improve.Gap, error) {
	d.Actor = viewer.From(ctx).AccountID
	g, err := s.o.Base.DecideGap(ctx, d)
	if err != nil {
		return improve.Gap{}, err
	}
	return g, s.audit(ctx, "gap."+string(g.State), g.ID, map[string]string{"record": g.RecordID})
}

// gap is an open gap that the viewer may decide on.
func (s *Service) gap(ctx context.Context, id string) (improve.Gap, error) {
	if err := access.Check(ctx, access.DecideGap, access.Anywhere); err != nil {
		return improve.Gap{}, err
	}
	g, err := s.o.Base.Gap(ctx, id)
	if err != nil {
		return improve.Gap{}, err
	}
	return g, s.check(ctx, access.DecideGap, improve.Segment{Agency: g.Agency, Region: g.Region})
}

// inside refuses what reaches beyond every one of the viewer's grants: what they make must be their own segment's.
func inside(ctx context.Context, action access.Action, scope viewer.Scope) error {
	v := viewer.From(ctx)
	if v.Kind == viewer.System {
		return nil
	}
	for _, g := range v.Grants {
		if g.Role == viewer.Administrator || access.ReachOf(action, g.Role) != access.None && g.Within(scope) {
			return nil
		}
	}
	return fail.Field("agencyId", fail.Forbidden, "the draft reaches beyond your segment")
}
