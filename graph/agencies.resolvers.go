package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/predicate"
	"ekc/ent/site"
)

// Agencies is the resolver for the agencies field.
func (r *queryResolver) Agencies(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.AgencyConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	return r.Client.Agency.Query().Paginate(ctx, after, first, before, last)
}

// Regions is the resolver for the regions field.
func (r *queryResolver) Regions(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.RegionConnection, error) {
	first, last, err := pageOf(after, before, first, last, maxPage)
	if err != nil {
		return nil, err
	}
	return r.Client.Region.Query().Paginate(ctx, after, first, before, last, ent.WithRegionOrder(byCode))
}

// Sites is the resolver for the sites field.
func (r *queryResolver) Sites(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.SiteConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err != nil {
		return nil, err
	}
	within, err := sitesOf(ctx)
	if err != nil {
		return nil, err
	}
	return r.Client.Site.Query().Where(within).Paginate(ctx, after, first, before, last)
}

// sitesOf selects the sites of the viewer's segment.
func sitesOf(ctx context.Context) (predicate.Site, error) {
	grants := granted(viewer.From(ctx), access.ReadSites)
	if len(grants) == 0 {
		return nil, refused(ctx, access.ReadSites)
	}
	either := make([]predicate.Site, len(grants))
	for i, g := range grants {
		both := []predicate.Site{site.IDNEQ("")}
		if g.AgencyID != "" {
			both = append(both, site.AgencyID(g.AgencyID))
		}
		if g.RegionID != "" {
			both = append(both, site.RegionID(g.RegionID))
		}
		either[i] = site.And(both...)
	}
	return site.Or(either...), nil
}
