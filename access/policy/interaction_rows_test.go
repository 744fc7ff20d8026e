package policy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
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
	operator := []viewer.Grant{{Role: viewer.Operator, AgencyID: "agn_1"}}
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
		"page of an operator":         {operator, page(newest), true},
		"page of a coordinator":       {[]viewer.Grant{coordinator}, page(newest), true},
		"last page of a coordinator":  {[]viewer.Grant{coordinator}, page(interaction.ByID()), true},
		"in another order":            {[]viewer.Grant{coordinator}, page(interaction.ByCreatedAt()), false},
		"page of an agency":           {[]viewer.Grant{coordinator, ofAgency}, page(newest), false},
		"one of an operator":          {operator, one, false},
		"one of a coordinator":        {[]viewer.Grant{coordinator}, one, false},
		"count without a role":        {nil, count, false},
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

func TestPartsOfAPageGoNoFurtherThanThePage(t *testing.T) {
	t.Parallel()
	driver := &overhearing{}
	ctx := viewer.With(t.Context(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "acc_1", Grants: []viewer.Grant{{Role: viewer.SegmentCoordinator, AgencyID: "agn_1", RegionID: "reg_1"}},
	})
	newest := interaction.ByID(sql.OrderDesc())
	q := func() *ent.InteractionQuery {
		return ent.NewClient(ent.Driver(driver)).Interaction.Query().Order(newest)
	}
	_, err := q().Where(interaction.Line(2)).Limit(51).All(ctx)
	require.ErrorContains(t, err, "heard")
	parts := strings.Count(driver.heard, "UNION ALL SELECT * FROM (SELECT * FROM \"interactions\"") + 1
	require.Equal(t, 6, parts, driver.heard)
	require.Equal(t, parts+1, strings.Count(driver.heard, "LIMIT 51"), driver.heard)
	require.Equal(t, parts+1, strings.Count(driver.heard, "\"interactions\".\"line\" = $"), driver.heard)
	for operator, condition := range map[string]predicate.Interaction{
		`"created_at" >= $`: interaction.CreatedAtGTE(time.Now()), `"created_at" < $`: interaction.CreatedAtLT(time.Now()),
		`"id" < $`: interaction.IDLT("int_9"),
	} {
		_, err = q().Where(condition).Limit(51).All(ctx)
		require.ErrorContains(t, err, "heard")
		require.Equal(t, parts+1, strings.Count(driver.heard, `"interactions".`+operator), driver.heard)
	}
	_, err = q().Where(interaction.Line(2)).All(ctx)
	require.ErrorContains(t, err, "heard")
	require.NotContains(t, driver.heard, "LIMIT", "nobody knows how far it goes")
	_, err = q().Offset(10).Limit(51).All(ctx)
	require.ErrorContains(t, err, "heard")
	require.Equal(t, 1, strings.Count(driver.heard, "LIMIT"), "nor here, in a part")
}

func TestASegmentThatIsSeenWholeNeedsNoOtherCondition(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grant viewer.Grant
		asked predicate.Interaction
		plain bool
	}{
		"own segment":              {viewer.Grant{AgencyID: "agn_1", RegionID: "reg_1"}, policy.InSegment("agn_1", "reg_1"), true},
		"region of the own agency": {viewer.Grant{AgencyID: "agn_1"}, policy.InSegment("agn_1", "reg_1"), true},
		"own agency":               {viewer.Grant{AgencyID: "agn_1"}, policy.InSegment("agn_1", ""), true},
		"agency in the own region": {viewer.Grant{RegionID: "reg_1"}, policy.InSegment("agn_1", "reg_1"), true},
		"agency, own region of it": {viewer.Grant{AgencyID: "agn_1", RegionID: "reg_1"}, policy.InSegment("agn_1", ""), false},
		"another agency":           {viewer.Grant{AgencyID: "agn_1"}, policy.InSegment("agn_2", ""), false},
		"another region":           {viewer.Grant{AgencyID: "agn_1", RegionID: "reg_1"}, policy.InSegment("agn_1", "reg_2"), false},
		"one line of it":           {viewer.Grant{AgencyID: "agn_1", Line: 2}, policy.InSegment("agn_1", ""), false},
		"nothing is asked for":     {viewer.Grant{AgencyID: "agn_1"}, policy.InSegment("", ""), false},
		"as an alternative":        {viewer.Grant{AgencyID: "agn_1"}, interaction.Or(policy.InSegment("agn_1", ""), interaction.Line(2)), false},
		"negated":                  {viewer.Grant{AgencyID: "agn_1"}, interaction.Not(policy.InSegment("agn_1", "")), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			driver := &overhearing{}
			c.grant.Role = viewer.Supervisor
			ctx := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_1", Grants: []viewer.Grant{c.grant}})
			_, err := ent.NewClient(ent.Driver(driver)).Interaction.Query().Where(c.asked).Order(interaction.ByID()).Limit(51).All(ctx)
			require.ErrorContains(t, err, "heard")
			if c.plain {
				require.NotContains(t, driver.heard, "operator_id\" = ")
			} else {
				require.Contains(t, driver.heard, "operator_id\" = ")
			}
		})
	}
}
