package seed

import (
	"context"

	"ekc/ent"
	"ekc/onboarding/stage"
)

// siteRegions are regions with a site of each agency that has operators, and the roll-out wave they came in.
var siteRegions = []struct {
	region, city string
	wave         int
}{
	{"77", "Москва", 1},
	{"78", "Санкт-Петербург", 1},
	{"16", "Казань", 2},
	{"66", "Екатеринбург", 2},
	{"23", "Краснодар", 3},
	{"54", "Новосибирск", 3},
	{"63", "Самара", 4},
	{"24", "Красноярск", 4},
	{"39", "Калининград", 5},
	{"25", "Владивосток", 5},
	{"41", "Петропавловск-Камчатский", 6},
	{"70", "Томск", 6},
}

// siteAgencies are the agencies with operators in the regions; the ministry itself has none.
var siteAgencies = []struct{ code, name string }{
	{"PFR", "СФР, пенсии"}, {"FSS", "СФР, пособия"}, {"MSE", "МСЭ"}, {"ROSTRUD", "Роструд"}, {"OSZN", "соцзащита"},
}

// waves are those of the plan by which the centre was rolled out, with how many sites each has.
var waves = []struct {
	starts, ends string
	sites        int
}{
	{"2021-10-15", "2021-11-22", 27},
	{"2021-11-23", "2021-12-19", 17},
	{"2021-12-16", "2022-02-15", 32},
	{"2022-02-16", "2022-03-31", 53},
	{"2022-04-01", "2022-05-17", 54},
	{"2022-05-18", "2022-07-01", 49},
}

// needs are what a site of an agency needs, in the demo.
var needs = map[string]stage.Need{
	"PFR":     {OperatorsLine1: 4, OperatorsLine2: 4, Supervisors: 1, ContentManagers: 1, Coordinators: 1, Records: 50},
	"FSS":     {OperatorsLine1: 2, OperatorsLine2: 2, Supervisors: 1, ContentManagers: 1, Coordinators: 1, Records: 30},
	"MSE":     {OperatorsLine1: 1, OperatorsLine2: 2, Supervisors: 1, ContentManagers: 1, Coordinators: 1, Records: 20},
	"ROSTRUD": {OperatorsLine1: 1, OperatorsLine2: 2, Supervisors: 1, ContentManagers: 1, Coordinators: 1, Records: 20},
	"OSZN":    {OperatorsLine2: 3, Supervisors: 1, ContentManagers: 1, Coordinators: 1, Records: 30},
}

// place is a site to be: of an agency, in a region, by the name of its city or region.
type place struct {
	agency, region, name string
	wave                 int
}

// places are the 232 sites of the plan: those of siteRegions, and beside them one of pensions and one of social protection in each other
// region, then one of medical expertise as long as the waves have room.
func places() []place {
	room := make([]int, len(waves))
	for i, w := range waves {
		room[i] = w.sites
	}
	names := map[string]string{}
	for _, a := range siteAgencies {
		names[a.code] = a.name
	}
	var all []place
	there := map[string]bool{}
	for _, r := range siteRegions {
		there[r.region] = true
		for _, a := range siteAgencies {
			all = append(all, place{a.code, r.region, "Площадка ЕКЦ: " + a.name + ", " + r.city, r.wave})
			room[r.wave-1]--
		}
	}
	wave := 0
	for _, agency := range []string{"PFR", "OSZN", "MSE"} {
		for _, r := range regions {
			for wave < len(room) && room[wave] == 0 {
				wave++
			}
			if there[r.code] || wave == len(room) {
				continue
			}
			all = append(all, place{agency, r.code, "Площадка ЕКЦ: " + names[agency] + ", " + r.name, wave + 1})
			room[wave]--
		}
	}
	return all
}

// addWaves adds the waves that are not there.
func (s *seeding) addWaves(ctx context.Context) error {
	present, err := s.tx.RolloutWave.Query().All(ctx)
	if err != nil {
		return err
	}
	have := map[int]bool{}
	for _, w := range present {
		have[w.Number] = true
	}
	for i, w := range waves {
		if have[i+1] {
			continue
		}
		if err := s.tx.RolloutWave.Create().SetNumber(i + 1).SetStartsOn(w.starts).SetEndsOn(w.ends).SetPlannedSites(w.sites).Exec(ctx); err != nil {
			return err
		}
		s.report.Added++
	}
	return nil
}

// siteKey names a site within the seed.
func siteKey(agency, region string) string { return agency + "/" + region }

func (s *seeding) addSites(ctx context.Context) error {
	present, err := s.tx.Site.Query().All(ctx)
	if err != nil {
		return err
	}
	have := map[[3]string]string{}
	for _, site := range present {
		have[[3]string{site.AgencyID, site.RegionID, site.Name}] = site.ID
	}
	var missing []*ent.SiteCreate
	var keys []string
	for _, p := range places() {
		key := siteKey(p.agency, p.region)
		if id, ok := have[[3]string{s.agencies[p.agency], s.regions[p.region], p.name}]; ok {
			s.sites[key] = id
			continue
		}
		missing = append(missing, s.tx.Site.Create().SetAgencyID(s.agencies[p.agency]).SetRegionID(s.regions[p.region]).SetName(p.name).
			SetWave(p.wave).SetNeed(needs[p.agency]))
		keys = append(keys, key)
	}
	made, err := s.tx.Site.CreateBulk(missing...).Save(ctx)
	if err != nil {
		return err
	}
	for i, site := range made {
		s.sites[keys[i]] = site.ID
	}
	s.report.Added += len(made)
	return nil
}
