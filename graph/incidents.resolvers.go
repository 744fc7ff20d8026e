package graph

import (
	"context"
	"time"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/supervision"
)

// Incidents is the resolver for the incidents field.
func (r *queryResolver) Incidents(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.IncidentFilter) (*ent.IncidentConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadIncidents(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Incident.Query().Where(incidentsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithIncidentOrder(newestIncidents))
}

// IncidentStatistics is the resolver for the incidentStatistics field.
func (r *queryResolver) IncidentStatistics(ctx context.Context, from, to time.Time) ([]*model.IncidentFigures, error) {
	return r.incidentFigures(ctx, from, to)
}

// IncidentReport is the resolver for the incidentReport field.
func (r *mutationResolver) IncidentReport(ctx context.Context, input model.IncidentReportInput) (*model.IncidentPayload, error) {
	return incidentPayload(r.Supervision.Report(ctx, supervision.NewIncident{
		Severity: input.Severity, Subject: input.Subject, Text: input.Text, QueueID: value(input.QueueID), InteractionID: value(input.InteractionID),
	}))
}

// IncidentAcknowledge is the resolver for the incidentAcknowledge field.
func (r *mutationResolver) IncidentAcknowledge(ctx context.Context, input model.IncidentAcknowledgeInput) (*model.IncidentPayload, error) {
	return incidentPayload(r.Supervision.Acknowledge(ctx, input.IncidentID, value(input.Severity)))
}

// IncidentResolve is the resolver for the incidentResolve field.
func (r *mutationResolver) IncidentResolve(ctx context.Context, input model.IncidentResolveInput) (*model.IncidentPayload, error) {
	return incidentPayload(r.Supervision.Resolve(ctx, input.IncidentID, input.Resolution))
}

// IncidentComment is the resolver for the incidentComment field.
func (r *mutationResolver) IncidentComment(ctx context.Context, input model.IncidentCommentInput) (*model.IncidentPayload, error) {
	return incidentPayload(r.Supervision.Comment(ctx, input.IncidentID, input.Text))
}

// Incidents is the resolver for the incidents field.
func (r *boardResolver) Incidents(ctx context.Context, _ *model.Board) ([]*ent.Incident, error) {
	return r.boardIncidents(ctx)
}

// ReportedBy is the resolver for the reportedBy field.
func (r *incidentResolver) ReportedBy(ctx context.Context, obj *ent.Incident) (*model.Operator, error) {
	return r.operator(ctx, obj.RaisedBy)
}

// Interaction is the resolver for the interaction field.
func (r *incidentResolver) Interaction(ctx context.Context, obj *ent.Incident) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}

// TrunksDown is the resolver for the trunksDown field.
func (r *incidentResolver) TrunksDown(_ context.Context, obj *ent.Incident) ([]string, error) {
	return append([]string{}, obj.TrunksDown...), nil
}

// Related is the resolver for the related field.
func (r *incidentResolver) Related(ctx context.Context, obj *ent.Incident) ([]*ent.Incident, error) {
	return r.relatedIncidents(ctx, obj)
}

// AcknowledgedBy is the resolver for the acknowledgedBy field.
func (r *incidentResolver) AcknowledgedBy(ctx context.Context, obj *ent.Incident) (*model.Operator, error) {
	return r.operator(ctx, obj.AcknowledgedBy)
}

// ResolvedBy is the resolver for the resolvedBy field.
func (r *incidentResolver) ResolvedBy(ctx context.Context, obj *ent.Incident) (*model.Operator, error) {
	return r.operator(ctx, obj.ResolvedBy)
}

// Resolution is the resolver for the resolution field.
func (r *incidentResolver) Resolution(_ context.Context, obj *ent.Incident) (*string, error) {
	return optional.Text(obj.Resolution), nil
}

// Comments is the resolver for the comments field.
func (r *incidentResolver) Comments(ctx context.Context, obj *ent.Incident) ([]*ent.IncidentComment, error) {
	return r.incidentComments(ctx, obj)
}

// Account is the resolver for the account field.
func (r *incidentCommentResolver) Account(ctx context.Context, obj *ent.IncidentComment) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}
