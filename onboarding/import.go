package onboarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/region"
	"ekc/ent/site"
	"ekc/internal/fail"
	"ekc/onboarding/stage"
)

// Columns of a plan. A row without a name of a site plans its wave: "wave, starts, ends, planned". Others plan a site; its dates are
// those of its wave, which may stand in the same row.
const (
	columnWave    = "wave"
	columnStarts  = "starts"
	columnEnds    = "ends"
	columnPlanned = "planned"
	columnAgency  = "agency"
	columnRegion  = "region"
	columnName    = "name"
)

// needColumns are those of what a site needs; an empty cell needs nothing, or leaves what a site that is there already needs.
var needColumns = map[string]func(*stage.Need, int){
	"operators_line_1": func(n *stage.Need, v int) { n.OperatorsLine1 = v },
	"operators_line_2": func(n *stage.Need, v int) { n.OperatorsLine2 = v },
	"supervisors":      func(n *stage.Need, v int) { n.Supervisors = v },
	"content_managers": func(n *stage.Need, v int) { n.ContentManagers = v },
	"coordinators":     func(n *stage.Need, v int) { n.Coordinators = v },
	"records":          func(n *stage.Need, v int) { n.Records = v },
}

// maxBadRows bounds how many bad rows are named.
const maxBadRows = 200

// Row is one row of a plan: where it stands in the file, from 1, and its cells by column, in lower case.
type Row struct {
	Line  int
	Cells map[string]string
}

// BadRow says what is wrong with one.
type BadRow struct {
	Line    int
	Field   string
	Message string
}

// Imported is what came of a plan. Where a row is bad nothing is written at all.
type Imported struct {
	Waves, Added, Changed, Unchanged int
	Bad                              []BadRow
	// MoreBad is how many bad rows were not named.
	MoreBad int
}

// errTried takes back what was written to find out whether a plan is good.
var errTried = errors.New("not written")

// Import takes over a plan of waves and sites, for administrators: all of it, or, where a row is bad, nothing. Agencies and regions are
// named by their codes; a site that is there already, by agency, region and name, is changed. What is in the centre and not in the plan
// stays. With try set nothing is written in any case.
func (s *Service) Import(ctx context.Context, rows []Row, try bool) (Imported, error) {
	if err := access.Check(ctx, access.PlanOnboarding, access.Anywhere); err != nil {
		return Imported{}, err
	}
	if len(rows) == 0 || len(rows) > maxSites {
		return Imported{}, fail.New(fail.Invalid, "a plan has 1 to %d rows", maxSites)
	}
	var done Imported
	var touched []string
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		done, touched = Imported{}, nil
		p, err := newPlan(system, tx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			id, err := s.importRow(ctx, system, tx, p, row, &done)
			if err != nil {
				if _, expected := fail.As(err); !expected {
					return fmt.Errorf("row %d: %w", row.Line, err)
				}
				done.bad(row.Line, err)
			}
			if id != "" {
				touched = append(touched, id)
			}
		}
		if try || len(done.Bad) > 0 {
			return errTried
		}
		return access.Audit(ctx, tx, "onboarding.import", "", map[string]string{"rows": strconv.Itoa(len(rows))})
	})
	if err != nil && !errors.Is(err, errTried) {
		return Imported{}, err
	}
	if err != nil || len(touched) == 0 {
		return done, nil
	}
	return done, s.check(viewer.AsSystem(ctx), touched...)
}

func (i *Imported) bad(line int, err error) {
	if len(i.Bad) == maxBadRows {
		i.MoreBad++
		return
	}
	f, _ := fail.As(err)
	i.Bad = append(i.Bad, BadRow{Line: line, Field: f.Field, Message: f.Message})
}

// plan is what rows refer to.
type plan struct {
	agencies, regions map[string]string
	sites             map[[3]string]*ent.Site
	seen              map[[3]string]int
	waves             map[int]Wave
}

func newPlan(system context.Context, tx *ent.Tx) (*plan, error) {
	p := &plan{agencies: map[string]string{}, regions: map[string]string{}, sites: map[[3]string]*ent.Site{}, seen: map[[3]string]int{}, waves: map[int]Wave{}}
	agencies, err := tx.Agency.Query().Select(agency.FieldID, agency.FieldCode).All(system)
	if err != nil {
		return nil, fmt.Errorf("read agencies: %w", err)
	}
	for _, a := range agencies {
		p.agencies[strings.ToUpper(a.Code)] = a.ID
	}
	regions, err := tx.Region.Query().Select(region.FieldID, region.FieldCode).All(system)
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	for _, r := range regions {
		p.regions[r.Code] = r.ID
	}
	sites, err := tx.Site.Query().Order(ent.Asc(site.FieldID)).ForUpdate().All(system)
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	for _, one := range sites {
		p.sites[[3]string{one.AgencyID, one.RegionID, one.Name}] = one
	}
	return p, nil
}

