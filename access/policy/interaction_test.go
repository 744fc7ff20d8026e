package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/segment"
)

func TestInteractionsAndWhatHangsOnThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.account("operator", viewer.Grant{Role: viewer.Operator, AgencyID: w.pfr.ID, Line: 2})
	w.interaction("common", nil, nil, 1, "")
	pfr := w.interaction("pfr", w.pfr, w.moscow, 2, "")
	w.interaction("pfr-kazan", w.pfr, w.kazan, 2, "")
	w.interaction("mse", w.mse, w.kazan, 2, "")
	mine := w.interaction("mine", w.mse, w.kazan, 1, operator.AccountID)
	w.segment(mine.ID, operator.AccountID, segment.KindTalk)
	handled := w.interaction("handled", w.mse, nil, 1, "")
	w.segment(handled.ID, operator.AccountID, segment.KindTalk)
	w.segment(handled.ID, operator.AccountID, segment.KindHold)
	offered := w.interaction("offered", w.mse, nil, 1, "")
	w.offer(offered.ID, operator.AccountID, offer.StatePending, time.Second)
	missed := w.interaction("missed", w.mse, w.moscow, 1, "")
	w.offer(missed.ID, operator.AccountID, offer.StateExpired, 25*time.Second)
	old := w.interaction("missed-long-ago", w.mse, w.moscow, 1, "")
	w.offer(old.ID, operator.AccountID, offer.StateDeclined, 5*time.Minute)
	w.segment(old.ID, operator.AccountID, segment.KindOffer)

	own := []string{"mine", "handled", "offered", "missed"}
	everything := []string{"common", "pfr", "pfr-kazan", "mse", "mine", "handled", "offered", "missed", "missed-long-ago"}
	supervisor := func(g viewer.Grant) viewer.Viewer {
		g.Role = viewer.Supervisor
		return viewer.Viewer{Kind: viewer.Account, AccountID: "acc_none", Grants: []viewer.Grant{g}}
	}
	with := func(v viewer.Viewer, role viewer.Role, g viewer.Grant) viewer.Viewer {
		g.Role = role
		v.Grants = append([]viewer.Grant{g}, v.Grants...)
		return v
	}
	for name, c := range map[string]struct {
		viewer viewer.Viewer
		sees   []string
	}{
		"nobody":                    {viewer.Viewer{}, nil},
		"system":                    {viewer.Viewer{Kind: viewer.System}, everything},
		"citizen":                   {viewer.Viewer{Kind: viewer.Citizen, InteractionID: pfr.ID}, []string{"pfr"}},
		"citizen of nothing":        {viewer.Viewer{Kind: viewer.Citizen}, nil},
		"operator":                  {operator, own},
		"operator whose role ended": {viewer.Viewer{Kind: viewer.Account, AccountID: operator.AccountID}, nil},
		"another operator":          {w.account("other", viewer.Grant{Role: viewer.Operator}), nil},
		"administrator":             {with(viewer.Viewer{Kind: viewer.Account}, viewer.Administrator, viewer.Grant{}), everything},
		"supervisor everywhere":     {supervisor(viewer.Grant{}), everything},
		"supervisor of one agency":  {supervisor(viewer.Grant{AgencyID: w.pfr.ID}), []string{"common", "pfr", "pfr-kazan"}},
		"supervisor of another": {
			supervisor(viewer.Grant{AgencyID: w.mse.ID}),
			[]string{"common", "mse", "mine", "handled", "offered", "missed", "missed-long-ago"},
		},
		"supervisor of a strange agency": {supervisor(viewer.Grant{AgencyID: "agn_none"}), []string{"common"}},
		"supervisor of a line":           {supervisor(viewer.Grant{Line: 2}), []string{"pfr", "pfr-kazan", "mse"}},
		"supervisor of agency and line":  {supervisor(viewer.Grant{AgencyID: w.pfr.ID, Line: 2}), []string{"pfr", "pfr-kazan"}},
		"coordinator of a region": {
			with(viewer.Viewer{Kind: viewer.Account}, viewer.SegmentCoordinator, viewer.Grant{RegionID: w.moscow.ID}),
			[]string{"common", "pfr", "handled", "offered", "missed", "missed-long-ago"},
		},
		"coordinator of two segments": {
			with(with(operator, viewer.SegmentCoordinator, viewer.Grant{AgencyID: w.pfr.ID, RegionID: w.kazan.ID}),
				viewer.Supervisor, viewer.Grant{AgencyID: w.mse.ID, RegionID: w.kazan.ID, Line: 2}),
			append([]string{"common", "pfr-kazan", "mse"}, own...),
		},
		"supervisor of segments that overlap": {
			with(with(operator, viewer.SegmentCoordinator, viewer.Grant{AgencyID: w.mse.ID, RegionID: w.moscow.ID}),
				viewer.Supervisor, viewer.Grant{AgencyID: w.mse.ID, RegionID: w.kazan.ID}),
			append([]string{"common", "mse", "missed-long-ago"}, own...),
		},
		"supervisor of many segments": {
			viewer.Viewer{Kind: viewer.Account, AccountID: operator.AccountID, Grants: []viewer.Grant{
				{Role: viewer.Supervisor, AgencyID: w.pfr.ID, RegionID: w.moscow.ID},
				{Role: viewer.Supervisor, AgencyID: w.pfr.ID, RegionID: w.kazan.ID},
				{Role: viewer.Supervisor, AgencyID: w.mse.ID, RegionID: w.kazan.ID},
				{Role: viewer.Supervisor, AgencyID: "agn_none", RegionID: "reg_none"},
				{Role: viewer.Supervisor, RegionID: w.moscow.ID, Line: 2},
			}},
			append([]string{"common", "pfr", "pfr-kazan", "mse"}, own...),
		},
		"operator who supervises": {
			with(operator, viewer.Supervisor, viewer.Grant{AgencyID: w.pfr.ID, RegionID: w.kazan.ID}),
			append([]string{"common", "pfr-kazan"}, own...),
		},
		"content manager who was an operator": {
			with(viewer.Viewer{Kind: viewer.Account, AccountID: operator.AccountID}, viewer.ContentManager, viewer.Grant{}), nil,
		},
		"segment administrator": {
			with(viewer.Viewer{Kind: viewer.Account}, viewer.SegmentAdministrator, viewer.Grant{AgencyID: w.pfr.ID}), nil,
		},
	} {
		t.Run(name, func(t *testing.T) { require.ElementsMatch(t, c.sees, w.sees(c.viewer)) })
	}
}

