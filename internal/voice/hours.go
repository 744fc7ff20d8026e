package voice

import "time"

// A citizen is called from 9 to 20 o'clock of their own time, every day.
const (
	firstHour = 9
	lastHour  = 20
)

// Decent is the first instant from at on when a citizen of the zone may be called.
func Decent(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	day := local
	switch {
	case local.Hour() >= lastHour:
		day = local.AddDate(0, 0, 1)
	case local.Hour() >= firstHour:
		return at
	}
	return time.Date(day.Year(), day.Month(), day.Day(), firstHour, 0, 0, 0, zone).In(at.Location())
}

// pauses are how long after a call in vain the citizen is called again.
var pauses = [...]time.Duration{10 * time.Minute, time.Hour}

// maxAttempts is how often a citizen is called.
const maxAttempts = 3

// again is when to call after so many calls in vain, 1 or 2.
func again(at time.Time, attempts int, zone *time.Location) time.Time {
	return Decent(at.Add(pauses[min(attempts, len(pauses))-1]), zone)
}

// location is the zone of the name; Moscow's when it is not known.
func location(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	if zone, err := time.LoadLocation(moscow); err == nil {
		return zone
	}
	return time.UTC
}

const moscow = "Europe/Moscow"
