package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/internal/fail"
)

// Limits of what one operation may ask. A fragment counts as often as it is used; introspection has a depth of its own
// and is not counted.
const (
	maxText       = 32 << 10 // bytes of an operation's text
	maxTokens     = 2_500
	maxDepth      = 12
	maxFields     = 1_000
	maxRootFields = 20
	maxAliases    = 60
	maxComplexity = 20_000
	maxCursor     = 512 // bytes of a cursor, which is read by recursion
)

// limits refuses operations that ask for too much before anything is executed.
type limits struct{}

// ExtensionName is gqlgen's.
func (limits) ExtensionName() string { return "Limits" }

// Validate is gqlgen's.
func (limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters refuses a text that is too long, or too dear to validate.
func (limits) MutateOperationParameters(_ context.Context, p *graphql.RawParams) *gqlerror.Error {
	if len(p.Query) > maxText {
		return refusal(fail.TooLarge, "the operation's text is longer than %d bytes", maxText)
	}
	return tooWide(p.Query)
}

// MutateOperationContext measures a valid operation.
func (limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	m := meter{fragments: map[string]measure{}}
	total := m.of(op.Operation.SelectionSet)
	switch {
	case total.cursor > maxCursor || longestCursor(op) > maxCursor:
		return refusal(fail.Invalid, "a cursor is longer than %d bytes", maxCursor)
	case total.depth > maxDepth:
		return refusal(fail.Invalid, "the operation is %d levels deep; at most %d are served", total.depth, maxDepth)
	case total.fields > maxFields:
		return refusal(fail.Invalid, "the operation asks for more than %d fields", maxFields)
	case total.aliases > maxAliases:
		return refusal(fail.Invalid, "the operation has more than %d aliases", maxAliases)
	case rootFields(op) > maxRootFields:
		return refusal(fail.Invalid, "the operation has more than %d fields at its root", maxRootFields)
	}
	return nil
}

func refusal(code fail.Code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": string(code)}
	return err
}

// rootFields counts what is called, fragments taken apart, aliases of one field each for itself.
func rootFields(op *graphql.OperationContext) int {
	return len(graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query", "Mutation", "Subscription"}))
}

// longestCursor is the length of the longest variable that is a cursor.
func longestCursor(op *graphql.OperationContext) int {
	longest := 0
	for _, v := range op.Operation.VariableDefinitions {
		if text, ok := op.Variables[v.Variable].(string); ok && isCursor(v.Type) {
			longest = max(longest, len(text))
		}
	}
	return longest
}

func isCursor(t *ast.Type) bool { return t != nil && t.Name() == "Cursor" }

// measure is the size of a selection; cursor is the length of the longest that is written in it.
type measure struct{ depth, fields, aliases, cursor int }

// meter measures selections; each fragment once. Validation has made sure that fragments make no circle.
type meter struct{ fragments map[string]measure }

func (m meter) of(set ast.SelectionSet) measure {
	var total measure
	for _, selection := range set {
		var part measure
		switch s := selection.(type) {
		case *ast.Field:
			part = m.ofField(s)
		case *ast.InlineFragment:
			part = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			part = m.ofFragment(s)
		}
		total.depth = max(total.depth, part.depth)
		total.cursor = max(total.cursor, part.cursor)
		total.fields = min(total.fields+part.fields, maxFields+1)
		total.aliases = min(total.aliases+part.aliases, maxAliases+1)
	}
	return total
}

func (m meter) ofField(f *ast.Field) measure {
	if f.Name == "__schema" || f.Name == "__type" {
		return measure{depth: 1, fields: 1}
	}
	inner := m.of(f.SelectionSet)
	inner.depth++
	inner.fields++
	if f.Alias != "" && f.Alias != f.Name {
		inner.aliases++
	}
	for _, a := range f.Arguments {
		if a.Value.Kind == ast.StringValue && isCursor(a.Value.ExpectedType) {
			inner.cursor = max(inner.cursor, len(a.Value.Raw))
		}
	}
	return inner
}

func (m meter) ofFragment(s *ast.FragmentSpread) measure {
	if known, found := m.fragments[s.Name]; found {
		return known
	}
	measured := m.of(s.Definition.SelectionSet)
	m.fragments[s.Name] = measured
	return measured
}
