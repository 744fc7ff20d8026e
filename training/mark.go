package training

import (
	"slices"

	"ekc/training/lesson"
)

// worth is how many points a version has: those of its questions, and one for each turn of an exercise.
func worth(c lesson.Content) int {
	n := 0
	for _, q := range c.Questions {
		n += q.Points
	}
	for _, e := range c.Exercises {
		n += len(e.Turns)
	}
	return n
}

// mark counts the points of a sheet.
func mark(c lesson.Content, sheet lesson.Sheet) int {
	n := 0
	for _, asked := range sheet.Questions {
		at := slices.IndexFunc(c.Questions, func(q lesson.Question) bool { return q.ID == asked.ID })
		if at >= 0 && right(c.Questions[at], asked.Answer) {
			n += c.Questions[at].Points
		}
	}
	for _, step := range sheet.Steps {
		if step.Right {
			n++
		}
	}
	return n
}

// right reports whether an answer is wholly right: the order counts where it is asked for.
func right(q lesson.Question, answer []string) bool {
	if q.Kind == lesson.Order {
		return slices.Equal(answer, q.Right)
	}
	return len(answer) > 0 && slices.Equal(slices.Sorted(slices.Values(answer)), slices.Sorted(slices.Values(q.Right)))
}

// passes reports whether the points of all those there are suffice.
func passes(points, of, percent int) bool { return points*100 >= of*percent }

// sheetOf is what a trainee is given: all questions, mixed, with mixed options.
func (s *Service) sheetOf(c lesson.Content) lesson.Sheet {
	var sheet lesson.Sheet
	for _, q := range c.Questions {
		asked := lesson.Asked{ID: q.ID}
		for _, o := range q.Options {
			asked.Options = append(asked.Options, o.ID)
		}
		s.o.Shuffle(len(asked.Options), func(i, j int) { asked.Options[i], asked.Options[j] = asked.Options[j], asked.Options[i] })
		sheet.Questions = append(sheet.Questions, asked)
	}
	s.o.Shuffle(len(sheet.Questions), func(i, j int) { sheet.Questions[i], sheet.Questions[j] = sheet.Questions[j], sheet.Questions[i] })
	return sheet
}
