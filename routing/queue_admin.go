package routing

import (
	"context"
	"fmt"
	"regexp"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/queue"
	"ekc/ent/region"
	"ekc/internal/fail"
)

// NewQueue is a queue to create. Empty AgencyID or RegionID mean all.
type NewQueue struct {
	// Code is 3 to 60 of a-z, 0-9 and hyphen, unique.
	Code     string
	Name     string
	Channel  queue.Channel
	Line     int
	AgencyID string
	RegionID string
	// SiteID is the site whose people work in it; such a queue begins closed. Empty: none.
	SiteID   string
	Settings QueueSettings
}

// QueueSettings are what may be changed of a queue. Nil leaves a setting as it is, or at its default.
type QueueSettings struct {
	Name                *string
	Active              *bool
	Priority            *int
	OfferSeconds        *int
	WrapUpSeconds       *int
	ServiceLevelSeconds *int
	RelaxSeconds        *int
	OverflowSeconds     *int
	// OverflowQueueID and BusinessHoursID take the setting away when they point to an empty text.
	OverflowQueueID *string
	BusinessHoursID *string
	// RequiredSkillIDs replaces the list; an empty list, other than nil, requires nothing.
	RequiredSkillIDs []string
	// RequiredCourseIDs are the courses by which operators must be admitted; an empty list, other than nil, requires none.
	RequiredCourseIDs []string
}

var queueCode = regexp.MustCompile(`^[a-z0-9-]{3,60}$`)

// CreateQueue creates a queue. For administrators.
func (s *Service) CreateQueue(ctx context.Context, n NewQueue) (*ent.Queue, error) {
	if err := access.Check(ctx, access.CreateQueue, access.Anywhere); err != nil {
		return nil, err
	}
	if err := n.validate(); err != nil {
		return nil, err
	}
	if err := s.look(ctx, n.SiteID, n.Settings.Active); err != nil {
		return nil, err
	}
	var q *ent.Queue
	err := s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if err := lockQueues(ctx, tx); err != nil {
			return err
		}
		if err := n.checkReferences(ctx, tx); err != nil {
			return err
		}
		create := tx.Queue.Create().SetCode(n.Code).SetName(n.Name).SetChannel(n.Channel).SetLine(n.Line)
		if n.AgencyID != "" {
			create.SetAgencyID(n.AgencyID)
		}
		if n.RegionID != "" {
			create.SetRegionID(n.RegionID)
		}
		if n.SiteID != "" {
			create.SetSiteID(n.SiteID).SetActive(false)
		}
		var err error
		if q, err = create.Save(ctx); err != nil {
			return fmt.Errorf("create queue: %w", err)
		}
		if err := s.mayOpen(ctx, tx, q, n.Settings); err != nil {
			return err
		}
		if q, err = s.applySettings(ctx, tx, q, n.Settings); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "queue.create", q.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return q.Unwrap(), nil
}

// UpdateQueue changes a queue. For administrators and supervisors whose segment contains it.
func (s *Service) UpdateQueue(ctx context.Context, queueID string, set QueueSettings) (*ent.Queue, error) {
	if err := set.validate(); err != nil {
		return nil, err
	}
	siteID, err := s.siteOf(ctx, queueID)
	if err != nil {
		return nil, err
	}
	if err := s.look(ctx, siteID, set.Active); err != nil {
		return nil, err
	}
	var q *ent.Queue
	err = s.log.InTx(viewer.AsSystem(ctx), func(system context.Context, tx *ent.Tx) error {
		if err := lockQueues(system, tx); err != nil {
			return err
		}
		var err error
		if q, err = managedQueue(ctx, tx, access.ManageQueue, queueID); err != nil {
			return err
		}
		if err := s.mayOpen(ctx, tx, q, set); err != nil {
			return err
		}
		if q, err = s.applySettings(system, tx, q, set); err != nil {
			return err
		}
		return access.Audit(system, tx, "queue.update", q.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	s.Wake()
	return q.Unwrap(), nil
}

func (n NewQueue) validate() error {
	if !queueCode.MatchString(n.Code) {
		return fail.Field("code", fail.Invalid, "use 3 to 60 of a-z, 0-9 and hyphen")
	}
	if err := checkName("name", n.Name); err != nil {
		return err
	}
	if queue.ChannelValidator(n.Channel) != nil {
		return fail.Field("channel", fail.Invalid, "unknown channel")
	}
	if n.Line != 1 && n.Line != 2 {
		return fail.Field("line", fail.Invalid, "line is 1 or 2")
	}
	return n.Settings.validate()
}

func (n NewQueue) checkReferences(ctx context.Context, tx *ent.Tx) error {
	taken, err := tx.Queue.Query().Where(queue.Code(n.Code)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("read queue code: %w", err)
	}
	if taken {
		return fail.Field("code", fail.Conflict, "another queue has this code")
	}
	if n.AgencyID != "" {
		known, err := tx.Agency.Query().Where(agency.ID(n.AgencyID)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("read agency: %w", err)
		}
		if !known {
			return fail.Field("agencyId", fail.NotFound, "no such agency")
		}
	}
	if n.RegionID != "" {
		known, err := tx.Region.Query().Where(region.ID(n.RegionID)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("read region: %w", err)
		}
		if !known {
			return fail.Field("regionId", fail.NotFound, "no such region")
		}
	}
	return n.checkSite(ctx, tx)
}
