package supervision

import (
	"time"

	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/alertrule"
)

// verdict is what is to be done about one subject of a rule.
type verdict int

// The verdicts.
const (
	nothing verdict = iota
	begin           // write it down as PENDING
	raise           // alert
	update          // it goes on with another value
	clearIt         // it is over
	forget          // it was over before it was an alert
)

// below names the metrics that are bad when they are low; the others are bad when they are high.
var below = map[alertrule.Metric]bool{
	alertrule.MetricServiceLevel: true, alertrule.MetricFreeOperators: true, alertrule.MetricDeferralDue: true,
}

// broken reports whether a value breaks a rule; over says that it is well again. Between the thresholds it is neither.
func broken(r *ent.AlertRule, value int) bool {
	if below[r.Metric] {
		return value <= r.Threshold
	}
	return value >= r.Threshold
}

func over(r *ent.AlertRule, value int) bool {
	if below[r.Metric] {
		return value > r.ClearThreshold
	}
	return value < r.ClearThreshold
}

// situation is all that decides about one subject of a rule.
type situation struct {
	rule *ent.AlertRule
	// open is the alert that is not over; nil without one.
	open *ent.Alert
	// last is when the subject was alerted of before; zero when it never was.
	last time.Time
	// value is what was measured; known is false when the subject is gone, or there is too little to measure.
	value int
	known bool
	now   time.Time
}

// judge is the life of an alert, a pure function:
//
//	stateDiagram-v2
//	  [*] --> PENDING: broken
//	  PENDING --> [*]: well again before it was an alert
//	  PENDING --> RAISED: broken for for_seconds, and quiet_seconds since the last
//	  RAISED --> ACKNOWLEDGED: a supervisor has seen it
//	  RAISED --> CLEARED: beyond the clear threshold, or gone
//	  ACKNOWLEDGED --> CLEARED: the same
func judge(s situation) verdict {
	well := !s.known || !s.rule.Active || over(s.rule, s.value)
	switch {
	case s.open == nil && s.known && s.rule.Active && broken(s.rule, s.value):
		return begin
	case s.open == nil:
		return nothing
	case s.open.State == alert.StatePending && well:
		return forget
	case well:
		return clearIt
	case s.open.State == alert.StatePending && s.due():
		return raise
	case s.open.Value != s.value:
		return update
	default:
		return nothing
	}
}

// due reports whether what is broken has been for long enough, and long enough after the last alert.
func (s situation) due() bool {
	lasted := s.now.Sub(s.open.CreatedAt) >= time.Duration(s.rule.ForSeconds)*time.Second
	quiet := !s.last.IsZero() && s.now.Sub(s.last) < time.Duration(s.rule.QuietSeconds)*time.Second
	return lasted && !quiet && broken(s.rule, s.value)
}

// worse is the worse of two values of a metric.
func worse(m alertrule.Metric, a, b int) int {
	if below[m] {
		return min(a, b)
	}
	return max(a, b)
}
