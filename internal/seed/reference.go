package seed

import (
	"context"
	"fmt"

	"ekc/ent"
)

// pauseReason says why an operator is away; system ones are set by the centre only.
type pauseReason struct {
	code, name string
	system     bool
}

var pauseReasons = []pauseReason{
	{code: "LUNCH", name: "Обед"},
	{code: "BREAK", name: "Перерыв"},
	{code: "TRAINING", name: "Обучение"},
	{code: "TECHNICAL", name: "Технические неполадки"},
	{code: "MEETING", name: "Совещание"},
	{code: "MISSED_OFFERS", name: "Пропущено несколько обращений подряд", system: true},
	{code: "DEVICE_LOST", name: "Потеряна связь с телефоном или браузером", system: true},
}

// reference adds the missing agencies, regions and reasons of a pause: without them the centre cannot work.
func (s *seeding) reference(ctx context.Context) error {
	if err := s.addAgencies(ctx); err != nil {
		return fmt.Errorf("agencies: %w", err)
	}
	if err := s.addRegions(ctx); err != nil {
		return fmt.Errorf("regions: %w", err)
	}
	if err := s.addPauseReasons(ctx); err != nil {
		return fmt.Errorf("reasons of a pause: %w", err)
	}
	return nil
}

func (s *seeding) addAgencies(ctx context.Context) error {
	present, err := s.tx.Agency.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, a := range present {
		s.agencies[a.Code] = a.ID
	}
	for _, a := range agencies {
		if _, ok := s.agencies[a.code]; ok {
			continue
		}
		made, err := s.tx.Agency.Create().SetCode(a.code).SetName(a.name).SetShortName(a.short).Save(ctx)
		if err != nil {
			return err
		}
		s.agencies[a.code] = made.ID
		s.report.Added++
	}
	return nil
}

func (s *seeding) addRegions(ctx context.Context) error {
	present, err := s.tx.Region.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, r := range present {
		s.regions[r.Code] = r.ID
	}
	var missing []*ent.RegionCreate
	for _, r := range regions {
		if _, ok := s.regions[r.code]; !ok {
			missing = append(missing, s.tx.Region.Create().SetCode(r.code).SetName(r.name).SetTimeZone(r.zone))
		}
	}
	made, err := s.tx.Region.CreateBulk(missing...).Save(ctx)
	if err != nil {
		return err
	}
	for _, r := range made {
		s.regions[r.Code] = r.ID
	}
	s.report.Added += len(made)
	return nil
}

func (s *seeding) addPauseReasons(ctx context.Context) error {
	present, err := s.tx.PauseReason.Query().All(ctx)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, p := range present {
		have[p.Code] = true
	}
	for _, p := range pauseReasons {
		if have[p.code] {
			continue
		}
		if err := s.tx.PauseReason.Create().SetCode(p.code).SetName(p.name).SetSelectable(!p.system).Exec(ctx); err != nil {
			return err
		}
		s.report.Added++
	}
	return nil
}
