package routing

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/ent/site"
	"ekc/internal/fail"
)

// Gate says whether the queues of a site may be open; onboarding fulfils it.
type Gate interface {
	// Look finds out how far the site is now. No transaction is open meanwhile.
	Look(ctx context.Context, siteID string) error
	// MayOpen is CONFLICT, naming what is missing, until the site is ready, and keeps the answer true until tx ends.
	MayOpen(ctx context.Context, tx *ent.Tx, siteID string) error
}

// ofReadySite selects queues of no site, and of sites that are ready. Those of others are closed anyway; this is for the moment between.
func ofReadySite() predicate.Queue {
	return queue.Or(queue.SiteIDIsNil(), queue.HasSiteWith(site.Or(site.ReadyAtNotNil(), site.LaunchedAtNotNil())))
}

// look has the gate look at the site of a queue that is to be opened.
func (s *Service) look(ctx context.Context, siteID string, active *bool) error {
	if siteID == "" || active == nil || !*active || s.gate == nil {
		return nil
	}
	return s.gate.Look(ctx, siteID)
}

// mayOpen decides whether the queue may have the settings: one of a site that is not ready is not opened.
func (s *Service) mayOpen(ctx context.Context, tx *ent.Tx, q *ent.Queue, set QueueSettings) error {
	if q.SiteID == "" || set.Active == nil || !*set.Active || q.Active {
		return nil
	}
	if s.gate == nil {
		return fail.Field("settings.active", fail.Conflict, "nobody knows whether the site is ready")
	}
	return s.gate.MayOpen(ctx, tx, q.SiteID)
}

// siteOf is the site of a queue that the viewer may change; empty for others, of which the change itself tells.
func (s *Service) siteOf(ctx context.Context, queueID string) (string, error) {
	q, err := s.client.Queue.Query().Where(queue.ID(queueID)).Only(viewer.AsSystem(ctx))
	switch {
	case ent.IsNotFound(err) || err == nil && access.Check(ctx, access.ManageQueue, access.QueueScope(q)) != nil:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read queue: %w", err)
	}
	return q.SiteID, nil
}

// checkSite makes sure that the site of a new queue exists and that the queue is of its agency and region.
func (n NewQueue) checkSite(ctx context.Context, tx *ent.Tx) error {
	if n.SiteID == "" {
		return nil
	}
	found, err := tx.Site.Query().Where(site.ID(n.SiteID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return fail.Field("siteId", fail.NotFound, "no such site")
	case err != nil:
		return fmt.Errorf("read site: %w", err)
	case found.AgencyID != n.AgencyID || found.RegionID != n.RegionID:
		return fail.Field("siteId", fail.Invalid, "the site is of another agency or region than the queue")
	}
	return nil
}
