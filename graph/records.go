package graph

import (
	"context"
	"time"
	"unicode/utf8"

	"entgo.io/contrib/entgql"

	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/knowledge"
)

const maxSearchRunes = 2000

// orMissing is nil, for null in the contract, when there is no such record.
func orMissing(err error) error {
	if fail.CodeOf(err) == fail.NotFound {
		return nil
	}
	return err
}

// queryOf is the search that an input asks for. Without a region every record is searched: the viewer is no citizen.
func (r *Resolver) queryOf(ctx context.Context, in model.RecordSearchInput) (knowledge.Query, error) {
	q := knowledge.Query{Text: in.Text, AllRegions: in.RegionID == nil, Limit: value(in.First), On: r.Clock()}
	switch {
	case utf8.RuneCountInString(in.Text) > maxSearchRunes:
		return q, fail.Field("text", fail.Invalid, "at most %d characters", maxSearchRunes)
	case q.Limit < 1 || q.Limit > knowledge.MaxHits:
		return q, fail.Field("first", fail.Invalid, "from 1 to %d", knowledge.MaxHits)
	}
	if in.On != nil {
		on, err := time.Parse(time.DateOnly, *in.On)
		if err != nil {
			return q, fail.Field("on", fail.Invalid, "is not a date like 2026-01-31")
		}
		q.On = on
	}
	var err error
	if q.Agency, err = r.agencyCode(ctx, in.AgencyID); err != nil {
		return q, err
	}
	q.Region, err = r.regionCode(ctx, in.RegionID)
	return q, err
}

// agencyCode is the code by which the base knows an agency; empty for none.
func (r *Resolver) agencyCode(ctx context.Context, id *string) (string, error) {
	a, err := r.reference.agency(ctx, value(id))
	switch {
	case err != nil || id == nil:
		return "", err
	case a == nil:
		return "", fail.Field("agencyId", fail.NotFound, "no such agency")
	}
	return a.Code, nil
}

// regionCode is the code by which the base knows a region; empty for none.
func (r *Resolver) regionCode(ctx context.Context, id *string) (string, error) {
	g, err := r.reference.region(ctx, value(id))
	switch {
	case err != nil || id == nil:
		return "", err
	case g == nil:
		return "", fail.Field("regionId", fail.NotFound, "no such region")
	}
	return g.Code, nil
}

// record shows a record of the base.
func (r *Resolver) record(ctx context.Context, in knowledge.Record) (*model.Record, error) {
	v := in.Version
	return r.placed(ctx, in.Agency, in.Region, &model.Record{
		ID: in.ID, Version: v.Number, VersionID: v.ID, Question: v.Question, Phrasings: listOf(v.Phrasings), Answer: v.Answer,
		Short: optional.Text(v.Short), Topic: optional.Text(v.Topic), LegalBasis: basisOf(v.LegalBasis),
		ValidFrom: optional.Text(string(v.ValidFrom)), ValidTo: optional.Text(string(v.ValidTo)), Intent: v.Intent, Personal: v.Personal,
		PublishedAt: moment(v.PublishedAt), Links: linksOf(v.Links), Files: filesOf(v.Files),
	})
}

// placed adds where a record holds.
func (r *Resolver) placed(ctx context.Context, agency, region string, record *model.Record) (*model.Record, error) {
	var err error
	if record.Agency, err = r.reference.agency(ctx, agency); err != nil {
		return nil, err
	}
	record.Region, err = r.reference.region(ctx, region)
	return record, err
}

// hits shows found records. A search does not bring other phrasings along: the record itself has them.
func (r *Resolver) hits(ctx context.Context, found []knowledge.Hit) ([]*model.RecordHit, error) {
	hits := make([]*model.RecordHit, len(found))
	for i, h := range found {
		record, err := r.placed(ctx, h.Agency, h.Region, &model.Record{
			ID: h.RecordID, Version: h.Version, VersionID: h.VersionID, Question: h.Question, Phrasings: []string{},
			Answer: h.Answer, Short: optional.Text(h.Short), Topic: optional.Text(h.Topic), LegalBasis: basisOf(h.LegalBasis),
			ValidFrom: optional.Text(string(h.ValidFrom)), ValidTo: optional.Text(string(h.ValidTo)), Intent: h.Intent, Personal: h.Personal,
			PublishedAt: moment(h.PublishedAt), Links: linksOf(h.Links), Files: filesOf(h.Files),
		})
		if err != nil {
			return nil, err
		}
		hits[i] = &model.RecordHit{
			Record: record, Probability: h.Probability, MatchedPhrasing: optional.Text(h.MatchedPhrasing), Passage: optional.Text(h.Snippet),
			PassageRange: placeOf(h.Answer, h.Snippet),
		}
	}
	return hits, nil
}

// recordPage lists records of the base; their ids are the cursors.
func (r *Resolver) recordPage(ctx context.Context, after *entgql.Cursor[string], first int, f model.RecordFilter) (*model.RecordConnection, error) {
	filter := knowledge.RecordFilter{Topic: value(f.Topic), Tag: value(f.Tag), First: max(first, 1), After: value(after).ID}
	var err error
	if filter.Agency, err = r.agencyCode(ctx, f.AgencyID); err != nil {
		return nil, err
	}
	if filter.Region, err = r.regionCode(ctx, f.RegionID); err != nil {
		return nil, err
	}
	if err = r.editorialFilter(ctx, &filter, f); err != nil {
		return nil, err
	}
	page, err := r.Knowledge.Records(ctx, filter)
	if err != nil {
		return nil, err
	}
	if first == 0 {
		page.Records = nil
	}
	list := &model.RecordConnection{Edges: make([]*model.RecordEdge, len(page.Records)), TotalCount: page.Total}
	for i, found := range page.Records {
		record, err := r.record(ctx, found)
		if err != nil {
			return nil, err
		}
		list.Edges[i] = &model.RecordEdge{Node: record, Cursor: entgql.Cursor[string]{ID: record.ID}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.RecordEdge) *entgql.Cursor[string] { return &e.Cursor }, after, page.Next != "")
	return list, nil
}

func basisOf(in []knowledge.LegalBasis) []*model.LegalBasis {
	all := make([]*model.LegalBasis, len(in))
	for i, b := range in {
		all[i] = &model.LegalBasis{Act: b.Act, Article: optional.Text(b.Article)}
	}
	return all
}

// listOf is never nil, which the contract does not know.
func listOf(in []string) []string {
	if in == nil {
		return []string{}
	}
	return in
}
