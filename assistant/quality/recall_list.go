package quality

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/predicate"
	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/internal/fail"
)

// Recall gives one that the viewer may see; else NOT_FOUND.
func (s *Service) Recall(ctx context.Context, id string) (*ent.Recall, error) {
	hidden := fail.Field("recallId", fail.NotFound, "no such recall")
	r, err := s.o.Client.Recall.Get(viewer.AsSystem(ctx), id)
	if ent.IsNotFound(err) {
		return nil, hidden
	}
	if err != nil {
		return nil, fmt.Errorf("read recall: %w", err)
	}
	if access.Check(ctx, access.ReadRecalls, viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}) != nil {
		return nil, hidden
	}
	return r, nil
}

// RecallQuery selects recalls. Empty fields select everything.
type RecallQuery struct {
	VersionID string
	State     recall.State
	// After is the id of the last one of the page before; First the size of the page.
	After string
	First int
}

// Recalls lists those that the viewer may see, newest first, one more than asked for where there are more.
func (s *Service) Recalls(ctx context.Context, q RecallQuery) (found []*ent.Recall, total int, err error) {
	where, err := seenRecalls(ctx)
	if err != nil {
		return nil, 0, err
	}
	if q.VersionID != "" {
		where = append(where, recall.RecordVersionID(q.VersionID))
	}
	if q.State != "" {
		where = append(where, recall.StateEQ(q.State))
	}
	system := viewer.AsSystem(ctx)
	if total, err = s.o.Client.Recall.Query().Where(where...).Count(system); err != nil {
		return nil, 0, fmt.Errorf("count recalls: %w", err)
	}
	if q.After != "" {
		where = append(where, recall.IDLT(q.After))
	}
	found, err = s.o.Client.Recall.Query().Where(where...).Order(ent.Desc(recall.FieldID)).Limit(q.First + 1).All(system)
	if err != nil {
		return nil, 0, fmt.Errorf("list recalls: %w", err)
	}
	return found, total, nil
}

// seenRecalls selects the recalls of the viewer's segments and those of all segments.
func seenRecalls(ctx context.Context) ([]predicate.Recall, error) {
	if err := access.Check(ctx, access.ReadRecalls, access.Anywhere); err != nil {
		return nil, err
	}
	var either []predicate.Recall
	for _, g := range viewer.From(ctx).Grants {
		if access.ReachOf(access.ReadRecalls, g.Role) == access.None {
			continue
		}
		if g.Role == viewer.Administrator || g.AgencyID == "" && g.RegionID == "" {
			return nil, nil
		}
		var one []predicate.Recall
		if g.AgencyID != "" {
			one = append(one, recall.Or(recall.AgencyIDIsNil(), recall.AgencyID(g.AgencyID)))
		}
		if g.RegionID != "" {
			one = append(one, recall.Or(recall.RegionIDIsNil(), recall.RegionID(g.RegionID)))
		}
		either = append(either, recall.And(one...))
	}
	if len(either) == 0 { // the system sees all
		return nil, nil
	}
	return []predicate.Recall{recall.Or(either...)}, nil
}

// RecallProgress is how many citizens of recalls are how far, by recall.
func (s *Service) RecallProgress(ctx context.Context, recallIDs []string) (map[string]map[recallperson.State]int, error) {
	var rows []struct {
		RecallID string             `json:"recall_id"`
		State    recallperson.State `json:"state"`
		Count    int                `json:"count"`
	}
	err := s.o.Client.RecallPerson.Query().Where(recallperson.RecallIDIn(recallIDs...)).
		GroupBy(recallperson.FieldRecallID, recallperson.FieldState).Aggregate(ent.Count()).Scan(viewer.AsSystem(ctx), &rows)
	if err != nil {
		return nil, fmt.Errorf("count citizens of recalls: %w", err)
	}
	all := make(map[string]map[recallperson.State]int, len(recallIDs))
	for _, id := range recallIDs {
		all[id] = map[recallperson.State]int{}
	}
	for _, r := range rows {
		all[r.RecallID][r.State] = r.Count
	}
	return all, nil
}

// RecallPeople lists the citizens of a recall that the viewer was found to see, in no order that means anything, one more than asked
// for where there are more.
func (s *Service) RecallPeople(ctx context.Context, recallID string, state recallperson.State, after string, first int) (
	found []*ent.RecallPerson, total int, err error,
) {
	where := []predicate.RecallPerson{recallperson.RecallID(recallID)}
	if state != "" {
		where = append(where, recallperson.StateEQ(state))
	}
	system := viewer.AsSystem(ctx)
	if total, err = s.o.Client.RecallPerson.Query().Where(where...).Count(system); err != nil {
		return nil, 0, fmt.Errorf("count citizens of recall: %w", err)
	}
	if after != "" {
		where = append(where, recallperson.IDGT(after))
	}
	found, err = s.o.Client.RecallPerson.Query().Where(where...).Order(ent.Asc(recallperson.FieldID)).Limit(first + 1).All(system)
	if err != nil {
		return nil, 0, fmt.Errorf("list citizens of recall: %w", err)
	}
	return found, total, nil
}
