package policy_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/ent/segment"
	"ekc/internal/coretest"
)

// world is a small centre: two agencies, two regions, a few interactions with everything that hangs on them.
type world struct {
	t      *testing.T
	client *ent.Client
	system context.Context //nolint:containedctx // the test's own

	pfr, mse        *ent.Agency
	moscow, kazan   *ent.Region
	queue           *ent.Queue
	interactionName map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	core, _ := coretest.New(t)
	w := &world{t: t, client: core.Client, interactionName: map[string]string{}}
	w.system = viewer.AsSystem(t.Context())
	w.pfr = w.client.Agency.Create().SetCode("PFR").SetName("a").SetShortName("a").SaveX(w.system)
	w.mse = w.client.Agency.Create().SetCode("MSE").SetName("b").SetShortName("b").SaveX(w.system)
	w.moscow = w.client.Region.Create().SetCode("77").SetName("m").SetTimeZone("Europe/Moscow").SaveX(w.system)
	w.kazan = w.client.Region.Create().SetCode("16").SetName("k").SetTimeZone("Europe/Moscow").SaveX(w.system)
	w.queue = w.client.Queue.Create().SetCode("chat-1").SetName("q").SetChannel(queue.ChannelChat).SetLine(1).SaveX(w.system)
	return w
}

// account makes an account with the grants and returns it as a viewer.
func (w *world) account(login string, grants ...viewer.Grant) viewer.Viewer {
	w.t.Helper()
	a := w.client.Account.Create().SetLogin(login).SetDisplayName(login).SetPasswordHash("x").SaveX(w.system)
	for _, g := range grants {
		w.role(a.ID, g, nil)
	}
	return viewer.Viewer{Kind: viewer.Account, AccountID: a.ID, Grants: grants}
}

func (w *world) role(accountID string, g viewer.Grant, validTo *time.Time) *ent.RoleAssignment {
	w.t.Helper()
	c := w.client.RoleAssignment.Create().SetAccountID(accountID).SetRole(roleassignment.Role(g.Role)).SetNillableValidTo(validTo)
	if g.AgencyID != "" {
		c.SetAgencyID(g.AgencyID)
	}
	if g.RegionID != "" {
		c.SetRegionID(g.RegionID)
	}
	if g.Line != 0 {
		c.SetLine(g.Line)
	}
	return c.SaveX(w.system)
}

// interaction makes one with a citizen, a message, an attachment, a segment, an offer, a trace and a turn.
func (w *world) interaction(name string, agency *ent.Agency, region *ent.Region, line int, operator string) *ent.Interaction {
	w.t.Helper()
	c := w.client
	person := c.Citizen.Create().SetName(name).SaveX(w.system)
	create := c.Interaction.Create().SetChannel(interaction.ChannelChat).SetCitizenID(person.ID).SetLine(line).
		SetQueueID(w.queue.ID)
	if agency != nil {
		create.SetAgencyID(agency.ID)
	}
	if region != nil {
		create.SetRegionID(region.ID)
	}
	if operator != "" {
		create.SetOperatorID(operator)
	}
	i := create.SaveX(w.system)
	w.interactionName[i.ID] = name
	m := c.Message.Create().SetInteractionID(i.ID).SetSequence(1).SetAuthor(message.AuthorCitizen).SetText("text").SaveX(w.system)
	c.Attachment.Create().SetInteractionID(i.ID).SetMessageID(m.ID).SetFromCitizen(true).SetFileName("a.txt").
		SetMediaType("text/plain").SetSize(1).SetSha256("00").ExecX(w.system)
	c.Segment.Create().SetInteractionID(i.ID).SetKind(segment.KindAssistant).SetStartedAt(time.Now()).ExecX(w.system)
	c.RoutingTrace.Create().SetInteractionID(i.ID).SetRule("longest_idle").SetWaitedMs(1).ExecX(w.system)
	c.AssistantTurn.Create().SetInteractionID(i.ID).SetQuestionID(m.ID).SetDecision(assistantturn.DecisionHandOver).
		SetReason("unsure").ExecX(w.system)
	w.offer(i.ID, w.account("offered-"+name).AccountID, offer.StateExpired, time.Hour)
	return i
}

func (w *world) offer(interactionID, accountID string, state offer.State, age time.Duration) {
	w.t.Helper()
	made := time.Now().Add(-age)
	w.client.Offer.Create().SetInteractionID(interactionID).SetQueueID(w.queue.ID).SetAccountID(accountID).
		SetState(state).SetCreatedAt(made).SetExpiresAt(made.Add(20 * time.Second)).ExecX(w.system)
}

func (w *world) segment(interactionID, accountID string, kind segment.Kind) {
	w.t.Helper()
	w.client.Segment.Create().SetInteractionID(interactionID).SetKind(kind).SetAccountID(accountID).
		SetStartedAt(time.Now()).ExecX(w.system)
}

