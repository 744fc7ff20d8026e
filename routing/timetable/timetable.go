// Package timetable answers whether a queue is open at an instant, and when it opens next, from a weekly timetable with
// exceptions by date. It imports nothing of the project, so that the data model may use it.
package timetable

import (
	"fmt"
	"time"
)

// Period is one stretch of opening within a weekday, local time.
type Period struct {
	// Weekday is 0 (Sunday) to 6, as in package time.
	Weekday int `json:"weekday"`
	// From and To are minutes since midnight, 0 ≤ From < To ≤ 1440.
	From int `json:"from"`
	To   int `json:"to"`
}

// Exception replaces the weekly timetable on one date; without periods the day is closed.
type Exception struct {
	// Date is YYYY-MM-DD, local.
	Date    string   `json:"date"`
	Name    string   `json:"name,omitempty"`
	Periods []Period `json:"periods,omitempty"`
}

// Timetable is a week and its exceptions in one time zone.
type Timetable struct {
	Location   *time.Location
	Periods    []Period
	Exceptions []Exception
}

const day = 24 * 60

// searchDays bounds the look-ahead of NextOpening.
const searchDays = 400

// Validate reports the first period or exception that makes no sense.
func Validate(periods []Period, exceptions []Exception) error {
	for _, p := range periods {
		if err := p.validate(); err != nil {
			return err
		}
	}
	for _, e := range exceptions {
		if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
			return fmt.Errorf("exception date %q is not YYYY-MM-DD", e.Date)
		}
		for _, p := range e.Periods {
			if err := p.validate(); err != nil {
				return fmt.Errorf("exception %s: %w", e.Date, err)
			}
		}
	}
	return nil
}

func (p Period) validate() error {
	if p.Weekday < 0 || p.Weekday > 6 {
		return fmt.Errorf("weekday %d is not 0 to 6", p.Weekday)
	}
	if p.From < 0 || p.From >= p.To || p.To > day {
		return fmt.Errorf("period %d-%d: want 0 <= from < to <= %d minutes", p.From, p.To, day)
	}
	return nil
}

// Open reports whether the timetable is open at the instant.
func (t Timetable) Open(at time.Time) bool {
	local := at.In(t.Location)
	minute := local.Hour()*60 + local.Minute()
	for _, p := range t.on(local) {
		if minute >= p.From && minute < p.To {
			return true
		}
	}
	return false
}

// NextOpening returns the first instant, not before at, when the timetable is open; ok is false when there is none
// within some 13 months.
func (t Timetable) NextOpening(at time.Time) (opening time.Time, ok bool) {
	if t.Open(at) {
		return at, true
	}
	local := at.In(t.Location)
	for i := range searchDays {
		date := time.Date(local.Year(), local.Month(), local.Day()+i, 0, 0, 0, 0, t.Location)
		var first time.Time
		for _, p := range t.on(date) {
			start := time.Date(date.Year(), date.Month(), date.Day(), p.From/60, p.From%60, 0, 0, t.Location)
			if !start.Before(at) && (first.IsZero() || start.Before(first)) {
				first = start
			}
		}
		if !first.IsZero() {
			return first, true
		}
	}
	return time.Time{}, false
}

// on returns the periods that hold on the local date.
func (t Timetable) on(local time.Time) []Period {
	date := local.Format(time.DateOnly)
	for _, e := range t.Exceptions {
		if e.Date == date {
			return e.Periods
		}
	}
	var periods []Period
	for _, p := range t.Periods {
		if p.Weekday == int(local.Weekday()) {
			periods = append(periods, p)
		}
	}
	return periods
}
