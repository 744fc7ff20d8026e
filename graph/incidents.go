package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/incident"
	"ekc/ent/incidentcomment"
	"ekc/ent/predicate"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/supervision"
)

// How many incidents and words on one are shown at most.
const (
	manyIncidents = 100
	manyRelated   = 20
	manyComments  = 200
)

// incidentsLike selects incidents by a filter.
func incidentsLike(f model.IncidentFilter) []predicate.Incident {
	var all []predicate.Incident
	if f.State != nil {
		all = append(all, incident.StateEQ(*f.State))
	}
	if f.Severity != nil {
		all = append(all, incident.SeverityEQ(*f.Severity))
	}
	if f.Subject != nil {
		all = append(all, incident.SubjectEQ(*f.Subject))
	}
	return all
}

// mayReadIncidents refuses who has no incidents at all, their own or others'.
func mayReadIncidents(ctx context.Context) error {
	return refusedListing(access.CheckObject(ctx, access.ReadIncidents, access.Object{Own: true}))
}

// boardIncidents are those of the segments that the viewer watches, the most urgent first.
func (r *Resolver) boardIncidents(ctx context.Context) ([]*ent.Incident, error) {
	return r.Client.Incident.Query().WithAgency().WithRegion().WithQueue().
		Where(incident.StateNEQ(incident.StateResolved), incidentsWithin(granted(viewer.From(ctx), access.ReadBoard))).
		Order(ent.Desc(incident.FieldLevel), bySeverity, ent.Asc(incident.FieldCreatedAt, incident.FieldID)).Limit(manyIncidents).All(ctx)
}

// bySeverity puts the gravest first.
func bySeverity(s *sql.Selector) {
	s.OrderExpr(sql.Raw("array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], " + s.C(incident.FieldSeverity) + "::text)"))
}

// incidentsWithin selects incidents that one of the grants reaches; none without grants.
func incidentsWithin(grants []viewer.Grant) predicate.Incident {
	reached := []predicate.Incident{incident.IDEQ("")}
	for _, g := range grants {
		both := []predicate.Incident{incident.IDNEQ("")}
		if g.AgencyID != "" {
			both = append(both, incident.Or(incident.AgencyID(g.AgencyID), incident.AgencyIDIsNil()))
		}
		if g.RegionID != "" {
			both = append(both, incident.Or(incident.RegionID(g.RegionID), incident.RegionIDIsNil()))
		}
		reached = append(reached, incident.And(both...))
	}
	return incident.Or(reached...)
}

// relatedIncidents are others that are not resolved and share something that was down.
func (r *Resolver) relatedIncidents(ctx context.Context, n *ent.Incident) ([]*ent.Incident, error) {
	shared := []predicate.Incident{}
	if n.QueueID != "" {
		shared = append(shared, incident.QueueID(n.QueueID))
	}
	if n.BaseDown {
		shared = append(shared, incident.BaseDown(true))
	}
	for _, name := range n.TrunksDown {
		shared = append(shared, func(s *sql.Selector) { s.Where(sqljson.ValueContains(s.C(incident.FieldTrunksDown), name)) })
	}
	if len(shared) == 0 {
		return []*ent.Incident{}, nil
	}
	return r.Client.Incident.Query().WithAgency().WithRegion().WithQueue().
		Where(incident.IDNEQ(n.ID), incident.StateNEQ(incident.StateResolved), incident.Or(shared...)).
		Order(ent.Desc(incident.FieldCreatedAt)).Limit(manyRelated).All(ctx)
}

// incidentComments are the words on an incident, oldest first.
func (r *Resolver) incidentComments(ctx context.Context, n *ent.Incident) ([]*ent.IncidentComment, error) {
	return r.Client.IncidentComment.Query().Where(incidentcomment.IncidentID(n.ID)).
		Order(ent.Asc(incidentcomment.FieldCreatedAt, incidentcomment.FieldID)).Limit(manyComments).All(ctx)
}

// incidentOnDesk shows who reported an incident what becomes of it.
func (r *Resolver) incidentOnDesk(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	n, err := r.Client.Incident.Query().WithAgency().WithRegion().WithQueue().Where(incident.ID(e.Data[supervision.DataIncident])).Only(ctx)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return &model.IncidentChanged{Cursor: cursor, At: e.At, Incident: n}, nil
}

// incidentsByID reads those of a board's events that the viewer watches.
func (r *Resolver) incidentsByID(ctx context.Context, ids []string) (map[string]*ent.Incident, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Client.Incident.Query().WithAgency().WithRegion().WithQueue().
		Where(incident.IDIn(ids...), incidentsWithin(granted(viewer.From(ctx), access.ReadBoard))).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Incident, len(rows))
	for _, n := range rows {
		found[n.ID] = n
	}
	return found, nil
}

func (r *Resolver) incidentFigures(ctx context.Context, from, to time.Time) ([]*model.IncidentFigures, error) {
	rows, err := r.Supervision.IncidentFigures(ctx, from, to)
	if err != nil {
		return nil, refusedListing(err)
	}
	shown := make([]*model.IncidentFigures, len(rows))
	for i, f := range rows {
		shown[i] = &model.IncidentFigures{
			Severity: f.Severity, Reported: f.Reported, Acknowledged: f.Acknowledged, Resolved: f.Resolved, Escalated: f.Escalated,
			SecondsToAcknowledge: meanSeconds(f.ToAcknowledge, f.Acknowledged), SecondsToResolve: meanSeconds(f.ToResolve, f.Resolved),
		}
	}
	return shown, nil
}

// meanSeconds is a mean over so many; null over none.
func meanSeconds(mean time.Duration, of int) *float64 {
	if of == 0 {
		return nil
	}
	s := mean.Seconds()
	return &s
}

func incidentPayload(n *ent.Incident, err error) (*model.IncidentPayload, error) {
	errs, err := userErrors(err)
	return &model.IncidentPayload{Incident: n, UserErrors: errs}, err
}
