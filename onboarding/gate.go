package onboarding

import (
	"context"
	"fmt"
	"strings"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/site"
	"ekc/ent/sitestage"
	"ekc/internal/fail"
	"ekc/onboarding/stage"
)

// Look checks a site now, so that MayOpen decides by how things are. An id that is no site's is no error.
func (s *Service) Look(ctx context.Context, siteID string) error {
	return s.check(viewer.AsSystem(ctx), siteID)
}

// MayOpen decides whether a queue of the site may be open, and keeps it so until tx ends: CONFLICT names every check of the stages
// before the launch that does not hold.
func (s *Service) MayOpen(ctx context.Context, tx *ent.Tx, siteID string) error {
	system := viewer.AsSystem(ctx)
	found, err := tx.Site.Query().Where(site.ID(siteID)).ForShare().Only(system)
	if err != nil {
		return fmt.Errorf("lock site: %w", err)
	}
	if found.ReadyAt != nil || found.LaunchedAt != nil {
		return nil
	}
	rows, err := tx.SiteStage.Query().Where(sitestage.SiteID(siteID)).All(system)
	if err != nil {
		return fmt.Errorf("read stages: %w", err)
	}
	there := map[stage.Stage]*ent.SiteStage{}
	for _, r := range rows {
		there[stage.Stage(r.Stage)] = r
	}
	var lacking []string
	for _, st := range stage.Before {
		r := there[st]
		switch {
		case r == nil:
			lacking = append(lacking, string(st)+" (not checked yet)")
		case !r.Done:
			lacking = append(lacking, string(st)+" ("+describe(r.Checks)+")")
		}
	}
	return fail.Field("settings.active", fail.Conflict, "the site is not ready: %s", strings.Join(lacking, "; "))
}

// describe names what does not hold, with how much there is of how much.
func describe(results []stage.Result) string {
	var words []string
	for _, r := range results {
		switch {
		case r.Holds:
		case r.Manual:
			words = append(words, string(r.Code)+" is not confirmed")
		default:
			words = append(words, fmt.Sprintf("%s %d of %d", r.Code, r.Found, r.Wanted))
		}
	}
	return strings.Join(words, ", ")
}