func TestWhatWasSaidAfterAnOperatorIsNotTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.account("operator", viewer.Grant{Role: viewer.Operator})
	i := w.interaction("handed on", w.mse, nil, 2, "")
	before := w.client.Message.Query().OnlyX(w.system)
	w.segment(i.ID, operator.AccountID, segment.KindTalk)
	end := time.Now().UTC()
	w.client.Segment.Update().SetEndedAt(end).ExecX(w.system)
	after := w.client.Message.Create().SetInteractionID(i.ID).SetSequence(2).SetAuthor(message.AuthorCitizen).SetText("x").
		SetCreatedAt(end.Add(time.Second)).SaveX(w.system)
	w.client.Attachment.Create().SetInteractionID(i.ID).SetMessageID(after.ID).SetFromCitizen(true).SetFileName("f").
		SetMediaType("text/plain").SetSize(1).SetSha256("x").SetCreatedAt(end.Add(time.Second)).ExecX(w.system)
	heard := func(v viewer.Viewer) ([]string, int) {
		ctx := viewer.With(t.Context(), v)
		return w.client.Message.Query().IDsX(ctx), w.client.Attachment.Query().CountX(ctx)
	}
	messages, files := heard(operator)
	require.Equal(t, []string{before.ID}, messages)
	require.Equal(t, 1, files)
	operator.Grants = append(operator.Grants, viewer.Grant{Role: viewer.Supervisor, AgencyID: w.pfr.ID})
	messages, _ = heard(operator)
	require.Equal(t, []string{before.ID}, messages, "supervisor elsewhere")
	operator.Grants = append(operator.Grants, viewer.Grant{Role: viewer.Supervisor, AgencyID: w.mse.ID})
	messages, files = heard(operator)
	require.Len(t, messages, 2)
	require.Equal(t, 2, files)
	w.client.Segment.Update().ClearEndedAt().ExecX(w.system)
	operator.Grants = operator.Grants[:1]
	messages, _ = heard(operator)
	require.Len(t, messages, 2, "while they have it")
}

func TestOperatorSeesOwnOffersOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.account("operator", viewer.Grant{Role: viewer.Operator})
	old := w.interaction("old", nil, nil, 1, "")
	w.offer(old.ID, operator.AccountID, offer.StateExpired, time.Hour)
	ctx := viewer.With(t.Context(), operator)
	offers := w.client.Offer.Query().AllX(ctx)
	require.Len(t, offers, 1, "the one to somebody else stays hidden with the interaction")
	require.Equal(t, operator.AccountID, offers[0].AccountID)
	require.Empty(t, w.client.Interaction.Query().AllX(ctx))
}

func TestEagerLoadingKeepsTheRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.account("operator", viewer.Grant{Role: viewer.Operator})
	i := w.interaction("mine", nil, nil, 1, operator.AccountID)
	ctx := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: i.ID})
	got := w.client.Interaction.Query().WithMessages().WithSegments().WithOffers().WithTurns().WithRoutingTraces().
		WithOperator().WithQueue().WithCitizen().WithDisposition().OnlyX(ctx)
	require.Len(t, got.Edges.Messages, 1)
	require.Empty(t, got.Edges.Segments)
	require.Empty(t, got.Edges.Offers)
	require.Empty(t, got.Edges.Turns)
	require.Empty(t, got.Edges.RoutingTraces)
	require.Nil(t, got.Edges.Citizen)
	require.NotNil(t, got.Edges.Queue)
	require.Nil(t, got.Edges.Operator, "a citizen learns the name of who answers, and not the login")
	require.Empty(t, w.client.Account.Query().IDsX(ctx))
}
