package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/graph/model"
)

// RecordSearch is the resolver for the recordSearch field.
func (r *queryResolver) RecordSearch(ctx context.Context, input model.RecordSearchInput) ([]*model.RecordHit, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	query, err := r.queryOf(ctx, input)
	if err != nil {
		return nil, err
	}
	hits, err := r.Knowledge.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	return r.hits(ctx, hits)
}

// Record is the resolver for the record field.
func (r *queryResolver) Record(ctx context.Context, id string) (*model.Record, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	found, err := r.visibleRecord(ctx, id)
	if found == nil {
		return nil, err
	}
	return r.record(ctx, *found)
}

// Records is the resolver for the records field.
func (r *queryResolver) Records(ctx context.Context, after *entgql.Cursor[string], first *int, filter *model.RecordFilter) (*model.RecordConnection, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.recordPage(ctx, after, *first, value(filter))
}
