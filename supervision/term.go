package supervision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/deferralrule"
	"ekc/internal/fail"
	"ekc/routing/timetable"
)

// The term of the Order (442н of 2021) where no rule is set: eight working hours.
const (
	standardWork = 8 * time.Hour
	standardWarn = time.Hour
	moscow       = "Europe/Moscow"
)

// term is how long an enquiry may be deferred: working time by a calendar that has no zone of its own.
type term struct {
	work, warn time.Duration
	periods    []timetable.Period
	exceptions []timetable.Exception
	// stamp is the same for terms that reckon the same.
	stamp string
}

// termOf is the term of a region: its own rule's, or that of all; without any the standard working week without holidays.
func termOf(system context.Context, all *ent.DeferralRuleClient, regionID string) (term, error) {
	rules, err := all.Query().Where(deferralrule.RegionKeyIn(regionID, "")).WithBusinessHours().All(system)
	if err != nil {
		return term{}, fmt.Errorf("read the terms of deferrals: %w", err)
	}
	var best *ent.DeferralRule
	for _, rule := range rules {
		if best == nil || rule.RegionKey == regionID {
			best = rule
		}
	}
	if best == nil {
		return newTerm(standardWork, standardWarn, standardWeek(), nil)
	}
	return termBy(best)
}

func termBy(rule *ent.DeferralRule) (term, error) {
	hours, err := rule.Edges.BusinessHoursOrErr()
	if err != nil {
		return term{}, fmt.Errorf("calendar of deferrals: %w", err)
	}
	return newTermOf(rule.WorkMinutes, rule.WarnMinutes, hours)
}

func newTermOf(workMinutes, warnMinutes int, hours *ent.BusinessHours) (term, error) {
	return newTerm(time.Duration(workMinutes)*time.Minute, time.Duration(warnMinutes)*time.Minute, hours.Periods, hours.Exceptions)
}

func newTerm(work, warn time.Duration, periods []timetable.Period, exceptions []timetable.Exception) (term, error) {
	t := term{work: work, warn: min(warn, work), periods: periods, exceptions: exceptions}
	text, err := json.Marshal([]any{t.work, t.warn, periods, exceptions})
	if err != nil {
		return term{}, fmt.Errorf("stamp of a term: %w", err)
	}
	sum := sha256.Sum256(text)
	t.stamp = hex.EncodeToString(sum[:16])
	return t, nil
}

// in is the calendar as a clock of the zone reads it.
func (t term) in(zone *time.Location) timetable.Timetable {
	return timetable.Timetable{Location: zone, Periods: t.periods, Exceptions: t.exceptions}
}

// reckon says when to warn of the end of a term that begins at the instant, and when it ends. CONFLICT when the calendar has not so much
// working time.
func (t term) reckon(from time.Time, zone *time.Location) (warn, due time.Time, err error) {
	calendar := t.in(zone)
	due, ok := calendar.After(from, t.work)
	if !ok {
		return warn, due, fail.New(fail.Conflict, "the working calendar has no %s of working time", t.work)
	}
	warn, _ = calendar.After(from, t.work-t.warn)
	return warn.UTC(), due.UTC(), nil
}

// standardWeek is Monday to Friday from 9 to 18 o'clock with an hour's break: forty hours (Labour Code, art. 91).
func standardWeek() []timetable.Period {
	var week []timetable.Period
	for day := time.Monday; day <= time.Friday; day++ {
		week = append(week, timetable.Period{Weekday: int(day), From: 9 * 60, To: 13 * 60}, timetable.Period{Weekday: int(day), From: 14 * 60, To: 18 * 60})
	}
	return week
}

// zoneOf is the civil time of a region; Moscow's when the region is not known.
func zoneOf(system context.Context, regions *ent.RegionClient, regionID string) (*time.Location, error) {
	name := moscow
	if regionID != "" {
		r, err := regions.Get(system, regionID)
		if err != nil {
			return nil, fmt.Errorf("read region: %w", err)
		}
		name = r.TimeZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone of region: %w", err)
	}
	return zone, nil
}

// textDeferred is what a citizen is told whose enquiry is deferred.
func textDeferred(due time.Time, zone *time.Location) string {
	local := due.In(zone)
	return fmt.Sprintf("Чтобы ответить точно, специалисту нужно время. Мы ответим вам не позднее %s, %s по вашему времени.",
		local.Format("02.01.2006"), local.Format("15:04"))
}
