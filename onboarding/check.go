package onboarding

import (
	"slices"
	"time"

	"ekc/onboarding/stage"
)

// results are what the checks of a stage come to; what is not needed is left out.
func results(of stage.Stage, f *facts) []stage.Result {
	all := []stage.Result{}
	for _, check := range stage.Of[of] {
		if stage.Manual[check] {
			found := 0
			if f.confirmed[check] {
				found = 1
			}
			all = append(all, stage.Result{Code: check, Manual: true, Holds: f.confirmed[check], Found: found, Wanted: 1})
			continue
		}
		wanted := wanted(check, f.need)
		if wanted == 0 {
			continue
		}
		r := stage.Result{Code: check, Found: f.found[check], Wanted: wanted, Holds: f.found[check] >= wanted}
		if check == stage.Admitted && f.courses == 0 { // nobody can have learnt what is not taught
			r.Found, r.Holds = 0, false
		}
		all = append(all, r)
	}
	return all
}

// wanted is how much of it the site must have.
func wanted(check stage.Check, n stage.Need) int {
	switch check {
	case stage.OperatorsLine1:
		return n.OperatorsLine1
	case stage.OperatorsLine2:
		return n.OperatorsLine2
	case stage.Supervisors:
		return n.Supervisors
	case stage.ContentManagers:
		return n.ContentManagers
	case stage.Coordinators:
		return n.Coordinators
	case stage.Records:
		return n.Records
	case stage.Workplaces, stage.Admitted:
		return n.Operators()
	default:
		return 1
	}
}

// progress is how far a site is with a stage.
type progress struct {
	Done, Warning      bool
	DoneAt, ReopenedAt *time.Time
	Results            []stage.Result
}

// standing is how far a site is.
type standing struct {
	Stages              map[stage.Stage]progress
	ReadyAt, LaunchedAt *time.Time
}

// advance says how far a site is after its checks came to these results. It is pure.
//
// Before the launch a stage is done while all its checks hold; the launch is done when it and all before it are. After the launch
// nothing is undone: what holds no more is a warning.
func advance(before standing, found map[stage.Stage][]stage.Result, now time.Time) standing {
	after := standing{Stages: map[stage.Stage]progress{}, ReadyAt: before.ReadyAt, LaunchedAt: before.LaunchedAt}
	ready := true
	for _, st := range stage.All {
		p := before.Stages[st]
		p.Results = found[st]
		holds := len(stage.Missing(p.Results)) == 0
		if st == stage.Launch {
			holds = holds && ready
		}
		switch {
		case before.LaunchedAt != nil:
			p.Done, p.Warning = true, !holds
			if p.DoneAt == nil {
				p.DoneAt = &now
			}
		case holds && !p.Done:
			p.Done, p.DoneAt = true, &now
		case !holds && p.Done:
			p.Done, p.DoneAt, p.ReopenedAt = false, nil, &now
		}
		if slices.Contains(stage.Before, st) {
			ready = ready && p.Done
		}
		after.Stages[st] = p
	}
	switch {
	case before.LaunchedAt != nil:
	case !ready:
		after.ReadyAt = nil
	case before.ReadyAt == nil:
		after.ReadyAt = &now
	}
	if after.Stages[stage.Launch].Done && before.LaunchedAt == nil {
		after.LaunchedAt = &now
	}
	return after
}
