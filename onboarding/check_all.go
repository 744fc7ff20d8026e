package onboarding

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/queue"
	"ekc/ent/site"
	"ekc/ent/sitestage"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/onboarding/stage"
)

// CheckAll checks every site that has not joined, and those that have, and writes down what has changed. As the system.
func (s *Service) CheckAll(system context.Context) error { return s.check(system) }

// check checks the sites of the ids, or all.
func (s *Service) check(system context.Context, ids ...string) error {
	if s.o.Base == nil { // from the console: the nodes will look
		return nil
	}
	q := s.o.Client.Site.Query().WithAgency().WithRegion()
	if len(ids) > 0 {
		q.Where(site.IDIn(ids...))
	}
	sites, err := q.All(system)
	if err != nil || len(sites) == 0 {
		return wrap("read sites", err)
	}
	needs, err := s.needsOf(system, sites)
	if err != nil {
		return err
	}
	found, err := s.factsOf(system, sites, needs)
	if err != nil {
		return err
	}
	standings, err := s.standings(system, sites)
	if err != nil {
		return err
	}
	var failure error
	now := s.now()
	unchanged := make([]string, 0, len(sites))
	for _, one := range sites {
		came := map[stage.Stage][]stage.Result{}
		for _, st := range stage.All {
			came[st] = results(st, found[one.ID])
		}
		before := standings[one.ID]
		if len(before.Stages) == len(stage.All) && reflect.DeepEqual(before, advance(before, came, now)) {
			unchanged = append(unchanged, one.ID)
			continue
		}
		failure = errors.Join(failure, s.write(system, one.ID, came))
	}
	if len(unchanged) > 0 {
		err := s.o.Client.SiteStage.Update().Where(sitestage.SiteIDIn(unchanged...)).SetCheckedAt(now).Exec(system)
		failure = errors.Join(failure, wrap("note the checks", err))
	}
	return failure
}

