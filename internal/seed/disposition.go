package seed

import "context"

// disposition is a topic that an operator records.
type disposition struct{ code, agency, name string }

var dispositions = []disposition{
	{"PENSION_OLD_AGE", "PFR", "Пенсия по старости: право, назначение"},
	{"PENSION_EARLY", "PFR", "Досрочная пенсия"},
	{"PENSION_RECALCULATION", "PFR", "Перерасчёт и индексация пенсии"},
	{"PENSION_RECORD", "PFR", "Стаж, коэффициенты, лицевой счёт"},
	{"PENSION_DELIVERY", "PFR", "Доставка и выплата пенсии"},
	{"PENSION_SUPPLEMENT", "PFR", "Доплаты, ЕДВ, набор социальных услуг"},
	{"MATERNITY_CAPITAL", "PFR", "Материнский капитал"},
	{"FAMILY_ALLOWANCE", "PFR", "Единое пособие и выплаты семьям"},
	{"SICK_LEAVE", "FSS", "Больничный: оплата, сроки, оформление"},
	{"MATERNITY_BENEFIT", "FSS", "Пособия по беременности, родам и уходу"},
	{"WORK_ACCIDENT", "FSS", "Несчастный случай на производстве, профзаболевание"},
	{"REHABILITATION_AIDS", "FSS", "Технические средства реабилитации, санаторное лечение"},
	{"DISABILITY_REFERRAL", "MSE", "Направление на экспертизу"},
	{"DISABILITY_EXAMINATION", "MSE", "Проведение экспертизы, переосвидетельствование"},
	{"DISABILITY_GROUP", "MSE", "Группа, срок, степень утраты трудоспособности"},
	{"DISABILITY_APPEAL", "MSE", "Обжалование решения бюро"},
	{"LABOUR_WAGES", "ROSTRUD", "Зарплата: задержка, удержания, расчёт"},
	{"LABOUR_DISMISSAL", "ROSTRUD", "Увольнение"},
	{"LABOUR_HOURS_LEAVE", "ROSTRUD", "Рабочее время и отпуск"},
	{"LABOUR_CONTRACT", "ROSTRUD", "Трудовой договор и трудовая книжка"},
	{"LABOUR_UNEMPLOYMENT", "ROSTRUD", "Безработица и поиск работы"},
	{"LABOUR_SAFETY", "ROSTRUD", "Охрана труда"},
	{"POLICY_LAW", "MINTRUD", "Разъяснение законодательства"},
	{"POLICY_COMPLAINT", "MINTRUD", "Жалоба на работу ведомства"},
	{"SOCIAL_CONTRACT", "OSZN", "Социальный контракт"},
	{"SOCIAL_LARGE_FAMILY", "OSZN", "Меры поддержки многодетных"},
	{"SOCIAL_HOUSING", "OSZN", "Субсидии и льготы на жильё"},
	{"SOCIAL_VETERAN", "OSZN", "Ветеран труда, ветераны"},
	{"SOCIAL_CARE", "OSZN", "Социальное обслуживание и уход"},
	{"OWN_CASE", "", "Ход рассмотрения своего дела"},
	{"OTHER_AGENCY", "", "Вопрос не к участникам центра"},
	{"THE_CENTRE", "", "О работе контактного центра"},
	{"NO_QUESTION", "", "Вопроса нет: ошибка, молчание, тест"},
	{"OTHER", "", "Другое"},
}

func (s *seeding) addDispositions(ctx context.Context) error {
	present, err := s.tx.Disposition.Query().All(ctx)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, d := range present {
		have[d.Code] = true
	}
	for _, d := range dispositions {
		if have[d.code] {
			continue
		}
		create := s.tx.Disposition.Create().SetCode(d.code).SetName(d.name)
		if d.agency != "" {
			create.SetAgencyID(s.agencies[d.agency])
		}
		if err := create.Exec(ctx); err != nil {
			return err
		}
		s.report.Added++
	}
	return nil
}
