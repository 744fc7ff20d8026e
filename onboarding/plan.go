package onboarding

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/region"
	"ekc/ent/rolloutwave"
	"ekc/ent/site"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/onboarding/stage"
)

const (
	maxWave  = 6
	maxSites = 10000
	// maxNeed bounds every number of a need.
	maxNeed = 100000
	maxName = 300
)

// Wave is one of the waves in which sites join. Dates are YYYY-MM-DD; a site of the wave is late after EndsOn.
type Wave struct {
	Number           int
	StartsOn, EndsOn string
	PlannedSites     int
}

// SetWave sets a wave's dates and how many sites are planned; for administrators.
func (s *Service) SetWave(ctx context.Context, w Wave) (*ent.RolloutWave, error) {
	if err := access.Check(ctx, access.PlanOnboarding, access.Anywhere); err != nil {
		return nil, err
	}
	if err := w.validate(); err != nil {
		return nil, err
	}
	var made *ent.RolloutWave
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		made, err = s.writeWave(ctx, system, tx, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

func (w Wave) validate() error {
	starts, ends := dayOf(w.StartsOn), dayOf(w.EndsOn)
	switch {
	case w.Number < 1 || w.Number > maxWave:
		return fail.Field("wave", fail.Invalid, "must be from 1 to %d", maxWave)
	case starts.IsZero():
		return fail.Field("startsOn", fail.Invalid, "is not a date, YYYY-MM-DD")
	case ends.IsZero():
		return fail.Field("endsOn", fail.Invalid, "is not a date, YYYY-MM-DD")
	case ends.Before(starts):
		return fail.Field("endsOn", fail.Invalid, "is before the wave starts")
	case w.PlannedSites < 0 || w.PlannedSites > maxSites:
		return fail.Field("plannedSites", fail.Invalid, "must be from 0 to %d", maxSites)
	}
	return nil
}

// dayOf reads a date; zero when it is none.
func dayOf(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return day
}

func (s *Service) writeWave(ctx, system context.Context, tx *ent.Tx, w Wave) (*ent.RolloutWave, error) {
	id, err := tx.RolloutWave.Create().SetNumber(w.Number).SetStartsOn(w.StartsOn).SetEndsOn(w.EndsOn).SetPlannedSites(w.PlannedSites).
		SetCreatedAt(s.now()).OnConflictColumns(rolloutwave.FieldNumber).
		Update(func(u *ent.RolloutWaveUpsert) {
			u.SetStartsOn(w.StartsOn).SetEndsOn(w.EndsOn).SetPlannedSites(w.PlannedSites)
		}).ID(system)
	if err != nil {
		return nil, fmt.Errorf("write wave: %w", err)
	}
	made, err := tx.RolloutWave.Query().Where(rolloutwave.Number(w.Number)).Only(system)
	if err != nil {
		return nil, fmt.Errorf("read wave %s: %w", id, err)
	}
	if err := access.Audit(ctx, tx, "wave.set", made.ID, map[string]string{"starts": w.StartsOn, "ends": w.EndsOn}); err != nil {
		return nil, err
	}
	return made, s.o.Log.Append(system, tx, siteEvent(""))
}

// SiteChange is what to change of a site; nil leaves it.
type SiteChange struct {
	Name *string
	Wave *int
	Need *stage.Need
}

// NewSite is a site to add.
type NewSite struct {
	AgencyID, RegionID string
	// Name has 1 to 300 characters and is the only one of it in the agency and region.
	Name string
	// Wave is 1 to 6.
	Wave int
	Need stage.Need
}

// AddSite adds a site; for administrators, and for the head office inside its segment. CONFLICT when there is one of the name.
func (s *Service) AddSite(ctx context.Context, n NewSite) (*ent.Site, error) {
	if err := access.Check(ctx, access.PlanOnboarding, viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}); err != nil {
		return nil, err
	}
	if err := checkSite(&n.Name, &n.Wave, &n.Need); err != nil {
		return nil, err
	}
	var made *ent.Site
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if known, err := tx.Agency.Query().Where(agency.ID(n.AgencyID)).Exist(system); err != nil || !known {
			return missing(err, "agencyId", "no such agency")
		}
		if known, err := tx.Region.Query().Where(region.ID(n.RegionID)).Exist(system); err != nil || !known {
			return missing(err, "regionId", "no such region")
		}
		var err error
		made, err = tx.Site.Create().SetAgencyID(n.AgencyID).SetRegionID(n.RegionID).SetName(n.Name).SetWave(n.Wave).SetNeed(n.Need).
			SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return siteWritten(err)
		}
		if err := access.Audit(ctx, tx, "site.add", made.ID, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, siteEvent(made.ID))
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), s.check(viewer.AsSystem(ctx), made.ID)
}

