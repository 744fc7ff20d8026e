package scorecard

import (
	"math"
	"strconv"

	"ekc/internal/fail"
)

// maxComment is how long a word on a criterion may be, in characters.
const maxComment = 1000

// Mark is what one criterion was given.
type Mark struct {
	Code string `json:"code"`
	// Points are 0 to the criterion's scale; nil: not applicable.
	Points *int `json:"points,omitempty"`
	// Comment is at most 1,000 characters; it may be empty.
	Comment string `json:"comment,omitempty"`
}

// Score is what marks come to.
type Score struct {
	// Total is 0 to 100, rounded to hundredths.
	Total float64
	// Sections are the scores of the sections, 0 to 100; nil where nothing was applicable.
	Sections []*float64
	// Violations are the codes of critical criteria that were given no points; one of them makes the total 0.
	Violations []string
}

// Evaluate puts the marks into the order of the form's criteria and scores them. INVALID names the field below "marks": each criterion is
// marked exactly once, within its scale, not applicable only where the form lets it be, and something must be applicable.
func (f Form) Evaluate(marks []Mark) ([]Mark, Score, error) {
	given := make(map[string]Mark, len(marks))
	known := map[string]Criterion{}
	for _, c := range f.Criteria() {
		known[c.Code] = c
	}
	for n, m := range marks {
		at := "marks." + strconv.Itoa(n)
		c, ok := known[m.Code]
		_, twice := given[m.Code]
		switch {
		case !ok:
			return nil, Score{}, fail.Field(at+".code", fail.Invalid, "the form has no such criterion")
		case twice:
			return nil, Score{}, fail.Field(at+".code", fail.Invalid, "the criterion is marked twice")
		case m.Points == nil && !c.Optional:
			return nil, Score{}, fail.Field(at+".points", fail.Invalid, "this criterion always applies")
		case m.Points != nil && (*m.Points < 0 || *m.Points > c.Scale):
			return nil, Score{}, fail.Field(at+".points", fail.Invalid, "must be 0 to %d", c.Scale)
		}
		if err := text(at+".comment", &m.Comment, 0, maxComment); err != nil {
			return nil, Score{}, err
		}
		given[m.Code] = m
	}
	ordered := make([]Mark, 0, len(known))
	for _, c := range f.Criteria() {
		m, ok := given[c.Code]
		if !ok {
			return nil, Score{}, fail.Field("marks", fail.Invalid, "criterion %s is not marked", c.Code)
		}
		ordered = append(ordered, m)
	}
	score, applicable := f.score(given)
	if !applicable {
		return nil, Score{}, fail.Field("marks", fail.Invalid, "at least one criterion must apply")
	}
	return ordered, score, nil
}

// Score scores marks that Evaluate has accepted before.
func (f Form) Score(marks []Mark) Score {
	given := make(map[string]Mark, len(marks))
	for _, m := range marks {
		given[m.Code] = m
	}
	score, _ := f.score(given)
	return score
}

// score is the mean of the sections by their weights; false when nothing applies.
func (f Form) score(given map[string]Mark) (Score, bool) {
	var result Score
	var sum, weights float64
	for _, s := range f.Sections {
		share, applies := s.score(given)
		if !applies {
			result.Sections = append(result.Sections, nil)
			continue
		}
		rounded := hundredths(100 * share)
		result.Sections = append(result.Sections, &rounded)
		sum += float64(s.Weight) * share
		weights += float64(s.Weight)
	}
	for _, c := range f.Criteria() {
		if p := given[c.Code].Points; c.Critical && p != nil && *p == 0 {
			result.Violations = append(result.Violations, c.Code)
		}
	}
	if weights == 0 {
		return result, false
	}
	if len(result.Violations) == 0 {
		result.Total = hundredths(100 * sum / weights)
	}
	return result, true
}

// score is the share of its points that a section was given, by the weights of its criteria.
func (s Section) score(given map[string]Mark) (float64, bool) {
	var sum, weights float64
	for _, c := range s.Criteria {
		p := given[c.Code].Points
		if p == nil {
			continue
		}
		sum += float64(c.Weight) * float64(*p) / float64(c.Scale)
		weights += float64(c.Weight)
	}
	if weights == 0 {
		return 0, false
	}
	return sum / weights, true
}

func hundredths(v float64) float64 { return math.Round(v*100) / 100 }
