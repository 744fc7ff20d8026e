package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
)

// AuditEntries is the resolver for the auditEntries field.
func (r *queryResolver) AuditEntries(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.AuditFilter) (*ent.AuditEntryConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	f := value(filter)
	q, err := r.Access.AuditEntries(ctx, access.AuditFilter{
		ActorID: value(f.ActorID), Action: value(f.Action), ObjectID: value(f.ObjectID),
	})
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithAuditEntryOrder(newestAuditEntries))
}

// ActorID is the resolver for the actorId field.
func (r *auditEntryResolver) ActorID(_ context.Context, obj *ent.AuditEntry) (*string, error) {
	return optional.Text(obj.ActorID), nil
}

// ObjectID is the resolver for the objectId field.
func (r *auditEntryResolver) ObjectID(_ context.Context, obj *ent.AuditEntry) (*string, error) {
	return optional.Text(obj.ObjectID), nil
}

// Address is the resolver for the address field.
func (r *auditEntryResolver) Address(_ context.Context, obj *ent.AuditEntry) (*string, error) {
	return optional.Text(obj.Address), nil
}
