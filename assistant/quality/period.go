package quality

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// maxPeriod bounds what statistics and samples look at.
const maxPeriod = 366 * 24 * time.Hour

// Period selects the interactions that began in it; a zero To is now.
type Period struct{ From, To time.Time }

func (s *Service) period(p Period) (Period, error) {
	if p.To.IsZero() {
		p.To = s.now()
	}
	switch {
	case p.From.IsZero():
		return p, fail.Field("from", fail.Invalid, "is needed")
	case !p.From.Before(p.To):
		return p, fail.Field("to", fail.Invalid, "is not after from")
	case p.To.Sub(p.From) > maxPeriod:
		return p, fail.Field("from", fail.Invalid, "lies more than %d days before to", int(maxPeriod.Hours()/24))
	case p.From.Year() < 1970 || p.To.Year() > 9999: // beyond what an id can say
		return p, fail.Field("from", fail.Invalid, "is out of range")
	}
	return p, nil
}

// ids are the bounds of the ids of the period's interactions: they grow with time, so the indexes by id find a period.
func (p Period) ids() (low, high string) {
	return ids.Since("int", p.From), ids.Since("int", p.To)
}

// bounds are the segments, by ids, to which the viewer's right to an action is bounded, as columns for unnest; whole says that it is
// not bounded.
func bounds(ctx context.Context, action access.Action) (whole bool, agencies, regions any, err error) {
	if err := access.Check(ctx, action, access.Anywhere); err != nil {
		return false, nil, nil, err
	}
	v := viewer.From(ctx)
	whole = v.Kind == viewer.System
	a, r := []string{}, []string{}
	for _, g := range v.Grants {
		if access.ReachOf(action, g.Role) == access.None {
			continue
		}
		whole = whole || g.Role == viewer.Administrator || g.AgencyID == "" && g.RegionID == ""
		a, r = append(a, g.AgencyID), append(r, g.RegionID)
	}
	return whole, pq.Array(a), pq.Array(r), nil
}

// coveredBy selects the rows of a table by the parameters from n on, which bounds gives: those of the segments, and those that
// belong to no agency or region.
func coveredBy(table string, n int) string {
	return fmt.Sprintf(`($%[2]d OR EXISTS (SELECT FROM unnest($%[3]d::text[], $%[4]d::text[]) AS w(agency, region)
		WHERE (w.agency = '' OR %[1]s.agency_id IS NULL OR w.agency = %[1]s.agency_id)
		AND (w.region = '' OR %[1]s.region_id IS NULL OR w.region = %[1]s.region_id)))`, table, n, n+1, n+2)
}
