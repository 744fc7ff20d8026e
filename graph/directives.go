package graph

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/directive"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/supervision"
)

// manyDirectives is how many a desk shows at most.
const manyDirectives = 50

// deskDirectives are those that the viewer has not read.
func (r *Resolver) deskDirectives(ctx context.Context) ([]*ent.Directive, error) {
	return r.Client.Directive.Query().Where(directive.AccountID(viewer.From(ctx).AccountID), directive.SeenAtIsNil()).
		Order(ent.Asc(directive.FieldCreatedAt, directive.FieldID)).Limit(manyDirectives).All(ctx)
}

// directiveOnDesk tells an operator what was done to their work.
func (r *Resolver) directiveOnDesk(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	d, err := r.Client.Directive.Query().Where(directive.ID(e.Data[supervision.DataDirective])).Only(ctx)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return &model.DirectiveGiven{Cursor: cursor, At: e.At, Directive: d}, nil
}

func directivePayload(d *ent.Directive, err error) (*model.DirectivePayload, error) {
	errs, err := userErrors(err)
	return &model.DirectivePayload{Directive: d, UserErrors: errs}, err
}
