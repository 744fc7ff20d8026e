package scorecard

// Sheet is what one evaluator gave.
type Sheet struct {
	EvaluatorID string
	Marks       []Mark
}

// Comparison is how several evaluators have marked one talk by one form.
type Comparison struct {
	// Mean and Spread are of the totals, 0 to 100: the mean, and the highest less the lowest.
	Mean, Spread float64
	// Agreement is the share of criteria that all have marked alike, 0 to 1.
	Agreement float64
	// Criteria are those of the form, in order.
	Criteria []Difference
	// Evaluators are in the order of the sheets.
	Evaluators []Deviation
}

// Difference is how one criterion was marked.
type Difference struct {
	Code string
	// Points are in the order of the sheets; nil: not applicable.
	Points []*int
	// Spread is the highest less the lowest, in points; not applicable counts as unlike anything.
	Spread int
	// Alike says that all have given the same.
	Alike bool
}

// Deviation is how one evaluator differs from the rest.
type Deviation struct {
	EvaluatorID string
	// Total is theirs, Deviation theirs less the mean: above zero is milder.
	Total, Deviation float64
	// Violations are what they found critical.
	Violations []string
}

// Compare shows the differences between sheets, which Evaluate has accepted; nil without any.
func (f Form) Compare(sheets []Sheet) *Comparison {
	if len(sheets) == 0 {
		return nil
	}
	c := &Comparison{}
	lowest, highest := 100.0, 0.0
	for _, s := range sheets {
		score := f.Score(s.Marks)
		c.Evaluators = append(c.Evaluators, Deviation{EvaluatorID: s.EvaluatorID, Total: score.Total, Violations: score.Violations})
		c.Mean += score.Total / float64(len(sheets))
		lowest, highest = min(lowest, score.Total), max(highest, score.Total)
	}
	c.Mean, c.Spread = hundredths(c.Mean), hundredths(highest-lowest)
	for n := range c.Evaluators {
		c.Evaluators[n].Deviation = hundredths(c.Evaluators[n].Total - c.Mean)
	}
	alike := 0
	for _, criterion := range f.Criteria() {
		d := difference(criterion.Code, sheets)
		if d.Alike {
			alike++
		}
		c.Criteria = append(c.Criteria, d)
	}
	c.Agreement = float64(alike) / float64(len(c.Criteria))
	return c
}

func difference(code string, sheets []Sheet) Difference {
	d := Difference{Code: code, Alike: true}
	var lowest, highest *int
	for _, s := range sheets {
		var points *int
		for _, m := range s.Marks {
			if m.Code == code {
				points = m.Points
			}
		}
		if len(d.Points) > 0 && !same(points, d.Points[0]) {
			d.Alike = false
		}
		d.Points = append(d.Points, points)
		if points != nil && (lowest == nil || *points < *lowest) {
			lowest = points
		}
		if points != nil && (highest == nil || *points > *highest) {
			highest = points
		}
	}
	if lowest != nil {
		d.Spread = *highest - *lowest
	}
	return d
}

func same(a, b *int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