// importRow writes a row and returns the site that it is about.
func (s *Service) importRow(ctx, system context.Context, tx *ent.Tx, p *plan, row Row, done *Imported) (string, error) {
	cells := row.Cells
	for column := range cells {
		known := slices.Contains([]string{columnWave, columnStarts, columnEnds, columnPlanned, columnAgency, columnRegion, columnName}, column)
		if _, need := needColumns[column]; !known && !need {
			return "", fail.Field(column, fail.Invalid, "no such column")
		}
	}
	wave, err := number(cells, columnWave, 1, maxWave)
	if err != nil {
		return "", err
	}
	if cells[columnStarts] != "" || cells[columnEnds] != "" {
		if err := s.importWave(ctx, system, tx, p, wave, cells, done); err != nil {
			return "", err
		}
	}
	if cells[columnName] == "" {
		if cells[columnStarts] == "" && cells[columnEnds] == "" {
			return "", fail.Field(columnName, fail.Invalid, "a row names a site, or the dates of a wave")
		}
		return "", nil
	}
	return s.importSite(ctx, system, tx, p, wave, row, done)
}

func (s *Service) importWave(ctx, system context.Context, tx *ent.Tx, p *plan, number int, cells map[string]string, done *Imported) error {
	w := Wave{Number: number, StartsOn: cells[columnStarts], EndsOn: cells[columnEnds]}
	if cells[columnPlanned] != "" {
		planned, err := strconv.Atoi(cells[columnPlanned])
		if err != nil {
			return fail.Field(columnPlanned, fail.Invalid, "is not a number")
		}
		w.PlannedSites = planned
	}
	before, again := p.waves[number]
	if again && cells[columnPlanned] == "" {
		w.PlannedSites = before.PlannedSites
	}
	if again && before != w {
		return fail.Field(columnWave, fail.Conflict, "an earlier row has other dates for this wave")
	}
	if again {
		return nil
	}
	if err := w.validate(); err != nil {
		return err
	}
	if _, err := s.writeWave(ctx, system, tx, w); err != nil {
		return err
	}
	p.waves[number] = w
	done.Waves++
	return nil
}

func (s *Service) importSite(ctx, system context.Context, tx *ent.Tx, p *plan, wave int, row Row, done *Imported) (string, error) {
	cells := row.Cells
	key := [3]string{p.agencies[strings.ToUpper(cells[columnAgency])], p.regions[cells[columnRegion]], cells[columnName]}
	switch {
	case key[0] == "":
		return "", fail.Field(columnAgency, fail.NotFound, "no agency has the code %q", cells[columnAgency])
	case key[1] == "":
		return "", fail.Field(columnRegion, fail.NotFound, "no region has the code %q", cells[columnRegion])
	case p.seen[key] != 0:
		return "", fail.Field(columnName, fail.Conflict, "row %d names the same site", p.seen[key])
	}
	p.seen[key] = row.Line
	there := p.sites[key]
	need := stage.Need{}
	if there != nil {
		need = there.Need
	}
	for column, set := range needColumns {
		if cells[column] == "" {
			continue
		}
		n, err := number(cells, column, 0, maxNeed)
		if err != nil {
			return "", err
		}
		set(&need, n)
	}
	if err := checkSite(&key[2], &wave, &need); err != nil {
		return "", err
	}
	return s.planSite(ctx, system, tx, key, there, wave, need, done)
}

func (s *Service) planSite(ctx, system context.Context, tx *ent.Tx, key [3]string, there *ent.Site, wave int, need stage.Need, done *Imported) (string, error) {
	var id, action string
	switch {
	case there == nil:
		made, err := tx.Site.Create().SetAgencyID(key[0]).SetRegionID(key[1]).SetName(key[2]).SetWave(wave).SetNeed(need).SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return "", fmt.Errorf("add site: %w", err)
		}
		id, action = made.ID, "site.add"
		done.Added++
	case there.Wave == wave && there.Need == need:
		done.Unchanged++
		return "", nil
	default:
		if err := tx.Site.UpdateOneID(there.ID).SetWave(wave).SetNeed(need).Exec(system); err != nil {
			return "", fmt.Errorf("change site: %w", err)
		}
		id, action = there.ID, "site.change"
		done.Changed++
	}
	if err := access.Audit(ctx, tx, action, id, nil); err != nil {
		return "", err
	}
	return id, s.o.Log.Append(system, tx, siteEvent(id))
}

func number(cells map[string]string, column string, least, most int) (int, error) {
	n, err := strconv.Atoi(cells[column])
	if err != nil || n < least || n > most {
		return 0, fail.Field(column, fail.Invalid, "must be a number from %d to %d", least, most)
	}
	return n, nil
}
