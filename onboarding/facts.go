package onboarding

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/ent/siteconfirmation"
	"ekc/internal/ids"
	"ekc/onboarding/stage"
)

// seenWithin is how long ago a workplace was used, or a call came, that still counts.
const seenWithin = 7 * 24 * time.Hour

// facts are what there is of what a site's checks ask for.
type facts struct {
	found     map[stage.Check]int
	confirmed map[stage.Check]bool
	// need is that of the site and of all earlier sites of its agency and region, whose people are the same.
	need stage.Need
	// courses is how many courses for joining are published for the site.
	courses int
}

// people counts accounts by role. Operators and coordinators are those of the site's own region; those who work for the agency in all
// regions count as its administrators, supervisors and content managers too.
const people = `
	SELECT s.id,
		count(DISTINCT a.id) FILTER (WHERE r.role = 'SEGMENT_ADMINISTRATOR'),
		count(DISTINCT a.id) FILTER (WHERE r.role = 'OPERATOR' AND r.region_id = s.region_id AND coalesce(r.line, 1) = 1),
		count(DISTINCT a.id) FILTER (WHERE r.role = 'OPERATOR' AND r.region_id = s.region_id AND coalesce(r.line, 2) = 2),
		count(DISTINCT a.id) FILTER (WHERE r.role = 'SUPERVISOR'),
		count(DISTINCT a.id) FILTER (WHERE r.role = 'CONTENT_MANAGER'),
		count(DISTINCT a.id) FILTER (WHERE r.role = 'SEGMENT_COORDINATOR' AND r.region_id = s.region_id)
	FROM sites s
	JOIN role_assignments r ON r.agency_id = s.agency_id AND (r.region_id = s.region_id OR r.region_id IS NULL)
		AND r.valid_from <= $1 AND (r.valid_to IS NULL OR r.valid_to > $1)
	JOIN accounts a ON a.id = r.account_id AND a.active
	WHERE s.id = ANY($2) GROUP BY s.id`

// operators are the open accounts with a role of an operator in a site's agency and region.
const operators = `
	operators AS (
		SELECT s.id AS site_id, s.agency_id, s.region_id, a.id AS account_id, array_agg(coalesce(r.line, 0)) AS lines
		FROM sites s
		JOIN role_assignments r ON r.agency_id = s.agency_id AND r.region_id = s.region_id AND r.role = 'OPERATOR'
			AND r.valid_from <= $1 AND (r.valid_to IS NULL OR r.valid_to > $1)
		JOIN accounts a ON a.id = r.account_id AND a.active
		WHERE s.id = ANY($2) GROUP BY s.id, a.id)`

// equipped counts operators who were signed in or whose phone was registered since $3, and those who were heard in a call.
const equipped = `WITH` + operators + `
	SELECT o.site_id,
		count(*) FILTER (WHERE EXISTS (SELECT FROM sessions e WHERE e.account_id = o.account_id AND e.last_used_at > $3)
			OR EXISTS (SELECT FROM phone_bindings b WHERE b.account_id = o.account_id AND b.updated_at > $3)),
		count(*) FILTER (WHERE EXISTS (SELECT FROM call_legs l WHERE l.account_id = o.account_id AND l.answered_at IS NOT NULL
			AND l.kind IN ('PHONE', 'BROWSER')))
	FROM operators o GROUP BY o.site_id`

// trained counts the courses for joining that are published for a site, and the operators who are admitted by each of those for their
// lines.
const trained = `WITH` + operators + `,
	wanted AS (
		SELECT s.id AS site_id, c.id AS course_id, c.line FROM sites s
		JOIN courses c ON c.onboarding AND c.published > 0 AND c.retired_at IS NULL
			AND (c.agency_id IS NULL OR c.agency_id = s.agency_id) AND (c.region_id IS NULL OR c.region_id = s.region_id)
		WHERE s.id = ANY($2))
	SELECT s.id, (SELECT count(*) FROM wanted w WHERE w.site_id = s.id),
		(SELECT count(*) FROM operators o WHERE o.site_id = s.id AND NOT EXISTS (
			SELECT FROM wanted w WHERE w.site_id = s.id AND (w.line IS NULL OR w.line = ANY(o.lines) OR 0 = ANY(o.lines))
				AND NOT EXISTS (SELECT FROM admissions m WHERE m.account_id = o.account_id AND m.course_id = w.course_id
					AND m.revoked_at IS NULL AND m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1))))
	FROM sites s WHERE s.id = ANY($2)`

