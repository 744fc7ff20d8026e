package graph

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"ekc/internal/fail"
)

const (
	// measured is from what size on a text is measured before it is validated; a smaller one cannot hold much.
	measured = 1 << 10
	// maxWidth bounds the fields of one selection, and maxRepeats how often one response name stands in it: validation
	// compares them with each other, at a cost that grows with the square.
	maxWidth   = 150
	maxRepeats = 30
)

// tooWide refuses a text whose validation alone would be an attack. Text that does not parse is left to the executor.
func tooWide(text string) *gqlerror.Error {
	if len(text) < measured {
		return nil
	}
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return nil //nolint:nilerr // told by the executor
	}
	w := widths{document: document, known: map[string]map[string]int{}}
	for _, operation := range document.Operations {
		if !w.bearable(operation.SelectionSet) {
			return errTooWide()
		}
	}
	for _, fragment := range document.Fragments {
		if !w.bearable(fragment.SelectionSet) {
			return errTooWide()
		}
	}
	return nil
}

func errTooWide() *gqlerror.Error {
	return refusal(fail.Invalid, "a selection holds more than %d fields, or one of them more than %d times", maxWidth, maxRepeats)
}

// widths counts how often each response name stands in a selection, fragments taken apart.
type widths struct {
	document *ast.QueryDocument
	known    map[string]map[string]int // by fragment; empty while it is being counted, so that a circle ends
}

// bearable reports whether a selection and all below it are narrow enough.
func (w widths) bearable(set ast.SelectionSet) bool {
	total := 0
	for _, n := range w.count(set) {
		if total += n; n > maxRepeats || total > maxWidth {
			return false
		}
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !w.bearable(s.SelectionSet) {
				return false
			}
		case *ast.InlineFragment:
			if !w.bearable(s.SelectionSet) {
				return false
			}
		}
	}
	return true
}

func (w widths) count(set ast.SelectionSet) map[string]int {
	names := map[string]int{}
	add := func(more map[string]int) {
		for name, n := range more {
			names[name] = min(names[name]+n, maxWidth+1)
		}
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			names[s.Alias] = min(names[s.Alias]+1, maxWidth+1)
		case *ast.InlineFragment:
			add(w.count(s.SelectionSet))
		case *ast.FragmentSpread:
			add(w.ofFragment(s.Name))
		}
	}
	return names
}

func (w widths) ofFragment(name string) map[string]int {
	if known, found := w.known[name]; found {
		return known
	}
	w.known[name] = nil
	if fragment := w.document.Fragments.ForName(name); fragment != nil {
		w.known[name] = w.count(fragment.SelectionSet)
	}
	return w.known[name]
}
