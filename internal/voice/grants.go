package voice

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent/roleassignment"
)

// grantsOf are the roles of an account that are in force.
func (s *Service) grantsOf(ctx context.Context, accountID string) ([]viewer.Grant, error) {
	now := s.now()
	roles, err := s.o.Client.RoleAssignment.Query().Where(roleassignment.AccountID(accountID), roleassignment.ValidFromLTE(now),
		roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	grants := make([]viewer.Grant, 0, len(roles))
	for _, r := range roles {
		g := viewer.Grant{Role: viewer.Role(r.Role), AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			g.Line = *r.Line
		}
		grants = append(grants, g)
	}
	return grants, nil
}
