package graph

import (
	"context"

	"ekc/graph/model"
)

// KnowledgeStatistics is the resolver for the knowledgeStatistics field.
func (r *queryResolver) KnowledgeStatistics(ctx context.Context, filter model.KnowledgeStatisticsFilter) (*model.KnowledgeStatistics, error) {
	return r.statistics(ctx, filter)
}

// MostTold is the resolver for the mostTold field.
func (r *knowledgeStatisticsResolver) MostTold(ctx context.Context, obj *model.KnowledgeStatistics, first *int) ([]*model.RecordTelling, error) {
	n, err := few(first, someChildren)
	if err != nil {
		return nil, err
	}
	return r.tellings(ctx, obj.Filter, n)
}

// DeadRecords is the resolver for the deadRecords field.
func (r *queryResolver) DeadRecords(ctx context.Context, days int, first *int) (*model.DeadRecords, error) {
	n, err := few(first, 50)
	if err != nil {
		return nil, err
	}
	found, err := r.Quality.Dead(ctx, days, n)
	if err != nil {
		return nil, err
	}
	records, err := mapped(ctx, found.Records, r.deadShown)
	return &model.DeadRecords{TotalCount: found.Total, Records: records}, err
}
