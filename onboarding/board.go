package onboarding

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/predicate"
	"ekc/ent/rolloutwave"
	"ekc/ent/site"
	"ekc/ent/siteconfirmation"
	"ekc/ent/sitestage"
	"ekc/internal/fail"
	"ekc/onboarding/stage"
)

// maxBoard bounds the sites of a board.
const maxBoard = 1000

// Filter narrows a board; what is empty does not.
type Filter struct {
	Wave               int
	AgencyID, RegionID string
	// Stage selects the sites that are at it: it is their first that is not done.
	Stage stage.Stage
	// Late selects by whether the wave's last day is over and the site has not joined.
	Late *bool
	// Launched selects by whether they have joined; Warning, those that have and where something holds no more.
	Launched, Warning *bool
	SiteID            string
}

// Site is a site on the board. Agency and region of the row are loaded.
type Site struct {
	Row    *ent.Site
	Stages []*ent.SiteStage
	// At is the first stage that is not done; empty when the site has joined.
	At            stage.Stage
	DueOn         string
	Late, Warning bool
	Confirmations []Confirmation
}

// Confirmation is a person's word, with the name of the account that wrote it down.
type Confirmation struct {
	*ent.SiteConfirmation
	By string
}

// Totals count sites.
type Totals struct {
	Sites, Ready, Launched, Late, Warnings int
	// At counts the sites by the stage that they are at.
	At map[stage.Stage]int
}

// WaveTotals are those of one wave.
type WaveTotals struct {
	Wave *ent.RolloutWave
	Totals
}

// Board is how far sites are.
type Board struct {
	At     time.Time
	Totals Totals
	Waves  []WaveTotals
	Sites  []*Site
}

// Board shows the sites of the viewer's segment, by wave and name. FORBIDDEN to whoever has none.
func (s *Service) Board(ctx context.Context, f Filter) (*Board, error) {
	within, err := visible(ctx)
	if err != nil {
		return nil, err
	}
	system := viewer.AsSystem(ctx)
	waves, err := s.o.Client.RolloutWave.Query().Order(ent.Asc(rolloutwave.FieldNumber)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read waves: %w", err)
	}
	rows, err := s.o.Client.Site.Query().Where(within, site.And(f.predicates()...)).WithAgency().WithRegion().
		Order(ent.Asc(site.FieldWave, site.FieldName, site.FieldID)).Limit(maxBoard).All(system)
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	sites, err := s.describe(system, rows, waves)
	if err != nil {
		return nil, err
	}
	b := &Board{At: s.now(), Sites: slices.DeleteFunc(sites, func(one *Site) bool { return !f.keeps(one) })}
	b.count(waves)
	return b, nil
}

// One is one site as the viewer sees it: NOT_FOUND when they may not.
func (s *Service) One(ctx context.Context, siteID string) (*Site, error) {
	b, err := s.Board(ctx, Filter{SiteID: siteID})
	switch {
	case err != nil:
		return nil, err
	case len(b.Sites) == 0:
		return nil, fail.Field("siteId", fail.NotFound, "no such site")
	}
	return b.Sites[0], nil
}

// MayWatch decides whether the viewer has a board at all.
func (s *Service) MayWatch(ctx context.Context) error {
	_, err := visible(ctx)
	return err
}

// visible selects the sites whose progress the viewer may see.
func visible(ctx context.Context) (predicate.Site, error) {
	either := []predicate.Site{}
	for _, g := range viewer.From(ctx).Grants {
		if access.ReachOf(access.ReadOnboarding, g.Role) == access.None {
			continue
		}
		both := []predicate.Site{site.IDNEQ("")}
		if g.AgencyID != "" {
			both = append(both, site.AgencyID(g.AgencyID))
		}
		if g.RegionID != "" {
			both = append(both, site.RegionID(g.RegionID))
		}
		either = append(either, site.And(both...))
	}
	switch {
	case viewer.From(ctx).Kind == viewer.System:
		return site.IDNEQ(""), nil
	case viewer.From(ctx).Kind == viewer.Nobody:
		return nil, fail.New(fail.Unauthenticated, "sign in first")
	case viewer.From(ctx).Kind != viewer.Account || len(either) == 0:
		return nil, fail.New(fail.Forbidden, "you may not do this")
	}
	return site.Or(either...), nil
}

func (f Filter) predicates() []predicate.Site {
	all := []predicate.Site{site.IDNEQ("")}
	if f.Wave != 0 {
		all = append(all, site.Wave(f.Wave))
	}
	for _, w := range []struct {
		value string
		is    func(string) predicate.Site
	}{{f.AgencyID, site.AgencyID}, {f.RegionID, site.RegionID}, {f.SiteID, site.ID}} {
		if w.value != "" {
			all = append(all, w.is(w.value))
		}
	}
	return all
}

