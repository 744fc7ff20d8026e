package routing

import (
	"cmp"
	"slices"
	"time"

	"ekc/ent/interaction"
	"ekc/routing/trace"
)

// Rules that a match may leave in a routing trace, besides the names of steps.
const (
	RuleSticky       = "sticky_operator"
	RuleHome         = "home_region"
	RuleLongestIdle  = "longest_idle"
	RuleOfferedAgain = "offered_again"
)

// maxCandidates bounds a routing trace.
const maxCandidates = 20

// lane is a queue as the plan sees it.
type lane struct {
	id       string
	channel  interaction.Channel
	line     int
	priority int
	relax    time.Duration
	offerFor time.Duration
	skills   []string
	// courses are those by which an operator must be admitted.
	courses []string
}

// enquiry is a waiting interaction as the plan sees it.
type enquiry struct {
	id       string
	lane     *lane
	segment  segment
	priority int
	placeAt  time.Time
	queuedAt time.Time
	// sticky is the operator who talked with this citizen last, empty when none did.
	sticky string
	// refused says when an operator declined or missed this interaction since it entered the queue.
	refused map[string]time.Time
}

// segment is what an interaction is about: agency and region, either empty when unknown.
type segment struct{ agencyID, regionID string }

// decision gives an enquiry to an operator.
type decision struct {
	enquiry    *enquiry
	operator   *operator
	rule       string
	candidates []trace.Candidate
}

// snapshot is what one plan is made from.
type snapshot struct {
	now time.Time
	// rest is how long an operator who refused an interaction is not asked again.
	rest      time.Duration
	enquiries []*enquiry
	// operators are those of each queue, by its id, who have room.
	operators map[string][]*operator
}

// servedBefore orders enquiries over all queues: priority of queue and interaction together, then place in line.
func servedBefore(a, b *enquiry) int {
	return cmp.Or(
		cmp.Compare(b.lane.priority+b.priority, a.lane.priority+a.priority),
		a.placeAt.Compare(b.placeAt),
		cmp.Compare(a.id, b.id),
	)
}

// plan gives enquiries to operators in the order of service. It takes room from the snapshot's operators as it goes.
func plan(s snapshot) []decision {
	slices.SortFunc(s.enquiries, servedBefore)
	var decisions []decision
	hopeless := map[need]bool{}
	for _, e := range s.enquiries {
		n := needOf(e, s.now)
		// Operators only get busier within a plan: where a like enquiry found nobody, this one will not either.
		if hopeless[n] {
			continue
		}
		chosen, tried := choose(e, n.step, s)
		if chosen == nil {
			if len(e.refused) == 0 {
				hopeless[n] = true
			}
			continue
		}
		decisions = append(decisions, decision{
			enquiry: e, operator: chosen.operator, rule: ruleFor(e, chosen, n.step),
			candidates: explain(tried, chosen, e, s.now),
		})
		chosen.operator.take(e.lane.channel, s.now)
	}
	return decisions
}

// need is all that decides who may take an enquiry, other than its own history.
type need struct {
	laneID  string
	segment segment
	step    int
}

func needOf(e *enquiry, now time.Time) need {
	return need{laneID: e.lane.id, segment: e.segment, step: stepFor(now.Sub(e.queuedAt), e.lane.relax)}
}

// candidate is an operator weighed for one enquiry.
type candidate struct {
	operator  *operator
	rejection string
	sticky    bool
	again     bool
	home      bool
}

// choose returns the best operator for the enquiry, nil when none may take it, and all who were weighed.
func choose(e *enquiry, step int, s snapshot) (*candidate, []candidate) {
	operators := s.operators[e.lane.id]
	tried := make([]candidate, 0, len(operators))
	best := -1
	for _, o := range operators {
		c := weigh(o, e, steps[step], s)
		tried = append(tried, c)
		if c.rejection == "" && (best < 0 || better(&tried[len(tried)-1], &tried[best])) {
			best = len(tried) - 1
		}
	}
	if best < 0 {
		return nil, tried
	}
	chosen := tried[best] // a copy: the trace sorts those who were tried
	return &chosen, tried
}

// weigh says whether the operator may take the enquiry at this step, and what speaks for them.
func weigh(o *operator, e *enquiry, step Step, s snapshot) candidate {
	c := candidate{operator: o, sticky: e.sticky == o.id}
	if c.rejection = o.rejection(e, step); c.rejection != "" {
		return c
	}
	if at, refused := e.refused[o.id]; refused {
		c.again = true
		if s.now.Sub(at) < s.rest {
			c.rejection = RejectedRefused
			return c
		}
	}
	c.home = step.PreferHome && o.atHome(e.lane.line, e.segment)
	return c
}

// better orders eligible candidates: who has not refused it before who has, who knows the citizen, who is of the
// citizen's region, who has least on the desk, who has been idle longest.
func better(a, b *candidate) bool {
	return cmp.Or(
		compareBool(b.again, a.again),
		compareBool(a.sticky, b.sticky),
		compareBool(a.home, b.home),
		cmp.Compare(b.operator.load.total(), a.operator.load.total()),
		b.operator.idleSince.Compare(a.operator.idleSince),
		cmp.Compare(b.operator.id, a.operator.id),
	) > 0
}

// compareBool is positive when only a is true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// ruleFor names what made the choice: that nobody else was there, that it had waited, or what spoke for the operator.
func ruleFor(e *enquiry, chosen *candidate, step int) string {
	if chosen.again {
		return RuleOfferedAgain
	}
	for earlier := range step {
		if chosen.operator.rejection(e, steps[earlier]) == "" {
			step = earlier
			break
		}
	}
	switch {
	case step > 0:
		return steps[step].Name
	case chosen.sticky:
		return RuleSticky
	case chosen.home:
		return RuleHome
	default:
		return RuleLongestIdle
	}
}

// explain turns the weighed operators into a trace: the chosen one first, then those who could have taken it.
func explain(tried []candidate, chosen *candidate, e *enquiry, now time.Time) []trace.Candidate {
	slices.SortStableFunc(tried, func(a, b candidate) int {
		return cmp.Or(
			compareBool(b.operator == chosen.operator, a.operator == chosen.operator),
			compareBool(a.rejection != "", b.rejection != ""),
		)
	})
	candidates := make([]trace.Candidate, 0, min(len(tried), maxCandidates))
	for _, c := range tried[:min(len(tried), maxCandidates)] {
		rejection := c.rejection
		if rejection == "" && c.operator != chosen.operator {
			rejection = RejectedOther
		}
		candidates = append(candidates, c.operator.trace(e.lane.channel, rejection, now))
	}
	return candidates
}
