package timetable

import (
	"cmp"
	"slices"
	"time"
)

// span is one stretch of opening.
type span struct{ from, to time.Time }

// After returns the instant at which the timetable has been open for d since at: the end of a term of working time. It is never an
// instant at which the timetable opens, but for d = 0. ok is false when there is not so much opening within some 13 months.
func (t Timetable) After(at time.Time, d time.Duration) (end time.Time, ok bool) {
	if d <= 0 {
		return at, true
	}
	local := at.In(t.Location)
	for i := range searchDays {
		for _, s := range t.spans(local.Year(), local.Month(), local.Day()+i) {
			from := later(s.from, at)
			open := s.to.Sub(from)
			if open <= 0 {
				continue
			}
			if open >= d {
				return from.Add(d), true
			}
			d -= open
		}
	}
	return time.Time{}, false
}

// WorkingDays is the local midnight that ends the nth day on which the timetable opens, not counting the day of at: the end of a term of
// working days. ok is false when n is not positive, or there are not so many such days within some 13 months.
func (t Timetable) WorkingDays(at time.Time, n int) (end time.Time, ok bool) {
	local := at.In(t.Location)
	for i := 1; n > 0 && i < searchDays; i++ {
		if len(t.spans(local.Year(), local.Month(), local.Day()+i)) == 0 {
			continue
		}
		if n--; n == 0 {
			return time.Date(local.Year(), local.Month(), local.Day()+i+1, 0, 0, 0, 0, t.Location), true
		}
	}
	return time.Time{}, false
}

// Between is how long the timetable is open from one instant to another; 0 when to is not after from. At most 13 months are looked at.
func (t Timetable) Between(from, to time.Time) time.Duration {
	var total time.Duration
	local := from.In(t.Location)
	for i := range searchDays {
		if midnight := time.Date(local.Year(), local.Month(), local.Day()+i, 0, 0, 0, 0, t.Location); !midnight.Before(to) {
			break
		}
		for _, s := range t.spans(local.Year(), local.Month(), local.Day()+i) {
			end := s.to
			if end.After(to) {
				end = to
			}
			total += max(0, end.Sub(later(s.from, from)))
		}
	}
	return total
}

// spans are the stretches of opening that begin on a local date, in order; those that touch or overlap are one.
func (t Timetable) spans(year int, month time.Month, day int) []span {
	date := time.Date(year, month, day, 12, 0, 0, 0, t.Location) // noon: midnight may not exist where clocks change
	periods := slices.Clone(t.on(date))
	slices.SortFunc(periods, func(a, b Period) int { return cmp.Compare(a.From, b.From) })
	instant := func(minute int) time.Time {
		return time.Date(date.Year(), date.Month(), date.Day(), minute/60, minute%60, 0, 0, t.Location)
	}
	var spans []span
	for _, p := range periods {
		s := span{from: instant(p.From), to: instant(p.To)}
		if n := len(spans); n > 0 && !s.from.After(spans[n-1].to) {
			spans[n-1].to = later(spans[n-1].to, s.to)
			continue
		}
		spans = append(spans, s)
	}
	return spans
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