func (f Filter) keeps(one *Site) bool {
	is := func(want *bool, have bool) bool { return want == nil || *want == have }
	return is(f.Late, one.Late) && is(f.Launched, one.Row.LaunchedAt != nil) && is(f.Warning, one.Warning) && (f.Stage == "" || f.Stage == one.At)
}

// describe adds to sites how far they are.
func (s *Service) describe(system context.Context, rows []*ent.Site, waves []*ent.RolloutWave) ([]*Site, error) {
	byID, ids := make(map[string]*Site, len(rows)), make([]string, len(rows))
	all := make([]*Site, len(rows))
	for i, row := range rows {
		all[i] = &Site{Row: row}
		byID[row.ID], ids[i] = all[i], row.ID
	}
	stages, err := s.o.Client.SiteStage.Query().Where(sitestage.SiteIDIn(ids...)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read stages: %w", err)
	}
	for _, st := range stages {
		byID[st.SiteID].Stages = append(byID[st.SiteID].Stages, st)
	}
	words, err := s.o.Client.SiteConfirmation.Query().Where(siteconfirmation.SiteIDIn(ids...), siteconfirmation.WithdrawnAtIsNil()).
		Order(ent.Asc(siteconfirmation.FieldCreatedAt, siteconfirmation.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	names, err := s.names(system, words)
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		byID[w.SiteID].Confirmations = append(byID[w.SiteID].Confirmations, Confirmation{w, names[w.AccountID]})
	}
	for _, one := range all {
		one.place(waves, s.now())
	}
	return all, nil
}

// names are those of the accounts that wrote confirmations down.
func (s *Service) names(system context.Context, words []*ent.SiteConfirmation) (map[string]string, error) {
	writers := map[string]bool{}
	for _, w := range words {
		writers[w.AccountID] = true
	}
	accounts, err := s.o.Client.Account.Query().Where(account.IDIn(keys(writers)...)).Select(account.FieldID, account.FieldDisplayName).All(system)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	names := make(map[string]string, len(accounts))
	for _, a := range accounts {
		names[a.ID] = a.DisplayName
	}
	return names, nil
}

// place says at which stage a site is and whether it is late. The last day of a wave ends where the site is.
func (one *Site) place(waves []*ent.RolloutWave, now time.Time) {
	order := func(st *ent.SiteStage) int { return slices.Index(stage.All, stage.Stage(st.Stage)) }
	slices.SortFunc(one.Stages, func(a, b *ent.SiteStage) int { return order(a) - order(b) })
	for _, st := range one.Stages {
		one.Warning = one.Warning || st.Warning
	}
	one.At = firstOpen(one)
	zone, err := time.LoadLocation(one.Row.Edges.Region.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	for _, w := range waves {
		if w.Number == one.Row.Wave {
			one.DueOn = w.EndsOn
			one.Late = one.Row.LaunchedAt == nil && now.In(zone).Format(time.DateOnly) > w.EndsOn
		}
	}
}

// firstOpen is the first stage of a site that is not done; empty when it has joined.
func firstOpen(one *Site) stage.Stage {
	if one.Row.LaunchedAt != nil {
		return ""
	}
	done := map[stage.Stage]bool{}
	for _, st := range one.Stages {
		done[stage.Stage(st.Stage)] = st.Done
	}
	for _, st := range stage.All {
		if !done[st] {
			return st
		}
	}
	return stage.Launch
}

func (b *Board) count(waves []*ent.RolloutWave) {
	b.Totals.At = map[stage.Stage]int{}
	for _, w := range waves {
		b.Waves = append(b.Waves, WaveTotals{Wave: w, Totals: Totals{At: map[stage.Stage]int{}}})
	}
	for _, one := range b.Sites {
		b.Totals.add(one)
		for i := range b.Waves {
			if b.Waves[i].Wave.Number == one.Row.Wave {
				b.Waves[i].add(one)
			}
		}
	}
}

func (t *Totals) add(one *Site) {
	t.Sites++
	if one.At != "" {
		t.At[one.At]++
	}
	for _, c := range []struct {
		is bool
		n  *int
	}{
		{one.Row.ReadyAt != nil, &t.Ready},
		{one.Row.LaunchedAt != nil, &t.Launched},
		{one.Late, &t.Late},
		{one.Warning, &t.Warnings},
	} {
		if c.is {
			*c.n++
		}
	}
}
