package supervision

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/evaluationrule"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// mostResults is how many rows of results are shown.
const mostResults = 5000

// ResultsOf says which results are asked for.
type ResultsOf struct {
	// From and To are at most 400 days apart; periods begin at midnight of Moscow.
	From, To time.Time
	By       evaluationrule.Period
	// OperatorID and FormID keep only theirs; empty: all.
	OperatorID, FormID string
}

// Result is how one operator was judged by one form in one period. What is contested counts only once it is decided.
type Result struct {
	OperatorID, FormID string
	PeriodFrom         time.Time
	// Evaluations count those that MeanScore is of, 0 to 100, nil without any; Passed, Critical and Changed are some of them.
	Evaluations, Passed, Critical, Changed int
	MeanScore                              *float64
	// Contested wait for a decision.
	Contested int
}

// Results are those of the operators that the viewer may see: their own, or those of their segment. At most 5,000, the latest period first.
func (s *Service) Results(ctx context.Context, of ResultsOf) (results []Result, err error) {
	v := viewer.From(ctx)
	if err := access.CheckObject(ctx, access.ReadEvaluationResults, access.Object{Own: v.Kind == viewer.Account}); err != nil {
		return nil, err
	}
	switch {
	case !of.To.After(of.From) || of.To.Sub(of.From) > longestPeriod:
		return nil, fail.Field("to", fail.Invalid, "must be after from, by 400 days at most")
	case evaluationrule.PeriodValidator(of.By) != nil:
		return nil, fail.Field("by", fail.Invalid, "is not a period")
	}
	args := []any{of.From.UTC(), of.To.UTC(), strings.ToLower(string(of.By)), mostResults, optional.Of(of.OperatorID), optional.Of(of.FormID)}
	where, args := resultsSeen(v, args)
	rows, err := s.o.Client.QueryContext(ctx, `SELECT operator_id, form_id, began, count(*) FILTER (WHERE counts),
			count(*) FILTER (WHERE counts AND passed), count(*) FILTER (WHERE counts AND critical), count(*) FILTER (WHERE state = 'CHANGED'),
			avg(score) FILTER (WHERE counts), count(*) FILTER (WHERE state = 'CONTESTED')
		FROM (SELECT *, state IN ('GIVEN', 'UPHELD', 'CHANGED') AS counts,
				date_trunc($3, given_at AT TIME ZONE 'Europe/Moscow') AT TIME ZONE 'Europe/Moscow' AS began
			FROM evaluations WHERE given_at >= $1 AND given_at < $2 AND calibration_id IS NULL AND state <> 'ANNULLED'
				AND ($5::text IS NULL OR operator_id = $5) AND ($6::text IS NULL OR form_id = $6) AND (`+where+`)) e
		GROUP BY 1, 2, 3 ORDER BY 3 DESC, 1, 2 LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("count evaluations: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Result
		if err := rows.Scan(&r.OperatorID, &r.FormID, &r.PeriodFrom, &r.Evaluations, &r.Passed, &r.Critical, &r.Changed, &r.MeanScore, &r.Contested); err != nil {
			return nil, fmt.Errorf("count evaluations: %w", err)
		}
		results = append(results, r)
	}
	return results, rows.Err()
}

// resultsSeen is the condition on evaluations whose results the viewer may see: their own, and those that a grant covers.
func resultsSeen(v viewer.Viewer, args []any) (string, []any) {
	argument := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	if v.Kind == viewer.System {
		return "true", args
	}
	seen := []string{"operator_id = " + argument(v.AccountID)}
	for _, g := range v.Grants {
		if reach := access.ReachOf(access.ReadEvaluationResults, g.Role); reach != access.Covered {
			continue
		}
		covered := []string{"true"}
		if g.AgencyID != "" {
			covered = append(covered, "(agency_id IS NULL OR agency_id = "+argument(g.AgencyID)+")")
		}
		if g.RegionID != "" {
			covered = append(covered, "(region_id IS NULL OR region_id = "+argument(g.RegionID)+")")
		}
		if g.Line != 0 {
			covered = append(covered, "(line IS NULL OR line = "+argument(g.Line)+")")
		}
		seen = append(seen, strings.Join(covered, " AND "))
	}
	return "(" + strings.Join(seen, ") OR (") + ")", args
}
