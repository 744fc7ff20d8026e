package graph

import (
	"context"

	"ekc/assistant/quality"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/knowledge/improve"
)

// share is a part of a whole; null of nothing.
func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

func figuresShown(f quality.Figures) *model.KnowledgeFigures {
	return &model.KnowledgeFigures{
		Questions: f.Questions, Answered: f.Answered, Clarified: f.Clarified, Unanswered: f.Unanswered, HandedOver: f.HandedOver,
		Coverage: share(f.Answered, f.Questions), Dialogues: f.Dialogues, Contained: f.Contained, Containment: share(f.Contained, f.Dialogues),
	}
}

func precisionShown(p quality.Precision) *model.AnswerPrecision {
	return &model.AnswerPrecision{
		Judged: p.Judged, Right: p.Right, Partly: p.Partly, Wrong: p.Wrong, Share: share(p.Right, p.Judged), Low: p.Low, High: p.High,
	}
}

func (r *Resolver) groupShown(ctx context.Context, g quality.Group) (*model.KnowledgeGroup, error) {
	agency, region, err := r.segmentShown(ctx, g.AgencyID, g.RegionID)
	return &model.KnowledgeGroup{Topic: optional.Text(g.Topic), Agency: agency, Region: region, Figures: figuresShown(g.Figures)}, err
}

// segmentShown are an agency and a region by codes or ids; null for none.
func (r *Resolver) segmentShown(ctx context.Context, agencyKey, regionKey string) (*ent.Agency, *ent.Region, error) {
	agency, err := r.reference.agency(ctx, agencyKey)
	if err != nil {
		return nil, nil, err
	}
	region, err := r.reference.region(ctx, regionKey)
	return agency, region, err
}

func statisticsOf(f model.KnowledgeStatisticsFilter) quality.StatisticsQuery {
	return quality.StatisticsQuery{
		Period: quality.Period{From: f.From, To: value(f.To)}, AgencyID: value(f.AgencyID), RegionID: value(f.RegionID), Topic: value(f.Topic),
	}
}

// statistics shows the figures of a period, which remember the filter for what is read when it is asked for.
func (r *Resolver) statistics(ctx context.Context, f model.KnowledgeStatisticsFilter) (*model.KnowledgeStatistics, error) {
	found, err := r.Quality.Statistics(ctx, statisticsOf(f))
	if err != nil {
		return nil, err
	}
	f.To = &found.To
	shown := &model.KnowledgeStatistics{
		From: found.From, To: found.To, Total: figuresShown(found.Total), Precision: precisionShown(found.Precision), Filter: f,
	}
	for _, g := range []struct {
		to   *[]*model.KnowledgeGroup
		from []quality.Group
	}{{&shown.ByTopic, found.Topics}, {&shown.ByAgency, found.Agencies}, {&shown.ByRegion, found.Regions}} {
		if *g.to, err = mapped(ctx, g.from, r.groupShown); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

func (r *Resolver) tellings(ctx context.Context, f model.KnowledgeStatisticsFilter, first int) ([]*model.RecordTelling, error) {
	found, err := r.Quality.MostTold(ctx, statisticsOf(f), first)
	if err != nil {
		return nil, err
	}
	return mapped(ctx, found, func(ctx context.Context, t quality.Telling) (*model.RecordTelling, error) {
		shown := &model.RecordTelling{RecordID: t.RecordID, Times: t.Times, Dialogues: t.Dialogues}
		record, err := r.Knowledge.Record(ctx, t.RecordID)
		if err != nil {
			return shown, orMissing(err)
		}
		shown.Question = &record.Version.Question
		return shown, nil
	})
}

func (r *Resolver) deadShown(ctx context.Context, u improve.Untold) (*model.DeadRecord, error) {
	agency, region, err := r.segmentShown(ctx, u.Agency, u.Region)
	return &model.DeadRecord{
		RecordID: u.RecordID, VersionID: u.VersionID, Question: u.Question, Agency: agency, Region: region, PublishedAt: u.PublishedAt,
	}, err
}

// few holds a number of rows to what the contract allows.
func few(first *int, standard int) (int, error) {
	n, _, err := pageOf(nil, nil, first, nil, standard)
	if err != nil {
		return 0, err
	}
	return max(*n, 1), nil
}
