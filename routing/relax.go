package routing

import "time"

// Step is one degree of how choosy a queue is about its operators.
type Step struct {
	// Name is the rule in the routing trace when an operator was found only thanks to this step.
	Name string
	// MinProficiency is what the operator needs in every skill that the queue requires; 0 asks for none.
	MinProficiency int
	// PreferHome puts operators whose role names the citizen's region before the others. It never excludes anybody: line 1
	// takes enquiries of every region, and on line 2 the region is a matter of rights, which no wait relaxes.
	PreferHome bool
}

// steps are the degrees in the order in which a wait goes through them: one more for every relax_seconds of the queue.
var steps = [...]Step{
	{Name: "required_skills", MinProficiency: 5, PreferHome: true},
	{Name: "relaxed_proficiency", MinProficiency: 1, PreferHome: true},
	{Name: "relaxed_skills", MinProficiency: 0},
}

// stepFor is the index of the step that applies after a wait; a queue with relax zero never relaxes.
func stepFor(wait, relax time.Duration) int {
	if relax <= 0 || wait < 0 {
		return 0
	}
	return min(int(wait/relax), len(steps)-1)
}
