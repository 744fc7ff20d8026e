package quality

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent/assistantturn"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
)

// KeepCase puts a case on the bench of the viewer's agency.
func (s *Service) KeepCase(ctx context.Context, agencyID, regionID string, c improve.BenchCase) (improve.BenchCase, error) {
	var err error
	if c.Agency, err = s.benchOf(ctx, access.EditRecord, agencyID); err != nil {
		return improve.BenchCase{}, err
	}
	segment, err := s.codes(ctx, "", regionID)
	if err != nil {
		return improve.BenchCase{}, err
	}
	c.Region, c.Source, c.CreatedBy = segment.Region, improve.ByHand, viewer.From(ctx).AccountID
	kept, err := s.o.Base.KeepCases(ctx, []improve.BenchCase{c})
	if err != nil {
		return improve.BenchCase{}, err
	}
	if len(kept) != 1 {
		return improve.BenchCase{}, fail.Field("query", fail.Conflict, "another agency has this query on its bench")
	}
	return kept[0], s.audit(ctx, "bench.case_kept", kept[0].ID, map[string]string{"record": c.RecordID})
}

// RemoveCase takes one off the bench of the viewer's agency.
func (s *Service) RemoveCase(ctx context.Context, id string) (improve.BenchCase, error) {
	hidden := fail.Field("caseId", fail.NotFound, "no such case")
	if err := access.Check(ctx, access.ReadDrafts, access.Anywhere); err != nil {
		return improve.BenchCase{}, err
	}
	c, err := s.o.Base.Case(ctx, id)
	if err != nil {
		return improve.BenchCase{}, err
	}
	if s.check(ctx, access.ReadDrafts, improve.Segment{Agency: c.Agency}) != nil {
		return improve.BenchCase{}, hidden
	}
	scope, err := s.scope(ctx, improve.Segment{Agency: c.Agency})
	if err != nil {
		return improve.BenchCase{}, err
	}
	if err := access.CheckObject(ctx, access.EditRecord, access.Object{Scope: scope, Seen: true}); err != nil {
		return improve.BenchCase{}, err
	}
	if c, err = s.o.Base.RemoveCase(ctx, id); err != nil {
		return improve.BenchCase{}, err
	}
	return c, s.audit(ctx, "bench.case_removed", c.ID, nil)
}

// CollectCases makes cases of phrasings, or of answers that were judged right, for the bench of the viewer's agency; it returns how many.
func (s *Service) CollectCases(ctx context.Context, from improve.CaseSource, agencyID string, most int) (int, error) {
	agency, err := s.benchOf(ctx, access.EditRecord, agencyID)
	if err != nil {
		return 0, err
	}
	if most < 1 || most > improve.MaxBatch {
		return 0, fail.Field("most", fail.Invalid, "must be 1 to %d", improve.MaxBatch)
	}
	made := 0
	switch from {
	case improve.FromPhrasing:
		made, err = s.o.Base.CasesFromPhrasings(ctx, improve.PhrasingCases{Agency: agency, Most: most, Actor: viewer.From(ctx).AccountID})
	case improve.FromReview:
		made, err = s.casesOfReviews(ctx, agency, agencyID, most)
	default:
		return 0, fail.Field("from", fail.Invalid, "cases are collected from phrasings or reviews")
	}
	if err != nil {
		return 0, err
	}
	return made, s.audit(ctx, "bench.cases_collected", agencyID, map[string]string{"from": string(from), "made": fmt.Sprint(made)})
}

// selectRight are the turns of interactions of an agency whose answer was judged right last, newest verdict first.
const selectRight = `
	SELECT COALESCE(array_agg(turn_id), '{}') FROM (
		SELECT turn_id FROM (
			SELECT DISTINCT ON (r.turn_id) r.turn_id, r.verdict, r.judged_at FROM answer_reviews r
			JOIN assistant_turns t ON t.id = r.turn_id JOIN interactions i ON i.id = t.interaction_id
			WHERE r.verdict IS NOT NULL AND t.record_id <> '' AND COALESCE(i.agency_id, '') = $1
			ORDER BY r.turn_id, r.judged_at DESC) last
		WHERE verdict = 'RIGHT' ORDER BY judged_at DESC LIMIT $2) newest`

