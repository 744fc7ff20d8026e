package knowledge

import "time"

// moscow is the zone of what holds in the whole country. It has had no summer time since 2014.
var moscow = time.FixedZone("MSK", 3*60*60)

// zone is where days begin for records and citizens of a region; Moscow's for none.
func (b *Base) zone(region string) *time.Location {
	if region != "" && b.zoneOf != nil {
		if z := b.zoneOf(region); z != nil {
			return z
		}
	}
	return moscow
}

// today is the calendar day in a region; Moscow's for none.
func (b *Base) today(region string) Date {
	return Date(b.clock().In(b.zone(region)).Format(time.DateOnly))
}

// dayIn settles the day of a search. An instant in UTC or in the machine's own zone says nothing of a place: its day is the one in
// the citizen's region. No zone of Russia is UTC, and in none does midnight UTC fall on the day before.
func (b *Base) dayIn(on time.Time, region string) time.Time {
	if on.IsZero() {
		on = b.clock()
	}
	if _, offset := on.Zone(); offset == 0 || on.Location() == time.Local { //nolint:gosmopolitan // recognised, not used
		return on.In(b.zone(region))
	}
	return on
}
