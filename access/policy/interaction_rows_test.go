package policy_test

import (
	"context"
	"errors"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
)

// overhearing is a driver that keeps the statement and answers nothing.
type overhearing struct {
	dialect.Driver
	heard string
}

func (*overhearing) Dialect() string { return dialect.Postgres }

func (d *overhearing) Query(_ context.Context, query string, _, _ any) error {
	d.heard = query
	return errors.New("heard")
}

func TestPagesOfSmallSegmentsAndCountsAreReadPartByPart(t *testing.T) {
	t.Parallel()
	newest := interaction.ByID(sql.OrderDesc())
	coordinator := viewer.Grant{Role: viewer.SegmentCoordinator, AgencyID: "agn_1", RegionID: "reg_1"}
	ofAgency := viewer.Grant{Role: viewer.Supervisor, AgencyID: "agn_1"}
	page := func(order interaction.OrderOption) func(context.Context, *ent.InteractionQuery) error {
		return func(ctx context.Context, q *ent.InteractionQuery) error {
			_, err := q.Where(interaction.IDLT("int_9")).Order(order).Limit(51).All(ctx)
			return err
		}
	}
	count := func(ctx context.Context, q *ent.InteractionQuery) error { _, err := q.Count(ctx); return err }
	one := func(ctx context.Context, q *ent.InteractionQuery) error {
		_, err := q.Where(interaction.ID("int_1")).Only(ctx)
		return err
	}
	for name, c := range map[string]struct {
		grants []viewer.Grant
		ask    func(context.Context, *ent.InteractionQuery) error
		parts  bool
	}{
		"page of an operator":         {nil, page(newest), true},
		"page of a coordinator":       {[]viewer.Grant{coordinator}, page(newest), true},
		"last page of a coordinator":  {[]viewer.Grant{coordinator}, page(interaction.ByID()), true},
		"in another order":            {[]viewer.Grant{coordinator}, page(interaction.ByCreatedAt()), false},
		"page of an agency":           {[]viewer.Grant{coordinator, ofAgency}, page(newest), false},
		"one of an operator":          {nil, one, false},
		"one of a coordinator":        {[]viewer.Grant{coordinator}, one, false},
		"count of a coordinator":      {[]viewer.Grant{coordinator}, count, true},
		"count of an agency":          {[]viewer.Grant{ofAgency}, count, true},
		"page of who sees everything": {[]viewer.Grant{{Role: viewer.Supervisor}}, page(newest), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			driver := &overhearing{}
			ctx := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_1", Grants: c.grants})
			require.ErrorContains(t, c.ask(ctx, ent.NewClient(ent.Driver(driver)).Interaction.Query()), "heard")
			if c.parts {
				require.Contains(t, driver.heard, "UNION ALL")
			} else {
				require.NotContains(t, driver.heard, "UNION ALL")
			}
		})
	}
}