// running counts the open queues of a site, or, where it has none of its own, those of its agency, and tells whether a call from its
// segment came since $1. Ids from $3 on are not older: the index of segments goes by them.
const running = `
	SELECT s.id,
		(SELECT count(*) FROM queues q WHERE q.active AND (q.site_id = s.id
			OR q.site_id IS NULL AND q.agency_id = s.agency_id AND (q.region_id IS NULL OR q.region_id = s.region_id)
				AND NOT EXISTS (SELECT FROM queues own WHERE own.site_id = s.id))),
		(EXISTS (SELECT FROM interactions i WHERE i.agency_id = s.agency_id AND i.region_id = s.region_id AND i.id >= $3
			AND i.created_at > $1 AND i.channel = 'VOICE'))::int
	FROM sites s WHERE s.id = ANY($2)`

// factsOf reads the facts of sites, which have their agency and region loaded. needs are those of factsOf's sites.
func (s *Service) factsOf(system context.Context, sites []*ent.Site, needs map[string]stage.Need) (map[string]*facts, error) {
	all := make(map[string]*facts, len(sites))
	idList := make([]string, len(sites))
	for i, site := range sites {
		all[site.ID] = &facts{found: map[stage.Check]int{}, confirmed: map[stage.Check]bool{}, need: needs[site.ID]}
		idList[i] = site.ID
	}
	now, sitesAsked := s.now(), pq.Array(idList)
	recent := now.Add(-seenWithin)
	counted := func(checks ...stage.Check) func(*facts, []int) {
		return func(f *facts, counts []int) {
			for i, check := range checks {
				f.found[check] = counts[i]
			}
		}
	}
	for _, q := range []struct {
		what, query string
		columns     int
		take        func(*facts, []int)
		args        []any
	}{
		{"people", people, 6, counted(stage.Administrator, stage.OperatorsLine1, stage.OperatorsLine2, stage.Supervisors, stage.ContentManagers,
			stage.Coordinators), []any{now, sitesAsked}},
		{"workplaces", equipped, 2, counted(stage.Workplaces, stage.TestCall), []any{now, sitesAsked, recent}},
		{"admissions", trained, 2, func(f *facts, counts []int) { f.courses, f.found[stage.Admitted] = counts[0], counts[1] }, []any{now, sitesAsked}},
		{"queues and calls", running, 2, counted(stage.QueueOpen, stage.CallsArrive), []any{recent, sitesAsked, ids.Since("int", recent)}},
	} {
		if err := s.count(system, all, q.what, q.query, q.columns, q.take, q.args); err != nil {
			return nil, err
		}
	}
	words, err := s.o.Client.SiteConfirmation.Query().Where(siteconfirmation.SiteIDIn(idList...), siteconfirmation.WithdrawnAtIsNil()).All(system)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	for _, w := range words {
		all[w.SiteID].confirmed[stage.Check(w.Code)] = true
	}
	return all, s.countRecords(system, sites, all)
}

func (s *Service) count(system context.Context, all map[string]*facts, what, query string, columns int, take func(*facts, []int), args []any) error {
	rows, err := s.o.Client.QueryContext(system, query, args...)
	if err != nil {
		return fmt.Errorf("count %s: %w", what, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		counts := make([]int, columns)
		into := []any{&id}
		for i := range counts {
			into = append(into, &counts[i])
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("count %s: %w", what, err)
		}
		take(all[id], counts)
	}
	return rows.Err()
}

// countRecords asks the base once for each agency.
func (s *Service) countRecords(ctx context.Context, sites []*ent.Site, all map[string]*facts) error {
	type published struct {
		federal  int
		regional map[string]int
	}
	known := map[string]published{}
	for _, site := range sites {
		code := site.Edges.Agency.Code
		p, ok := known[code]
		if !ok {
			federal, regional, err := s.o.Base.Published(ctx, code)
			if err != nil {
				return fmt.Errorf("count records of %s: %w", code, err)
			}
			p = published{federal, regional}
			known[code] = p
		}
		all[site.ID].found[stage.Records] = p.federal + p.regional[site.Edges.Region.Code]
	}
	return nil
}