// ChangeSite changes what is planned of a site and checks it anew; rights as for AddSite. NOT_FOUND, CONFLICT.
func (s *Service) ChangeSite(ctx context.Context, id string, c SiteChange) (*ent.Site, error) {
	if err := checkSite(c.Name, c.Wave, c.Need); err != nil {
		return nil, err
	}
	var changed *ent.Site
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := s.lockSite(ctx, system, tx, id, access.PlanOnboarding)
		if err != nil {
			return err
		}
		update := tx.Site.UpdateOne(found).SetNillableName(c.Name).SetNillableWave(c.Wave)
		if c.Need != nil {
			update.SetNeed(*c.Need)
		}
		if changed, err = update.Save(system); err != nil {
			return siteWritten(err)
		}
		if err := access.Audit(ctx, tx, "site.change", id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, siteEvent(id))
	})
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), s.check(viewer.AsSystem(ctx), id)
}

func siteWritten(err error) error {
	if ent.IsConstraintError(err) {
		return fail.Field("name", fail.Conflict, "the agency has a site of this name in the region")
	}
	return fmt.Errorf("write site: %w", err)
}

func missing(err error, field, message string) error {
	if err == nil {
		return fail.Field(field, fail.NotFound, "%s", message)
	}
	return fmt.Errorf("%s: %w", field, err)
}

func checkSite(name *string, wave *int, need *stage.Need) error {
	if name != nil {
		if err := checkText("name", *name, maxName); err != nil {
			return err
		}
	}
	if wave != nil && (*wave < 1 || *wave > maxWave) {
		return fail.Field("wave", fail.Invalid, "must be from 1 to %d", maxWave)
	}
	if need == nil {
		return nil
	}
	for _, n := range []struct {
		field string
		value int
	}{
		{"operatorsLine1", need.OperatorsLine1},
		{"operatorsLine2", need.OperatorsLine2},
		{"supervisors", need.Supervisors},
		{"contentManagers", need.ContentManagers},
		{"coordinators", need.Coordinators},
		{"records", need.Records},
	} {
		if n.value < 0 || n.value > maxNeed {
			return fail.Field("need."+n.field, fail.Invalid, "must be from 0 to %d", maxNeed)
		}
	}
	return nil
}

func checkText(field, text string, most int) error {
	if n := utf8.RuneCountInString(text); strings.TrimSpace(text) == "" || n > most || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fail.Field(field, fail.Invalid, "must be 1 to %d characters", most)
	}
	return nil
}

// lockSite locks a site that the viewer may do the action to: NOT_FOUND when they may not even see how far it is.
func (s *Service) lockSite(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Site, error) {
	none := fail.Field("siteId", fail.NotFound, "no such site")
	found, err := tx.Site.Query().Where(site.ID(id)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("lock site: %w", err)
	}
	if err := access.Check(ctx, action, Scope(found)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, none
		}
		return nil, err
	}
	return found, nil
}

// Scope is the segment that a site belongs to.
func Scope(s *ent.Site) viewer.Scope { return viewer.Scope{AgencyID: s.AgencyID, RegionID: s.RegionID} }
