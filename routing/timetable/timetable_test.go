package timetable_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/routing/timetable"
)

func moscow(t *testing.T) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	return location
}

// office is open on weekdays from 9 to 18, on the eve of the holiday until 17, and not on the holiday.
func office(t *testing.T) timetable.Timetable {
	t.Helper()
	table := timetable.Timetable{Location: moscow(t), Exceptions: []timetable.Exception{
		{Date: "2026-12-31", Name: "Канун", Periods: []timetable.Period{{Weekday: 4, From: 540, To: 1020}}},
		{Date: "2027-01-01", Name: "Новый год"},
	}}
	for day := 1; day <= 5; day++ {
		table.Periods = append(table.Periods, timetable.Period{Weekday: day, From: 540, To: 1080})
	}
	return table
}

func TestOpen(t *testing.T) {
	t.Parallel()
	table := office(t)
	for at, want := range map[string]bool{
		"2026-11-23T08:59": false, // Monday
		"2026-11-23T09:00": true,
		"2026-11-23T17:59": true,
		"2026-11-23T18:00": false,
		"2026-11-22T12:00": false, // Sunday
		"2026-12-31T16:59": true,
		"2026-12-31T17:00": false,
		"2027-01-01T12:00": false, // a Friday, but a holiday
	} {
		instant, err := time.ParseInLocation("2006-01-02T15:04", at, moscow(t))
		require.NoError(t, err)
		require.Equal(t, want, table.Open(instant), at)
		require.Equal(t, want, table.Open(instant.UTC()), "%s told in UTC", at)
	}
}

func TestOpenUntilMidnight(t *testing.T) {
	t.Parallel()
	table := timetable.Timetable{Location: moscow(t), Periods: []timetable.Period{{Weekday: 0, From: 0, To: 1440}}}
	require.True(t, table.Open(time.Date(2026, 11, 22, 23, 59, 59, 0, moscow(t))))
	require.False(t, table.Open(time.Date(2026, 11, 23, 0, 0, 0, 0, moscow(t))))
}

func TestNextOpening(t *testing.T) {
	t.Parallel()
	table := office(t)
	for at, want := range map[string]string{
		"2026-11-23T08:00": "2026-11-23T09:00",
		"2026-11-23T12:30": "2026-11-23T12:30", // open: now
		"2026-11-27T18:00": "2026-11-30T09:00", // over the week-end
		"2026-12-31T17:00": "2027-01-04T09:00", // over the holiday and the week-end
	} {
		from, err := time.ParseInLocation("2006-01-02T15:04", at, moscow(t))
		require.NoError(t, err)
		next, ok := table.NextOpening(from)
		require.True(t, ok)
		require.Equal(t, want, next.In(moscow(t)).Format("2006-01-02T15:04"), "from %s", at)
	}
}

func TestNextOpeningTakesTheEarliestPeriod(t *testing.T) {
	t.Parallel()
	table := timetable.Timetable{Location: time.UTC, Periods: []timetable.Period{
		{Weekday: 1, From: 780, To: 1080}, {Weekday: 1, From: 540, To: 720},
	}}
	next, ok := table.NextOpening(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	require.True(t, ok)
	require.Equal(t, 9, next.Hour())
	next, _ = table.NextOpening(time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC))
	require.Equal(t, 13, next.Hour())
}

func TestNeverOpens(t *testing.T) {
	t.Parallel()
	_, ok := timetable.Timetable{Location: time.UTC}.NextOpening(time.Now())
	require.False(t, ok)
}

func TestNextOpeningOverAClockChange(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	table := timetable.Timetable{Location: berlin, Periods: []timetable.Period{{Weekday: 0, From: 540, To: 1080}}}
	next, ok := table.NextOpening(time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)) // clocks go forward in the night
	require.True(t, ok)
	require.Equal(t, time.Date(2026, 3, 29, 7, 0, 0, 0, time.UTC), next.UTC(), "9 in the morning of summer time")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, timetable.Validate([]timetable.Period{{Weekday: 6, From: 0, To: 1440}},
		[]timetable.Exception{{Date: "2026-02-28"}}))
	for name, bad := range map[string][]timetable.Period{
		"weekday":  {{Weekday: 7, From: 0, To: 10}},
		"negative": {{Weekday: 1, From: -1, To: 10}},
		"empty":    {{Weekday: 1, From: 10, To: 10}},
		"too late": {{Weekday: 1, From: 10, To: 1441}},
	} {
		require.Error(t, timetable.Validate(bad, nil), name)
		require.Error(t, timetable.Validate(nil, []timetable.Exception{{Date: "2026-01-01", Periods: bad}}), name)
	}
	require.Error(t, timetable.Validate(nil, []timetable.Exception{{Date: "2026-02-29"}}))
	require.Error(t, timetable.Validate(nil, []timetable.Exception{{Date: "01.02.2026"}}))
}
