package supervision

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/incident"
	"ekc/internal/fail"
)

// longestPeriod is how long a time statistics may be asked of.
const longestPeriod = 400 * 24 * time.Hour

// IncidentFigures are the incidents of one severity in a period.
type IncidentFigures struct {
	Severity incident.Severity
	// Reported, Acknowledged, Resolved and Escalated count those that were reported in the period.
	Reported, Acknowledged, Resolved, Escalated int
	// ToAcknowledge and ToResolve are the mean times from the report on (MTTA, MTTR); 0 without any.
	ToAcknowledge, ToResolve time.Duration
}

// IncidentFigures counts the incidents that the viewer sees, by severity, gravest first, of those reported from one instant up to another,
// at most 400 days apart. Supervisors, coordinators, the head office, administrators.
func (s *Service) IncidentFigures(ctx context.Context, from, to time.Time) ([]IncidentFigures, error) {
	if err := access.Check(ctx, access.ReadIncidents, access.Anywhere); err != nil {
		return nil, err
	}
	if !to.After(from) || to.Sub(from) > longestPeriod {
		return nil, fail.Field("to", fail.Invalid, "must be after from, by 400 days at most")
	}
	var rows []struct {
		Severity     incident.Severity `json:"severity"`
		Reported     int               `json:"reported"`
		Acknowledged int               `json:"acknowledged"`
		Resolved     int               `json:"resolved"`
		Escalated    int               `json:"escalated"`
		MTTA         float64           `json:"mtta"`
		MTTR         float64           `json:"mttr"`
	}
	err := s.o.Client.Incident.Query().Where(incident.CreatedAtGTE(from), incident.CreatedAtLT(to)).GroupBy(incident.FieldSeverity).
		Aggregate(
			ent.As(ent.Count(), "reported"), counted(incident.FieldAcknowledgedAt, "acknowledged"), counted(incident.FieldResolvedAt, "resolved"),
			func(sel *sql.Selector) string {
				return sql.As("count(*) FILTER (WHERE "+sel.C(incident.FieldLevel)+" > 0)", "escalated")
			},
			meanTime(incident.FieldAcknowledgedAt, "mtta"), meanTime(incident.FieldResolvedAt, "mttr"),
		).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count incidents: %w", err)
	}
	figures := make([]IncidentFigures, 0, len(rows))
	for _, severity := range []incident.Severity{incident.SeverityCritical, incident.SeverityHigh, incident.SeverityMedium, incident.SeverityLow} {
		for _, r := range rows {
			if r.Severity == severity {
				figures = append(figures, IncidentFigures{
					Severity: severity, Reported: r.Reported, Acknowledged: r.Acknowledged, Resolved: r.Resolved, Escalated: r.Escalated,
					ToAcknowledge: time.Duration(r.MTTA * float64(time.Second)), ToResolve: time.Duration(r.MTTR * float64(time.Second)),
				})
			}
		}
	}
	return figures, nil
}

func counted(column, name string) ent.AggregateFunc {
	return func(s *sql.Selector) string { return sql.As("count("+s.C(column)+")", name) }
}

// meanTime is the mean time in seconds from the report to the instant in the column, 0 without any.
func meanTime(column, name string) ent.AggregateFunc {
	return func(s *sql.Selector) string {
		return sql.As("coalesce(avg(extract(epoch FROM "+s.C(column)+" - "+s.C(incident.FieldCreatedAt)+")), 0)::float8", name)
	}
}