func (s *Service) casesOfReviews(ctx context.Context, agency, agencyID string, most int) (int, error) {
	system := viewer.AsSystem(ctx)
	rows, err := s.o.Client.QueryContext(system, selectRight, agencyID, most)
	if err != nil {
		return 0, fmt.Errorf("read right answers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var turnIDs []string
	for rows.Next() {
		if err := rows.Scan(pq.Array(&turnIDs)); err != nil {
			return 0, fmt.Errorf("read right answers: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read right answers: %w", err)
	}
	turns, err := s.o.Client.AssistantTurn.Query().Where(assistantturn.IDIn(turnIDs...)).All(system)
	if err != nil {
		return 0, fmt.Errorf("read turns: %w", err)
	}
	said, err := s.messages(system, turns)
	if err != nil {
		return 0, err
	}
	made := 0
	for _, t := range turns {
		m := said[t.QuestionID]
		if m == nil || t.Reason != assistant.ReasonConfident {
			continue // a follow-up or a choice means nothing by itself
		}
		kept, err := s.o.Base.KeepCases(ctx, []improve.BenchCase{{
			Query: m.Text, Agency: agency, RecordID: t.RecordID, Source: improve.FromReview, CreatedBy: viewer.From(ctx).AccountID,
		}})
		if code := fail.CodeOf(err); err != nil && code != fail.NotFound && code != fail.Invalid {
			return made, err
		}
		made += len(kept)
	}
	return made, nil
}

// benchOf is the code of an agency on whose bench the viewer may do the action, for all of its regions; empty for that of no agency.
func (s *Service) benchOf(ctx context.Context, action access.Action, agencyID string) (string, error) {
	if err := access.Check(ctx, action, access.Anywhere); err != nil && fail.CodeOf(err) == fail.Unauthenticated {
		return "", err
	}
	segment, err := s.codes(ctx, agencyID, "")
	if err != nil {
		return "", err
	}
	return segment.Agency, access.CheckObject(ctx, action, access.Object{Scope: viewer.Scope{AgencyID: agencyID}, Seen: true})
}

// Cases lists the bench of an agency, or that of none.
func (s *Service) Cases(ctx context.Context, agencyID string, q improve.CaseQuery) (improve.CasePage, error) {
	agency, err := s.benchOf(ctx, access.ReadDrafts, agencyID)
	if err != nil {
		return improve.CasePage{}, err
	}
	q.Bounded, q.Agencies = true, []string{agency}
	return s.o.Base.Cases(ctx, q)
}

// RunBench runs the bench of an agency and that of none. The version must be one whose drafts the viewer reads.
func (s *Service) RunBench(ctx context.Context, agencyID string, r improve.BenchRun) (improve.BenchReport, error) {
	agency, err := s.benchOf(ctx, access.ReadDrafts, agencyID)
	if err != nil {
		return improve.BenchReport{}, err
	}
	if r.VersionID != "" {
		hidden := fail.Field("versionId", fail.NotFound, "no such version")
		v, err := s.o.Records.RecordVersion(ctx, r.VersionID)
		if err != nil {
			return improve.BenchReport{}, err
		}
		of, err := s.o.Records.Record(ctx, v.RecordID)
		if err != nil {
			return improve.BenchReport{}, err
		}
		if s.check(ctx, access.ReadDrafts, improve.Segment{Agency: of.Agency, Region: of.Region}) != nil {
			return improve.BenchReport{}, hidden
		}
	}
	r.Bounded, r.Agencies = true, []string{""}
	if agency != "" {
		r.Agencies = append(r.Agencies, agency)
	}
	return s.o.Base.RunBench(ctx, r)
}
