package timetable_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/routing/timetable"
)

// working is an office in the zone: weekdays 9 to 13 and 14 to 18, the day before the holiday an hour less, a working Saturday.
func working(t *testing.T, zone string) timetable.Timetable {
	t.Helper()
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	table := timetable.Timetable{Location: location}
	day := func(weekday, until int) []timetable.Period {
		return []timetable.Period{{Weekday: weekday, From: 14 * 60, To: until * 60}, {Weekday: weekday, From: 9 * 60, To: 13 * 60}}
	}
	for weekday := 1; weekday <= 5; weekday++ {
		table.Periods = append(table.Periods, day(weekday, 18)...)
	}
	table.Exceptions = []timetable.Exception{
		{Date: "2026-11-03", Name: "Канун", Periods: day(2, 17)},
		{Date: "2026-11-04", Name: "День народного единства"},
		{Date: "2026-11-07", Name: "Рабочая суббота", Periods: day(6, 18)},
	}
	return table
}

const minute = "2006-01-02T15:04"

func TestAfterCountsWorkingTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, want string
		hours            int
	}{
		"within a day":                      {"Europe/Moscow", "2026-11-23T09:00", "2026-11-23T12:00", 3},
		"over the break":                    {"Europe/Moscow", "2026-11-23T12:00", "2026-11-23T15:00", 2},
		"up to the break, not over it":      {"Europe/Moscow", "2026-11-23T09:00", "2026-11-23T13:00", 4},
		"in the break":                      {"Europe/Moscow", "2026-11-23T13:30", "2026-11-23T15:00", 1},
		"a whole day ends with the day":     {"Europe/Moscow", "2026-11-23T09:00", "2026-11-23T18:00", 8},
		"from the middle of a day":          {"Europe/Moscow", "2026-11-23T15:00", "2026-11-24T15:00", 8},
		"asked at night":                    {"Europe/Moscow", "2026-11-23T02:00", "2026-11-23T18:00", 8},
		"asked in the evening":              {"Europe/Moscow", "2026-11-23T18:00", "2026-11-24T18:00", 8},
		"over a week-end":                   {"Europe/Moscow", "2026-11-27T17:00", "2026-11-30T17:00", 8},
		"on a Sunday":                       {"Europe/Moscow", "2026-11-22T12:00", "2026-11-23T18:00", 8},
		"a shortened day and a holiday":     {"Europe/Moscow", "2026-11-03T09:00", "2026-11-05T10:00", 8},
		"a Saturday that is worked":         {"Europe/Moscow", "2026-11-06T18:00", "2026-11-07T18:00", 8},
		"Kamchatka, nine hours ahead":       {"Asia/Kamchatka", "2026-11-23T15:00", "2026-11-24T15:00", 8},
		"Kaliningrad, an hour behind":       {"Europe/Kaliningrad", "2026-11-27T10:00", "2026-11-30T10:00", 8},
		"a zone without whole hours":        {"Asia/Kolkata", "2026-11-23T10:30", "2026-11-23T12:30", 2},
		"clocks go forward in the night":    {"Europe/Berlin", "2026-03-27T14:00", "2026-03-30T13:00", 8},
		"clocks go back in the night":       {"Europe/Berlin", "2026-10-23T14:00", "2026-10-26T13:00", 8},
		"a term of three days over a feast": {"Europe/Moscow", "2026-11-02T09:00", "2026-11-05T10:00", 16},
	} {
		table := working(t, c.zone)
		from, err := time.ParseInLocation(minute, c.from, table.Location)
		require.NoError(t, err)
		end, ok := table.After(from.UTC(), time.Duration(c.hours)*time.Hour)
		require.True(t, ok, name)
		require.Equal(t, c.want, end.In(table.Location).Format(minute), name)
		require.Equal(t, time.Duration(c.hours)*time.Hour, table.Between(from, end), "%s, and back", name)
	}
}

func TestTheSameMomentIsAnotherTermElsewhere(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // 8 in Moscow, 17 on Kamchatka
	moscow, ok := working(t, "Europe/Moscow").After(at, 8*time.Hour)
	require.True(t, ok)
	kamchatka, ok := working(t, "Asia/Kamchatka").After(at, 8*time.Hour)
	require.True(t, ok)
	require.Equal(t, time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC), moscow.UTC(), "18 in Moscow, the same day")
	require.Equal(t, time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC), kamchatka.UTC(), "17 on Kamchatka, the next day")
}

func TestAfterOfNothing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	end, ok := timetable.Timetable{Location: time.UTC}.After(at, 0)
	require.True(t, ok)
	require.Equal(t, at, end)
	_, ok = timetable.Timetable{Location: time.UTC}.After(at, time.Minute)
	require.False(t, ok, "it never opens")
}

func TestOverlappingPeriodsCountOnce(t *testing.T) {
	t.Parallel()
	table := timetable.Timetable{Location: time.UTC, Periods: []timetable.Period{
		{Weekday: 1, From: 540, To: 720}, {Weekday: 1, From: 600, To: 660}, {Weekday: 1, From: 720, To: 1440}, {Weekday: 2, From: 0, To: 60},
	}}
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	end, ok := table.After(monday, 15*time.Hour+30*time.Minute)
	require.True(t, ok)
	require.Equal(t, monday.Add(24*time.Hour+30*time.Minute), end, "on beyond midnight")
	require.Zero(t, table.Between(end, monday))
}

func TestTermsOfWorkingDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, want string
		days             int
	}{
		"the day itself does not count":   {"Europe/Moscow", "2026-11-23T00:30", "2026-11-25T00:00", 1},
		"over a week-end":                 {"Europe/Moscow", "2026-11-26T17:00", "2026-12-01T00:00", 2},
		"from a Sunday":                   {"Europe/Moscow", "2026-11-22T12:00", "2026-11-24T00:00", 1},
		"a holiday does not count":        {"Europe/Moscow", "2026-11-03T09:00", "2026-11-06T00:00", 1},
		"a Saturday that is worked does":  {"Europe/Moscow", "2026-11-06T18:00", "2026-11-08T00:00", 1},
		"a week in Kamchatka":             {"Asia/Kamchatka", "2026-11-23T01:00", "2026-12-01T00:00", 5},
		"the clocks go forward meanwhile": {"Europe/Berlin", "2026-03-27T14:00", "2026-03-31T00:00", 1},
	} {
		table := working(t, c.zone)
		from, err := time.ParseInLocation(minute, c.from, table.Location)
		require.NoError(t, err)
		end, ok := table.WorkingDays(from.UTC(), c.days)
		require.True(t, ok, name)
		require.Equal(t, c.want, end.Format(minute), name)
	}
	_, ok := working(t, "Europe/Moscow").WorkingDays(time.Now(), 0)
	require.False(t, ok)
	_, ok = timetable.Timetable{Location: time.UTC}.WorkingDays(time.Now(), 1)
	require.False(t, ok, "it never opens")
}
