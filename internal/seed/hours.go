package seed

import (
	"context"
	"time"

	"ekc/routing/timetable"
)

// Names of the timetables.
const (
	hoursAlways = "Круглосуточно"
	hoursLine2  = "Вторая линия: рабочие дни, 8–20 по Москве"
	hoursWork   = "Рабочее время: 9–18 с перерывом, по часам гражданина"
)

// hours is a timetable by its name.
type hours struct {
	name, zone string
	periods    []timetable.Period
	exceptions []timetable.Exception
}

func demoHours() []hours {
	return []hours{
		{name: hoursAlways, zone: "Europe/Moscow", periods: week(time.Sunday, time.Saturday, 0, 24)},
		{name: hoursLine2, zone: "Europe/Moscow", periods: week(time.Monday, time.Friday, 8, 20), exceptions: holidays()},
		{name: hoursWork, zone: "Europe/Moscow", periods: working(18), exceptions: append(holidays(), eves()...)},
	}
}

// working are forty hours from Monday to Friday, 9 to the hour with an hour's break.
func working(toHour int) []timetable.Period {
	return append(week(time.Monday, time.Friday, 9, 13), week(time.Monday, time.Friday, 14, toHour)...)
}

// eves are the working days before a holiday, an hour shorter: Labour Code, art. 95.
func eves() []timetable.Exception {
	var shorter []timetable.Exception
	for _, day := range []string{
		"2026-04-30", "2026-05-08", "2026-06-11", "2026-11-03", "2027-02-22", "2027-04-30", "2027-06-11", "2027-11-03", "2027-12-31",
	} {
		shorter = append(shorter, timetable.Exception{Date: day, Name: "Предпраздничный день", Periods: []timetable.Period{
			{From: 9 * 60, To: 13 * 60}, {From: 14 * 60, To: 17 * 60},
		}})
	}
	return shorter
}

// addDeferralTerm sets the term of the Order: eight hours of that working time. A term that somebody has set stays.
func (s *seeding) addDeferralTerm(ctx context.Context) error {
	set, err := s.tx.DeferralRule.Query().Exist(ctx)
	if err != nil || set {
		return err
	}
	s.report.Added++
	return s.tx.DeferralRule.Create().SetRegionKey("").SetBusinessHoursID(s.hours[hoursWork]).Exec(ctx)
}

// week is one stretch of opening on every weekday from first to last.
func week(first, last time.Weekday, fromHour, toHour int) []timetable.Period {
	var periods []timetable.Period
	for day := first; day <= last; day++ {
		periods = append(periods, timetable.Period{Weekday: int(day), From: fromHour * 60, To: toHour * 60})
	}
	return periods
}

// holidays are the non-working days of 2026 and 2027 that fall on Monday to Friday: Labour Code, art. 112, and for 2026 the
// Government's decree of 24.09.2025 No. 1466, which moved 3 January to the 9th and 4 January to 31 December. The two days
// that will be moved from January 2027 are not in it: an administrator adds them with businessHoursSet.
func holidays() []timetable.Exception {
	days := []struct{ name, dates string }{
		{"Новогодние каникулы", "2026-01-01 2026-01-02 2026-01-05 2026-01-06 2026-01-08 2026-01-09 2026-12-31"},
		{"Новогодние каникулы", "2027-01-01 2027-01-04 2027-01-05 2027-01-06 2027-01-08"},
		{"Рождество Христово", "2026-01-07 2027-01-07"},
		{"День защитника Отечества", "2026-02-23 2027-02-23"},
		{"Международный женский день", "2026-03-09 2027-03-08"},
		{"Праздник Весны и Труда", "2026-05-01 2027-05-03"},
		{"День Победы", "2026-05-11 2027-05-10"},
		{"День России", "2026-06-12 2027-06-14"},
		{"День народного единства", "2026-11-04 2027-11-04"},
	}
	var closed []timetable.Exception
	for _, d := range days {
		for i := 0; i+len(time.DateOnly) <= len(d.dates); i += len(time.DateOnly) + 1 {
			closed = append(closed, timetable.Exception{Date: d.dates[i : i+len(time.DateOnly)], Name: d.name})
		}
	}
	return closed
}

func (s *seeding) addHours(ctx context.Context) error {
	present, err := s.tx.BusinessHours.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, h := range present {
		s.hours[h.Name] = h.ID
	}
	for _, h := range demoHours() {
		if _, ok := s.hours[h.name]; ok {
			continue
		}
		made, err := s.tx.BusinessHours.Create().
			SetName(h.name).SetTimeZone(h.zone).SetPeriods(h.periods).SetExceptions(h.exceptions).Save(ctx)
		if err != nil {
			return err
		}
		s.hours[h.name] = made.ID
		s.report.Added++
	}
	return nil
}