// sees are the names of the interactions that the viewer finds, and fails when anything that hangs on an interaction is
// visible otherwise than the interaction.
func (w *world) sees(v viewer.Viewer) []string {
	w.t.Helper()
	ctx := viewer.With(w.t.Context(), v)
	ids := w.client.Interaction.Query().IDsX(ctx)
	names := w.names(ids)
	for _, order := range []func(...string) interaction.OrderOption{
		func(f ...string) interaction.OrderOption { return interaction.OrderOption(ent.Asc(f...)) },
		func(f ...string) interaction.OrderOption { return interaction.OrderOption(ent.Desc(f...)) },
	} {
		page := w.client.Interaction.Query().Where(interaction.LineIn(1, 2)).Order(order(interaction.FieldID)).Limit(100).IDsX(ctx)
		require.ElementsMatch(w.t, names, w.names(page), "a page is read in another way")
	}
	w.seesInPages(ctx, ids)
	messages := w.client.Message.Query().AllX(ctx)
	require.ElementsMatch(w.t, names, w.names(column(messages, func(m *ent.Message) string { return m.InteractionID })))
	attachments := w.client.Attachment.Query().AllX(ctx)
	require.ElementsMatch(w.t, names, w.names(column(attachments, func(a *ent.Attachment) string { return a.InteractionID })))
	require.Equal(w.t, len(names), w.client.Interaction.Query().CountX(ctx))

	staff := names
	if v.Kind == viewer.Citizen {
		staff = []string{}
	}
	turns := w.client.AssistantTurn.Query().AllX(ctx)
	require.ElementsMatch(w.t, staff, w.names(column(turns, func(a *ent.AssistantTurn) string { return a.InteractionID })))
	traces := w.client.RoutingTrace.Query().AllX(ctx)
	require.ElementsMatch(w.t, staff, w.names(column(traces, func(a *ent.RoutingTrace) string { return a.InteractionID })))
	segments := w.client.Segment.Query().Where(segment.KindEQ(segment.KindAssistant)).AllX(ctx)
	require.ElementsMatch(w.t, staff, w.names(column(segments, func(s *ent.Segment) string { return s.InteractionID })))
	citizens := w.client.Citizen.Query().AllX(ctx)
	require.ElementsMatch(w.t, staff, column(citizens, func(c *ent.Citizen) string { return c.Name }))
	old := w.client.Offer.Query().Where(offer.StateEQ(offer.StateExpired), offer.CreatedAtLT(time.Now().Add(-time.Minute))).AllX(ctx)
	require.ElementsMatch(w.t, staff, w.names(column(old, func(o *ent.Offer) string { return o.InteractionID })))
	return names
}

// seesInPages fails when pages and counts of some of the interactions show others than those of them that are seen.
func (w *world) seesInPages(ctx context.Context, seen []string) {
	w.t.Helper()
	asked := map[string]predicate.Interaction{"line": interaction.Line(2), "either": interaction.Or(interaction.Line(1), interaction.AgencyID(w.mse.ID))}
	for _, agency := range []string{"", w.pfr.ID, w.mse.ID} {
		for _, region := range []string{"", w.moscow.ID, w.kazan.ID} {
			in := policy.InSegment(agency, region)
			asked["in "+agency+region] = in
			asked["in on a line "+agency+region] = interaction.And(in, interaction.Line(2))
			if agency+region != "" {
				asked["in or on a line "+agency+region] = interaction.Or(in, interaction.Line(2))
				asked["not in "+agency+region] = interaction.Not(in)
			}
		}
	}
	for what, p := range asked {
		newest := w.client.Interaction.Query().Where(p, interaction.IDIn(seen...)).Order(interaction.ByID(sql.OrderDesc())).IDsX(w.system)
		oldest := slices.Clone(newest)
		slices.Reverse(oldest)
		for _, limit := range []int{1, 3, 100} {
			q := w.client.Interaction.Query().Where(p).Limit(limit)
			first := newest[:min(limit, len(newest))]
			require.Equal(w.t, w.names(first), w.names(q.Clone().Order(interaction.ByID(sql.OrderDesc())).IDsX(ctx)), "%d %s", limit, what)
			first = oldest[:min(limit, len(oldest))]
			require.Equal(w.t, w.names(first), w.names(q.Clone().Order(interaction.ByID()).IDsX(ctx)), "%d %s", limit, what)
		}
		require.Equal(w.t, len(newest), w.client.Interaction.Query().Where(p).CountX(ctx), what)
	}
	if len(seen) == 0 {
		return
	}
	of := w.client.Interaction.Query().Where(policy.InSegment(w.mse.ID, w.kazan.ID)).QuerySegments().QueryInteraction().IDsX(ctx)
	want := w.client.Interaction.Query().Where(policy.InSegment(w.mse.ID, w.kazan.ID), interaction.IDIn(seen...)).IDsX(w.system)
	if viewer.From(ctx).Kind != viewer.Citizen {
		require.ElementsMatch(w.t, w.names(want), w.names(of), "by way of others")
	}
}

func (w *world) names(ids []string) []string {
	return column(ids, func(id string) string { return w.interactionName[id] })
}

func column[R any](rows []R, value func(R) string) []string {
	values := make([]string, len(rows))
	for i, r := range rows {
		values[i] = value(r)
	}
	return values
}
