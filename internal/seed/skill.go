package seed

import "context"

// skill is something that an operator can be good at.
type skill struct{ code, name string }

var skills = []skill{
	{"PENSIONS", "Пенсии"},
	{"BENEFITS", "Пособия и больничные"},
	{"MATERNITY", "Материнский капитал"},
	{"DISABILITY", "Инвалидность и реабилитация"},
	{"LABOUR", "Трудовые права"},
	{"PERSONAL_DATA", "Работа с персональными данными"},
	{"LANG_TATAR", "Татарский язык"},
	{"LANG_ENGLISH", "Английский язык"},
}

func (s *seeding) addSkills(ctx context.Context) error {
	present, err := s.tx.Skill.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, k := range present {
		s.skills[k.Code] = k.ID
	}
	for _, k := range skills {
		if _, ok := s.skills[k.code]; ok {
			continue
		}
		made, err := s.tx.Skill.Create().SetCode(k.code).SetName(k.name).Save(ctx)
		if err != nil {
			return err
		}
		s.skills[k.code] = made.ID
		s.report.Added++
	}
	return nil
}
