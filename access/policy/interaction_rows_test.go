package policy_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
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
	"ekc/ent/offer"
	"ekc/ent/predicate"
	"ekc/ent/segment"
	"ekc/internal/database"
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
	parts := strings.Count(driver.heard, "(SELECT * FROM \"interactions\"")
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

func TestPagesOfAnOperatorHaveWhatTheyHandedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me, other := w.account("me", viewer.Grant{Role: viewer.Operator}), w.account("other", viewer.Grant{Role: viewer.Operator})
	lead := viewer.Viewer{Kind: viewer.Account, AccountID: me.AccountID, Grants: append(slices.Clone(me.Grants),
		viewer.Grant{Role: viewer.SegmentCoordinator, AgencyID: w.pfr.ID, RegionID: w.moscow.ID})}
	for n := range 48 {
		agency, operator := w.mse, []string{me.AccountID, other.AccountID, ""}[n%3]
		if n%5 == 0 {
			agency = w.pfr
		}
		id := w.interaction(strconv.Itoa(n), agency, w.moscow, 1+n%2, operator).ID
		if n < 30 && n%4 != 0 { // of the last ones only their own, and of some nothing at all
			w.segment(id, me.AccountID, segment.KindTalk)
			w.segment(id, me.AccountID, segment.KindWrapUp)
		}
		if n%7 == 0 {
			w.offer(id, me.AccountID, offer.StatePending, 0)
		}
		w.segment(id, other.AccountID, segment.KindTalk)
	}
	for _, v := range []viewer.Viewer{me, lead} {
		ctx := viewer.With(t.Context(), v)
		for _, asked := range [][]predicate.Interaction{
			nil,
			{interaction.Line(2)},
			{interaction.Line(1), interaction.OperatorIDIsNil()},
			{database.Literally[predicate.Interaction](interaction.FieldState, []interaction.State{interaction.DefaultState, interaction.StateClosed})},
		} {
			want := w.client.Interaction.Query().Where(asked...).IDsX(ctx) // in no order, so row by row
			slices.Sort(want)
			require.NotEmpty(t, want)
			for _, size := range []int{1, 2, 5, 11, 100} {
				require.Equal(t, want, w.walk(ctx, size, false, asked...), "pages of %d", size)
				back := w.walk(ctx, size, true, asked...)
				slices.Reverse(back)
				require.Equal(t, want, back, "pages of %d from the end", size)
			}
		}
	}
}

// walk are the ids of all pages of a size, from the first on or, backward, from the last on.
func (w *world) walk(ctx context.Context, size int, backward bool, asked ...predicate.Interaction) (ids []string) {
	w.t.Helper()
	order, beyond, cursor := interaction.ByID(), interaction.IDGT, "int_0"
	if backward {
		order, beyond, cursor = interaction.ByID(sql.OrderDesc()), interaction.IDLT, "int_z"
	}
	for range 100 {
		page := w.client.Interaction.Query().Where(asked...).Where(beyond(cursor)).Order(order).Limit(size).IDsX(ctx)
		ids = append(ids, page...)
		if len(page) < size {
			return ids
		}
		cursor = page[size-1]
	}
	w.t.Fatal("pages without an end")
	return nil
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
