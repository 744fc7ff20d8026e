package training

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/course"
	"ekc/ent/region"
	"ekc/internal/database"
	"ekc/internal/fail"
)

const (
	maxTitle    = 200
	maxValidity = 3650
)

// NewCourse is a course to begin. Empty AgencyID or RegionID mean all; Line 0 both.
type NewCourse struct {
	Title              string
	AgencyID, RegionID string
	Line               int
	// Onboarding: a site joins when its operators have passed it.
	Onboarding bool
	// ValidityDays is how long an admission lasts, 0 to 3,650; 0: without end.
	ValidityDays int
}

// CourseChange is what to change of a course; nil leaves it. A change of the validity concerns admissions to come.
type CourseChange struct {
	Title        *string
	Onboarding   *bool
	ValidityDays *int
	// Retired: it is assigned no more; admissions stay.
	Retired *bool
}

func courseScope(c *ent.Course) viewer.Scope {
	line := 0
	if c.Line != nil {
		line = *c.Line
	}
	return viewer.Scope{AgencyID: c.AgencyID, RegionID: c.RegionID, Line: line}
}

// CreateCourse begins a course with an empty draft, for supervisors and content managers inside their segment.
func (s *Service) CreateCourse(ctx context.Context, n NewCourse) (*ent.Course, error) {
	if err := access.CheckObject(ctx, access.EditCourse, access.Object{
		Scope: viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID, Line: n.Line}, Seen: true,
	}); err != nil {
		return nil, err
	}
	if err := checkCourse(&n.Title, &n.ValidityDays); err != nil {
		return nil, err
	}
	if n.Line < 0 || n.Line > 2 {
		return nil, fail.Field("line", fail.Invalid, "line is 1 or 2")
	}
	var made *ent.Course
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		me := viewer.From(ctx).AccountID
		create := tx.Course.Create().SetTitle(n.Title).SetOnboarding(n.Onboarding).SetValidityDays(n.ValidityDays).SetAuthorID(me).SetCreatedAt(s.now())
		if n.Line != 0 {
			create.SetLine(n.Line)
		}
		if n.AgencyID != "" {
			create.SetAgencyID(n.AgencyID)
			if known, err := tx.Agency.Query().Where(agency.ID(n.AgencyID)).Exist(system); err != nil || !known {
				return missing(err, "agencyId", "no such agency")
			}
		}
		if n.RegionID != "" {
			create.SetRegionID(n.RegionID)
			if known, err := tx.Region.Query().Where(region.ID(n.RegionID)).Exist(system); err != nil || !known {
				return missing(err, "regionId", "no such region")
			}
		}
		var err error
		if made, err = create.Save(system); err != nil {
			return fmt.Errorf("write course: %w", err)
		}
		if _, err := s.beginDraft(system, tx, made, me); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "course.create", made.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

func missing(err error, field, message string) error {
	if err == nil {
		return fail.Field(field, fail.NotFound, "%s", message)
	}
	return fmt.Errorf("%s: %w", field, err)
}

func checkCourse(title *string, validity *int) error {
	if title != nil {
		if err := checkText("title", *title, maxTitle); err != nil {
			return err
		}
	}
	if validity != nil && (*validity < 0 || *validity > maxValidity) {
		return fail.Field("validityDays", fail.Invalid, "must be from 0 to %d", maxValidity)
	}
	return nil
}

// ChangeCourse changes a course; rights as for CreateCourse.
func (s *Service) ChangeCourse(ctx context.Context, id string, c CourseChange) (*ent.Course, error) {
	if err := checkCourse(c.Title, c.ValidityDays); err != nil {
		return nil, err
	}
	var changed *ent.Course
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := s.lockCourse(ctx, system, tx, id, access.EditCourse)
		if err != nil {
			return err
		}
		update := tx.Course.UpdateOne(found).SetNillableTitle(c.Title).SetNillableOnboarding(c.Onboarding).SetNillableValidityDays(c.ValidityDays)
		if c.Retired != nil && !*c.Retired {
			update.ClearRetiredAt()
		} else if c.Retired != nil && found.RetiredAt == nil {
			update.SetRetiredAt(s.now())
		}
		if changed, err = update.Save(system); err != nil {
			return fmt.Errorf("write course: %w", err)
		}
		return access.Audit(ctx, tx, "course.change", id, nil)
	})
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

// lockCourse locks a course that the viewer may do the action to: NOT_FOUND when they see none of what is in it.
func (s *Service) lockCourse(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Course, error) {
	none := fail.Field("courseId", fail.NotFound, "no such course")
	found, err := tx.Course.Query().Where(course.ID(id)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("lock course: %w", err)
	}
	if err := access.Check(ctx, action, courseScope(found)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, none
		}
		return nil, err
	}
	return found, nil
}