// needsOf adds up the needs of sites of one agency and region: the people of later waves come on top of those of earlier ones.
func (s *Service) needsOf(system context.Context, sites []*ent.Site) (map[string]stage.Need, error) {
	agencies, regions := map[string]bool{}, map[string]bool{}
	for _, one := range sites {
		agencies[one.AgencyID], regions[one.RegionID] = true, true
	}
	all, err := s.o.Client.Site.Query().Where(site.AgencyIDIn(keys(agencies)...), site.RegionIDIn(keys(regions)...)).
		Order(ent.Asc(site.FieldWave, site.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read needs: %w", err)
	}
	needs, sums := map[string]stage.Need{}, map[[2]string]stage.Need{}
	for _, one := range all {
		segment := [2]string{one.AgencyID, one.RegionID}
		sums[segment] = sums[segment].Plus(one.Need)
		needs[one.ID] = sums[segment]
	}
	return needs, nil
}

// standings reads how far sites were at the last check.
func (s *Service) standings(system context.Context, sites []*ent.Site) (map[string]standing, error) {
	all := make(map[string]standing, len(sites))
	ids := make([]string, len(sites))
	for i, one := range sites {
		ids[i] = one.ID
		all[one.ID] = standing{Stages: map[stage.Stage]progress{}, ReadyAt: one.ReadyAt, LaunchedAt: one.LaunchedAt}
	}
	rows, err := s.o.Client.SiteStage.Query().Where(sitestage.SiteIDIn(ids...)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read stages: %w", err)
	}
	for _, r := range rows {
		all[r.SiteID].Stages[stage.Stage(r.Stage)] = progressOf(r)
	}
	return all, nil
}

func progressOf(r *ent.SiteStage) progress {
	return progress{Done: r.Done, Warning: r.Warning, DoneAt: r.DoneAt, ReopenedAt: r.ReopenedAt, Results: r.Checks}
}

// write moves one site on, under its lock, from where it is by then.
func (s *Service) write(system context.Context, id string, came map[stage.Stage][]stage.Result) error {
	err := s.inTx(system, func(system context.Context, tx *ent.Tx) error {
		one, err := tx.Site.Query().Where(site.ID(id)).ForUpdate(database.Lock).Only(system)
		if err != nil {
			return fmt.Errorf("lock site: %w", err)
		}
		rows, err := tx.SiteStage.Query().Where(sitestage.SiteID(id)).All(system)
		if err != nil {
			return fmt.Errorf("read stages: %w", err)
		}
		before := standing{Stages: map[stage.Stage]progress{}, ReadyAt: one.ReadyAt, LaunchedAt: one.LaunchedAt}
		there := map[stage.Stage]string{}
		for _, r := range rows {
			before.Stages[stage.Stage(r.Stage)], there[stage.Stage(r.Stage)] = progressOf(r), r.ID
		}
		now := s.now()
		after := advance(before, came, now)
		for _, st := range stage.All {
			if err := writeStage(system, tx, id, there[st], st, after.Stages[st], now); err != nil {
				return err
			}
		}
		return s.moved(system, tx, one, before, after)
	})
	if err != nil {
		return fmt.Errorf("site %s: %w", id, err)
	}
	return nil
}

func writeStage(system context.Context, tx *ent.Tx, siteID, id string, st stage.Stage, p progress, now time.Time) error {
	var err error
	if id == "" {
		err = tx.SiteStage.Create().SetSiteID(siteID).SetStage(sitestage.Stage(st)).SetDone(p.Done).SetWarning(p.Warning).SetNillableDoneAt(p.DoneAt).
			SetNillableReopenedAt(p.ReopenedAt).SetChecks(p.Results).SetCheckedAt(now).SetCreatedAt(now).Exec(system)
	} else {
		u := tx.SiteStage.UpdateOneID(id).SetDone(p.Done).SetWarning(p.Warning).SetNillableReopenedAt(p.ReopenedAt).SetChecks(p.Results).SetCheckedAt(now)
		if p.DoneAt == nil {
			u.ClearDoneAt()
		} else {
			u.SetDoneAt(*p.DoneAt)
		}
		err = u.Exec(system)
	}
	return wrap("write stage", err)
}

// moved writes down that the site is ready, or is no more, or has joined; closes the queues of one that is not ready any more; and
// tells of it.
func (s *Service) moved(system context.Context, tx *ent.Tx, one *ent.Site, before, after standing) error {
	update := tx.Site.UpdateOne(one)
	var audits []string
	if (before.ReadyAt == nil) != (after.ReadyAt == nil) {
		if after.ReadyAt == nil {
			update.ClearReadyAt()
			audits = append(audits, "site.not_ready")
		} else {
			update.SetReadyAt(*after.ReadyAt)
			audits = append(audits, "site.ready")
		}
	}
	if before.LaunchedAt == nil && after.LaunchedAt != nil {
		update.SetLaunchedAt(*after.LaunchedAt)
		audits = append(audits, "site.launched")
	}
	events := []eventlog.Event{siteEvent(one.ID)}
	if len(audits) > 0 {
		if err := update.Exec(system); err != nil {
			return fmt.Errorf("write site: %w", err)
		}
	}
	if after.ReadyAt == nil && after.LaunchedAt == nil {
		closed, err := closeQueues(system, tx, one.ID)
		if err != nil {
			return err
		}
		for _, id := range closed {
			audits = append(audits, "site.queue_closed")
			events = append(events, eventlog.Event{Kind: kindQueue, QueueID: id})
		}
	}
	for _, action := range audits {
		if err := access.Audit(system, tx, action, one.ID, nil); err != nil {
			return err
		}
	}
	return s.o.Log.Append(system, tx, events...)
}

// closeQueues closes the open queues of a site and returns which.
func closeQueues(system context.Context, tx *ent.Tx, siteID string) ([]string, error) {
	ids, err := tx.Queue.Query().Where(queue.SiteID(siteID), queue.Active(true)).ForUpdate(database.Lock).IDs(system)
	if err != nil || len(ids) == 0 {
		return nil, wrap("read queues of site", err)
	}
	return ids, wrap("close queues", tx.Queue.Update().Where(queue.IDIn(ids...)).SetActive(false).Exec(system))
}

func siteEvent(id string) eventlog.Event {
	return eventlog.Event{Kind: KindSite, Data: map[string]string{DataSite: id}}
}

// wrap says in an error what was done; nil stays nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func keys(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for key := range set {
		list = append(list, key)
	}
	return list
}
