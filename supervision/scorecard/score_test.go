package scorecard_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/supervision/scorecard"
)

func of(points int) *int { return &points }

func form() scorecard.Form {
	return scorecard.Form{Sections: []scorecard.Section{
		{Title: "Общение", Weight: 1, Criteria: []scorecard.Criterion{
			{Code: "greeting", Title: "Приветствие", Weight: 1, Scale: 1},
			{Code: "tone", Title: "Тон", Weight: 3, Scale: 5, Optional: true},
		}},
		{Title: "Ответ", Weight: 3, Criteria: []scorecard.Criterion{
			{Code: "right", Title: "Верность", Weight: 1, Scale: 2},
			{Code: "personal", Title: "Персональные данные", Weight: 1, Scale: 1, Critical: true, Optional: true},
		}},
		{Title: "Запись", Weight: 6, Criteria: []scorecard.Criterion{{Code: "topic", Title: "Тема", Weight: 1, Scale: 1, Optional: true}}},
	}}
}

func marks(greeting, tone, right, personal, topic *int) []scorecard.Mark {
	return []scorecard.Mark{
		{Code: "topic", Points: topic},
		{Code: "greeting", Points: greeting},
		{Code: "tone", Points: tone},
		{Code: "right", Points: right},
		{Code: "personal", Points: personal},
	}
}

func TestScores(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		marks      []scorecard.Mark
		total      float64
		sections   []*float64
		violations []string
	}{
		// (1·.625 + 3·.75 + 6·1) / 10, where .625 = (1·1 + 3·.5) / 4 does not hold for fifths: 3·3/5 = 1.8, (1 + 1.8) / 4 = .7
		"all apply":      {marks(of(1), of(3), of(1), of(1), of(1)), 89.5, []*float64{f(70), f(75), f(100)}, nil},
		"all the points": {marks(of(1), of(5), of(2), of(1), of(1)), 100, []*float64{f(100), f(100), f(100)}, nil},
		"a section does not apply": {
			marks(of(1), of(3), of(1), of(1), nil), 73.75, []*float64{f(70), f(75), nil}, nil,
		},
		"a criterion does not apply": {marks(of(1), nil, of(1), nil, nil), 62.5, []*float64{f(100), f(50), nil}, nil},
		"a critical violation":       {marks(of(1), of(5), of(2), of(0), of(1)), 0, []*float64{f(100), f(50), f(100)}, []string{"personal"}},
		"no points at all":           {marks(of(0), of(0), of(0), of(1), of(0)), 15, []*float64{f(0), f(50), f(0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ordered, score, err := form().Evaluate(c.marks)
			require.NoError(t, err)
			require.InDelta(t, c.total, score.Total, 1e-9)
			require.Equal(t, c.sections, score.Sections)
			require.Equal(t, c.violations, score.Violations)
			require.Equal(t, "greeting", ordered[0].Code, "in the order of the form")
			require.Equal(t, score, form().Score(ordered))
		})
	}
}

func f(v float64) *float64 { return &v }

func TestMarksThatAreNone(t *testing.T) {
	t.Parallel()
	all := marks(of(1), of(3), of(1), of(1), of(1))
	for name, c := range map[string]struct {
		field string
		marks []scorecard.Mark
	}{
		"one is missing":          {"marks", all[1:]},
		"twice":                   {"marks.5.code", append(all[:5:5], all[0])},
		"unknown":                 {"marks.5.code", append(all[:5:5], scorecard.Mark{Code: "other", Points: of(1)})},
		"beyond the scale":        {"marks.2.points", marks(of(1), of(6), of(1), of(1), of(1))},
		"below nothing":           {"marks.1.points", marks(of(-1), of(5), of(1), of(1), of(1))},
		"that always applies":     {"marks.1.points", marks(nil, of(5), of(1), of(1), of(1))},
		"words that are not text": {"marks.0.comment", append([]scorecard.Mark{{Code: "topic", Points: of(1), Comment: "\x00"}}, all[1:]...)},
	} {
		_, _, err := form().Evaluate(c.marks)
		require.Equal(t, fail.Invalid, fail.CodeOf(err), name)
		require.ErrorContains(t, err, c.field, name)
	}
	none := scorecard.Form{Sections: []scorecard.Section{{Title: "t", Weight: 1, Criteria: []scorecard.Criterion{{Code: "a", Title: "a", Weight: 1, Scale: 1, Optional: true}}}}}
	_, _, err := none.Evaluate([]scorecard.Mark{{Code: "a"}})
	require.Equal(t, fail.Invalid, fail.CodeOf(err), "nothing applies")
}

func TestFormsThatAreNone(t *testing.T) {
	t.Parallel()
	good := form()
	require.NoError(t, good.Check())
	for name, change := range map[string]func(*scorecard.Form){
		"no sections":     func(f *scorecard.Form) { f.Sections = nil },
		"no criteria":     func(f *scorecard.Form) { f.Sections[1].Criteria = nil },
		"no title":        func(f *scorecard.Form) { f.Sections[0].Title = "  " },
		"a code twice":    func(f *scorecard.Form) { f.Sections[2].Criteria[0].Code = "tone" },
		"a code in Caps":  func(f *scorecard.Form) { f.Sections[0].Criteria[0].Code = "Tone" },
		"no weight":       func(f *scorecard.Form) { f.Sections[0].Weight = 0 },
		"a weight beyond": func(f *scorecard.Form) { f.Sections[0].Criteria[0].Weight = 101 },
		"no scale":        func(f *scorecard.Form) { f.Sections[0].Criteria[0].Scale = 0 },
		"a scale beyond":  func(f *scorecard.Form) { f.Sections[0].Criteria[0].Scale = 11 },
		"too many sections": func(f *scorecard.Form) {
			for len(f.Sections) <= scorecard.MaxSections {
				f.Sections = append(f.Sections, f.Sections[0])
			}
		},
	} {
		bad := form()
		change(&bad)
		require.Equal(t, fail.Invalid, fail.CodeOf(bad.Check()), name)
	}
}

func TestDifferencesBetweenEvaluators(t *testing.T) {
	t.Parallel()
	require.Nil(t, form().Compare(nil))
	c := form().Compare([]scorecard.Sheet{
		{EvaluatorID: "a", Marks: marks(of(1), of(3), of(1), of(1), of(1))},
		{EvaluatorID: "b", Marks: marks(of(1), of(5), of(1), nil, of(1))},
		{EvaluatorID: "c", Marks: marks(of(1), of(3), of(2), of(0), of(1))},
	})
	require.InDelta(t, 2.0/5, c.Agreement, 1e-9, "the greeting and the topic")
	require.Equal(t, 2, c.Criteria[1].Spread)
	require.Equal(t, 1, c.Criteria[3].Spread)
	require.False(t, c.Criteria[3].Alike)
	require.Equal(t, []*int{of(1), nil, of(0)}, c.Criteria[3].Points)
	// Totals 89.5, 85 and 0.
	require.InDelta(t, 58.17, c.Mean, 1e-9)
	require.InDelta(t, 89.5, c.Spread, 1e-9)
	require.InDelta(t, 31.33, c.Evaluators[0].Deviation, 1e-9)
	require.Equal(t, []string{"personal"}, c.Evaluators[2].Violations)
}
