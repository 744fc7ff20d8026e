package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/ent/directive"
	"ekc/graph/model"
	"ekc/supervision"
)

// Directives is the resolver for the directives field.
func (r *queryResolver) Directives(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, accountID *string) (*ent.DirectiveConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	q := r.Client.Directive.Query()
	if accountID != nil {
		q.Where(directive.AccountID(*accountID))
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithDirectiveOrder(newestDirectives))
}

// OperatorPresenceSet is the resolver for the operatorPresenceSet field.
func (r *mutationResolver) OperatorPresenceSet(ctx context.Context, input model.OperatorPresenceSetInput) (*model.DirectivePayload, error) {
	return directivePayload(r.Supervision.ForcePresence(ctx, supervision.Forcing{
		AccountID: input.AccountID, State: input.State, PauseReasonCode: value(input.PauseReasonCode), Reason: input.Reason,
	}))
}

// OperatorLend is the resolver for the operatorLend field.
func (r *mutationResolver) OperatorLend(ctx context.Context, input model.OperatorLendInput) (*model.DirectivePayload, error) {
	return directivePayload(r.Supervision.Lend(ctx, supervision.Loan{
		AccountID: input.AccountID, Line: input.Line, QueueIDs: input.QueueIds, Until: input.Until, Reason: input.Reason,
	}))
}

// OperatorCallBack is the resolver for the operatorCallBack field.
func (r *mutationResolver) OperatorCallBack(ctx context.Context, input model.OperatorCallBackInput) (*model.DirectivePayload, error) {
	return directivePayload(r.Supervision.CallBackLoans(ctx, input.AccountID, input.Reason))
}

// DirectiveSee is the resolver for the directiveSee field.
func (r *mutationResolver) DirectiveSee(ctx context.Context, input model.DirectiveSeeInput) (*model.DirectivePayload, error) {
	return directivePayload(r.Supervision.Seen(ctx, input.DirectiveID))
}

// InteractionAssign is the resolver for the interactionAssign field.
func (r *mutationResolver) InteractionAssign(ctx context.Context, input model.InteractionAssignInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Supervision.Assign(ctx, input.InteractionID, input.AccountID, input.Reason))
}

// InteractionTakeOver is the resolver for the interactionTakeOver field.
func (r *mutationResolver) InteractionTakeOver(ctx context.Context, input model.InteractionTakeOverInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Supervision.TakeOver(ctx, input.InteractionID, input.Reason))
}

// Directives is the resolver for the directives field.
func (r *deskResolver) Directives(ctx context.Context, _ *model.Desk) ([]*ent.Directive, error) {
	return r.deskDirectives(ctx)
}

// Operator is the resolver for the operator field.
func (r *directiveResolver) Operator(ctx context.Context, obj *ent.Directive) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Author is the resolver for the author field.
func (r *directiveResolver) Author(ctx context.Context, obj *ent.Directive) (*model.Operator, error) {
	return r.operator(ctx, obj.AuthorID)
}

// Interaction is the resolver for the interaction field.
func (r *directiveResolver) Interaction(ctx context.Context, obj *ent.Directive) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}
