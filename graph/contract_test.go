package graph_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ekc/graph"
)

func contract(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../schema.graphql")
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	require.NoError(t, err)
	return schema
}

func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	for _, definition := range contract(t).Types {
		if definition.BuiltIn {
			continue
		}
		require.NotEmpty(t, definition.Description, definition.Name)
		for _, field := range definition.Fields {
			if len(field.Name) > 1 && field.Name[:2] == "__" {
				continue
			}
			require.NotEmpty(t, field.Description, "%s.%s", definition.Name, field.Name)
			for _, argument := range field.Arguments {
				require.NotEmpty(t, argument.Description, "%s.%s(%s)", definition.Name, field.Name, argument.Name)
			}
		}
		for _, value := range definition.EnumValues {
			require.NotEmpty(t, value.Description, "%s.%s", definition.Name, value.Name)
		}
	}
}

func TestMutationsTakeOneInputAndTellUserErrors(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for _, mutation := range schema.Mutation.Fields {
		require.LessOrEqual(t, len(mutation.Arguments), 1, mutation.Name)
		payload := schema.Types[mutation.Type.Name()]
		require.True(t, mutation.Type.NonNull, mutation.Name)
		errors := payload.Fields.ForName("userErrors")
		require.NotNil(t, errors, payload.Name)
		require.Equal(t, "[UserError!]!", errors.Type.String())
	}
}

func TestServedContractIsTheFile(t *testing.T) {
	t.Parallel()
	served := graph.NewExecutableSchema(graph.Config{}).Schema()
	file := contract(t)
	require.ElementsMatch(t, names(file), names(served))
	for name, definition := range file.Types {
		want, err := json.Marshal(shapeOf(definition))
		require.NoError(t, err)
		got, err := json.Marshal(shapeOf(served.Types[name]))
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got), name)
	}
}

func names(s *ast.Schema) []string {
	var all []string
	for name := range s.Types {
		all = append(all, name)
	}
	return all
}

// shape is what a client learns of a type.
type shape struct {
	Kind        ast.DefinitionKind
	Description string
	Interfaces  []string
	Fields      map[string]string
	Values      []string
}

func shapeOf(d *ast.Definition) shape {
	s := shape{Kind: d.Kind, Description: d.Description, Interfaces: d.Interfaces, Fields: map[string]string{}}
	for _, f := range d.Fields {
		text := f.Description + ": " + f.Type.String() + " = " + literal(f.DefaultValue)
		for _, a := range f.Arguments {
			text += "(" + a.Name + ": " + a.Type.String() + " = " + literal(a.DefaultValue) + " " + a.Description + ")"
		}
		s.Fields[f.Name] = text
	}
	for _, v := range d.EnumValues {
		s.Values = append(s.Values, v.Name+": "+v.Description)
	}
	return s
}

func literal(v *ast.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}
