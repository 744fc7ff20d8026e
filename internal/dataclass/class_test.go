package dataclass_test

import (
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/require"

	core "ekc/ent/migrate"
	"ekc/internal/dataclass"
	knowledge "ekc/knowledge/ent/migrate"
)

// holdsWords reports whether a column may hold what somebody wrote, or keys.
func holdsWords(c *schema.Column) bool {
	return c.Type == field.TypeString || c.Type == field.TypeJSON || c.Type == field.TypeBytes || c.Type == field.TypeOther
}

// A column that is added gets its class with it: internal/dataclass/columns.go.
func TestEveryColumnHasItsClass(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, table := range append(append([]*schema.Table{}, core.Tables...), knowledge.Tables...) {
		for _, c := range table.Columns {
			there[table.Name+"."+c.Name] = true
			if holdsWords(c) && dataclass.Of(table.Name, c.Name) == dataclass.Unknown {
				t.Errorf("%s.%s has no class: give it one in internal/dataclass/columns.go", table.Name, c.Name)
			}
		}
	}
	for _, name := range dataclass.Columns() { // harmless, and a column may be classed before it comes
		if !there[name] {
			t.Logf("%s is classed and is no column", name)
		}
	}
}

func TestNoColumnHasTwoClasses(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range dataclass.Columns() {
		require.False(t, seen[name], name)
		seen[name] = true
	}
}

func TestTableIsPrinted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, dataclass.Table(&out))
	require.Contains(t, out.String(), "| messages | special | text, clear |")
	require.Contains(t, out.String(), "| citizens | personal | name, phone, phone_sealed, phone_index |")
	require.Equal(t, dataclass.Internal, dataclass.Of("messages", "account_id"))
	require.Equal(t, dataclass.Unknown, dataclass.Of("messages", "nothing"))
	require.True(t, dataclass.MaskedColumns()["clear"])
	require.False(t, dataclass.MaskedColumns()["kind"])
}
