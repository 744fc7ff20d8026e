package seed

import (
	"context"

	"ekc/ent"
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
	for _, r := range siteRegions {
		for _, a := range siteAgencies {
			key, name := siteKey(a.code, r.region), "Площадка ЕКЦ: "+a.name+", "+r.city
			if id, ok := have[[3]string{s.agencies[a.code], s.regions[r.region], name}]; ok {
				s.sites[key] = id
				continue
			}
			missing = append(missing, s.tx.Site.Create().
				SetAgencyID(s.agencies[a.code]).SetRegionID(s.regions[r.region]).SetName(name).SetWave(r.wave))
			keys = append(keys, key)
		}
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
