package graph

import (
	"context"

	"ekc/ent"
	"ekc/internal/fail"
)

// Node is the resolver for the node field.
func (r *queryResolver) Node(ctx context.Context, id string) (ent.Noder, error) {
	return r.node(ctx, id)
}

// Nodes is the resolver for the nodes field.
func (r *queryResolver) Nodes(ctx context.Context, ids []string) ([]ent.Noder, error) {
	if len(ids) > maxPage {
		return nil, fail.Field("ids", fail.Invalid, "at most %d", maxPage)
	}
	return r.nodes(ctx, ids)
}
